"""Small helpers over the page's elements."""

from pyscript import document, window
from pyscript.ffi import create_proxy

from app.shared import messages
from app.ui.browser.attempts import BrowserError, attempt, look_up
from app.ui.browser.tasks import guarded

SVG = "http://www.w3.org/2000/svg"


def element(element_id):
    """The element with this id."""
    return document.getElementById(element_id)


def show(element_id, visible=True):
    """Show or hide an element."""
    target = element(element_id)
    if visible:
        target.removeAttribute("hidden")
    else:
        target.setAttribute("hidden", "")


def set_text(element_id, text):
    """Replace an element's text."""
    element(element_id).textContent = text


def on(element_id, event, handler):
    """Call `handler(event)` whenever the event happens; the listener stays as long as the page."""
    listen(element(element_id), event, handler)


def listen(target, event, handler):
    """The same for any target: the window, a track of the camera."""
    target.addEventListener(event, create_proxy(guarded(handler)))


def optional(target, name):
    """A property that not every browser has, or None."""
    value = getattr(target, name, None)
    return value if value else None


def add(parent, tag, text=None, **attributes):
    """Append a new element; attributes with `_` for `-`, `class_` for `class`."""
    child = document.createElement(tag)
    return _fill(parent, child, text, attributes)


def add_svg(parent, tag, text=None, **attributes):
    """The same inside an SVG."""
    child = document.createElementNS(SVG, tag)
    return _fill(parent, child, text, attributes)


def _fill(parent, child, text, attributes):
    for name, value in attributes.items():
        child.setAttribute(name.rstrip("_").replace("_", "-"), str(value))
    if text is not None:
        child.textContent = text
    parent.appendChild(child)
    return child


def fill_words(say):
    """Write every text of the page that carries a `data-text` key, and every name that carries a `data-name` one."""
    for target in document.querySelectorAll("[data-text]"):
        target.textContent = say(target.getAttribute("data-text"))
    for target in document.querySelectorAll("[data-name]"):
        target.setAttribute("aria-label", say(target.getAttribute("data-name")))


def fill_choices(select, choices, chosen):
    """The options (value, text) of a <select>."""
    select.replaceChildren()
    for value, text in choices:
        option = add(select, "option", text, value=value)
        option.selected = value == chosen


def announce(text):
    """Say something to whoever listens to the screen instead of looking at it."""
    set_text("announcer", text)


def mark(name):
    """A point in time, in the browser's own timeline: the bench reads it."""
    window.performance.mark("hemolens-" + name)


def reload_once(reason):
    """Load the page anew, unless it was for this reason before; returns whether it does.

    A browser that lets the page remember nothing would load it for ever: there it is not loaded anew.
    """
    try:
        remembered = look_up(window, "sessionStorage")
        if remembered.getItem(reason):
            return False
        attempt(remembered, "setItem", reason, "1")
    except BrowserError:
        return False
    window.location.reload()
    return True


def reload_again(reason):
    """From now on `reload_once` may load the page for this reason once more."""
    try:
        look_up(window, "sessionStorage").removeItem(reason)
    except BrowserError:
        # Nothing was remembered, then.
        return


def state():
    """The page's state, see `app.shared.messages`."""
    return document.body.getAttribute("data-state")


def shows_start():
    """Whether the page is at its start, with nothing going on or shown that would be lost."""
    return state() in (messages.STATE_BOOTING, messages.STATE_READY)


def set_state(new):
    """Make it another one."""
    document.body.setAttribute("data-state", new)


def set_engine(new):
    """The engine's state, see `app.shared.messages`."""
    document.body.setAttribute("data-engine", new)
