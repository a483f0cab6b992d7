"""The engine's worker dies: the page starts another, and the person goes on."""

import pytest

from app.shared import port, words
from tests.browser import PATIENCE_MS
from tests.drawn_hand import drawn_photo
from tests.e2e.engine_workers import NOTE_CALLS, forget_calls, kill_the_worker, wait_for_call

HAND = drawn_photo()


@pytest.fixture
def visit(next_visit):
    """Of somebody who has the page already: a start that gets stuck has nothing left to fetch."""
    return next_visit()


# The page's first workers are another script of the page, which never says anything: as if what they load never came.
FIRST_WORKERS_STUCK = """
const Begun = Worker;
window.begun = 0;
window.Worker = class extends Begun {
    constructor(address, options) {
        super(window.begun++ < %d ? "./memory.mjs" : address, options);
    }
};
"""


# It has been loaded, and waits for something.
SAYS = """sign => {
    const said = new MessageEvent("message", { data: ["hemolens", JSON.stringify({ sign })] });
    document.querySelector("script[type=py]").xworker.dispatchEvent(said);
}"""


# A worker says nothing, or that it is stuck, or that it asks the browser for another worker and nothing after it.
@pytest.mark.parametrize(
    "sign, silent_ms, times",
    [(None, 20_000, 1), (port.STUCK, 1_000, 1), (port.STUCK, 1_000, 3), (port.AWAKE, 9_000, 1), (port.AWAKE, 9_000, 3)],
)
def test_a_start_that_gets_stuck_is_begun_again(visit, sign, silent_ms, times):
    page = visit.page
    page.add_init_script(FIRST_WORKERS_STUCK % times)
    # A quicker clock for the patience with a start.
    page.clock.install()
    visit.open()
    page.wait_for_selector("#splash:not([hidden])")
    page.clock.run_for(10_000)
    again = "said => document.getElementById('status').innerText.includes(said)"
    assert not page.evaluate(again, words.say("boot.again"))
    for number in range(1, times + 1):
        if sign is not None:
            # The page begins to listen to a new worker by its own clock.
            page.wait_for_function("() => document.querySelector('script[type=py]').xworker")
            page.clock.run_for(1_000)
            page.evaluate(SAYS, sign)
        page.clock.run_for(silent_ms)
        page.wait_for_function("number => window.begun > number", arg=number)
    page.wait_for_function(again, arg=words.say("boot.again"))
    page.clock.resume()
    visit.wait_for_engine()
    assert page.is_hidden("[data-testid=error]")


# A busy machine may have the next engine ready before the clock has run to its end.
NOTE_ENGINES = """() => {
    window.engines = [];
    const said = document.getElementById("status");
    const note = () => window.engines.push([document.body.dataset.engine, said.textContent]);
    new MutationObserver(note).observe(document.body, { attributeFilter: ["data-engine"] });
}"""


@pytest.mark.parametrize("times", [1, 2])
def test_an_engine_that_is_gone_is_started_again_and_the_photo_is_read(visit, times):
    page = visit.page
    page.add_init_script(NOTE_CALLS)
    visit.open()
    visit.wait_for_engine()
    # A quicker clock for the watchdog's patience of three quarters of a minute.
    page.clock.install()
    page.evaluate(NOTE_ENGINES)
    for _ in range(times):
        page.evaluate("window.engines.length = 0")
        kill_the_worker(page)
        forget_calls(page)
        page.set_input_files("[data-testid=upload]", HAND)
        # Until the file has been read, the page waits for the file.
        wait_for_call(page, port.MEASURE_PHOTO)
        page.clock.run_for(60_000)
        page.clock.resume()
        page.wait_for_function("() => window.engines.length", timeout=PATIENCE_MS)
        engine, said = page.evaluate("window.engines[0]")
        assert engine == "loading" and words.say("boot.again") in said
        page.wait_for_selector("body[data-engine=ready]", timeout=PATIENCE_MS)
        page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
        assert len(visit.reading()["nails"]) == 3


# What the browser says of a worker whose WebAssembly has trapped, and of the networks' own.
CRASHED = """file => document.querySelector("script[type=py]").xworker.dispatchEvent(
    new ErrorEvent("error", { message: "RuntimeError: unreachable", filename: new URL(file, location).href }))"""


def test_a_worker_that_crashes_is_heard_of_at_once_and_the_photo_is_read(visit):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    page.evaluate(CRASHED, "vendor/ort/ort-wasm-simd-threaded.mjs")
    assert page.get_attribute("body", "data-engine") == "ready"
    page.evaluate(CRASHED, "vendor/pyodide/pyodide.asm.js")
    page.wait_for_selector("body[data-engine=loading]", timeout=1000)
    page.set_input_files("[data-testid=upload]", HAND)
    page.wait_for_selector("body[data-state=result]", timeout=PATIENCE_MS)
    assert len(visit.reading()["nails"]) == 3
