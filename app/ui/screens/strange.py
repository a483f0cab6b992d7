"""Nails that are left out because they are painted, none, or badly photographed: said under the picture, with what
helps."""

from app.shared import codes, words
from app.ui.browser.page import element, set_text, show


def tell(nails, error_code=None):
    """Say it of these nails, as the engine describes them; nothing where all of them count.

    `error_code`: of the error that is shown with them. Where its words are about the nails, nothing is said twice.
    """
    reasons = [reason for reason in codes.LIKENESS_REASONS if any(nail["reason"] == reason for nail in nails)]
    if words.telling_reason(error_code, nails):
        reasons = []
    text = words.strange_words(reasons)
    if element("strange").textContent != text:
        set_text("strange", text)
    show("strange", bool(reasons))
