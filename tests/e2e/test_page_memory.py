"""The second start goes on from Python's memory, the first does without, and both read the same."""

import io

import pytest

from app.shared import words
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import draw_hand
from tests.e2e.rebuilt import put_version

FORGET = """async () => {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const { url } of await cache.keys()) if (/memory-\\w+\\.bin$/.test(url)) await cache.delete(url);
  }
}"""
# The engine with something of numpy that no memory holds.
ASKS_FOR_MORE = """
async def asking(lent, start=door.CALLS["start"]):
    answer = await start(lent)
    import js, numpy.fft, numpy.random, random
    assert abs(numpy.fft.fft([1.0, 1.0])[0] - 2) < 1e-9
    assert 0 <= numpy.random.default_rng(1).random() < 1
    js.console.info("chance", random.random())
    return answer


door.CALLS["start"] = asking
"""


@pytest.fixture
def photo() -> dict:
    buffer = io.BytesIO()
    draw_hand().picture.save(buffer, "JPEG", quality=95)
    return {"name": "hand.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def wheels_asked_for(visit, since: int = 0) -> list[str]:
    return [address for address in visit.requests[since:] if address.endswith(".whl")]


def test_the_second_start_unpacks_nothing_and_reads_the_same(visit, photo):
    visit.open()
    visit.wait_for_offline_ready()
    visit.wait_for_engine()
    visit.upload(photo)
    first = visit.reading()
    assert len(wheels_asked_for(visit)) >= 2
    begun = len(visit.requests)
    visit.page.goto("about:blank")
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    assert visit.reading() == first
    assert not wheels_asked_for(visit, begun)


def test_all_that_the_self_test_measures_is_as_without_a_memory(visit):
    page = visit.page
    visit.open()
    visit.wait_for_offline_ready()
    page.goto(visit.address + "?start=self-test")
    visit.wait_for_engine()
    page.click("#self-test-run")
    page.wait_for_selector("#self-test-outcome:not([hidden])", timeout=PATIENCE_MS)
    assert page.inner_text("#self-test-verdict").strip() == words.say("self-test.passed")


def test_where_the_browser_took_the_memory_away_the_engine_starts_without(visit, photo):
    visit.open()
    visit.wait_for_offline_ready()
    visit.page.evaluate(FORGET)
    begun = len(visit.requests)
    visit.page.goto("about:blank")
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    assert visit.reading()["hb_g_dl"] > 0
    assert len(wheels_asked_for(visit, begun)) >= 2


def test_python_that_wants_more_of_numpy_gets_it(built_dist, new_visit, tmp_path):
    out = tmp_path / "dist"
    engine = (built_dist / "engine.py").read_text("utf-8") + ASKS_FOR_MORE
    put_version(out, built_dist, {"engine.py": engine.encode()})
    host = Host(out)
    visit = new_visit(host.address)
    said: list[str] = []
    visit.page.on("console", lambda message: said.append(message.text))
    visit.open()
    visit.wait_for_offline_ready()
    for _ in range(2):
        visit.page.goto("about:blank")
        begun = len(visit.requests)
        visit.open()
        visit.wait_for_engine()
        assert len(wheels_asked_for(visit, begun)) >= 2
    chances = {line for line in said if line.startswith("chance")}
    assert len(chances) == 3, "a memory that many start from would bring the same chance to all"
    host.stop()
