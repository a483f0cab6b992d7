"""Real requests to a real serve.py: over HTTPS with its own certificate verified, and over plain HTTP."""

import gzip
import http.client
import json
import os
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import brotli
import pytest

from tests.children import heeding_ctrl_c

ROOT = Path(__file__).resolve().parent.parent.parent
WASM = "/vendor/micropython/micropython.wasm"


@dataclass
class Running:
    """A serve.py of its own process, and how to ask it."""

    process: subprocess.Popen[str]
    dist: Path
    port: int
    said: list[str]
    trust: ssl.SSLContext | None

    def connect(self, host: str = "localhost") -> http.client.HTTPConnection:
        if self.trust:
            return http.client.HTTPSConnection(host, self.port, timeout=10, context=self.trust)
        return http.client.HTTPConnection(host, self.port, timeout=10)

    def ask(
        self, path: str, method: str = "GET", host: str = "localhost", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = self.connect(host)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response, body


@contextmanager
def serving(dist: Path, cache: Path, *arguments: str) -> Iterator[Running]:
    command = [sys.executable, str(ROOT / "serve.py"), "--no-build", "--dist", str(dist), "--port", "0", *arguments]
    environment = {**os.environ, "HEMOLENS_CACHE": str(cache), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        heeding_ctrl_c(command),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C stops" in line:
                break
        found = re.search(r"this machine\s+https?://[^:]+:(\d+)/", "".join(said))
        assert found, "".join(said)
        trust = None if "--http" in arguments else trusting(cache)
        yield Running(process, dist, int(found.group(1)), said, trust)
    finally:
        process.kill()
        process.communicate()


def trusting(cache: Path) -> ssl.SSLContext:
    """Trusts the certificate's authority and nothing else."""
    kept = (cache / "certificate" / "server.pem").read_text()
    blocks = re.findall(r"-----BEGIN CERT.+?-----END CERTIFICATE-----", kept, re.DOTALL)
    return ssl.create_default_context(cadata=blocks[1])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def https(built_dist: Path, cache: Path) -> Iterator[Running]:
    with serving(built_dist, cache) as running:
        yield running


@pytest.fixture(scope="module")
def http_only(built_dist: Path, cache: Path) -> Iterator[Running]:
    with serving(built_dist, cache, "--http", "--host", "127.0.0.1") as running:
        yield running


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "this machine's name"])
def test_the_certificate_holds_for_every_name(https: Running, host: str) -> None:
    if host not in ("localhost", "127.0.0.1"):
        host = socket.gethostname()
        try:
            socket.getaddrinfo(host, https.port, socket.AF_INET)
        except OSError:
            pytest.skip(f"{host} is no name that this network knows")
    response, body = https.ask("/", host=host)
    assert response.status == 200
    assert body == (https.dist / "index.html").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers at every address of its loopback")
def test_an_address_that_comes_while_it_runs_is_trusted_as_well(built_dist: Path, tmp_path: Path) -> None:
    # 127.0.0.2 is none that an interface has, so no certificate was made for it.
    with serving(built_dist, tmp_path) as running:
        for host in ("127.0.0.1", "127.0.0.2", "localhost", "127.0.0.2"):
            assert running.ask("/", host=host)[0].status == 200
        # What is kept is good for the next start.
        kept = [file.read_bytes() for file in sorted((tmp_path / "certificate").iterdir())]
    with serving(built_dist, tmp_path) as running:
        assert running.ask("/", host="127.0.0.2")[0].status == 200
    assert [file.read_bytes() for file in sorted((tmp_path / "certificate").iterdir())] == kept


@pytest.mark.skipif(os.name != "posix", reason="file modes are a thing of POSIX")
def test_the_key_is_for_its_owner_only(https: Running, cache: Path) -> None:
    assert stat.S_IMODE((cache / "certificate" / "server.pem").stat().st_mode) == 0o600
    assert ROOT not in (cache / "certificate").parents


