"""Every wait of the page ends, with words and a way on: whatever a file, the engine or the browser fails to give."""

import json

import pytest

from app.shared import port, words
from tests.browser import PATIENCE_MS, chromium_arguments
from tests.drawn_hand import drawn_photo
from tests.e2e.engine_workers import NOTE_CALLS, forget_calls, kill_the_worker, wait_for_call, workers_of

HAND = drawn_photo()
# A promise that nobody ever keeps, in place of a function of the browser's.
NEVER = "() => new Promise(() => {})"
# The page's watch over its waits looks twice a second.
LONG_MS = 70_000
# The same for the engine's patience of 20 s: the page's clock is not its worker's.
QUICKER_CLOCK = """() => {
    const later = self.setTimeout;
    self.setTimeout = (call, ms, ...rest) => later(call, ms / 20, ...rest);
}"""
NOTE_CHOICE = """() => document.addEventListener("change", ({ target }) => {
    window.chosenBytes = target.files[0].size;
}, true)"""


def opened(visit, script=None):
    if script:
        visit.page.add_init_script(script)
    visit.open()
    visit.wait_for_engine()
    return visit.page


def error_code(page):
    page.wait_for_selector("body[data-state=error]", timeout=PATIENCE_MS)
    assert page.is_visible("[data-testid=error]")
    # Another photo can be chosen, whatever it was.
    assert page.is_visible("label[for=photo-input]")
    assert page.is_hidden("[data-testid=splash]") and page.is_hidden("[data-testid=cancel-scan]")
    return page.get_attribute("[data-testid=error]", "data-code")


def networks_of(page):
    """Every engine that runs has opened its networks in a worker; one that closed itself may be listed for a while."""
    return [worker.url for worker in page.workers if worker.url.endswith("/networks.mjs")]


def test_a_file_that_is_gone_before_it_is_read_says_so_and_the_page_is_kept(visit, tmp_path):
    photo = tmp_path / "gone.jpg"
    photo.write_bytes(HAND["buffer"])
    visit.open()
    page = visit.page
    page.wait_for_selector("#start:not([hidden])")
    # On a first visit, before the engine is there; what is gone before the page has it was never chosen.
    page.evaluate(NOTE_CHOICE)
    page.set_input_files("[data-testid=upload]", photo)
    page.wait_for_function("() => window.chosenBytes > 0")
    photo.unlink()
    assert error_code(page) == "file_unreadable"
    assert "gone.jpg" in page.inner_text("#error-message")
    # The browser itself complains of the picture that it cannot show.
    visit.expect_errors("Failed to load resource")
    visit.wait_for_offline_ready()
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)


def test_a_file_whose_bytes_never_come_leaves_the_others_of_its_choice_their_reading(next_visit):
    first = "let held = 0; const read = Blob.prototype.arrayBuffer;"
    hold = f"Blob.prototype.arrayBuffer = function () {{ return held++ ? read.call(this) : ({NEVER})(); }};"
    visit = next_visit()
    page = opened(visit, first + hold)
    page.clock.install()
    page.set_input_files("[data-testid=upload]", [{**HAND, "name": "stuck.png"}, HAND, HAND])
    page.wait_for_selector("body[data-state=measuring]")
    page.clock.run_for(LONG_MS)
    assert error_code(page) == "file_unreadable"
    assert "stuck.png" in page.inner_text("#error-message")
    listed = page.locator("#photo-list button")
    assert [listed.nth(number).inner_text() for number in range(3)].count(words.say("no-reading")) == 1
    listed.nth(2).click()
    page.wait_for_selector("body[data-state=result]")


def test_a_photo_that_takes_long_can_be_cancelled(next_visit):
    visit = next_visit()
    page = opened(visit, f"Blob.prototype.arrayBuffer = {NEVER};")
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("body[data-state=measuring]")
    page.click("[data-testid=cancel-scan]")
    page.wait_for_selector("body[data-state=ready]")
    assert page.is_visible("#start") and page.is_hidden("[data-testid=splash]")


def test_a_picture_that_the_browser_never_decodes_cannot_be_opened(next_visit):
    visit = next_visit()
    page = opened(visit)
    # What Python cannot read, the engine asks of the browser, in its worker, which no page's script reaches.
    for worker in workers_of(page):
        worker.evaluate(f"() => {{ self.createImageBitmap = () => {{ self.decodes = true; return ({NEVER})(); }}; }}")
        worker.evaluate(QUICKER_CLOCK)
    page.set_input_files("[data-testid=upload]", {"name": "a.heic", "mimeType": "image/heic", "buffer": b"no picture"})
    assert error_code(page) == "unreadable_image"
    assert any(worker.evaluate("self.decodes === true") for worker in workers_of(page))


