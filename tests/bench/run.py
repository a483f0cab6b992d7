"""How fast the built page is: real dist/, headless Chromium, a fake camera, cold and warm; JSON and a table.

The machine's own speed is asked again and again between what is timed, with two networks in the native ONNX Runtime.
Every figure stands beside what it would be where they take 25 ms: ratios survive a noisy machine, milliseconds do not.

Then the whole browser is held to one core and to half a core, as if the phone were slow. That takes Linux, its control
groups of version 1 or 2, and the right to write them. What is beyond its budget there is said, with exit status 1.

A first visit over a slow line, which the page's server keeps to, has a table of its own.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import bootstrap  # noqa: E402
from tests.bench.held import CannotHoldError  # noqa: E402
from tests.bench.pace import at_target  # noqa: E402

# Of 12 and of 48 megapixels.
PHOTO_SIZES = {"photo_ms": (4000, 3000), "photo_48_ms": (8000, 6000)}
# What static/networks.mjs takes at most.
MOST_THREADS = 4
# A hand on white paper, of the data set.
REAL_PHOTO = "photo/54.jpg"
EPILOG = """\
examples:
  python tests/bench/run.py                 one thread and all of them, five scans each; one core and half a core
  python tests/bench/run.py --scans 50      the same, and whether memory or time grows (from 12 scans on)
  python tests/bench/run.py --json          for machines: one object, of one thread; `all` and `held` have the rest
  python tests/bench/run.py --held          one core and half a core only
  python tests/bench/run.py --line          a first visit over a slow line only
  python tests/bench/run.py --models runs/models/original-web --models runs/models/original-hybrid
                                            what pages of other models take for a frame and a photo, beside ours
  python tests/bench/run.py --peer FOLDER   the original's page beside ours; the folder has its index.html, its models
                                            and its runtime's files, which may lie anywhere in there
  python tests/bench/run.py --scans 50 --write docs/speed.md
"""


def main(arguments: list[str]) -> int:
    """Exit status: 0 measured, 1 not measured, or beyond a budget, 2 usage."""
    parser = argparse.ArgumentParser(
        prog="python tests/bench/run.py",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object; with all threads under `all`")
    parser.add_argument("--scans", type=int, default=5, metavar="N", help="scans in a row (default: 5)")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--one", action="store_true", help="one thread only")
    only.add_argument("--held", action="store_true", help="one core and half a core only")
    only.add_argument("--line", action="store_true", help="a first visit over a slow line only")
    only.add_argument(
        "--models", type=Path, action="append", metavar="FOLDER", help="pages of other models beside ours only"
    )
    only.add_argument("--peer", type=Path, metavar="FOLDER", help="the original's page beside ours only")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table between its markers in this file")
    options = parser.parse_args(arguments)
    if options.scans < 1:
        parser.error("--scans must be at least 1")
    bootstrap.enter("test", "test-browser", "train")
    from playwright.sync_api import Error

    from building import BuildError
    from tests.bench import budgets, far_visit, peer, recipes, slow, speed_table
    from tests.bench.unrecorded import NotThereError

    everything = not (options.one or options.held or options.line or options.models or options.peer)
    figures: dict[str, Any] = {}
    tables: dict[str, list[str]] = {}
    stopped = ""
    try:
        if options.models:
            figures["recipes"] = measure_recipes(options.models, options.scans)
            tables["recipes"] = [*recipes.table_lines(figures["recipes"]), "", speed_table.machine()]
        elif options.peer:
            figures["peer"] = measure_peer(options.peer)
            tables["peer"] = [*peer.table_lines(figures["peer"]), "", speed_table.machine()]
        elif options.one or everything:
            figures = measure(options.scans, 1)
            if not options.one:
                figures["all"] = measure(options.scans, MOST_THREADS)
            tables["speed"] = [*speed_table.lines(figures), "", speed_table.machine()]
        if options.line or everything:
            figures["line"] = measure_line()
            tables["line"] = far_visit.table_lines(figures["line"])
        if options.held or everything:
            figures["held"] = measure_held()
            tables["held"] = budgets.table_lines(figures["held"])
    except CannotHoldError as error:
        print(f"not measured on one core and half a core: {error}", file=sys.stderr)
    except slow.NoReadingError as error:
        stopped = f"on one core or half a core a scan had no reading: {error}"
    except (BuildError, peer.NotThePeerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (Error, NotThereError) as error:
        stopped = f"the page did not get there: {str(error).splitlines()[0]}"
    # Tables that were done before are not lost.
    if options.write:
        from trainer.tools.marked import MarkerError, write_tables

        try:
            write_tables(options.write, {name: "\n".join(lines) for name, lines in tables.items()})
        except MarkerError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print(json.dumps(figures) if options.json else "\n\n".join("\n".join(lines) for lines in tables.values()))
    beyond = budgets.too_slow(figures["held"]) if "held" in figures else []
    for words in beyond:
        print(f"error: beyond its budget: {words}", file=sys.stderr)
    if stopped:
        print(f"error: {stopped}", file=sys.stderr)
    return 1 if beyond or stopped or not tables else 0


def fresh_build() -> Path:
    """dist/, made anew where it is stale."""
    from rich.console import Console

    from building import is_stale
    from building.pipeline import build

    dist = ROOT / "dist"
    if is_stale(dist):
        # Only the figures go to stdout.
        build(dist, npm_command=(bootstrap.node_tools() or (None, None))[1], console=Console(stderr=True))
    return dist


def measure_held() -> dict[str, Any]:
    """The browser held to one core and to half a core, see `tests.bench.slow`, before the drawn hand and a real one."""
    from PIL import Image, ImageOps

    from tests.bench import held, slow
    from tests.browser import Host, launched_browser
    from tests.film import SIZE, film_of_the_drawn_hand, fitted, write_film
    from tests.find_browser import find_browser
    from tests.real_photos import DATASET

    held.way()
    host = Host(fresh_build())
    with tempfile.TemporaryDirectory() as folder:
        films = {"the drawn hand": film_of_the_drawn_hand(Path(folder))}
        photo = DATASET / REAL_PHOTO
        if photo.is_file():
            shown = fitted(ImageOps.exif_transpose(Image.open(photo)).convert("RGB"), SIZE)
            films["a photograph of a hand"] = write_film(Path(folder) / "photo.y4m", [shown], SIZE)
        try:
            return slow.slow_figures(lambda film: launched_browser(find_browser(), film), host.address, films)
        finally:
            host.stop()


def measure_line() -> dict[str, Any]:
    """One first visit over a slow line, see `tests.bench.far_visit`."""
    from tests.bench import far_visit
    from tests.browser import launched_browser
    from tests.find_browser import find_browser

    with launched_browser(find_browser()) as browser:
        return far_visit.measured(browser, fresh_build())


def measure_peer(folder: Path) -> dict[str, Any]:
    """Our page and the original's, see `tests.bench.peer`."""
    from tests.bench import native, peer
    from tests.browser import Host, launched_browser
    from tests.film import film_of_the_drawn_hand
    from tests.find_browser import find_browser

    peer.check(folder)
    host = Host(fresh_build())
    reference_ms = native.Reference(ROOT / "runs" / "bench").ms()
    with tempfile.TemporaryDirectory() as name:
        film = film_of_the_drawn_hand(Path(name))
        try:
            found = peer.measured(lambda film: launched_browser(find_browser(), film), host.address, folder, film)
        finally:
            host.stop()
    return {**found, "reference_ms": reference_ms}


