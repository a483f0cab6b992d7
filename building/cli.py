"""The command line of build.py."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from building import models
from building.places import BuildError, cache_dir

DESCRIPTION = """\
Builds the page into one folder that any web server can hand out.

  npm parts        the versions and hashes in package-lock.json, nothing else
  numpy, Pillow    the official Pyodide wheels, by the hashes Pyodide itself publishes
  bytecode         Python's library, numpy, Pillow and the engine, compiled by that Pyodide
  libraries        of numpy and Pillow, by themselves: they load before Python, so that its memory can be kept
  ONNX Runtime     without the operators that none of its networks has
  app/             our Python, as engine.zip and screen.pack.json
  static/          the page, its icons, its models
  licences.html    whose each of these parts is, and the words of its licence
  build.json       the sha256 of every file, and the version they make together
  sw.js            the service worker that keeps this version on the phone, offline
  *.br, *.gz       compressed copies

The folder that was there stays as it is until the new one is complete."""

EPILOG = f"""\
examples:
  python build.py                    build into dist/
  python build.py --out /tmp/page    build somewhere else
  python build.py --offline          build with what earlier builds fetched
  python build.py --models runs/models/original-web
                                     the same page of other models, as `python -m trainer export` writes them,
                                     into dist-original-web; dist/ stays the page that ships

What was fetched is kept in {cache_dir()} (HEMOLENS_CACHE chooses another place)."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to build (default: dist; of other models: dist-NAME)"
    )
    parser.add_argument(
        "--models",
        type=Path,
        default=models.SHIPPED,
        metavar="FOLDER",
        help="the folder whose models the page runs; its name is NAME (default: static/models)",
    )
    parser.add_argument("--offline", action="store_true", help="use no network: the cache and npm's own cache only")
    options = parser.parse_args(arguments)
    options.out = options.out or models.dist_of(options.models)
    return options


def run(
    out: Path,
    offline: bool,
    npm_command: list[str] | None,
    *,
    models_folder: Path = models.SHIPPED,
    compressed: bool = True,
) -> int:
    # Imported here, so that --help answers before anything is installed.
    from building.pipeline import build

    try:
        build(out, npm_command=npm_command, models_folder=models_folder, offline=offline, compressed=compressed)
    except BuildError as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("build.py: stopped; the folder that was there is untouched", file=sys.stderr)
        return 130
    return 0