def test_the_authority_can_be_fetched_and_signed_the_certificate(https: Running) -> None:
    response, body = https.ask("/hemolens-authority.crt")
    assert response.headers["Content-Type"] == "application/x-x509-ca-cert"
    context = ssl.create_default_context(cadata=body)
    connection = http.client.HTTPSConnection("localhost", https.port, timeout=10, context=context)
    connection.request("HEAD", "/")
    assert connection.getresponse().status == 200


def test_the_address_is_printed_with_a_code_to_scan(https: Running) -> None:
    text = "".join(https.said)
    if "the phone" in text:
        assert "▄▄▄▄▄" in text
        assert "will warn about the certificate" in text
    else:
        assert "No network is connected" in text


def test_every_file_of_the_build_arrives_unchanged(https: Running) -> None:
    for path, entry in json.loads((https.dist / "build.json").read_text())["files"].items():
        response, body = https.ask(f"/{path}")
        assert response.status == 200, path
        assert sha256(body).hexdigest() == entry["sha256"], path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        (WASM, "application/wasm"),
        ("/vendor/pyodide/pyodide.mjs", "text/javascript; charset=utf-8"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/build.json", "application/json"),
        ("/engine.zip", "application/zip"),
        ("/vendor/pyscript/core.css", "text/css; charset=utf-8"),
    ],
)
def test_kinds_and_isolation(https: Running, path: str, kind: str) -> None:
    headers = https.ask(path)[0].headers
    assert headers["Content-Type"] == kind
    assert headers["Cache-Control"] == "no-cache"
    check_isolation(headers)


def check_isolation(headers: http.client.HTTPMessage) -> None:
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
def test_compressed_where_the_browser_takes_it(https: Running, accepts: str, encoding: str | None) -> None:
    response, body = https.ask(WASM, Accept_Encoding=accepts)
    assert response.headers["Content-Encoding"] == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(body)
    plain = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](body)
    assert plain == (https.dist / WASM.strip("/")).read_bytes()


def test_what_is_known_is_not_sent_again(https: Running) -> None:
    for accepts in ("br", "identity"):
        tag = https.ask(WASM, Accept_Encoding=accepts)[0].headers["ETag"]
        response, body = https.ask(WASM, Accept_Encoding=accepts, If_None_Match=f'"another", W/{tag}')
        assert (response.status, body) == (304, b"")
        check_isolation(response.headers)
        assert https.ask(WASM, Accept_Encoding=accepts, If_None_Match='"another"')[0].status == 200


def test_head_tells_the_same_without_the_body(https: Running) -> None:
    response, body = https.ask(WASM, method="HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.headers["Content-Length"]) == (https.dist / WASM.strip("/")).stat().st_size


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_get_and_head(https: Running, method: str) -> None:
    response, _ = https.ask("/", method=method)
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/../build.py",
        "/..%2fbuild.py",
        "/..%252fbuild.py",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/%5c..%5cbuild.py",
        "/file:///etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/models/../../pyproject.toml",
        "/vendor/./pyodide/pyodide.mjs",
        "/..\\build.py",
        "/index.html%00",
        "/.hidden",
        "/unlisted.txt",
        "/outside",
        "/index.html.br",
        "/vendor/",
        "/vendor",
        "/hemolens-authority.crt/",
        "index.html",
        "/%ff%fe",
        "*",
    ],
)
def test_only_what_the_build_lists_exists(https: Running, path: str) -> None:
    response, body = https.ask(path)
    assert response.status == 404
    assert b"import bootstrap" not in body
    check_isolation(response.headers)


def test_a_person_at_an_address_that_is_no_more_comes_home(https: Running) -> None:
    response, body = https.ask("/once/was/here?x=1", Sec_Fetch_Mode="navigate")
    assert (response.status, response.headers["Location"], body) == (302, "/", b"")
    check_isolation(response.headers)


