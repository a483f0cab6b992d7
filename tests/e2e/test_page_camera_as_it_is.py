"""The camera as people meet it: refused, silent, frozen, held back, plugged in later, one of five."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from app.shared import words
from tests.browser import PATIENCE_MS, Cameras, Visit
from tests.drawn_hand import draw_hand
from tests.film import fitted, write_film

SIZE = (640, 480)


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Cameras:
    film = tmp_path_factory.mktemp("film") / "hand.y4m"
    return Cameras(write_film(film, [fitted(draw_hand().picture, SIZE)], SIZE))


@pytest.fixture
def visit(next_visit: Callable[..., Visit]) -> Visit:
    return next_visit(permissions=["camera"])


def opened(visit: Visit, *scripts: str) -> Page:
    """The page, once its screen is there; nothing starts by itself."""
    for script in scripts:
        visit.page.add_init_script(script)
    visit.open_unhurried()
    visit.page.wait_for_selector("#start:not([hidden])", timeout=PATIENCE_MS)
    visit.page.uncheck("#auto-capture")
    return visit.page


def wait_for_code(page: Page, code: str) -> str:
    page.wait_for_selector(f"#camera-off[data-code={code}]", timeout=PATIENCE_MS)
    said = page.inner_text("#camera-off-words")
    assert words.say(f"error.{code}") in said and words.say(f"error.{code}.way") in said
    # A photo can be chosen whatever the camera does.
    assert page.is_visible("label[for=photo-input]")
    return said


def wait_for_picture(page: Page) -> None:
    page.wait_for_selector("[data-testid=camera]:visible", timeout=PATIENCE_MS)
    assert page.is_hidden("#camera-off")


def tell(page: Page, event: str) -> None:
    """What the browser tells of the camera's track."""
    script = "event => document.getElementById('video').srcObject.getTracks()[0].dispatchEvent(new Event(event))"
    page.evaluate(script, event)


# Except in a tap itself, as browsers do that save power.
PLAY_REFUSED = """
    let tapped = false;
    addEventListener("click", ({ target }) => {
        tapped = target.id === "camera-on";
        setTimeout(() => { tapped = false; });
    }, true);
    const play = HTMLVideoElement.prototype.play;
    HTMLVideoElement.prototype.play = function () {
        if (tapped) return play.call(this);
        return Promise.reject(new DOMException("a tap is needed", "NotAllowedError"));
    };
"""
NO_PICTURE = """
    navigator.mediaDevices.getUserMedia = async () => document.createElement("canvas").captureStream();
"""
NO_ANSWER = """
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let asked = 0;
    navigator.mediaDevices.getUserMedia = (wanted) => (asked++ ? ask(wanted) : new Promise(() => {}));
"""
NOTHING_ANSWERS = """
    MediaStreamTrack.prototype.applyConstraints = () => new Promise(() => {});
    MediaStreamTrack.prototype.getCapabilities = () => ({ exposureMode: ["manual", "continuous"] });
    navigator.mediaDevices.enumerateDevices = () => new Promise(() => {});
"""


def test_a_picture_that_waits_for_a_tap_says_so_and_a_tap_shows_it(visit):
    page = opened(visit, PLAY_REFUSED)
    wait_for_code(page, "camera_tap")
    assert page.inner_text("#camera-on") == words.say("camera-on")
    assert page.is_disabled("[data-testid=capture]") and page.is_hidden("[data-testid=camera]")
    page.click("#camera-on")
    wait_for_picture(page)


def test_a_camera_without_a_picture_is_given_up_with_words(visit):
    page = opened(visit, NO_PICTURE)
    wait_for_code(page, "camera_frozen")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert page.inner_text("#camera-on") == words.say("try-again")


def test_a_question_that_is_never_answered_can_be_asked_again(visit):
    page = opened(visit, NO_ANSWER)
    page.wait_for_selector("#camera-on:visible", timeout=PATIENCE_MS)
    assert page.inner_text("#camera-off-words") == words.say("camera-still-asking")
    page.click("#camera-on")
    wait_for_picture(page)


def test_a_camera_that_obeys_nothing_is_shown(visit):
    wait_for_picture(opened(visit, NOTHING_ANSWERS))


PLUGGED_IN_LATER = """
    window.plugged = false;
    const { enumerateDevices, getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.enumerateDevices = function () {
        return window.plugged ? enumerateDevices.call(this) : Promise.resolve([]);
    };
    MediaDevices.prototype.getUserMedia = function (wanted) {
        if (window.plugged) return getUserMedia.call(this, wanted);
        return Promise.reject(new DOMException("none", "NotFoundError"));
    };
"""


