"""One build from beginning to end: named steps, then one rename."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from building import budget, compress, contents, manifest, models, policy
from building.licences import entries as licences
from building.licences import page as licences_page
from building.onnx import lean_runtime
from building.parts import npm, wheels
from building.places import DIST, STATIC, BuildError, write_whole
from building.python import bytecode, libraries

STEPS = 8
STEPS_OF_VENDOR = 3
TEMPLATE = STATIC / "sw.template.js"


class Report:
    """Says in plain words what a build is doing, while it does it."""

    def __init__(self, console: Console, steps: int) -> None:
        self.console = console
        self._steps = steps
        self._number = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._number += 1
        self.console.print(f"[bold]{self._number}/{self._steps} {name}[/bold]")
        begun = time.monotonic()
        yield
        self.say(f"done in {time.monotonic() - begun:.1f} s")

    def say(self, line: str) -> None:
        self.console.print(f"    {line}", style="dim", highlight=False, markup=False, soft_wrap=True)

    def warn(self, line: str) -> None:
        self.console.print(f"    warning: {line}", style="yellow", highlight=False, markup=False, soft_wrap=True)


def build(
    out: Path = DIST,
    *,
    npm_command: list[str] | None,
    models_folder: Path = models.SHIPPED,
    offline: bool = False,
    compressed: bool = True,
    console: Console | None = None,
) -> manifest.Manifest:
    """Builds the page into `out`; what was there stays whole until the new one is.

    A page of other models than those that ship may weigh more than the budget allows, and then says so.

    Without compressed copies it is there sooner, and nothing says whether it is too heavy: `compress.complete` makes
    them afterwards.
    """
    report = Report(console or Console(), STEPS if compressed else STEPS - 1)
    out = out.resolve()
    check_out(out)
    shipped_models = models.is_shipped(models_folder)
    if not shipped_models:
        models.check(models_folder)
    wheel_files = fetch_parts(report, npm_command, offline=offline)
    with report.step("contents of the page"):
        files = read_all(contents.collect(wheel_files, models_folder))
        check_contents(files, report)
        if not shipped_models:
            report.say(f"models: {models.recipe_in_words(json.loads(files[contents.MODELS]))}, from {models_folder}")
        report.say(f"{len(files)} files, {budget.size(sum(map(len, files.values())))}")
    with report.step("Python and ONNX Runtime, so that they start quickly"), ThreadPoolExecutor() as side_by_side:
        runtime = side_by_side.submit(lean_runtime.lean, dict(files), npm_command, report.say)
        files |= quick_python(files, npm_command, report)
        files |= runtime.result()
    with report.step("licences"):
        parts = licences.gather(files)
        files[licences.NAME] = licences_page.page(parts)
        licences.check(files, parts)
        report.say(f"{licences.NAME} names {sum(1 + len(part.inside) for part in parts)} parts")
    with report.step("hashes and service worker"):
        made, shipped = versioned(files, models_folder)
        report.say(f"version {made.version}")
    packed: dict[str, bytes] = {}
    if compressed:
        with report.step("compressed copies"):
            report.say("the first time this takes a minute or two; what was made is kept")
            packed = compress_all(shipped, report.console)
            weights = budget.weigh(files, packed)
            check_weight(weights, report, binding=shipped_models)
    with report.step(f"writing {out.name}/"):
        replace_folder(out, {**shipped, **packed})
    if compressed:
        report.console.print(budget.summary(weights))
    return made


def vendor(*, npm_command: list[str] | None, console: Console | None = None) -> dict[str, bytes]:
    """What others have made, ready for a page: app/ and static/ as they are can be served with it.

    ONNX Runtime is whole, so that it runs any network.
    """
    report = Report(console or Console(), STEPS_OF_VENDOR)
    wheel_files = fetch_parts(report, npm_command)
    with report.step("Python, so that it starts quickly"):
        files = read_all(contents.vendor_files(wheel_files))
        files |= quick_python(files, npm_command, report)
    return files


def fetch_parts(report: Report, npm_command: list[str] | None, *, offline: bool = False) -> list[Path]:
    """Makes node_modules what it has to be; the wheels of numpy and Pillow."""
    with report.step("parts from npm"):
        report.say(npm.ensure_parts(npm_command, offline=offline))
    with report.step("numpy and Pillow for Pyodide"):
        wheel_files = wheels.ensure_wheels(wheels.wanted_wheels(), offline=offline, say=report.say)
        report.say(", ".join(path.name for path in wheel_files))
    return wheel_files


def quick_python(files: dict[str, bytes], npm_command: list[str] | None, report: Report) -> dict[str, bytes]:
    """What takes the place of Python's archives: bytecode, and libraries that load before Python begins."""
    made = bytecode.compiled(files, npm_command, report.say)
    return made | libraries.taken_out(files | made, npm_command, report.say)


