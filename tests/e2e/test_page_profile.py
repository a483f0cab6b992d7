"""A browser with a profile that stays, as a phone's has: asked to keep the app."""

import pytest

from app.shared import words
from tests.browser import PATIENCE_MS, Visit, launched_profile
from tests.drawn_hand import drawn_photo

HAND = drawn_photo()


@pytest.mark.parametrize("granted", [True, False])
def test_the_browser_is_asked_to_keep_it_after_the_first_reading(host, chromium, tmp_path, granted):
    # A profile that stays: in a private window no browser keeps anything.
    with launched_profile(chromium, tmp_path) as context:
        page = context.pages[0]
        visit = Visit(page, context, host.address)
        visit.open()
        visit.wait_for_offline_ready()
        assert page.inner_text("#offline-words") == words.say("offline-ready")
        assert page.evaluate("navigator.storage.persisted()") is False
        state = {"permission": {"name": "persistent-storage"}, "setting": "granted" if granted else "denied"}
        context.new_cdp_session(page).send("Browser.setPermission", state)
        visit.upload(HAND)
        says = "key => document.getElementById('offline-words').innerText === key"
        page.wait_for_function(says, arg=words.say("offline-kept" if granted else "offline-ready"))
        assert page.evaluate("navigator.storage.persisted()") is granted
        page.click("#open-settings")
        page.click("#open-self-test")
        page.click("#self-test-run")
        page.wait_for_selector("#self-test-outcome:not([hidden])", timeout=PATIENCE_MS)
        assert words.say("self-test.kept-yes" if granted else "self-test.kept-no") in page.inner_text(
            "#self-test-lines"
        )
