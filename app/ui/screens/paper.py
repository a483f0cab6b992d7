"""Whether white paper shows the light: said over the camera's picture and with a reading, in one place at a time.

Who looks for it in the page, by its `data-testid`, finds the place where it was said last.
"""

from app.ui.browser.page import element

LIVE, RESULT = "paper-live", "paper-result"
TEST_ID = "reference"


def tell(place, reference, text):
    """Say in one of the places which of `codes.REFERENCES` it is."""
    said = element(place)
    if said.getAttribute("data-reference") != reference or said.textContent != text:
        said.setAttribute("data-reference", reference)
        said.textContent = text
    _be_found(place)


def forget(place):
    """Say nothing of it there."""
    said = element(place)
    said.removeAttribute("data-reference")
    said.textContent = ""
    if place == RESULT:
        _be_found(LIVE)


def _be_found(place):
    if not element(place).hasAttribute("data-testid"):
        element(LIVE if place == RESULT else RESULT).removeAttribute("data-testid")
        element(place).setAttribute("data-testid", TEST_ID)
