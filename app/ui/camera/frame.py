"""One frame of what the camera shows, to be lent to the engine and closed in the end."""

from pyscript import window
from pyscript.ffi import to_js

from app.shared.bitmaps import copied, size_of
from app.ui.browser.attempts import attempt, make
from app.ui.browser.patience import TookTooLongError, within

# A browser that has a picture gives it at once.
FRAME_MS = 2000


async def frame_of(video):
    """A VideoFrame where the browser says that it is upright, else an ImageBitmap.

    The first is the camera's own memory and costs nothing; the second is a copy in the screen's colours, which holds
    everything up for a moment and stays with the browser until it collects its garbage. How a camera is turned is only
    known to browsers whose frames have a `rotation`.

    Raises:
        Exception: there is no picture, as happens between two cameras, or while a device is turned; or none comes.
    """
    if getattr(window, "VideoFrame", None):
        frame = make(window.VideoFrame, video)
        if getattr(frame, "rotation", None) == 0 and getattr(frame, "flip", None) == False:  # noqa: E712
            return frame
        frame.close()
    return await within(FRAME_MS, attempt(window, "createImageBitmap", video), late=lambda bitmap: bitmap.close())


async def draw(frame, canvas):
    """Show it whole on a canvas, which takes its size.

    Raises:
        BrowserError: the system has taken the frame back.
    """
    width, height = size_of(frame)
    canvas.width, canvas.height = width, height
    context = canvas.getContext("2d")
    levels = window.Uint8ClampedArray.new(4 * width * height)
    try:
        whole = await within(FRAME_MS, copied(frame, levels, to_js({"format": "RGBA"})))
    except TookTooLongError:
        whole = False
    if whole:
        attempt(context, "putImageData", window.ImageData.new(levels, width, height), 0, 0)
    else:
        attempt(context, "drawImage", frame, 0, 0)
