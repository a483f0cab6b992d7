"""White paper under the hand: whether it is good is said over the camera's picture and with every reading."""

import io
import itertools

import pytest
from PIL import Image
from playwright.sync_api import Page

from app.shared import codes, words
from tests.browser import PATIENCE_MS, Cameras, Visit
from tests.drawn_hand import BLOWN, PAPER, TABLE, YELLOW, UploadedFile, draw_hand
from tests.film import FRAMES_PER_SECOND, SIZE, fitted, write_film

GROUNDS = {
    codes.REFERENCE_OK: PAPER,
    codes.REFERENCE_MISSING: TABLE,
    codes.REFERENCE_CLIPPED: BLOWN,
    codes.REFERENCE_TINTED: YELLOW,
}
# Of the film in which the sheet is taken away and put back.
SECONDS_EACH = 3
PHONE, SMALL = (390, 844), (320, 568)
# [which, words] of each place that says it and is seen.
SAID = """() => [...document.querySelectorAll("[data-testid=reference]")].filter((each) => each.checkVisibility())
    .map((each) => [each.dataset.reference, each.innerText])"""


def hand_on(reference: str, size: tuple[int, int] = SIZE) -> Image.Image:
    return fitted(draw_hand(board=GROUNDS[reference]).picture, size)


def photo(picture: Image.Image) -> UploadedFile:
    data = io.BytesIO()
    picture.save(data, "PNG")
    return {"name": "hand.png", "mimeType": "image/png", "buffer": data.getvalue()}


def sheet_taken_away() -> list[Image.Image]:
    shown = [hand_on(reference, (640, 480)) for reference in (codes.REFERENCE_OK, codes.REFERENCE_MISSING)]
    return [picture for picture in shown for _ in range(SECONDS_EACH * FRAMES_PER_SECOND)]


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Cameras:
    """One that sees the hand on the ground that the test names."""
    pictures = sheet_taken_away() if request.param == "taken away" else [hand_on(request.param)]
    return Cameras(write_film(tmp_path_factory.mktemp("film") / "film.y4m", pictures, pictures[0].size))


@pytest.fixture
def visit(next_visit) -> Visit:
    return next_visit(permissions=["camera"])


def live(visit: Visit, *scripts: str, auto: bool = False) -> Page:
    for script in scripts:
        visit.page.add_init_script(script)
    visit.open_unhurried()
    visit.page.wait_for_selector("#start:not([hidden])")
    visit.page.set_checked("#auto-capture", auto)
    visit.wait_for_engine()
    return visit.page


def wait_for_reference(page: Page, reference: str) -> None:
    page.wait_for_selector(f"[data-testid=reference][data-reference={reference}]:visible", timeout=PATIENCE_MS)


def wait_for_state(page: Page, state: str) -> None:
    page.wait_for_selector(f"body[data-state={state}]", timeout=PATIENCE_MS)


@pytest.mark.parametrize("cameras, reference", [(each, each) for each in GROUNDS], indirect=["cameras"])
def test_what_lies_under_the_hand_is_said_live_and_with_the_reading(visit, reference):
    page = live(visit)
    wait_for_reference(page, reference)
    assert page.evaluate(SAID) == [[reference, words.say(f"reference.{reference}")]]
    page.click("[data-testid=capture]")
    wait_for_state(page, "result")
    said = [[reference, words.paper_words(reference)]]
    assert page.evaluate(SAID) == said
    assert page.is_visible("#scan-figures")
    # The same picture as a photo.
    visit.upload(photo(hand_on(reference)))
    visit.reading()
    assert page.evaluate(SAID) == said
    # And in other words, when another language is chosen.
    page.click("#open-settings")
    page.select_option("#language", "de")
    page.click("#settings-done")
    ((_, german),) = page.evaluate(SAID)
    assert german != said[0][1]
    page.click("[data-testid=close-result]")
    wait_for_reference(page, reference)
    assert len(page.evaluate(SAID)) == 1


@pytest.mark.parametrize("cameras", ["taken away"], indirect=True)
def test_a_sheet_that_is_taken_away_is_noticed_and_so_is_one_put_back(visit):
    page = live(visit)
    page.evaluate("""() => {
        const chip = document.querySelector("[data-testid=reference]");
        window.told = [];
        const watcher = new MutationObserver(() => window.told.push(chip.dataset.reference));
        watcher.observe(chip, { attributeFilter: ["data-reference"] });
    }""")
    for reference in ("ok", "missing", "ok"):
        wait_for_reference(page, reference)
    # It changes with the sheet and at no other time.
    told = [each for each in page.evaluate("window.told") if each]
    assert all(before != after for before, after in itertools.pairwise(told)), told
    assert set(told) == {"ok", "missing"}