def check_out(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise BuildError(f"{out} is a file: give --out the name of a folder")
    if out.is_dir() and any(out.iterdir()) and manifest.read(out) is None:
        raise BuildError(f"{out} holds something that no build made: choose another --out, or empty it yourself")


def read_all(sources: dict[str, contents.Source]) -> dict[str, bytes]:
    return {path: source if isinstance(source, bytes) else source.read_bytes() for path, source in sources.items()}


def check_contents(files: dict[str, bytes], report: Report) -> None:
    if "index.html" not in files:
        raise BuildError("static/index.html is missing: there is no page without it")
    if "models/models.json" not in files:
        report.warn("static/models/models.json is missing: the page will say there is no model (see python -m trainer)")


def versioned(
    files: dict[str, bytes], models_folder: Path = models.SHIPPED
) -> tuple[manifest.Manifest, dict[str, bytes]]:
    """Everything that ships: the files with the manifest of their hashes and the service worker of this version."""
    template = TEMPLATE.read_text("utf-8")
    # Other headers are another worker, too.
    first_visit = contents.first_visit(files)
    made = manifest.make(files, (template + json.dumps(policy.HEADERS)).encode(), first_visit, models_folder)
    worker = service_worker(template, made)
    return made, {**files, manifest.NAME: made.to_json(), manifest.SERVICE_WORKER: worker}


def service_worker(template: str, made: manifest.Manifest) -> bytes:
    entries = [
        [path, base64.b64encode(bytes.fromhex(entry.sha256)).decode(), entry.bytes]
        for path, entry in made.files.items()
    ]
    listing = "[\n" + "".join(f"  {json.dumps(entry)},\n" for entry in entries) + "]"
    blanks = (("{{HEADERS}}", json.dumps(policy.HEADERS)), ("{{VERSION}}", made.version), ("{{FILES}}", listing))
    for name, value in blanks:
        if template.count(name) != 1:
            raise BuildError(f"static/sw.template.js must hold {name} exactly once")
        template = template.replace(name, value)
    return template.encode()


def compress_all(files: dict[str, bytes], console: Console) -> dict[str, bytes]:
    columns = (TextColumn("   "), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=sum(map(compress.worth_trying, files)))
        return compress.siblings(files, lambda path: progress.update(task, advance=1))


def check_weight(weights: budget.Weights, report: Report, *, binding: bool) -> None:
    """Stops the build where it is too heavy; says so where the budget is not for these models."""
    if not binding:
        for _line, words in budget.too_heavy(weights):
            report.warn(f"{words}; the budget is for the models that ship, so this goes on")
        return
    try:
        budget.check(weights)
    except BuildError:
        report.console.print(budget.summary(weights))
        raise


def replace_folder(out: Path, files: dict[str, bytes]) -> None:
    """Writes a new folder beside `out`, then swaps names."""
    out.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.new."))
    old = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.old."))
    try:
        for path, data in files.items():
            write_whole(new / path, data)
        new.chmod(0o755)
        if out.exists():
            out.replace(old / out.name)
        try:
            new.replace(out)
        except OSError:
            if (old / out.name).exists():
                (old / out.name).replace(out)
            raise
    except OSError as error:
        reason = error.strerror or error
        raise BuildError(f"{out} cannot be written ({reason}): free the place or choose another --out") from None
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
