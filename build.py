#!/usr/bin/env python3
"""Builds the page into dist/. `python build.py --help` says how; building/ does it."""

import bootstrap

if __name__ == "__main__":
    bootstrap.require_python()
    from building import cli

    options = cli.parse()
    bootstrap.enter(builds=not options.offline)
    tools = bootstrap.node_tools(install=not options.offline)
    npm = tools[1] if tools else None
    raise SystemExit(cli.run(options.out, options.offline, npm, models_folder=options.models))
