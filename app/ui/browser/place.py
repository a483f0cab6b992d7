"""Where this copy of the app lies. An origin may have several, and the browser keeps things by origin alone."""

from pyscript import document, window


def here(path="./"):
    """The address of a path of this copy; without one, where all of it lies, which its service worker answers for."""
    return window.URL.new(path, document.baseURI).href


def of_this_copy(name):
    """A name in the browser's stores that no other copy uses."""
    return name + " " + window.URL.new(here()).pathname
