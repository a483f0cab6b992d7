"""Boxes over a picture, in the picture's own pixels: the browser puts them where it puts the picture."""

from app.shared import words
from app.ui.browser.page import add_svg, element
from app.ui.screens.labels import Labels

# How the SVG fits its pixels is how CSS fits the picture: `slice` is object-fit cover, `meet` is contain.
COVER, CONTAIN = "xMidYMid slice", "xMidYMid meet"
# The guide's nail: its width and height as shares of the picture's shorter side.
GUIDE_WIDTH, GUIDE_HEIGHT = 0.2, 0.26
# A nail's number: the picture's longer side is this many times as long as its letters are high.
TEXT_SHARE = 26
# Why it is left out, in smaller letters.
REASON_SHARE = 0.7

# What `draw` drew last, where it is still there: a hand that is held still is drawn once.
_drawn = None


def clear():
    """No boxes."""
    global _drawn
    _drawn = None
    element("overlay").replaceChildren()


def draw(seen, fit, numbered=False):
    """Skin dashed, nails solid, in pixels of a picture of `seen["width"]` x `seen["height"]`."""
    global _drawn
    wanted = seen["width"], seen["height"], seen["nails"], seen["skin"], fit, numbered, words.current()
    if wanted == _drawn:
        return
    overlay = _prepared(seen["width"], seen["height"], fit)
    _drawn = wanted
    for patch in seen["skin"]:
        _draw_box(overlay, patch["box"], "skin")
    text_px = max(seen["width"], seen["height"]) / TEXT_SHARE
    labels = Labels(seen["width"], seen["height"], [nail["box"] for nail in seen["nails"]])
    for number, nail in enumerate(seen["nails"], 1):
        _draw_box(overlay, nail["box"], "nail unused" if nail["reason"] else "nail used")
        if numbered:
            _write(overlay, str(number), labels.over(nail["box"], str(number), text_px), text_px)
    for nail in seen["nails"]:
        if nail["reason"]:
            reason, reason_px = words.reason_words(nail["reason"]), REASON_SHARE * text_px
            _write(overlay, reason, labels.under(nail["box"], reason, reason_px), reason_px)


def guide_box(width, height):
    """Where the guide's nail is, [x1, y1, x2, y2] in pixels of the picture: what is drawn is what is measured."""
    side = min(width, height)
    half_x, half_y = side * GUIDE_WIDTH / 2, side * GUIDE_HEIGHT / 2
    return [width / 2 - half_x, height / 2 - half_y, width / 2 + half_x, height / 2 + half_y]


def draw_guide(width, height, fit):
    """A fingertip that points up, and the nail on it."""
    overlay = _prepared(width, height, fit)
    x1, y1, x2, y2 = guide_box(width, height)
    nail_width, nail_height = x2 - x1, y2 - y1
    left, right, top = x1 - 0.28 * nail_width, x2 + 0.28 * nail_width, y1 - 0.22 * nail_height
    radius = (right - left) / 2
    path = f"M{left} {height} V{top + radius} A{radius} {radius} 0 0 1 {right} {top + radius} V{height}"
    add_svg(overlay, "path", class_="finger", d=path, vector_effect="non-scaling-stroke")
    add_svg(
        overlay,
        "rect",
        class_="guide",
        x=x1,
        y=y1,
        width=nail_width,
        height=nail_height,
        rx=nail_width * 0.42,
        vector_effect="non-scaling-stroke",
    )


def _prepared(width, height, fit):
    clear()
    overlay = element("overlay")
    overlay.setAttribute("viewBox", f"0 0 {width} {height}")
    overlay.setAttribute("preserveAspectRatio", fit)
    return overlay


def _draw_box(overlay, box, kind):
    x1, y1, x2, y2 = box
    add_svg(overlay, "rect", class_=kind, x=x1, y=y1, width=x2 - x1, height=y2 - y1, vector_effect="non-scaling-stroke")


def _write(overlay, text, start, text_px):
    x, y = start
    # In Arabic, a text would otherwise end at x instead of beginning there.
    add_svg(overlay, "text", text, x=x, y=y, font_size=text_px, direction="ltr")
