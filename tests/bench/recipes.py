"""Pages of other models beside ours: what a frame and a photo cost each, in one run and one thread."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from app.shared.codes import DETECT, ESTIMATE
from tests.bench import scans
from tests.bench.marks import mark_ms
from tests.bench.pace import TARGET_REFERENCE_MS, Pace
from tests.browser import Visit

# A scan takes all the time that its frames need, also where somebody with these models would wait for fewer.
ADDRESS = "{}?threads=1&scan-seconds=120"
PATIENCE_MS = 300_000
SIZE = (4000, 3000)
# (name of the row, where its figure lies)
ROWS = (
    ("one frame: detect", ("frame_ms", DETECT)),
    ("one frame: estimate", ("frame_ms", ESTIMATE)),
    ("one frame: Python's share", ("frame_ms", "python")),
    ("one frame", ("frame_ms", "total")),
    ("photo of 12 megapixels: detect", ("photo_stages_ms", DETECT)),
    ("photo of 12 megapixels: estimate", ("photo_stages_ms", ESTIMATE)),
    ("photo of 12 megapixels", ("photo_ms", "total")),
)


def measured(browser: Browser, address: str, count: int, pace: Pace) -> dict[str, Any]:
    """`frame_ms` by stage, `photo_stages_ms`, `photo_ms`, and under `at_target` what they would be at the target's
    pace; of so many scans."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    person = Visit(page, context, ADDRESS.format(address))
    person.open()
    page.wait_for_selector("#start:not([hidden])")
    page.uncheck("#auto-capture")
    mark_ms(page, "engine")
    person.wait_for_offline_ready()
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached")
    pace.begin()
    scanned = scans.in_a_row(page, count, pace)
    photos = scans.large_photos(person, {"total": SIZE}, pace)
    (stages,) = json.loads(page.get_attribute("#debug", "data-stages") or "")
    reference_ms = pace.of_this()
    context.close()
    at_target = {name: ms * TARGET_REFERENCE_MS / reference_ms for name, ms in stages.items()}
    return {
        "frame_ms": scanned["frame_ms"],
        "photo_stages_ms": stages,
        "photo_ms": {"total": photos["total"]},
        "at_target": {
            "frame_ms": scanned["at_target"]["frame_ms"],
            "photo_stages_ms": at_target,
            "photo_ms": photos["at_target"],
        },
    }


def named(folders: Sequence[Path]) -> dict[str, Path]:
    """Each folder of models by the name of its recipe; by its own name, too, where two are of one."""
    found: dict[str, Path] = {}
    for folder in folders:
        recipe = json.loads((folder / "models.json").read_bytes()).get("recipe", {}).get("name", "ours")
        found[f"{recipe} ({folder.name})" if recipe in found else recipe] = folder
    return found


def table_lines(figures: dict[str, dict[str, Any]]) -> list[str]:
    """The figures as a Markdown table: each page's as they were, and as they would be at the pace of the targets."""
    lines = [
        f"| | {' | '.join(f'{name} | at {TARGET_REFERENCE_MS:.0f} ms' for name in figures)} |",
        "|---|" + "---:|" * 2 * len(figures),
    ]
    for name, (part, stage) in ROWS:
        columns = [each for page in figures.values() for each in (page, page["at_target"])]
        cells = [f"{each[part].get(stage, 0.0):.1f} ms" for each in columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines
