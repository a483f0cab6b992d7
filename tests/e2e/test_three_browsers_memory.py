"""In Chromium, Firefox and WebKit: the first start leaves Python's memory, and the second one goes on from it."""

import json

from building import manifest
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import drawn_photo
from tests.e2e.conftest import assert_nothing_went_wrong
from tests.e2e.rebuilt import copied
from tests.e2e.writing_host import WritingServer

KEPT = "async () => (await (await caches.open('hemolens-memory /')).keys()).length === 1"
# Nothing of the app itself is kept: what the engine wants, it asks the host for.
FORGET_THE_APP = """async () => {
    for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
    for (const name of await caches.keys()) if (!name.startsWith("hemolens-memory")) await caches.delete(name);
    return 1;
}"""
# The app is saved anew, wheels and all, as soon as there is a reading: who asks for them would not be known.
# The browser's own empty page, which is there first, can save nothing as it is.
SAVE_NOTHING = "if (navigator.serviceWorker) navigator.serviceWorker.register = () => new Promise(() => {});"


def wheels_asked_of(host):
    return [path for path in host._server.asked if path.endswith(".whl")]


def test_the_second_start_goes_on_from_what_the_first_one_left(kind, built_dist, tmp_path):
    dist = copied(built_dist, tmp_path / "dist")
    # Nothing is fetched for counting: all that is asked for, somebody needs.
    listing = json.loads((dist / manifest.NAME).read_text("utf-8"))
    (dist / manifest.NAME).write_text(json.dumps({**listing, "first_visit": []}))
    for compressed in dist.glob(f"{manifest.NAME}.*"):
        compressed.unlink()
    host = Host(dist, WritingServer)
    with kind.visiting(host.address, tmp_path / "profile") as visit:
        visit.open()
        visit.wait_for_engine()
        visit.upload(drawn_photo())
        first = visit.reading()
        assert len(wheels_asked_of(host)) >= 2
        visit.page.wait_for_function(KEPT, timeout=PATIENCE_MS)
        visit.wait_for_offline_ready()
        visit.page.evaluate(FORGET_THE_APP)
    host._server.asked.clear()
    with kind.visiting(host.address, tmp_path / "profile", scripts=[SAVE_NOTHING]) as visit:
        visit.open()
        visit.upload(drawn_photo())
        assert visit.reading() == first
        assert wheels_asked_of(host) == []
    host.stop()
    assert_nothing_went_wrong(visit)
