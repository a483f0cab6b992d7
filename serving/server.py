"""HTTPS for one folder: a thread a connection, and nobody waits for anybody else."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from building.policy import HEADERS

from .site import Served

# A connection that says nothing for this long is closed.
SILENCE_S = 20.0
TLS_HANDSHAKE = b"\x16"

# Where the phone finds the authority to install; it exists only over HTTPS.
AUTHORITY_PATH = "/hemolens-authority.crt"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "HemoLens"
    sys_version = ""
    timeout = SILENCE_S
    disable_nagle_algorithm = True
    server: PageServer

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        if path == AUTHORITY_PATH and self.server.authority:
            self._send_bytes(self.server.authority, "application/x-x509-ca-cert")
            return
        found = self.server.site.find(path, accepted_encodings(self.headers.get("Accept-Encoding", "")))
        if found is None and self.headers.get("Sec-Fetch-Mode") == "navigate":
            # A bookmark of what is no more: a person comes home, as with the service worker.
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND, "There is no such file in this build")
            return
        try:
            body = found.open()
        except OSError:
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "A new build is taking its place")
            return
        with body:
            known = matches(self.headers.get("If-None-Match", ""), found.etag)
            self.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
            self.send_header("ETag", found.etag)
            # Ask every time, send only what changed: a phone never mixes two builds.
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Vary", "Accept-Encoding")
            if not known:
                self.send_header("Content-Type", found.content_type)
                self.send_header("Content-Length", str(body.seek(0, os.SEEK_END)))
                body.seek(0)
                if found.encoding:
                    self.send_header("Content-Encoding", found.encoding)
            self.end_headers()
            if not known and self.command != "HEAD":
                shutil.copyfileobj(body, self.wfile, 256 * 1024)

    do_HEAD = do_GET  # noqa: N815

    def _refuse(self) -> None:
        self.close_connection = True  # whatever body follows is not read
        self.send_error(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815

    def _send_bytes(self, body: bytes, content_type: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def send_response(self, code: int, message: str | None = None) -> None:
        super().send_response(code, message)
        if code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if isinstance(code, HTTPStatus) and code >= HTTPStatus.BAD_REQUEST:
            # ascii() keeps whatever a client sent from reaching the terminal as control codes.
            line = ascii(self.requestline)
            print(f"{self.client_address[0]}: {code.value} {line}", file=sys.stderr, flush=True)

    def log_message(self, format: str, *args: object) -> None:
        """Errors are said once, by log_request."""


class ToHttps(BaseHTTPRequestHandler):
    """For those who typed the address without https://."""

    timeout = SILENCE_S

    def do_GET(self) -> None:
        host = self.headers.get("Host", "")
        self.send_response(HTTPStatus.TEMPORARY_REDIRECT if host else HTTPStatus.BAD_REQUEST)
        if host:
            self.send_header("Location", f"https://{host}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Not worth a line."""


class PageServer(ThreadingHTTPServer):
    """Serves a site; over TLS where it is given a context."""

    daemon_threads = True
    # A lecture hall opens the page at the same moment.
    request_queue_size = 512
    # Elsewhere than on POSIX this option would let two servers share one port.
    allow_reuse_address = os.name == "posix"

    # What answers a connection.
    handler: type[Handler] = Handler

    def __init__(
        self, host: str, port: int, site: Served, *, tls: ssl.SSLContext | None = None, authority: bytes = b""
    ) -> None:
        self.site = site
        self.tls = tls
        self.authority = authority
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), self.handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def server_bind(self) -> None:
        # The base class asks the name service for our name here, which may take seconds without a network.
        socket_address = self.server_address
        if self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(socket_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.port

    def process_request_thread(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        """Runs in the connection's own thread: a slow handshake holds up nobody else."""
        if self.tls is None:
            super().process_request_thread(request, client_address)
            return
        try:
            request.settimeout(SILENCE_S)
            if request.recv(1, socket.MSG_PEEK) != TLS_HANDSHAKE:
                ToHttps(request, client_address, self)
                self.shutdown_request(request)
                return
            secured = self.tls.wrap_socket(request, server_side=True)
        except OSError:
            request.close()
            return
        super().process_request_thread(secured, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        # People close pages and walk out of reach; that is no news.
        if not isinstance(error, OSError):
            print(f"serve.py: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


def accepted_encodings(header: str) -> set[str]:
    """The encodings of an Accept-Encoding header that are not refused with q=0."""
    accepted = set()
    for entry in header.split(","):
        name, _, parameters = entry.partition(";")
        weight = parameters.replace(" ", "").lower().removeprefix("q=")
        if weight.strip("0.") or not weight:
            accepted.add(name.strip().lower())
    return accepted


def matches(header: str, etag: str) -> bool:
    """Whether an If-None-Match header names this entity, strongly or weakly."""
    return any(tag.strip().removeprefix("W/") in (etag, "*") for tag in header.split(",") if tag.strip())
