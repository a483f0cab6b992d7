"""The app's own test, in airplane mode: every file, both networks and the whole way to a value."""

from app.shared import words
from tests.browser import PATIENCE_MS

OUTCOME = "#self-test-outcome:not([hidden])"
SPOIL = """async (path) => {
  const [name] = (await caches.keys()).filter((each) => each.startsWith("hemolens "));
  const cache = await caches.open(name);
  const address = new URL(path, location.href).href;
  const body = new Uint8Array(await (await cache.match(address)).arrayBuffer());
  body[body.length >> 1] ^= 1;
  await cache.put(address, new Response(body));
}"""


def run_it(page):
    page.click("#self-test-run")
    page.wait_for_selector(OUTCOME, timeout=PATIENCE_MS)
    return page.input_value("#self-test-report")


def open_it(page):
    page.click("#open-settings")
    page.click("#open-self-test")


def test_without_a_network_it_finds_everything_as_it_was_built_and_then_the_one_byte_that_is_not(host, visit):
    page = visit.page
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open()
    visit.wait_for_offline_ready()
    host.stop()
    visit.context.set_offline(True)
    # From a bookmark of it.
    page.goto(visit.address + "?start=self-test")
    visit.wait_for_engine()
    report = run_it(page)
    assert words.say("self-test.passed") == page.inner_text("#self-test-verdict").strip()
    assert page.locator("#self-test-lines li.good").count() >= 4
    assert page.locator("#self-test-lines li.bad").count() == 0
    assert "\n! " not in report and "= pipeline hb_g_dl" in report and "version" in report
    page.click("#self-test-copy")
    page.wait_for_function(
        "text => document.getElementById('self-test-copy').innerText === text", arg=words.say("self-test.copied")
    )
    assert page.evaluate("navigator.clipboard.readText()") == report
    page.evaluate(SPOIL, "models/golden.png")
    report = run_it(page)
    assert words.say("self-test.failed") == page.inner_text("#self-test-verdict").strip()
    assert "not as built: models/golden.png" in report
    page.click("#self-test-close")
    assert page.is_hidden("#self-test")
    assert page.get_attribute("body", "data-state") == "ready"


def test_before_anything_is_saved_it_says_so_and_measures(visit):
    page = visit.page
    # A browser without service workers, as a page over plain HTTP has it.
    page.add_init_script("delete Navigator.prototype.serviceWorker")
    visit.open()
    visit.wait_for_engine()
    open_it(page)
    report = run_it(page)
    assert words.say("self-test.not-saved") in report
    assert words.say("self-test.passed") in report


def test_closing_it_ends_it(visit):
    page = visit.page
    visit.open()
    visit.wait_for_offline_ready()
    open_it(page)
    page.click("#self-test-run")
    page.wait_for_selector("#self-test-doing:not([hidden])")
    page.click("#self-test-close")
    page.click("#open-self-test")
    assert page.is_visible("#self-test-run") and page.is_hidden(OUTCOME)
    run_it(page)