def test_files_that_lie_in_the_folder_but_are_not_listed_do_not_exist(
    built_dist: Path, cache: Path, tmp_path: Path
) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    for name in ("index.html", "build.json", "sw.js"):
        (dist / name).write_bytes((built_dist / name).read_bytes())
    (dist / "unlisted.txt").write_text("secret")
    (dist / ".hidden").write_text("secret")
    (dist / "outside").symlink_to(ROOT / "build.py")
    with serving(dist, cache, "--http", "--host", "127.0.0.1") as running:
        for path in ("/unlisted.txt", "/.hidden", "/outside"):
            assert running.ask(path)[0].status == 404
        assert running.ask("/")[0].status == 200
        assert running.ask(WASM)[0].status == 404  # listed, but gone


def test_a_new_build_is_served_without_a_restart(built_dist: Path, cache: Path, tmp_path: Path) -> None:
    from building.pipeline import replace_folder

    def page(text: bytes) -> dict[str, bytes]:
        listed = {"index.html": {"sha256": sha256(text).hexdigest(), "bytes": len(text)}}
        made = {"schema": 1, "version": "0", "inputs": "0", "files": listed}
        return {"index.html": text, "build.json": json.dumps(made).encode(), "sw.js": b"//"}

    replace_folder(tmp_path / "dist", page(b"first"))
    with serving(tmp_path / "dist", cache, "--http", "--host", "127.0.0.1") as running:
        tag = running.ask("/")[0].headers["ETag"]
        replace_folder(tmp_path / "dist", page(b"second"))
        response, body = running.ask("/", If_None_Match=tag)
        assert (response.status, body) == (200, b"second")


def test_plain_http_on_demand(http_only: Running) -> None:
    response, body = http_only.ask("/", host="127.0.0.1")
    assert body == (http_only.dist / "index.html").read_bytes()
    check_isolation(response.headers)
    assert http_only.ask("/hemolens-authority.crt")[0].status == 404


def test_who_types_http_is_sent_to_https(https: Running) -> None:
    connection = http.client.HTTPConnection("localhost", https.port, timeout=10)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.status == 307
    assert response.headers["Location"] == f"https://localhost:{https.port}/"


def test_clients_that_say_nothing_or_stop_half_way_hold_up_nobody(https: Running) -> None:
    address = ("localhost", https.port)
    silent = [socket.create_connection(address) for _ in range(20)]  # no handshake ever
    half = socket.create_connection(address)
    half.sendall(b"\x16\x03\x01")  # a handshake that stops
    assert https.trust
    slow = https.trust.wrap_socket(socket.create_connection(address), server_hostname="localhost")
    slow.sendall(b"GET / HTTP/1.1\r\nHost:")  # a request that stops
    reader = https.trust.wrap_socket(socket.create_connection(address), server_hostname="localhost")
    reader.sendall(b"GET /vendor/ort/ort-wasm-simd-threaded.wasm HTTP/1.1\r\nHost: x\r\n\r\n")  # and never reads
    begun = time.monotonic()
    assert https.ask("/")[0].status == 200
    assert time.monotonic() - begun < 3
    for connection in (*silent, half, slow, reader):
        connection.close()


NONSENSE = [
    b"\r\n\r\n",
    b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
    b"GET /etc/passwd\x00.html HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET //etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: -5\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET\r\n\r\n",
    b"\x00" * 64,
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://[x/ HTTP/1.1\r\n\r\n",
    b"G" * 70_000,
]


@pytest.mark.parametrize("garbage", NONSENSE)
def test_nonsense_does_not_end_it(http_only: Running, garbage: bytes) -> None:
    address = ("127.0.0.1", http_only.port)
    # It may have hung up before all of it was said.
    with socket.create_connection(address, timeout=10) as connection, suppress(OSError):
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1024)
    assert http_only.ask("/", host="127.0.0.1")[0].status == 200


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a child process only on POSIX")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly(built_dist: Path, cache: Path, stop: signal.Signals) -> None:
    with serving(built_dist, cache, "--http", "--host", "127.0.0.1") as running:
        running.process.send_signal(stop)
        rest, _ = running.process.communicate(timeout=60)
        assert running.process.returncode == 0
        assert rest.strip() == "stopped"
