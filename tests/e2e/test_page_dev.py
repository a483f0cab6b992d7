"""serve.py --dev in a real browser: a save is seen at once, by screens and engine, and so is what goes wrong."""

from __future__ import annotations

import shutil
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from building import pipeline
from serving.dev import SAID_PATH, DevServer, Tree
from tests.browser import PATIENCE_MS, Host, Visit
from tests.drawn_hand import draw_hand
from tests.small_site import CACHES

ROOT = Path(__file__).resolve().parents[2]
DISCLAIMER = "[data-testid=disclaimer]"
# From the save to the page that loads again. How long that takes is for the machine, of which others have their share.
LOADS_WITHIN_MS = 2_000
SHOWN_WITHIN_MS = 30_000
PANEL = "body > pre"


class Workplace:
    """A copy of app/ and static/ with its server."""

    def __init__(self, root: Path, vendor: dict[str, bytes], port: int = 0) -> None:
        self.root = root
        for name in ("app", "static"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        self._server = DevServer("127.0.0.1", port, Tree(root, vendor))
        self.address = f"http://127.0.0.1:{self._server.port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def save(self, name: str, old: str, new: str) -> None:
        """What an editor does: the text is in the file once."""
        path = self.root / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    def line_of(self, name: str, text: str) -> int:
        lines = (self.root / name).read_text("utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def vendor(node_and_npm: tuple[str, str]) -> dict[str, bytes]:
    return pipeline.vendor(npm_command=[node_and_npm[1]])


@pytest.fixture
def work(tmp_path: Path, vendor: dict[str, bytes]) -> Iterator[Workplace]:
    workplace = Workplace(tmp_path / "work", vendor)
    yield workplace
    workplace.stop()


@pytest.fixture
def open_page(work: Workplace, new_visit: Callable[..., Visit]) -> Callable[[], Visit]:
    """Opens the page; what the console says in the end is asked of the test itself where it makes mistakes."""

    def open_it() -> Visit:
        visit = new_visit(work.address)
        visit.open()
        return visit

    return open_it


def wait_for_panel(visit: Visit, *texts: str) -> str:
    for text in texts:
        visit.page.wait_for_function(
            "([panel, text]) => document.querySelector(panel)?.textContent.includes(text)",
            arg=[PANEL, text],
            timeout=PATIENCE_MS,
        )
    return visit.page.inner_text(PANEL)


def expect_mistakes(visit: Visit) -> None:
    """Mistakes are meant, and a page that says of them to the server sends something."""
    # Each line of a trace is an error of its own, and its lines may say anything.
    visit.expect_errors("")
    visit.may_send_to = (SAID_PATH,)


def wait_for_terminal(visit: Visit, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """The page says it line by line, each in a request of its own."""
    said = ""
    for _ in range(SHOWN_WITHIN_MS // 100):
        said += capsys.readouterr().err
        if text in said:
            return
        visit.page.wait_for_timeout(100)
    raise AssertionError(f"the terminal does not say {text!r}: {said}")


def test_a_save_loads_the_page_again_within_two_seconds(work: Workplace, open_page: Callable[[], Visit]) -> None:
    visit = open_page()
    visit.wait_for_engine()
    with visit.page.expect_request(work.address, timeout=LOADS_WITHIN_MS):
        work.save("app/shared/words/en.py", "For research and teaching. Not a medical device:", "Saved just now:")
    visit.page.wait_for_selector(f"{DISCLAIMER}:has-text('Saved just now')", timeout=SHOWN_WITHIN_MS)
    visit.wait_for_engine()


def test_a_saved_gate_is_in_the_next_reading(work: Workplace, open_page: Callable[[], Visit], tmp_path: Path) -> None:
    photo = tmp_path / "hand.jpg"
    photo.write_bytes(draw_hand().encoded())
    visit = open_page()
    expect_mistakes(visit)
    visit.wait_for_engine()
    visit.upload(photo)
    assert [nail["hb_g_dl"] is not None for nail in visit.reading()["nails"]].count(True) >= 3
    with visit.page.expect_navigation(timeout=SHOWN_WITHIN_MS):
        work.save("app/core/crops/gates.py", "MIN_SIDE_PX = 14", "MIN_SIDE_PX = 1400")
    visit.wait_for_engine()
    visit.upload(photo)
    assert visit.page.get_attribute("[data-testid=error]", "data-code") == "unusable_nails"


def test_nothing_is_kept_and_nothing_said_of_a_copy(work: Workplace, open_page: Callable[[], Visit]) -> None:
    visit = open_page()
    visit.wait_for_engine()
    visit.page.evaluate("dispatchEvent(new Event('focus'))")
    assert visit.page.is_hidden("[data-testid=offline-ready]")
    assert visit.page.evaluate("navigator.serviceWorker.getRegistrations().then(({ length }) => length)") == 0
    assert visit.page.evaluate(CACHES) == []
    assert visit.page.evaluate("crossOriginIsolated")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("app/ui/screens/live.py", "class Live:", "class Live(:"),
        ("app/engine/door.py", "async def start(_lent", "async def start((_lent"),
        ("app/core/pipeline.py", "class Instrument:", "class Instrument(:"),
    ],
)
def test_a_mistake_is_shown_with_its_line_and_mending_it_brings_the_page_back(
    work: Workplace,
    open_page: Callable[[], Visit],
    capsys: pytest.CaptureFixture[str],
    name: str,
    right: str,
    wrong: str,
) -> None:
    visit = open_page()
    visit.wait_for_engine()
    expect_mistakes(visit)
    work.save(name, right, wrong)
    said = wait_for_panel(visit, "SyntaxError")
    assert f'{name}", line {work.line_of(name, wrong)}' in said
    wait_for_terminal(visit, capsys, name)
    work.save(name, wrong, right)
    visit.page.wait_for_selector(PANEL, state="detached", timeout=SHOWN_WITHIN_MS)
    visit.wait_for_engine()


def test_a_mistake_while_something_runs_is_shown_with_its_whole_trace(
    work: Workplace, open_page: Callable[[], Visit], tmp_path: Path
) -> None:
    photo = tmp_path / "hand.jpg"
    photo.write_bytes(draw_hand().encoded())
    wrong = "return LUMA_WEIGHTS.no_such_name  #"
    work.save("app/core/crops/gates.py", "x1, y1, x2, y2 = (float", f"{wrong} x1, y1, x2, y2 = (float")
    visit = open_page()
    expect_mistakes(visit)
    visit.wait_for_engine()
    visit.upload(photo)
    said = wait_for_panel(visit, "Traceback", "no_such_name")
    for place in (
        f'app/core/crops/gates.py", line {work.line_of("app/core/crops/gates.py", wrong)}, in rejection',
        f'app/engine/door.py", line {work.line_of("app/engine/door.py", "await pipeline.measure_opened")}',
    ):
        assert place in said


def test_a_service_worker_of_a_build_is_let_go_of(
    built_dist: Path, vendor: dict[str, bytes], new_visit: Callable[..., Visit], tmp_path: Path
) -> None:
    host = Host(built_dist)
    visit = new_visit(host.address)
    visit.open()
    visit.wait_for_offline_ready()
    host.stop()
    work = Workplace(tmp_path / "work", vendor, int(host.address.rstrip("/").rpartition(":")[2]))
    try:
        work.save("app/shared/words/en.py", "For research and teaching. Not a medical device:", "As it is now:")
        visit.page.reload()
        visit.page.wait_for_selector(f"{DISCLAIMER}:has-text('As it is now')", timeout=PATIENCE_MS)
        assert visit.page.evaluate("navigator.serviceWorker.getRegistrations().then(({ length }) => length)") == 0
        assert visit.page.evaluate(CACHES) == []
    finally:
        work.stop()


def test_only_the_page_itself_says_something_in_the_terminal(
    work: Workplace, capsys: pytest.CaptureFixture[str]
) -> None:
    port = int(work.address.rstrip("/").rpartition(":")[2])
    for origin in (work.address.rstrip("/"), "https://example.org"):
        body = b"a line\x1b[2J"
        head = f"POST {SAID_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\nContent-Length: {len(body)}"
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + b"\r\n\r\n" + body)
            status = connection.makefile("rb").readline()
        assert status.split()[1] == (b"200" if "127" in origin else b"405")
    assert capsys.readouterr().err.count(r"a line\x1b[2J") == 1


@pytest.mark.parametrize("path", ["app/../serve.py", "app/%2e%2e/serve.py", "../serve.py", "app//etc/passwd", "app/"])
def test_what_lies_beside_the_page_does_not_exist(work: Workplace, path: str) -> None:
    (work.root / "serve.py").write_text("secret")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(work.address + path)
    assert refused.value.code == 404
