"""The stage: the place that shows the camera, the still of a scan or a photo, one at a time, with boxes over it."""

from app import words
from app.ui import overlay
from app.ui.page import element, show

STILL, PHOTO = "still", "photo-image"


def show_camera():
    """The camera's picture, or the words that stand in its place."""
    _show(None)


def show_still():
    """The picture of a scan, which the scanner left on the canvas."""
    _show(STILL)


def show_photo(url):
    """A photo by its URL."""
    overlay.clear()
    image = element(PHOTO)
    image.src = url
    image.alt = words.say("photo-alt")
    _show(PHOTO)


def picture():
    """The element whose pixels the boxes of a reading belong to."""
    return element(element("stage").getAttribute("data-view"))


def hide():
    """Nothing, where there is no picture to show."""
    show("stage", False)


def forget():
    """Let go of every picture."""
    element(PHOTO).removeAttribute("src")
    still = element(STILL)
    still.width = still.height = 1
    overlay.clear()


def _show(shown):
    for name in (STILL, PHOTO):
        show(name, name == shown)
    if shown:
        show("camera-off", False)
    element("stage").setAttribute("data-view", shown or "live")
    show("stage")
