"""A reading on the screen: the interval first, the classes it cannot exclude, every nail by itself."""

from pyscript import document, window
from pyscript.ffi import create_proxy

from app.shared import codes, severity, words
from app.ui.browser.attempts import attempt
from app.ui.browser.page import add, element, set_text, show
from app.ui.screens import paper

# The scale reaches a little beyond what people live with, in g/dL.
SCALE_LOW, SCALE_HIGH = 4.0, 20.0
# Between two numbers of a row under the scale, in pixels of the screen.
LABEL_GAP_PX = 6
# Of a nail in the list, in pixels of the screen, and how much around the nail it shows, in nails.
THUMBNAIL_PX, MARGIN_IN_NAILS = 112, 0.35


def show_reading(reading, person, picture, guided):
    """Fill the result's cards.

    Args:
        reading: one that has a value.
        person: whose limits count, a `groups.Person`.
        picture: the <canvas> that shows what its boxes belong to, at any size.
        guided: whether a guide said where the nail is.
    """
    low, high = reading["interval_g_dl"]
    set_text("hb-interval", words.interval_words(low, high))
    set_text("hb-value", words.number(reading["hb_g_dl"]))
    quality = reading["quality"]
    set_text("nails-used", words.nails_used_words(quality["nails_used"], quality["nails_found"]))
    set_text("coverage", words.coverage_words(reading["coverage"]))
    _show_light(reading["light"])
    _show_models(reading["models"].get("recipe"))
    show("as-wide-as-no-photo", not reading["narrower_than_no_photo"])
    show("by-guide", guided)
    show_classes(reading, person)
    _show_scan(reading)
    _list_nails(reading, picture)


def show_classes(reading, person):
    """What depends on whose hand it is: the classes, how they come about, the scale, what to do."""
    low, high = reading["interval_g_dl"]
    value = reading["hb_g_dl"]
    classified = severity.classify(value, low, high, person)
    compared = severity.comparison(value, person)
    badge = element("severity")
    labels = classified["set"]
    badge.textContent = words.severity_words(labels)
    badge.setAttribute("data-label", classified["label"] or "")
    badge.setAttribute("data-set", " ".join(labels))
    steps = element("comparison")
    steps.replaceChildren()
    for line in words.comparison_lines(classified, compared):
        add(steps, "li", line)
    low_label = classified["label"] in (severity.SEVERE, severity.MODERATE)
    set_text("what-to-do", words.say("what-to-do.low" if low_label else "what-to-do"))
    _draw_scale(low, high, value, compared)


def _show_light(light):
    """Whether white paper shows it, and a warning where none does and no training photograph had such light."""
    reference = light["reference"]["reason"] or codes.REFERENCE_OK
    paper.tell(paper.RESULT, reference, words.paper_words(reference))
    warning = words.light_warning(light)
    show("light-warning", bool(warning))
    set_text("light-warning", warning)


def _show_models(recipe):
    """The name of the recipe, where the models are not those of HemoLens."""
    show("read-by", bool(recipe))
    set_text("read-by", words.say("read-by", name=recipe) if recipe else "")


def _show_scan(reading):
    scan = reading.get("scan")
    show("scan-figures", scan is not None)
    if scan is None:
        return
    set_text("frames-used", words.say("frames-used", used=scan["frames_used"], total=scan["frames"]))
    set_text("std-dev", "± " + words.value_words(scan["std_dev_g_dl"], 2))
    lowest, highest = scan["range_g_dl"]
    set_text("range", words.interval_words(lowest, highest))
    quality = reading["quality"]
    if quality["nails_used"] > 1:
        set_text("fingers-differ", words.say("fingers-differ-words", spread=words.number(quality["spread_g_dl"])))
    else:
        set_text("fingers-differ", words.say("one-finger"))
    camera = reading.get("camera")
    show("camera-was", camera is not None)
    if camera:
        held = [camera.get(name) == "manual" for name in ("exposureMode", "whiteBalanceMode")]
        held_words = words.say("camera-held" if all(held) else "camera-free")
        was = words.say("camera-was", width=reading["width"], height=reading["height"], held=held_words)
        set_text("camera-was", was)