def test_a_camera_that_is_plugged_in_later_is_seen(visit):
    page = opened(visit, PLUGGED_IN_LATER)
    wait_for_code(page, "camera_missing")
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    page.evaluate("window.plugged = true")
    assert page.is_visible("#camera-on")
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    wait_for_picture(page)


def test_a_light_that_is_known_late_is_offered_then(visit):
    page = opened(visit, "MediaStreamTrack.prototype.getCapabilities = () => (window.lit ? { torch: true } : {});")
    wait_for_picture(page)
    assert page.is_hidden("[data-testid=torch]")
    page.evaluate("window.lit = true")
    page.wait_for_selector("[data-testid=torch]:visible", timeout=PATIENCE_MS)


# As an Android phone has them; the one that the browser would choose is not the main one.
LENSES = """
    const labels = ["camera2 1, facing front", "camera2 2, facing back", "camera2 3, facing front",
                    "camera2 4, facing back", "camera2 0, facing back"];
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.opened = [];
    const allowed = () => window.opened.length > 0;
    navigator.mediaDevices.enumerateDevices = async () => labels.map((label, number) => ({
        kind: "videoinput", deviceId: allowed() ? "id" + number : "", label: allowed() ? label : "",
    }));
    navigator.mediaDevices.getUserMedia = async ({ video }) => {
        const id = video.deviceId ? video.deviceId.exact : "id1", number = Number(id.slice(2));
        if (!labels[number]) throw new DOMException("gone", "OverconstrainedError");
        if (window.broken === id) throw new DOMException("no", "NotReadableError");
        const stream = await real({ video: true });
        const track = stream.getVideoTracks()[0];
        Object.defineProperty(track, "label", { value: labels[number] });
        track.getSettings = () => ({ deviceId: id });
        window.opened.push(id);
        return stream;
    };
"""


def switched(page: Page) -> str:
    """Which camera the button leads to."""
    times = page.evaluate("window.opened.length")
    page.click("[data-testid=switch-camera]")
    page.wait_for_function("times => window.opened.length > times", arg=times, timeout=PATIENCE_MS)
    wait_for_picture(page)
    return page.evaluate("window.opened.at(-1)")


def test_of_five_lenses_the_main_one_is_first_every_one_reachable_and_the_chosen_one_kept(visit):
    page = opened(visit, LENSES)
    page.wait_for_selector("[data-testid=switch-camera]:visible", timeout=PATIENCE_MS)
    assert page.evaluate("window.opened") == ["id1", "id4"]
    assert [switched(page) for _ in range(5)] == ["id1", "id3", "id0", "id2", "id4"]
    assert switched(page) == "id1"
    now = words.say("camera-now", name="camera2 2, facing back")
    page.wait_for_function("now => document.getElementById('announcer').textContent === now", arg=now)
    assert page.text_content("#camera-name") == now
    page.reload()
    page.wait_for_selector("[data-testid=switch-camera]:visible", timeout=PATIENCE_MS)
    assert page.evaluate("window.opened.at(-1)") == "id1"
    # One that cannot be opened is passed over, and the next is the one after it.
    page.evaluate("window.broken = 'id3'")
    assert switched(page) == "id1"
    assert switched(page) == "id0"


def look_live(visit: Visit, *scripts: str) -> Page:
    page = opened(visit, *scripts)
    visit.wait_for_engine()
    wait_for_nails(page)
    return page


def wait_for_nails(page: Page) -> None:
    page.wait_for_selector("[data-testid=overlay] rect.nail", state="attached", timeout=PATIENCE_MS)
    page.wait_for_selector("[data-testid=capture]:enabled", timeout=PATIENCE_MS)


def wait_for_state(page: Page, *states: str) -> None:
    page.wait_for_selector(", ".join(f"body[data-state={state}]" for state in states), timeout=PATIENCE_MS)


def wait_for_dots(page: Page, count: int) -> None:
    page.wait_for_function("n => document.getElementById('dots').children.length >= n", arg=count, timeout=PATIENCE_MS)


def dots_and_frames(page: Page) -> list[int]:
    """Used and all: of the dots, of the frames in the panel, and as the reading says."""
    return page.evaluate("""() => {
        const count = (list) => [list.querySelectorAll("li.used").length, list.children.length];
        const said = document.getElementById("frames-used").innerText.match(/\\d+/g).map(Number);
        return [count(document.getElementById("dots")), count(document.getElementById("debug-frames")), said];
    }""")


# The picture stands still while the browser makes new frames of it.
STILL = """() => {
    const video = document.getElementById("video");
    video.pause();
    const { VideoFrame } = window;
    let time = 0;
    window.VideoFrame = new Proxy(VideoFrame, {
        construct: (_, [source]) => new VideoFrame(source, { timestamp: (time += 80000) }),
    });
    window.move = () => { window.VideoFrame = VideoFrame; return video.play(); };
}"""


