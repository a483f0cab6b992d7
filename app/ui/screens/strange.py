"""Nails that are left out because they are painted, none, or badly photographed: said under the picture, with what
helps."""

from app.shared import codes, words
from app.ui.browser.page import element, set_text, show


def tell(nails):
    """Say it of these nails, as the engine describes them; nothing where all of them count."""
    reasons = [reason for reason in codes.LIKENESS_REASONS if any(nail["reason"] == reason for nail in nails)]
    text = words.strange_words(reasons)
    if element("strange").textContent != text:
        set_text("strange", text)
    show("strange", bool(reasons))
