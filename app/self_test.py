"""python -m app.self_test: the golden values of the models on this machine, as the page's own test has them."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from app.core.errors import MeasureError
from app.core.golden import PICTURE, VALUES, Check, compare, golden_values
from app.files import write_json, write_whole
from app.models import SHIPPED_MODELS, load_instrument
from app.terminal import show_any_sign, shown

DESCRIPTION = f"""\
Run both networks and the whole way from a picture to a value on the test picture {PICTURE}, and hold every number
against {VALUES}. The page does the same on a phone (Settings, "Check this copy")."""

EPILOG = """\
Whoever changes how it measures, or the models, writes the new values down with --renew: the tests and the page compare
with them.

exit status: 0 all as written down, 1 something differs, 2 wrong usage."""


def main(arguments: list[str] | None = None) -> int:
    """Compare, or write; returns the exit status."""
    show_any_sign()
    parser = argparse.ArgumentParser(
        prog="python -m app.self_test",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--renew", action="store_true", help=f"write {VALUES} anew instead of comparing")
    parser.add_argument("--models", type=Path, default=SHIPPED_MODELS, metavar="FOLDER", help="(%(default)s)")
    options = parser.parse_args(arguments)
    try:
        if options.renew:
            renew(options.models)
            print(f"{shown(options.models / VALUES)}: written")
            return 0
        checks = check(options.models)
    except (MeasureError, OSError, ValueError) as error:
        print(f"self-test: {shown(error)}", file=sys.stderr)
        return 1
    wrong = [each for each in checks if not each.ok]
    for each in wrong:
        print(f"{each.part}, {each.name}: {each.found:g} instead of {each.expected:g} (+-{each.tolerance:g})")
    print(f"{len(checks) - len(wrong)} of {len(checks)} numbers as written down")
    return 1 if wrong else 0


def check(models: Path = SHIPPED_MODELS) -> list[Check]:
    """The numbers of this machine beside those of golden.json.

    Raises:
        MeasureError: a model or the reading is missing.
        OSError: the picture or the values are missing.
        ValueError: the values are of other models, or no JSON.
    """
    return compare(json.loads((models / VALUES).read_bytes()), _values(models))


def renew(models: Path, picture: Path = SHIPPED_MODELS / PICTURE) -> None:
    """Write golden.json beside the models of a folder, and the test picture where there is none."""
    if not (models / PICTURE).is_file():
        write_whole(models / PICTURE, picture.read_bytes())
    write_json(models / VALUES, _values(models))


def _values(models: Path) -> dict[str, Any]:
    return asyncio.run(golden_values(load_instrument(models), (models / PICTURE).read_bytes()))


if __name__ == "__main__":
    sys.exit(main())