@pytest.mark.parametrize("kind", ["no new frames", "the same frame again and again"])
def test_a_frozen_camera_is_no_reading(visit, kind):
    page = look_live(visit)
    page.evaluate(STILL if kind != "no new frames" else "() => document.getElementById('video').pause()")
    page.click("[data-testid=capture]")
    wait_for_state(page, "error", "result")
    assert page.get_attribute("[data-testid=error]", "data-code") == "camera_frozen"
    assert words.say("error.camera_frozen.way") in page.inner_text("[data-testid=error]")
    page.click("#error-again")
    wait_for_nails(page)


def test_a_camera_that_stands_still_for_a_while_is_read_by_its_new_frames(visit):
    page = look_live(visit)
    page.click("[data-testid=capture]")
    wait_for_dots(page, 4)
    page.evaluate(STILL)
    page.wait_for_selector("#dots .unused", state="attached", timeout=PATIENCE_MS)
    page.evaluate("() => window.move()")
    wait_for_state(page, "result", "error")
    dots, frames, said = dots_and_frames(page)
    assert dots == frames == said
    assert 15 <= said[0] <= 30 < said[1]
    assert words.say("reason.repeated") in page.text_content("#debug-frames")


def test_a_camera_that_is_held_back_pauses_the_scan_and_the_live_view(visit):
    page = look_live(visit)
    page.click("[data-testid=capture]")
    wait_for_dots(page, 3)
    tell(page, "mute")
    page.wait_for_function(
        "said => document.getElementById('scan-words').innerText === said", arg=words.say("scan-paused")
    )
    tell(page, "unmute")
    wait_for_state(page, "result")
    page.click("[data-testid=retake]")
    wait_for_nails(page)
    tell(page, "mute")
    wait_for_code(page, "camera_muted")
    assert page.is_disabled("[data-testid=capture]") and page.is_visible("#camera-stop")
    tell(page, "unmute")
    wait_for_picture(page)
    wait_for_nails(page)
    # And one that stays away ends the scan.
    page.click("[data-testid=capture]")
    wait_for_state(page, "scanning")
    tell(page, "mute")
    wait_for_state(page, "error")
    assert words.say("error.camera_muted") in page.inner_text("[data-testid=error]")


# Everything that a scan waits for before its first frame, each held open for as long as the test wants.
HELD = """
    window.held = "";
    const hold = (what, go) => (window.held === what ? new Promise(() => {}) : go());
    const { applyConstraints } = MediaStreamTrack.prototype;
    MediaStreamTrack.prototype.getCapabilities = () => ({ exposureMode: ["manual", "continuous"] });
    MediaStreamTrack.prototype.applyConstraints = function () { return hold("constraints", () => Promise.resolve()); };
    Object.defineProperty(Navigator.prototype, "wakeLock", {
        value: { request: () => hold("lock", () => Promise.resolve({ release: () => Promise.resolve() })) },
    });
    const { postMessage } = Worker.prototype, kept = [];
    Worker.prototype.postMessage = function (...all) {
        if (window.held === "engine") kept.push([this, all]);
        else postMessage.apply(this, all);
    };
    window.letGo = () => {
        window.held = "";
        for (const [worker, all] of kept.splice(0)) postMessage.apply(worker, all);
    };
"""
HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_scan_that_is_just_beginning_can_be_stopped_by_everything(visit):
    page = look_live(visit, HELD)
    for held in ("lock", "constraints", "engine"):
        for reason in ("cancel", "hidden", "lost"):
            page.evaluate("held => { window.held = held; }", held)
            page.click("[data-testid=capture]")
            wait_for_state(page, "scanning")
            page.wait_for_timeout(150)
            if reason == "cancel":
                page.click("[data-testid=cancel-scan]")
                page.wait_for_selector("body[data-state=ready]", timeout=4000)
            else:
                page.evaluate(HIDE, True) if reason == "hidden" else tell(page, "ended")
                page.wait_for_selector("body[data-state=error]", timeout=4000)
                code = {"hidden": "scan_hidden", "lost": "camera_lost"}[reason]
                assert page.get_attribute("[data-testid=error]", "data-code") == code, held
            page.evaluate("() => window.letGo()")
            page.evaluate(HIDE, False)
            if reason != "cancel":
                page.click("#error-again")
            wait_for_nails(page)
    page.click("[data-testid=capture]")
    wait_for_state(page, "result")
    dots, frames, said = dots_and_frames(page)
    assert dots == frames == said
