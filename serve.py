#!/usr/bin/env python3
"""Serves the page to the phone beside you. `python serve.py --help` says how; serving/ does it."""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_python()
    from serving import cli

    options = cli.parse()
    bootstrap.enter(builds=not options.no_build)
    from serving import command

    raise SystemExit(command.run(options, npm=lambda: (bootstrap.node_tools() or (None, None))[1]))
