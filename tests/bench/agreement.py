"""How near the page is to the terminal, nail by nail, on the same photographs and for any models.

    python tests/bench/agreement.py                                  the shipped models
    python tests/bench/agreement.py --models runs/models/original-web --models runs/models/original-hybrid

Builds a page of each folder, reads photographs of the data set in headless Chromium and through the pipeline in ONNX
Runtime here, and prints by how much nails and readings differ: once from the very same pixels (PNG), once from the
photographs themselves, whose JPEG the page's Pillow may decode otherwise. `python -m trainer evaluate` says how far the
file in ONNX Runtime is from the trainer's own head.

exit status: 0 every reading within the tolerance from the same pixels, 1 not, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402

import bootstrap  # noqa: E402
from app.core.pictures.photo import open_photo  # noqa: E402
from app.core.pipeline import measure_photo  # noqa: E402
from app.core.reading import Reading  # noqa: E402
from app.core.typical import typical_of_nails  # noqa: E402
from app.models import SHIPPED_MODELS, load_instrument  # noqa: E402
from building.pipeline import build  # noqa: E402
from tests.bench.recipes import named  # noqa: E402
from tests.browser import Host, Visit, launched_browser  # noqa: E402
from tests.browser_kinds import listen  # noqa: E402
from tests.drawn_hand import UploadedFile  # noqa: E402
from tests.find_browser import find_browser  # noqa: E402
from tests.real_photos import DATASET  # noqa: E402

TOLERANCE_G_DL = 0.01
UNLIKE = "photographs_with_other_nails"


@dataclass(frozen=True)
class Apart:
    """By how much page and terminal differ: each nail that both read, and each photograph's reading, g/dL.

    `unlike` counts photographs of which one reads other nails than the other.
    """

    nails_g_dl: list[float]
    readings_g_dl: list[float]
    unlike: int

    def as_json(self) -> dict[str, Any]:
        """Numbers alone, as --json prints them."""
        found: dict[str, Any] = {UNLIKE: self.unlike}
        for name, values in (("nails", self.nails_g_dl), ("readings", self.readings_g_dl)):
            beyond = sum(value > TOLERANCE_G_DL for value in values)
            found[name] = {"n": len(values), "largest_g_dl": max(values, default=0.0), "beyond_tolerance": beyond}
        return found

    def in_words(self) -> str:
        """One line for a person."""
        parts = []
        for name, values in (("readings", self.readings_g_dl), ("nails", self.nails_g_dl)):
            beyond, largest = sum(value > TOLERANCE_G_DL for value in values), max(values, default=0.0)
            parts.append(
                f"{len(values)} {name} at most {largest:.4f} g/dL apart, {beyond} by more than {TOLERANCE_G_DL:g}"
            )
        return f"{'; '.join(parts)}; photographs with other nails: {self.unlike}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, action="append", metavar="FOLDER", help="default: static/models")
    parser.add_argument("--photos", type=int, default=20, metavar="N", help="how many photographs (default: 20)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    found = sorted((DATASET / "photo").glob("*.jpg"))
    if len(found) < options.photos:
        parser.error(f"{DATASET} has {len(found)} photographs; `python -m trainer data` fetches the data set")
    photos = found[:: len(found) // options.photos][: options.photos]
    figures = {}
    for recipe, folder in named(options.models or [SHIPPED_MODELS]).items():
        pixels, files = agreement(folder, photos)
        figures[recipe] = {"png": pixels.as_json(), "jpeg": files.as_json()}
        if not options.json:
            print(f"{recipe}, the same pixels: {pixels.in_words()}")
            print(f"{recipe}, the JPEG files: {files.in_words()}")
    if options.json:
        print(json.dumps(figures))
    from_pixels = [each["png"] for each in figures.values()]
    alike = all(not each["readings"]["beyond_tolerance"] and not each[UNLIKE] for each in from_pixels)
    return 0 if alike else 1


def agreement(models: Path, photos: list[Path]) -> tuple[Apart, Apart]:
    """Page against terminal from the same pixels, and from the files as they are."""
    tools = bootstrap.node_tools(install=False)
    # Only the figures go to stdout.
    console = Console(stderr=True)
    pixels, files = ([make(photo) for photo in photos] for make in (as_png, as_it_is))
    # Before there is a browser: Playwright keeps an event loop, beside which there can be no other.
    instrument = load_instrument(models)
    here = [[asyncio.run(measure_photo(instrument, file["buffer"])) for file in each] for each in (pixels, files)]
    with tempfile.TemporaryDirectory() as folder:
        dist = Path(folder) / "dist"
        build(dist, npm_command=tools[1] if tools else None, models_folder=models, compressed=False, console=console)
        host = Host(dist)
        try:
            with launched_browser(os.environ.get("HEMOLENS_CHROMIUM") or find_browser()) as browser:
                context = browser.new_context(viewport={"width": 390, "height": 844})
                visit = Visit(context.new_page(), context, host.address)
                listen(visit)
                visit.open()
                visit.wait_for_engine()
                from_pixels, from_files = _apart(visit, pixels, here[0]), _apart(visit, files, here[1])
        finally:
            host.stop()
    if visit.console_errors:
        raise SystemExit(f"the page's console has errors: {visit.console_errors}")
    return from_pixels, from_files


def as_png(photo: Path) -> UploadedFile:
    """The photograph's pixels, as this machine's decoder has them."""
    held = io.BytesIO()
    open_photo(photo.read_bytes()).save(held, "PNG")
    return {"name": f"{photo.stem}.png", "mimeType": "image/png", "buffer": held.getvalue()}


def as_it_is(photo: Path) -> UploadedFile:
    return {"name": photo.name, "mimeType": "image/jpeg", "buffer": photo.read_bytes()}


def _apart(visit: Visit, files: list[UploadedFile], readings: list[Reading]) -> Apart:
    nails_g_dl: list[float] = []
    readings_g_dl: list[float] = []
    unlike = 0
    for file, reading in zip(files, readings, strict=True):
        visit.upload(file)
        without = visit.page.get_attribute("body", "data-state") == "error"
        listed = [] if without else visit.reading()["nails"]
        shown = {tuple(round(side) for side in nail["box"]): nail["hb_g_dl"] for nail in listed}
        of_terminal = [] if reading.hb_g_dl is None else reading.nails
        expected = {tuple(round(side) for side in nail.box): nail.hb_g_dl for nail in of_terminal}
        pairs = [(value, _nearest(box, shown)) for box, value in expected.items()]
        unlike += len(shown) != len(expected) or any((one is None) != (other is None) for one, other in pairs)
        both = [(one, other) for one, other in pairs if one is not None and other is not None]
        nails_g_dl += [abs(one - other) for one, other in both]
        if both:
            here, there = (typical_of_nails([pair[side] for pair in both]) for side in (0, 1))
            readings_g_dl.append(abs(here - there))
    return Apart(nails_g_dl, readings_g_dl, unlike)


def _nearest(box: tuple[int, ...], shown: dict[tuple[int, ...], float | None]) -> float | None:
    """What the page says of the nail whose box is nearest."""
    if not shown:
        return None
    return shown[min(shown, key=lambda other: sum(abs(a - b) for a, b in zip(box, other, strict=True)))]


if __name__ == "__main__":
    sys.exit(main())
