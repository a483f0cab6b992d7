"""The engine's workers: reached into, killed without a word, and what the page had asked of them."""

from contextlib import suppress

from playwright.sync_api import Error, Page, Worker

from tests.browser import PATIENCE_MS

# What the page has asked its workers for.
NOTE_CALLS = """
window.asked = "";
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (...message) {
    window.asked += JSON.stringify(message[0]);
    return post.apply(this, message);
};
"""


def workers_of(page: Page) -> list[Worker]:
    """The engine's and its networks'. The threads of those wait for work and answer nobody else: asking hangs."""
    workers = {worker.url.split("/")[-1]: worker for worker in page.workers}
    return [workers["worker.js"], workers["networks.mjs"]]


def kill_the_worker(page: Page) -> None:
    """What the system does to a worker that takes too much."""
    workers = list(page.workers)
    assert workers
    for worker in workers:
        with suppress(Error):
            worker.evaluate("self.close()")


def forget_calls(page: Page) -> None:
    page.evaluate("window.asked = ''")


def wait_for_call(page: Page, name: str) -> None:
    """Until the page waits for the answer to this call of `app.shared.port`: the script NOTE_CALLS notes it."""
    page.wait_for_function("name => window.asked.includes(name)", arg=name, timeout=PATIENCE_MS)
