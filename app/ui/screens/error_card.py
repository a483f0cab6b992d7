"""The card that says what went wrong, and the way out."""

from pyscript import window
from pyscript.ffi import to_js

from app.shared import codes, words
from app.ui.browser.page import element, set_text, show


def write(error, again, nails=None):
    """Show it: {"code", "message"}, with a button for the way out or without; `nails`: those of the reading, if any."""
    title, way_out = words.error_words(error["code"], nails)
    set_text("error-title", title)
    set_text("error-way-out", way_out)
    # All other messages repeat the words above, in English.
    message = error["message"] if error["code"] in codes.DETAILED_CODES else ""
    set_text("error-message", message[0].upper() + message[1:] + "." if message else "")
    element("error").setAttribute("data-code", error["code"])
    set_text("error-again", words.say("photo-instead" if offers_photo() else "try-again"))
    show("error-again", again)
    show("error")


def offers_photo():
    """Whether the way out is a photo, and the button leads there."""
    return element("error").getAttribute("data-code") == codes.TOO_SLOW


def go_to():
    """Let eye and screen reader begin there."""
    element("error").focus(to_js({"preventScroll": True}))
    window.scrollTo(0, 0)


def of_fault(error):
    """What is shown of a fault of ours: its name, which helps whoever mends it."""
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return {"code": codes.UNEXPECTED, "message": message}
