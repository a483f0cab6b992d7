"""A reading on the screen: the interval first, the classes it cannot exclude, every nail by itself."""

from app import words
from app.core import severity
from app.ui.page import add, add_svg, element, set_text, show

# The scale reaches a little beyond what people live with, in g/dL.
SCALE_LOW, SCALE_HIGH = 4.0, 20.0


def show_reading(reading):
    """Fill the result's cards from a reading that has a value."""
    low, high = reading["interval_g_dl"]
    hb_g_dl = reading["hb_g_dl"]
    set_text("hb-interval", words.interval_words(low, high))
    set_text("hb-value", f"{hb_g_dl:.1f}")
    quality = reading["quality"]
    set_text("nails-used", words.nails_used_words(quality["nails_used"], quality["nails_found"]))
    set_text("coverage", words.coverage_words(reading["coverage"]))
    show("as-wide-as-no-photo", not reading["narrower_than_no_photo"])
    _draw_scale(low, high, hb_g_dl)

    badge = element("severity")
    labels = reading["severity"]["set"]
    badge.textContent = words.severity_words(labels)
    badge.setAttribute("data-label", reading["severity"]["label"])
    badge.setAttribute("data-set", " ".join(labels))

    nails = element("nails")
    nails.replaceChildren()
    for nail in reading["nails"]:
        value = f"{nail['hb_g_dl']:.1f} g/dL" if nail["used"] else words.REASONS[nail["reason"]]
        add(
            nails,
            "li",
            value,
            class_="used" if nail["used"] else "unused",
            data_testid="nail-item",
            data_box=",".join(f"{side:.2f}" for side in nail["box"]),
            data_hb="" if nail["hb_g_dl"] is None else nail["hb_g_dl"],
        )


def draw_boxes(reading):
    """Every nail and patch of skin over the photo, in the photo's own pixels; nails bear their number."""
    overlay = element("photo-boxes")
    overlay.replaceChildren()
    width, height = reading["width"], reading["height"]
    overlay.setAttribute("viewBox", f"0 0 {width} {height}")
    for patch in reading["skin"]:
        _draw_box(overlay, patch["box"], "skin")
    text_px = max(width, height) / 32
    for number, nail in enumerate(reading["nails"]):
        _draw_box(overlay, nail["box"], "nail used" if nail["used"] else "nail unused")
        x1, y1 = nail["box"][0], nail["box"][1]
        add_svg(overlay, "text", str(number + 1), x=x1, y=y1 - text_px / 4, font_size=text_px)


def _draw_box(overlay, box, kind):
    x1, y1, x2, y2 = box
    add_svg(overlay, "rect", class_=kind, x=x1, y=y1, width=x2 - x1, height=y2 - y1, vector_effect="non-scaling-stroke")


def _draw_scale(low, high, hb_g_dl):
    """Bands that begin where the severity limits are, the interval as a bar, the best guess as a tick."""
    scale = element("scale")
    scale.replaceChildren()
    edges = (SCALE_LOW,) + severity.LOWER_LIMITS_G_DL + (SCALE_HIGH,)
    for index, label in enumerate(severity.LABELS):
        start, end = _percent(edges[index]), _percent(edges[index + 1])
        add(scale, "span", class_="band " + label, style=f"left:{start}%;width:{end - start}%")
    for limit in severity.LOWER_LIMITS_G_DL:
        add(scale, "span", f"{limit:.0f}", class_="limit", style=f"left:{_percent(limit)}%")
    start, end = _percent(low), _percent(high)
    add(scale, "span", class_="bar", style=f"left:{start}%;width:{end - start}%")
    add(scale, "span", class_="tick", style=f"left:{_percent(hb_g_dl)}%")


def _percent(hb_g_dl):
    inside = min(max(hb_g_dl, SCALE_LOW), SCALE_HIGH)
    return round((inside - SCALE_LOW) / (SCALE_HIGH - SCALE_LOW) * 100, 2)