def forget():
    """Let go of the pictures of the nails, and of what was said of their light."""
    element("nails").replaceChildren()
    paper.forget(paper.RESULT)


def _list_nails(reading, picture):
    nails = element("nails")
    nails.replaceChildren()
    # A large photo is shown smaller than it was measured.
    scale = picture.width / reading["width"]
    for number, nail in enumerate(reading["nails"]):
        box = [side * scale for side in nail["box"]]
        item = add(
            nails,
            "li",
            class_="used" if nail["used"] else "unused",
            data_testid="nail-item",
            data_box=",".join([f"{side:.2f}" for side in nail["box"]]),
            data_hb="" if nail["hb_g_dl"] is None else nail["hb_g_dl"],
        )
        item.appendChild(_thumbnail(picture, box, words.say("nail-number", number=number + 1)))
        value = words.value_words(nail["hb_g_dl"]) if nail["used"] else words.reason_words(nail["reason"])
        add(item, "span", value)


def _thumbnail(picture, box, name):
    """The nail, cut out of the picture."""
    canvas = document.createElement("canvas")
    canvas.width = canvas.height = THUMBNAIL_PX
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", name)
    x1, y1, x2, y2 = box
    side = max(x2 - x1, y2 - y1) * (1 + 2 * MARGIN_IN_NAILS)
    left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
    drawn = (picture, left, top, side, side, 0, 0, THUMBNAIL_PX, THUMBNAIL_PX)
    attempt(canvas.getContext("2d"), "drawImage", *drawn)
    return canvas


def _draw_scale(low, high, value, compared):
    """Bands that begin where the limits are, the interval as a bar, the best guess as a tick.

    What is taken off before comparing is put on the limits instead: the scale shows what was measured.
    """
    scale = element("scale")
    scale.replaceChildren()
    texts = {"low": words.number(low), "high": words.number(high), "value": words.number(value)}
    limits = compared["limits_g_dl"]
    if limits is None:
        _lay(add(scale, "span", class_="band none"), 0, 100)
        scale.setAttribute("aria-label", words.say("scale-no-limits", **texts))
    else:
        taken_off = sum(compared["adjustments_g_dl"].values())
        limits = [limit + taken_off for limit in limits]
        edges = [SCALE_LOW] + limits + [SCALE_HIGH]
        for index, label in enumerate(severity.LABELS):
            start, end = _percent(edges[index]), _percent(edges[index + 1])
            _lay(add(scale, "span", class_="band " + label), start, end)
        named = [words.number(limit) for limit in limits]
        for index, limit in enumerate(limits):
            _lay(add(scale, "span", named[index], class_="limit"), _percent(limit))
        scale.setAttribute("aria-label", words.say("scale", limits="; ".join(named), **texts))
    start, end = _percent(low), _percent(high)
    _lay(add(scale, "span", class_="bar"), start, end)
    _lay(add(scale, "span", class_="tick"), _percent(value))
    _keep_limits_apart()


def watch_scale():
    """Keep the limits' numbers apart at any width of the scale: it is shown, the phone is turned."""
    window.ResizeObserver.new(create_proxy(lambda *_: _keep_limits_apart())).observe(element("scale"))


def _keep_limits_apart():
    """Each number under its limit, in the first row where it does not touch the one before it."""
    ends = []
    for limit in element("scale").querySelectorAll(".limit"):
        box = limit.getBoundingClientRect()
        row = 0
        while row < len(ends) and box.left < ends[row] + LABEL_GAP_PX:
            row += 1
        if row == len(ends):
            ends.append(0)
        ends[row] = box.right
        limit.setAttribute("data-row", str(row))
    element("scale").setAttribute("data-rows", str(max(len(ends), 1)))


def _lay(span, start, end=None):
    """Where it lies on the scale, in percent. The page's policy refuses a style attribute."""
    span.style.left = f"{start}%"
    if end is not None:
        span.style.width = f"{end - start}%"


def _percent(hb_g_dl):
    inside = min(max(hb_g_dl, SCALE_LOW), SCALE_HIGH)
    return round((inside - SCALE_LOW) / (SCALE_HIGH - SCALE_LOW) * 100, 2)
