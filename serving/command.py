"""serve.py once everything it needs is installed: build where needed, listen, say where, serve."""

from __future__ import annotations

import argparse
import errno
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TypeVar

import segno

import building
from building import BuildError, contents, manifest, models, pipeline
from building import cli as building_cli
from building.places import ROOT

from . import certificate
from .addresses import Address, lan_addresses, listened_addresses, own_names
from .certificate import Certificate
from .dev import DevServer, Tree
from .server import AUTHORITY_PATH, PageServer
from .site import Served, Site

Server = TypeVar("Server", bound=PageServer)

PORTS_TO_TRY = 50


class ServeError(Exception):
    """What keeps the server from starting, in one line with the way out."""


def run(options: argparse.Namespace, npm: Callable[[], list[str] | None]) -> int:
    """Serves until Ctrl-C; returns the exit status."""
    # A service manager's stop ends it as cleanly as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run_dev(options, npm) if options.dev else _run(options, npm)
    except ServeError as error:
        print(f"serve.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nstopped")
        return 0


def _run(options: argparse.Namespace, npm: Callable[[], list[str] | None]) -> int:
    wanted = _models_of(options)
    if not options.no_build and building.is_stale(options.dist, wanted):
        other = manifest.read(options.dist) is not None and not manifest.is_of(options.dist, wanted)
        why = "is of other models" if other else "is missing or older than its sources"
        say(f"{options.dist.name}/ {why}: building it first")
        # Nobody waits for compressed copies: they are made while the page is served.
        status = building_cli.run(options.dist, False, npm(), models_folder=wanted, compressed=False)
        if status:
            say("serve.py: not serving; --no-build serves the last build as it is")
            return status
    site = Site(options.dist)
    if not site.is_there:
        raise ServeError(
            f"{options.dist} holds no build: run `python build.py --out {options.dist}`, or leave out --no-build"
        )
    if options.no_build and options.models and not manifest.is_of(options.dist, wanted):
        raise ServeError(f"{options.dist} is not of the models in {options.models}: leave out --no-build, or --models")
    server = start(PageServer, options.host, options.port, site, http=options.http)
    with server, nullcontext() if options.no_build else compressing(options.dist):
        announce(server, options.host)
        say_models(options.dist / contents.MODELS)
        server.serve_forever()
    return 0


def _run_dev(options: argparse.Namespace, npm: Callable[[], list[str] | None]) -> int:
    wanted = _models_of(options)
    try:
        vendor = pipeline.vendor(npm_command=npm())
    except BuildError as error:
        raise ServeError(str(error)) from None
    with start(DevServer, options.host, options.port, Tree(ROOT, vendor, wanted), http=options.http) as server:
        announce(server, options.host)
        say_models(wanted / models.LISTING)
        say("  Every save in app/ or static/ loads the page again; errors of its Python appear here, too.")
        server.serve_forever()
    return 0


def _models_of(options: argparse.Namespace) -> Path:
    """The folder of the models that the page is to run, once it is known to be whole where somebody named it."""
    if not options.models:
        return models.SHIPPED
    try:
        models.check(options.models)
    except BuildError as error:
        raise ServeError(str(error)) from None
    folder: Path = options.models
    return folder


@contextmanager
def compressing(dist: Path) -> Iterator[None]:
    """Completes a build's compressed copies beside the server, in a process of its own that ends with it."""
    with subprocess.Popen([sys.executable, "-m", "building.compress", str(dist.resolve())], cwd=ROOT) as process:
        try:
            yield
        finally:
            process.terminate()


def start(kind: type[Server], host: str, port: int, site: Served, *, http: bool = False) -> Server:
    """A server that listens already; `serve_forever` begins to answer."""
    tls, authority = None, b""
    if not http:
        known = listened_addresses(host)

        def certified(addresses: set[Address]) -> Certificate:
            made = certificate.ensure(own_names(), addresses)
            for line in made.news:
                say(line)
            return made

        try:
            made = certified(known)
        except OSError as error:
            raise ServeError(
                f"the certificate cannot be kept ({error.strerror}: {error.filename}): "
                "set HEMOLENS_CACHE to a folder you may write to, or use --http"
            ) from None
        certificate.follow(made, known, lambda address: certified({*listened_addresses(host), address}))
        tls, authority = made.context, made.authority
    try:
        return kind(host, port, site, tls=tls, authority=authority)
    except OSError as error:
        raise ServeError(_why_not(host, port, error)) from None


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken: try --port {free_port(host, port)}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"this user may not listen on port {port}: try --port {free_port(host, 8443)}"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: leave out --host, or take one of: {_own()}"
    return f"cannot listen on {host} port {port}: {error.strerror or error}"


def free_port(host: str, port: int) -> int:
    """A port near the wanted one that is free now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in [*range(port + 1, min(port + PORTS_TO_TRY, 65535)), 0]:
        with socket.socket(family) as probe:
            try:
                probe.bind((host, candidate))
                return int(probe.getsockname()[1])
            except OSError:
                continue
    return 0


def announce(server: PageServer, host: str) -> None:
    scheme = "https" if server.tls else "http"
    everywhere = host in ("", "0.0.0.0", "::")
    lan = lan_addresses() if everywhere else [] if _is_local(host) else [host]
    local = "localhost" if everywhere or _is_local(host) else host
    say("")
    say(f"  this machine  {scheme}://{local}:{server.port}/")
    for address in lan:
        say(f"  the phone     {scheme}://{_bracketed(address)}:{server.port}/")
    say("")
    if lan:
        show_qr(f"{scheme}://{_bracketed(lan[0])}:{server.port}/")
    elif everywhere:
        say("  No network is connected: bring this machine and the phone into the same one for an address.")
    if server.tls and lan:
        say("  The phone will warn about the certificate: it was made here, and nobody else vouches for it.")
        say("  Accept it to use the camera. To keep the page offline too, the phone must trust it: open")
        say(f"  {scheme}://{_bracketed(lan[0])}:{server.port}{AUTHORITY_PATH} there and install it.")
        say("  Once is enough: it vouches for this machine at every address, and for no name of the internet.")
    elif not server.tls and lan:
        say("  Plain HTTP: a phone gives such a page neither its camera nor offline use. Only localhost may.")
    say("  Ctrl-C stops.")


def say_models(listing: Path) -> None:
    """Whose models the page runs, where they are not those that ship."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = models.recipe_in_words(json.loads(listing.read_bytes()))
        if said != models.OURS:
            say(f"  This page runs other models than the shipped ones: {said}.")


def show_qr(address: str) -> None:
    try:
        "█▀▄".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return  # the terminal cannot draw it; the address stands above
    segno.make_qr(address, error="l").terminal(out=sys.stdout, border=2, compact=True)


def say(line: str) -> None:
    print(line, flush=True)


def _own() -> str:
    return ", ".join(["127.0.0.1", *lan_addresses()])


def _is_local(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
