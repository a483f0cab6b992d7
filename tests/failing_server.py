"""What hosts of the tests' own have in common that can be made to fail: they break connections off, and are ended."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar


class FailingServer(http.server.ThreadingHTTPServer):
    """On this machine alone.

    Attributes:
        ended: set once nothing is to be answered any more; who holds an answer back waits for it.
        lock: for what the handlers count.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.ended = threading.Event()
        self.lock = threading.Lock()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Broken connections are what it is for."""


class SilentHandler(http.server.BaseHTTPRequestHandler):
    """Says nothing at the terminal."""

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


Server = TypeVar("Server", bound=FailingServer)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """It answers meanwhile, and is gone afterwards."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
