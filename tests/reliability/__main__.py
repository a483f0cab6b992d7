"""python3 -m tests.reliability: everything in full, as the table of docs/reliability.md has it."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import bootstrap  # noqa: E402

if TYPE_CHECKING:
    from tests.reliability import Tally

EPILOG = """\
examples:
  python3 -m tests.reliability --write docs/reliability.md     all of it, some ninety minutes
  python3 -m tests.reliability --only cold --cold-starts 10
  python3 -m tests.reliability --only firefox-starts --only webkit-starts --write docs/reliability.md

exit status: 0 no wrong outcome, 1 at least one, 2 wrong usage."""
PARTS = ("photos", "installations", "phones", "cold", "firefox-starts", "webkit-starts")
HEAD = ["| tried | times | wrong outcomes | |", "|---|---:|---:|---|"]


def main(arguments: list[str]) -> int:
    """Try everything, print the table; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m tests.reliability",
        description="Damaged photos, cut installations, phones at once, cold starts without a network, starts in "
        "Firefox and WebKit: how often each was tried, and what went wrong.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be given again")
    parser.add_argument("--damaged", type=int, default=900, metavar="N", help="files of each kind (%(default)s)")
    parser.add_argument("--installations", type=int, default=200, metavar="N", help="(%(default)s)")
    parser.add_argument("--phones", type=int, default=200, metavar="N", help="(%(default)s)")
    parser.add_argument("--cold-starts", type=int, default=100, metavar="N", help="(%(default)s)")
    parser.add_argument("--firefox-starts", type=int, default=300, metavar="N", help="(%(default)s)")
    parser.add_argument("--webkit-starts", type=int, default=100, metavar="N", help="(%(default)s)")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="write the table between its markers in this file; with --only these parts' rows",
    )
    options = parser.parse_args(arguments)
    counts = (options.damaged, options.installations, options.phones, options.cold_starts)
    if min(*counts, options.firefox_starts, options.webkit_starts) < 1:
        parser.error("each number must be at least 1")
    bootstrap.enter("test", "test-browser", "train")
    tallies = run(options, options.only or PARTS)
    lines = table(tallies)
    print("\n".join(lines))
    for tally in tallies:
        for wrong in tally.wrong:
            print(f"wrong: {wrong}", file=sys.stderr)
    if options.write:
        from trainer.tools.marked import MarkerError, write_tables

        try:
            kept = rows_of(options.write) if options.only else []
            write_tables(options.write, {"reliability": "\n".join(with_rows(kept, lines))})
        except MarkerError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 1 if any(tally.wrong for tally in tallies) else 0


def run(options: argparse.Namespace, parts: Sequence[str]) -> list["Tally"]:
    """The tallies of these parts, each announced before it begins."""
    from rich.console import Console

    from app.models import load_instrument
    from building import is_stale
    from building.pipeline import build
    from tests.browser_kinds import find_kind
    from tests.find_browser import find_browser
    from tests.reliability.cold_starts import cold_starts
    from tests.reliability.cut_installations import cut_installations
    from tests.reliability.damaged_photos import KINDS, damaged_photos
    from tests.reliability.phones_at_once import phones_at_once
    from tests.reliability.saved_starts import saved_starts

    dist, chromium = ROOT / "dist", find_browser()
    if is_stale(dist):
        build(dist, npm_command=(bootstrap.node_tools() or (None, None))[1], console=Console(stderr=True))
    tallies = []
    if "photos" in parts:
        instrument = load_instrument(threads=1)
        for kind in KINDS:
            bootstrap.say(f"{options.damaged} damaged {kind} files")
            tallies.append(damaged_photos(instrument, kind, options.damaged))
    if "installations" in parts:
        bootstrap.say(f"{options.installations} cut installations")
        with tempfile.TemporaryDirectory() as folder:
            tallies.append(cut_installations(chromium, Path(folder), options.installations))
    if "phones" in parts:
        bootstrap.say(f"{options.phones} phones at once")
        tallies.append(phones_at_once(dist, options.phones))
    if "cold" in parts:
        tallies.append(cold_starts(chromium, dist, options.cold_starts, said_of(options.cold_starts, "cold starts")))
    for name, count in (("firefox", options.firefox_starts), ("webkit", options.webkit_starts)):
        if f"{name}-starts" in parts:
            found = find_kind(name)
            if isinstance(found, str):
                bootstrap.stop(found)
            tallies.append(saved_starts(found, dist, count, said_of(count, f"starts in {name}")))
    return tallies


def said_of(count: int, what: str) -> Callable[[], None]:
    """What is called after each of `count`, and says every tenth."""
    done = [0]

    def tick() -> None:
        done[0] += 1
        if done[0] % 10 == 0:
            bootstrap.say(f"{done[0]} of {count} {what}")

    return tick


def table(tallies: "list[Tally]") -> list[str]:
    """Markdown, one row a tally."""
    return HEAD + [f"| {each.what} | {each.tried} | {len(each.wrong)} | {each.note} |" for each in tallies]


def rows_of(document: Path) -> list[str]:
    """The lines of the table that stands in this file; none where it has none."""
    from trainer.tools.marked import table_in

    text = document.read_text(encoding="utf-8") if document.is_file() else ""
    return table_in(text, "reliability").splitlines()


def with_rows(lines: list[str], new: list[str]) -> list[str]:
    """The table `lines` with the rows of the table `new`: in place of those that tried the same, else at the end."""

    def tried(line: str) -> str:
        return line.split("|")[1].strip()

    rows = {tried(line): line for line in lines[len(HEAD) :]} | {tried(line): line for line in new[len(HEAD) :]}
    return [*HEAD, *rows.values()]


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