def test_an_engine_that_dies_twice_says_so_and_starts_once_when_asked(next_visit):
    page = opened(next_visit(), NOTE_CALLS)
    assert len(networks_of(page)) == 1
    page.clock.install()
    for _ in range(2):
        page.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
        kill_the_worker(page)
        # What it had answered before.
        page.wait_for_timeout(500)
        if page.get_attribute("body", "data-state") != "measuring":
            forget_calls(page)
            page.set_input_files("[data-testid=upload]", HAND)
        wait_for_call(page, port.MEASURE_PHOTO)
        forget_calls(page)
        page.clock.run_for(LONG_MS)
    assert error_code(page) == "model_unavailable"
    page.wait_for_selector("body[data-engine=failed]")
    page.evaluate("for (let press = 0; press < 3; press++) document.getElementById('error-again').click()")
    page.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
    assert len(networks_of(page)) == 1
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)


def test_a_fault_that_nobody_caught_becomes_words_and_the_page_goes_on(next_visit):
    visit = next_visit()
    page = opened(visit)
    page.evaluate(
        """() => {
            const list = document.getElementById("photo-list"), show = list.replaceChildren.bind(list);
            let broken = true;
            list.replaceChildren = (...all) => {
                if (!broken) return show(...all);
                broken = false;
                throw new Error("broken");
            };
        }"""
    )
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("[data-testid=error][data-code=unexpected]", timeout=PATIENCE_MS)
    assert words.say("error.unexpected") in page.inner_text("[data-testid=error]")
    assert len(visit.console_errors) == 1
    visit.expect_errors("broken")
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)


def test_a_browser_without_vectors_is_told_and_not_asked_to_try_again(next_visit):
    visit = next_visit()
    visit.page.add_init_script("WebAssembly.validate = () => false")
    visit.open()
    page = visit.page
    page.wait_for_selector("body[data-state=error]", timeout=PATIENCE_MS)
    assert page.get_attribute("[data-testid=error]", "data-code") == "browser_too_old"
    assert page.is_hidden("#error-again")


def test_without_javascript_the_page_says_what_it_needs(host, new_visit):
    visit = new_visit(host.address, java_script_enabled=False)
    visit.open()
    said = visit.page.inner_text("main")
    assert "needs JavaScript" in said and "braucht JavaScript" in said
    assert visit.page.is_hidden("[data-testid=splash]")


@pytest.mark.parametrize(
    "language, said", [("en-GB", "cannot run HemoLens"), ("de", "nicht ausführen"), ("fi", "cannot")]
)
def test_without_webassembly_the_page_says_so(host, new_visit, language, said):
    visit = new_visit(host.address, locale=language)
    visit.page.add_init_script("delete globalThis.WebAssembly")
    # What MicroPython says of it in the console is its own.
    visit.expect_errors("WebAssembly", "native wasm support", "ArrayBuffer instantiation")
    visit.open()
    card = visit.page.wait_for_selector("#cannot-start:not([hidden])")
    assert said in card.inner_text()
    assert visit.page.locator("#cannot-start p:visible").count() == 1
    assert visit.page.is_hidden("[data-testid=splash]")


def test_a_page_whose_scripts_do_not_come_says_how_to_go_on(host, new_visit):
    visit = new_visit(host.address)
    visit.page.route("**/vendor/pyscript/core.js", lambda route: route.abort())
    visit.open()
    card = visit.page.wait_for_selector("#not-started:not([hidden])")
    assert card.query_selector("a[href='./']")
    visit.expect_errors("Failed to load resource")


def test_a_browser_that_blocks_cookies_measures_all_the_same(host, browser, chromium, tmp_path):
    settings = tmp_path / "Default"
    settings.mkdir()
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (settings / "Preferences").write_text(json.dumps(blocked))
    start = browser.browser_type.launch_persistent_context
    context = start(tmp_path, executable_path=chromium, args=chromium_arguments())
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(host.address)
    tried = "() => { try { return typeof sessionStorage.length } catch (error) { return error.name } }"
    assert page.evaluate(tried) == "SecurityError"
    page.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    context.close()
    assert not faults
