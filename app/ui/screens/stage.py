"""The stage: the place that shows the camera, the still of a scan or a photo, one at a time, with boxes over it."""

from pyscript import document

from app.shared import words
from app.ui.browser.attempts import attempt
from app.ui.browser.page import element, on, show
from app.ui.screens import overlay

STILL, PREVIEW = "still", "photo-image"

# Whether the listeners of the preview are there, and whether it is still wanted.
_listens = False
_awaits_preview = False


def show_camera():
    """The camera's picture, or the words that stand in its place."""
    _show(None)


def show_still():
    """The picture of a scan, which the scanner left on the canvas; nothing where it saw no frame."""
    if element(STILL).width > 1:
        _show(STILL)
    else:
        overlay.clear()
        hide()


def forget_still():
    """Let go of the picture on the canvas."""
    still = element(STILL)
    still.width = still.height = 1


def show_preview(url):
    """A photo that is not measured yet, by its URL, as the browser sees it; nothing where the browser cannot."""
    global _awaits_preview
    overlay.clear()
    _listen()
    _awaits_preview = True
    show("stage", False)
    image = element(PREVIEW)
    image.alt = words.say("photo-alt")
    image.src = url


def show_picture(picture):
    """The very picture that was measured, a <canvas>; nothing where there is none."""
    overlay.clear()
    # The browser may let go of its own, which has all the pixels of the photo.
    element(PREVIEW).removeAttribute("src")
    if not picture:
        hide()
        return
    _copy(picture, element(STILL), picture.width, picture.height)
    _show(STILL)


def picture():
    """The element whose picture the boxes of a reading belong to."""
    return element(element("stage").getAttribute("data-view"))


def hide():
    """Nothing, where there is no picture to show."""
    global _awaits_preview
    _awaits_preview = False
    show("stage", False)


def forget():
    """Let go of every picture."""
    global _awaits_preview
    _awaits_preview = False
    element(PREVIEW).removeAttribute("src")
    forget_still()
    overlay.clear()


def canvas_of(image_data):
    """A new <canvas> with this picture."""
    canvas = document.createElement("canvas")
    canvas.width, canvas.height = image_data.width, image_data.height
    attempt(canvas.getContext("2d"), "putImageData", image_data, 0, 0)
    return canvas


def smaller(canvas, longer_side_px):
    """A new <canvas> with the same picture, no larger than this."""
    scale = min(1, longer_side_px / max(canvas.width, canvas.height))
    small = document.createElement("canvas")
    _copy(canvas, small, max(1, round(canvas.width * scale)), max(1, round(canvas.height * scale)))
    return small


def _copy(canvas, target, width, height):
    target.width, target.height = width, height
    attempt(target.getContext("2d"), "drawImage", canvas, 0, 0, width, height)


def _listen():
    global _listens
    if not _listens:
        _listens = True
        on(PREVIEW, "load", lambda _event: _awaits_preview and _show(PREVIEW))


def _show(shown):
    global _awaits_preview
    _awaits_preview = False
    for name in (STILL, PREVIEW):
        show(name, name == shown)
    if shown:
        show("camera-off", False)
    element("stage").setAttribute("data-view", shown or "live")
    show("stage")
