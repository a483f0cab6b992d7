#!/usr/bin/env python3
"""Keeps the parts we depend on up to date. `python upkeep.py --help` says how; upkeep/ does it."""

import argparse
import sys

import bootstrap


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="upkeep.py", description="Keeps the parts we depend on up to date.")
    commands = parser.add_subparsers(dest="command", required=True)
    lock = commands.add_parser("lock", help="write locks/ after a change of pyproject.toml")
    lock.add_argument("--upgrade", action="store_true", help="take the newest versions, not those that still fit")
    commands.add_parser(
        "audit",
        help="ask for known vulnerabilities of all parts",
        description="Exit status 1: something is found that docs/audits.md does not explain. "
        "3: nothing of that kind, and not every service answered.",
    )
    commands.add_parser("icons", help="draw static/icons/ after a change of a drawing")
    return parser.parse_args()


def main() -> int:
    bootstrap.require_python()
    options = parse()
    bootstrap.enter("upkeep", *(["test"] if options.command == "icons" else []))
    from building.places import BuildError
    from upkeep import audit, icons, lock

    try:
        if options.command == "icons":
            from tests.browser import launched_browser
            from tests.find_browser import find_browser

            with launched_browser(find_browser()) as browser:
                for name, size_bytes in icons.write(browser).items():
                    print(f"static/{name}: {size_bytes} bytes")
            return 0
        if options.command == "audit":
            return audit.run((bootstrap.node_tools() or (None, None))[1])
        lock.renew(options.upgrade, bootstrap.PYTHON_NEEDED, bootstrap.PYTHON_LOCKED, bootstrap.say)
    except BuildError as error:
        print(f"upkeep.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
