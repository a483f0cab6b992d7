"""Many phones at the same moment at serve.py's own server, over TLS, each with a page and its largest parts."""

from __future__ import annotations

import ssl
import threading
import urllib.request
from hashlib import sha256
from pathlib import Path

from building import manifest
from serving.command import start
from serving.server import PageServer
from serving.site import Site
from tests.reliability import Tally

# What every phone fetches: the page, a small part and one of the largest.
PATHS = ("index.html", "models/models.json", "vendor/micropython/micropython.wasm")
PATIENCE_S = 120


def phones_at_once(dist: Path, count: int) -> Tally:
    """`count` phones at once. Wrong is: an error, or a file that is not the one of the build."""
    tally = Tally("phones at once, over HTTPS on one machine", tried=count, note=f"{len(PATHS)} files each")
    made = manifest.read(dist)
    assert made is not None
    server = start(PageServer, "127.0.0.1", 0, Site(dist))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    trust = ssl.create_default_context(cadata=server.authority)
    begin = threading.Barrier(count)

    def phone(number: int) -> None:
        begin.wait()
        try:
            for path in PATHS:
                address = f"https://localhost:{server.port}/{path}"
                with urllib.request.urlopen(address, timeout=PATIENCE_S, context=trust) as answer:
                    good = sha256(answer.read()).hexdigest() == made.files[path].sha256
                tally.expect(good, f"phone {number}: {path} has other bytes")
        except OSError as error:
            tally.expect(False, f"phone {number}: {error}")

    phones = [threading.Thread(target=phone, args=(number,)) for number in range(count)]
    for each in phones:
        each.start()
    for each in phones:
        each.join()
    server.shutdown()
    server.server_close()
    thread.join()
    return tally
