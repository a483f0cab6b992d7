"""python -m app PHOTO...: the phone's own measuring, at a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.errors import MeasureError
from app.core.pipeline import Instrument, measure_photo
from app.core.reading import error_json
from app.library import read_photo
from app.models import SHIPPED_MODELS, load_instrument
from app.shared.codes import REFERENCE_OK
from app.shared.elevation import LONGEST, ElevationError, understood_m
from app.shared.groups import GROUPS, NOT_SMOKING, NOT_STATED, SMOKING, Person
from app.shared.words import (
    comparison_lines,
    elevation_wrong_words,
    light_warning,
    paper_words,
    reason_words,
    say,
    severity_words,
)
from app.terminal import fitting, photos_named, show_any_sign, shown

EXIT_NO_READING = 3

DESCRIPTION = """\
Estimate haemoglobin from the fingernails in a photo, with the very steps and networks that run on the phone.
The photo needs at least one nail, flat, in focus and in even light."""

EPILOG = f"""\
examples:
  python -m app hand.jpg                 a reading in words
  python -m app *.jpg --json             one JSON object a line, one line a photo
  python -m app photos/                  every photo in a folder
  python -m app -- -odd.jpg              a name that begins with a dash
  python -m app hand.jpg --group woman --elevation 2400
                                         by the limits of women, who live 2,400 m above the sea

groups: {", ".join(GROUPS)}

exit status: 0 a reading for every photo, {EXIT_NO_READING} at least one photo without a reading, 2 wrong usage.
{say("disclaimer")}"""


def main(arguments: list[str] | None = None) -> int:
    """Measure each photo that is named; returns the exit status."""
    show_any_sign()
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="a JPEG, PNG or WebP file, or a folder of them")
    parser.add_argument("--json", action="store_true", help="print one JSON object a photo instead of words")
    whose = parser.add_argument_group("whose hand it is (WHO 2024; nothing is required)")
    whose.add_argument(
        "--group", choices=GROUPS, default=NOT_STATED, metavar="GROUP", help="one of the groups below (%(default)s)"
    )
    whose.add_argument(
        "--elevation",
        type=_elevation_m,
        default=0,
        metavar="M",
        help="where the person lives: metres above the sea, or with a unit (2400, '2,400 m', '8000 ft')",
    )
    whose.add_argument("--smoking", choices=SMOKING, default=NOT_SMOKING, help="cigarettes a day (%(default)s)")
    parser.add_argument(
        "--models",
        type=Path,
        default=SHIPPED_MODELS,
        metavar="FOLDER",
        help="models.json and its networks (%(default)s)",
    )
    arguments = _unmistakable(sys.argv[1:] if arguments is None else arguments)
    for dashed in [each for each in arguments if each[:1] == "-" and each[1:2] != "-" and Path(each).is_file()]:
        if "--" not in arguments:
            parser.error(f"{shown(dashed)} reads like an option: write -- before the names")
    options = parser.parse_args(arguments)
    try:
        person = Person(options.group, options.elevation, options.smoking)
    except ValueError as error:
        parser.error(str(error))

    instrument: Instrument | None = None
    failure: MeasureError | None = None
    try:
        instrument = load_instrument(options.models)
    except MeasureError as error:
        failure = error
    status = 0
    for photo, outcome in _outcomes(options.photos, instrument, failure, person):
        if "error" in outcome:
            status = EXIT_NO_READING
        if options.json:
            # In ASCII, which no encoding of a terminal or a file lacks.
            print(json.dumps({"photo": str(photo), **outcome}), flush=True)
        else:
            print(describe(photo, outcome), flush=True)
    if not options.json:
        print(f"\n{say('disclaimer')}")
    return status


def _unmistakable(arguments: list[str]) -> list[str]:
    """The arguments with `--elevation -400m` as one: argparse takes that for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--elevation" and "--" not in joined:
            joined[-1] += "=" + argument
        else:
            joined.append(argument)
    return joined


def _elevation_m(text: str) -> int:
    try:
        return understood_m(text)
    except ElevationError as error:
        if error.elevation_m is not None:
            # Understood, and outside of the table: Person says so.
            return error.elevation_m
        said = elevation_wrong_words(error.reason).replace("\u00a0", " ")
        raise argparse.ArgumentTypeError(f"{shown(text[:LONGEST])!r}: {said}") from None


def _outcomes(
    names: list[str], instrument: Instrument | None, failure: MeasureError | None, person: Person
) -> Iterator[tuple[str | Path, dict[str, Any]]]:
    """Each photo with its reading or error, as JSON has it; a name that stands for none with why."""
    for name in fitting(names):
        try:
            photos = photos_named(name)
        except MeasureError as error:
            yield name, error_json(error)
            continue
        for photo in photos:
            yield photo, error_json(failure) if failure else _measure(instrument, photo, person)


def _measure(instrument: Instrument | None, photo: Path, person: Person) -> dict[str, Any]:
    assert instrument is not None
    try:
        return asyncio.run(measure_photo(instrument, read_photo(photo))).as_json(person)
    except MeasureError as error:
        return error_json(error)


def describe(photo: str | Path, outcome: dict[str, Any]) -> str:
    """A reading, or the error in its place, in words for a person."""
    lines = []
    if "error" in outcome:
        lines.append(f"{shown(photo) or repr(photo)}: no reading: {shown(outcome['error']['message'])}")
    else:
        low, high = outcome["interval_g_dl"]
        lines.append(
            f"{shown(photo)}: Hb {low:.1f} to {high:.1f} g/dL (true for {outcome['coverage']:.0%} of people), "
            f"best guess {outcome['hb_g_dl']:.1f}: {severity_words(outcome['severity']['set'])}"
        )
        lines.append("  " + " ".join(comparison_lines(outcome["severity"], outcome["comparison"])))
        light = outcome["light"]
        remarks = [paper_words(light["reference"]["reason"] or REFERENCE_OK), light_warning(light)]
        remarks += [] if outcome["narrower_than_no_photo"] else [say("as-wide-as-no-photo")]
        recipe = outcome["models"].get("recipe")
        remarks += [shown(say("read-by", name=recipe))] if recipe else []
        lines += [f"  {remark}" for remark in remarks if remark]
    for number, nail in enumerate(outcome.get("nails", []), start=1):
        x1, y1, x2, y2 = (round(side) for side in nail["box"])
        value = f"{nail['hb_g_dl']:.1f} g/dL" if nail["used"] else f"not used, {reason_words(nail['reason'])}"
        lines.append(f"  nail {number} at {x1},{y1} to {x2},{y2} ({nail['confidence']:.0%} sure): {value}")
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our lines, `head` for one, has enough. Python would complain again when it closes stdout.
        sys.stdout = None
        sys.exit(141)