@pytest.mark.parametrize("cameras", [codes.REFERENCE_OK], indirect=True)
def test_light_that_nothing_shows_and_nobody_learned_from_is_warned_of(visit):
    page = live(visit)
    warning = words.say("unlearned-light", light=words.say("light.darker"))
    for reference, warned in ((codes.REFERENCE_OK, False), (codes.REFERENCE_MISSING, True)):
        visit.upload(photo(hand_on(reference).point(lambda level: level * 0.55)))
        visit.reading()
        assert page.evaluate(SAID)[0][0] == reference
        assert (warning in page.locator("[data-testid=warning]:visible").all_inner_texts()) == warned


# A camera whose picture can be made darker, and what it was asked for.
COMPENSATES = """
    window.asked = [];
    let now = 0;
    const { getSettings, applyConstraints } = MediaStreamTrack.prototype;
    MediaStreamTrack.prototype.getCapabilities = () => ({ exposureCompensation: { min: -2, max: 2, step: 0.1 } });
    MediaStreamTrack.prototype.getSettings = function () {
        return { ...getSettings.call(this), exposureCompensation: now };
    };
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced: [wanted] }) => {
        if (!("exposureCompensation" in wanted)) return;
        now = wanted.exposureCompensation;
        window.asked.push(now);
    };
"""


@pytest.mark.parametrize("cameras", [codes.REFERENCE_CLIPPED], indirect=True)
def test_a_camera_that_blows_the_paper_out_is_asked_for_less_light_and_put_back(visit):
    page = live(visit, COMPENSATES, auto=True)
    page.wait_for_function("() => window.asked.length === 4", timeout=PATIENCE_MS)
    assert page.evaluate("window.asked") == [-0.5, -1, -1.5, -2]
    # No scan began by itself meanwhile; now, with nothing left to be asked for, one does.
    wait_for_state(page, "result")
    assert page.evaluate("window.asked") == [-0.5, -1, -1.5, -2, 0]


@pytest.mark.parametrize("cameras", [codes.REFERENCE_OK], indirect=True)
def test_good_paper_leaves_the_camera_as_it_is(visit):
    page = live(visit, COMPENSATES)
    wait_for_reference(page, codes.REFERENCE_OK)
    page.wait_for_timeout(2500)
    page.click("#camera-stop")
    assert page.evaluate("window.asked") == []


# Whether what lies over the picture lies over each other or leaves the picture, with the longest words of a language.
CROWDED = """([paper, light, hint]) => {
    const by = (id) => document.getElementById(id);
    for (const id of ["low-light", "aim"]) by(id).hidden = false;
    by("paper-live").textContent = paper;
    by("paper-live").dataset.reference = "clipped";
    by("lighting").textContent = light;
    by("aim-words").textContent = hint;
    const box = (id) => by(id).getBoundingClientRect();
    const [chips, dark, aim, picture] = ["chips", "low-light", "aim", "video"].map(box);
    const wide = [...by("chips").children].some((chip) => chip.getBoundingClientRect().right > picture.right
        || chip.getBoundingClientRect().left < picture.left);
    return { wide, apart: chips.bottom <= dark.top + 0.1 && dark.bottom <= aim.top + 0.1,
        covered: (chips.bottom - picture.top) / picture.height };
}"""


@pytest.mark.parametrize("cameras", [codes.REFERENCE_OK], indirect=True)
def test_the_longest_words_leave_the_hand_in_sight_on_a_phone(visit):
    page = live(visit)
    for language, _, _ in words.LANGUAGES:
        page.click("#open-settings")
        page.select_option("#language", language)
        page.click("#settings-done")
        wait_for_reference(page, codes.REFERENCE_OK)
        texts = words.texts_of(language)
        longest = [
            max((texts[family + each] for each in of), key=len)
            for family, of in (("reference.", codes.REFERENCES), ("light.", codes.LIGHTS))
        ]
        for width, height in (PHONE, SMALL):
            page.set_viewport_size({"width": width, "height": height})
            found = page.evaluate(CROWDED, [*longest, texts["aim-hint"]])
            assert found["apart"] and not found["wide"], (language, width, found)
            # Where the fingers are is free.
            assert found["covered"] < 0.4, (language, width, found)
