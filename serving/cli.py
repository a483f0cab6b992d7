"""The command line of serve.py."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from building import models
from building.places import cache_dir

DESCRIPTION = """\
Serves the page over HTTPS to the phone beside you, and prints the address as a QR code.
Builds the page first when it is missing or older than its sources.

Phones give a page the camera only over HTTPS. The certificate is made here, for this machine's names
and addresses, so the phone will warn that nobody else vouches for it."""

EPILOG = f"""\
examples:
  python serve.py                                on all addresses, port 8443
  python serve.py --host 127.0.0.1 --port 9443   for this machine only
  python serve.py --http --host 127.0.0.1        no certificate: fine for localhost and for `adb reverse`
  python serve.py --dev                          app/ and static/ as they are, loaded again at every save
  python serve.py --models runs/models/original-web     the same page of other models, built into dist-original-web

A build is made anew when its sources or its models have changed. dist/ is the page that ships: other models go into a
folder of their own, unless --dist names one.

The certificate and the authority that signed it, with its key, are kept in
{cache_dir() / "certificate"} (HEMOLENS_CACHE chooses another place).
A phone that trusts the authority goes on trusting this machine when its addresses change. Without
that folder a new authority is made, which phones have to install anew."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="serve.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="0.0.0.0", metavar="ADDRESS", help="listen here (default: every address)")
    parser.add_argument("--port", type=_port, default=8443, metavar="N", help="listen on this port (default: 8443)")
    parser.add_argument("--http", action="store_true", help="plain HTTP, without a certificate")
    parser.add_argument(
        "--dist", type=Path, metavar="FOLDER", help="serve this build (default: dist; of other models: dist-NAME)"
    )
    parser.add_argument(
        "--models",
        type=Path,
        metavar="FOLDER",
        help="the folder whose models the page runs; its name is NAME (default: static/models)",
    )
    parser.add_argument("--no-build", action="store_true", help="serve what is there, whatever its age")
    parser.add_argument("--dev", action="store_true", help="build nothing of ours, and load pages again at every save")
    options = parser.parse_args(arguments)
    if options.dev and (options.no_build or options.dist):
        parser.error("--dev shows the sources, not a build: leave out --dist and --no-build")
    options.dist = options.dist or models.dist_of(options.models or models.SHIPPED)
    return options


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: take a number from 1 to 65535 (0: any free one)")
    return int(text)
