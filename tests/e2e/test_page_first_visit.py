"""The first visit: what is counted is what is fetched, and who waits is told for what."""

import threading

from app.shared import words
from building import manifest
from serving import server
from tests.bench import far_visit
from tests.bench.line import LineServer
from tests.browser import PATIENCE_MS, Host
from tests.e2e.writing_host import WritingServer

STATUS = "[data-testid=status]"
CHIP = "[data-testid=offline-ready]"
# What the page itself is made of, before and beside its engine.
OWN = ("vendor/pyscript/", "vendor/micropython/", "icons/")
OWN_FILES = ("", "guard.js", "hemolens.css", "icon.svg", "manifest.webmanifest")
OWN_FILES += ("screen.json", "screen.pack.json")
# What the screen waits for.
OF_THE_SCREEN = {"screen.pack.json", "vendor/micropython/micropython.mjs", "vendor/micropython/micropython.wasm"}
SILENT_PART = "/models/"
LARGE_BYTES = 100_000


class StallingHandler(server.Handler):
    """A host of whose networks nothing comes until it is told so."""

    def do_GET(self):  # noqa: N802
        if self.path.startswith(SILENT_PART) and self.path.endswith(".onnx"):
            self.server.goes_on.wait()
        super().do_GET()


class StallingServer(server.PageServer):
    def __init__(self, *arguments):
        self.goes_on = threading.Event()
        super().__init__(*arguments)

    def finish_request(self, request, client_address):
        StallingHandler(request, client_address, self)


class QuickerLineServer(LineServer):
    """Slow enough to be told, and eight times as fast as what the bench takes for slow."""

    bits_a_second = 12e6


def status_says(page, text):
    page.wait_for_function(
        "([at, text]) => document.querySelector(at).innerText.includes(text)",
        arg=[STATUS, text],
        timeout=PATIENCE_MS,
    )


def let_pass(page, seconds):
    """Second by second, each timer once: more at a time, and the page would take it for having slept."""
    for _ in range(seconds):
        page.clock.fast_forward(1000)


def test_what_is_counted_is_what_the_engine_fetches(built_dist, new_visit):
    made = manifest.read(built_dist)
    host = Host(built_dist, WritingServer)
    visit = new_visit(host.address)
    page = visit.page
    # By this clock nobody waits for long enough to have it counted: all that is asked for, somebody needs.
    page.add_init_script("const now = performance.now.bind(performance); performance.now = () => now() / 100;")
    # Nor is the line taken for a slow one, as it is on a busy machine.
    page.add_init_script("performance.getEntriesByType = () => [];")
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    visit.open()
    visit.wait_for_engine()
    asked = host._server.asked
    assert {path for path in asked if path not in OWN_FILES and not path.startswith(OWN)} == {*made.first_visit}
    # On a slow line whoever asks first has it all to himself.
    firsts = {path: asked.index(path) for path in asked}
    large = {path for path in made.first_visit if made.files[path].bytes > LARGE_BYTES}
    assert max(firsts[path] for path in OF_THE_SCREEN) < min(firsts[path] for path in large)
    # A browser without service workers says that it keeps nothing, and offers nothing.
    page.wait_for_selector(f"{CHIP}[data-offline=failed]")
    assert page.inner_text(CHIP).strip() == words.say("offline-failed.forbidden")
    host.stop()


def test_on_a_slow_line_the_screen_comes_first_and_the_progress_is_true(browser, built_dist):
    found = far_visit.measured(browser, built_dist, QuickerLineServer)
    # All of it takes 6 s, the screen's part 0.2, and the engine starts with the last byte.
    assert found["screen_s"] < found["engine_s"] - 3
    assert found["progress_off"] < 0.15
    # The page itself the browser has under the address of its folder; its service worker asks for it by name.
    assert set(found["twice"]) <= {"index.html"}


def test_a_connection_that_stands_still_is_named_and_goes_on_by_itself(built_dist, new_visit):
    host = Host(built_dist, StallingServer)
    visit = new_visit(host.address)
    page = visit.page
    page.clock.install()
    visit.open()
    status_says(page, "MB")
    # Time for all that does come.
    page.wait_for_timeout(3000)
    let_pass(page, 20)
    status_says(page, words.say("boot.stalled"))
    host._server.goes_on.set()
    visit.wait_for_engine()
    host.stop()


def test_a_connection_that_stays_silent_ends_in_words_and_a_way_on(built_dist, new_visit):
    host = Host(built_dist, StallingServer)
    visit = new_visit(host.address)
    page = visit.page
    page.clock.install()
    visit.open()
    status_says(page, "MB")
    page.wait_for_timeout(3000)
    # A minute and a half until nothing more is expected, then the engine's own patience, with a second worker too: what
    # that one says renews it, so time goes on passing until the page has given up.
    for _ in range(PATIENCE_MS // 1000):
        let_pass(page, 10)
        if page.get_attribute("body", "data-engine") == "failed":
            break
    page.wait_for_selector("body[data-engine=failed]")
    assert page.is_visible("[data-testid=error]") and page.is_visible("#error-again")
    host._server.goes_on.set()
    host.stop()


def test_a_registration_that_hangs_and_one_that_is_forbidden_are_told(visit):
    page = visit.page
    page.add_init_script("navigator.serviceWorker.register = () => new Promise(() => {})")
    page.clock.install()
    visit.open()
    visit.wait_for_engine()
    page.wait_for_selector(f"{CHIP}[data-offline=loading]", timeout=PATIENCE_MS)
    page.clock.run_for(31_000)
    page.wait_for_selector(f"{CHIP}[data-offline=failed]", timeout=PATIENCE_MS)
    assert words.say("offline-failed.network", percent=0) in page.inner_text(CHIP)
    refuse = "Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'))"
    page.evaluate(f"() => {{ navigator.serviceWorker.register = () => {refuse}; }}")
    page.click("#offline-again")
    page.wait_for_function(
        "text => document.querySelector('#offline').innerText.trim() === text",
        arg=words.say("offline-failed.forbidden"),
        timeout=PATIENCE_MS,
    )
    assert page.is_hidden("#offline-again")
