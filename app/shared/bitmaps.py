"""Pictures that the screen lends to the engine, ImageBitmaps and VideoFrames, as both of them look at one.

No import: MicroPython reads this file as well.
"""


def size_of(picture):
    """Its width and height in pixels."""
    width = getattr(picture, "displayWidth", None) or picture.width
    height = getattr(picture, "displayHeight", None) or picture.height
    return width, height


async def copied(picture, levels, options):
    """Whether its levels could be had without drawing it, four bytes a pixel, row upon row; else it has to be drawn.

    They are those that a canvas shows. Of frames that are drawn, Chromium keeps pictures of its own, hundreds of
    megabytes of them.

    Args:
        levels: a typed array of bytes of the browser's for all of them.
        options: an object of the browser's, {"format": "RGBX" or "RGBA"}.
    """
    visible = getattr(picture, "visibleRect", None)
    if not visible or (visible.width, visible.height) != size_of(picture):
        # An ImageBitmap, or pixels that are not square.
        return False
    try:
        planes = await picture.copyTo(levels, options)
    except Exception:
        # A frame that lies on the graphics card.
        return False
    # Browsers that know no formats here give the camera's own, which has three planes.
    return planes.length == 1
