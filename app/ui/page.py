"""Small helpers over the page's elements."""

from pyscript import document
from pyscript.ffi import create_proxy

SVG = "http://www.w3.org/2000/svg"


def element(element_id):
    """The element with this id."""
    return document.getElementById(element_id)


def show(element_id, visible=True):
    """Show or hide an element."""
    element(element_id).hidden = not visible


def set_text(element_id, text):
    """Replace an element's text."""
    element(element_id).textContent = text


def on(element_id, event, handler):
    """Call `handler(event)` whenever the event happens; the listener stays as long as the page."""
    element(element_id).addEventListener(event, create_proxy(handler))


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


def fill_words(words):
    """Write every text of the page that carries a `data-text` name."""
    for target in document.querySelectorAll("[data-text]"):
        target.textContent = words[target.getAttribute("data-text")]
