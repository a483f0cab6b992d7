"""The second start goes on from Python's memory, the first does without, and both read the same."""

import io

import pytest

from app.shared import words
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import draw_hand
from tests.e2e.rebuilt import put_version

STORE = "hemolens-memory /"
# How many there are whole, and that no test has spoiled: one that is still being written is listed already.
KEPT = f"""async () => {{
  const cache = await caches.open("{STORE}"), kept = await cache.matchAll();
  const whole = kept.filter(({{ headers }}) => !headers.has("Spoiled")).map(async (each) => {{
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await each.arrayBuffer()));
    return btoa(String.fromCharCode(...digest)) === JSON.parse(each.headers.get("Made")).digest;
  }});
  return (await Promise.all(whole)).filter(Boolean).length;
}}"""
# Python hears that it is written before the page is gone.
HEARS_MS = 500
FORGET = f"caches.delete('{STORE}')"
# One byte of it, as a failing disk would.
DAMAGE = f"""async () => {{
  const cache = await caches.open("{STORE}"), [request] = await cache.keys(), kept = await cache.match(request);
  const bytes = new Uint8Array(await kept.arrayBuffer());
  bytes[bytes.length >> 1] ^= 1;
  await cache.put(request, new Response(bytes, {{ headers: {{ Made: kept.headers.get("Made"), Spoiled: "yes" }} }}));
}}"""
# As another version of the browser may lay out its libraries.
SHIFT = f"""async () => {{
  const cache = await caches.open("{STORE}"), [request] = await cache.keys(), kept = await cache.match(request);
  const made = JSON.parse(kept.headers.get("Made"));
  made.places[0][0] += 16;
  const headers = {{ Made: JSON.stringify(made), Spoiled: "yes" }};
  await cache.put(request, new Response(await kept.arrayBuffer(), {{ headers }}));
}}"""
# The engine with something of numpy that no memory holds.
ASKS_FOR_MORE = """
async def asking(lent, start=door.CALLS["start"]):
    answer = await start(lent)
    import js, random
    from PIL import ImageDraw, ImageFilter
    try:
        import numpy.random
    except ModuleNotFoundError as error:
        assert "building/python/left_out.py" in str(error)
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


def wait_for_memory(visit):
    visit.page.wait_for_function(f"async () => await ({KEPT})() === 1", timeout=PATIENCE_MS, polling=HEARS_MS)
    visit.page.wait_for_timeout(HEARS_MS)


def visit_again(visit, photo) -> tuple[dict, list[str]]:
    """The reading of another visit, and the wheels that its engine asked for."""
    begun = len(visit.requests)
    visit.page.goto("about:blank")
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    return visit.reading(), wheels_asked_for(visit, begun)


def test_the_second_start_unpacks_nothing_and_reads_the_same(visit, photo):
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    first = visit.reading()
    assert len(wheels_asked_for(visit)) >= 2
    wait_for_memory(visit)
    visit.wait_for_offline_ready()
    assert visit_again(visit, photo) == (first, [])
    # Nor with no network.
    visit.context.set_offline(True)
    assert visit_again(visit, photo) == (first, [])


def test_all_that_the_self_test_measures_is_as_without_a_memory(visit):
    page = visit.page
    visit.open()
    visit.wait_for_engine()
    wait_for_memory(visit)
    page.goto(visit.address + "?start=self-test")
    visit.wait_for_engine()
    page.click("#self-test-run")
    page.wait_for_selector("#self-test-outcome:not([hidden])", timeout=PATIENCE_MS)
    assert page.inner_text("#self-test-verdict").strip() == words.say("self-test.passed")


@pytest.mark.parametrize("spoil", [FORGET, DAMAGE, SHIFT], ids=["taken-away", "damaged", "of-another-browser"])
def test_a_memory_that_is_gone_or_does_not_fit_is_made_anew(next_visit, photo, spoil):
    visit = next_visit()
    visit.open()
    visit.wait_for_engine()
    wait_for_memory(visit)
    visit.wait_for_offline_ready()
    visit.page.evaluate(spoil)
    reading, wheels = visit_again(visit, photo)
    assert reading["hb_g_dl"] > 0 and len(wheels) >= 2
    wait_for_memory(visit)
    assert visit_again(visit, photo) == (reading, [])


def test_where_the_browser_keeps_nothing_every_start_is_a_first_one(visit, photo):
    visit.page.add_init_script("delete Navigator.prototype.serviceWorker")
    visit.page.route("**/engine-shim.mjs*", without_caches)
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    first = visit.reading()
    reading, wheels = visit_again(visit, photo)
    assert reading == first and len(wheels) >= 2


def without_caches(route):
    answer = route.fetch()
    route.fulfill(
        response=answer, body=f"delete self.caches; delete WorkerGlobalScope.prototype.caches;{answer.text()}"
    )


def test_where_a_browser_cannot_leave_a_memory_the_engine_starts_as_it_can(visit, photo):
    visit.page.route("**/memory.mjs", without_remembering)
    visit.open()
    visit.wait_for_engine()
    visit.upload(photo)
    assert visit.reading()["hb_g_dl"] > 0
    assert visit.page.evaluate(KEPT) == 0


def without_remembering(route):
    answer = route.fetch()
    begins = "export async function remember("
    assert answer.text().count(begins) == 1
    refusing = 'export async function remember() { throw new Error("not here"); }\nasync function remembering('
    route.fulfill(response=answer, body=answer.text().replace(begins, refusing))


def test_python_that_wants_more_of_numpy_gets_it_or_is_told(built_dist, new_visit, tmp_path):
    out = tmp_path / "dist"
    engine = (built_dist / "engine.py").read_text("utf-8") + ASKS_FOR_MORE
    put_version(out, built_dist, {"engine.py": engine.encode()})
    host = Host(out)
    visit = new_visit(host.address)
    said: list[str] = []
    visit.page.on("console", lambda message: said.append(message.text))
    visit.open()
    visit.wait_for_engine()
    wait_for_memory(visit)
    for _ in range(2):
        visit.page.goto("about:blank")
        begun = len(visit.requests)
        visit.open()
        visit.wait_for_engine()
        assert len(wheels_asked_for(visit, begun)) >= 2
    chances = {line for line in said if line.startswith("chance")}
    assert len(chances) == 3, "a memory that many start from would bring the same chance to all"
    host.stop()