def measure_recipes(folders: list[Path], scans: int) -> dict[str, Any]:
    """Our page's figures and those of pages of other models, by the names of their recipes."""
    from rich.console import Console

    from building import models
    from building.pipeline import build
    from tests.bench import native, recipes
    from tests.bench.pace import Pace
    from tests.browser import Host, launched_browser
    from tests.film import film_of_the_drawn_hand
    from tests.find_browser import find_browser

    for folder in folders:
        models.check(folder)
    npm = (bootstrap.node_tools() or (None, None))[1]
    pace, found = Pace(native.Reference(ROOT / "runs" / "bench").ms), {}
    with tempfile.TemporaryDirectory() as name:
        film = film_of_the_drawn_hand(Path(name))
        for recipe, folder in recipes.named([models.SHIPPED, *folders]).items():
            page = fresh_build()
            if not models.is_shipped(folder):
                page = Path(name) / "page"
                build(page, npm_command=npm, models_folder=folder, compressed=False, console=Console(stderr=True))
            host = Host(page)
            with launched_browser(find_browser(), film) as browser:
                found[recipe] = recipes.measured(browser, host.address, scans, pace)
            host.stop()
    return found


def measure(scans: int, threads: int) -> dict[str, Any]:
    """One browser's visits; `threads`: of the networks, at most, and no more than the device has."""
    from tests.bench import native, unrecorded, visits, webkit_memory
    from tests.bench.pace import Pace
    from tests.browser import Host, launched_browser
    from tests.film import film_of_the_drawn_hand
    from tests.find_browser import find_browser

    dist = fresh_build()
    pace = Pace(native.Reference(ROOT / "runs" / "bench").ms)
    host = Host(dist)
    with tempfile.TemporaryDirectory() as folder:
        film = film_of_the_drawn_hand(Path(folder))
        with launched_browser(find_browser(), film) as browser:
            found = visits.visit(browser, host.address, threads, scans, PHOTO_SIZES, pace)
        largest = list(PHOTO_SIZES.values())[-1]
        found |= unrecorded.memory_figures(find_browser(), film, f"{host.address}?threads={threads}", largest)
    if threads == 1:
        try:
            found |= webkit_memory.memory_figures(host.address, largest)
        except webkit_memory.NotInWebKitError as error:
            print(f"WebKit's memory was not measured: {error}", file=sys.stderr)
    host.stop()
    pace.begin()
    shipped = native.shipped_ms(dist / "models", found["nails"])
    reference_ms = pace.of_this()
    models = [path.stat().st_size for path in (dist / "models").glob("*.onnx")]
    found["at_target"]["native_ms"] = at_target([sum(shipped.values())], [reference_ms])
    return {
        **found,
        "native_ms": sum(shipped.values()),
        "native_detector_ms": shipped["detector"],
        "native_estimator_ms": shipped["estimator"],
        "native_reference_ms": reference_ms,
        "model_bytes": sum(models),
        **visits.visit_bytes(dist),
    }


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
