"""Photos that come from the picker, by drag and drop, or pasted; each measured in its turn."""

from pyscript import document, window

from app import words
from app.core import codes
from app.ui.page import add, element, listen, on, show


class Photo:
    """One photo: its file, a URL to show it by, and its reading once there is one."""

    def __init__(self, file):
        self.file = file
        self.url = window.URL.createObjectURL(file)
        self.reading = None

    def forget(self):
        """Let go of it: nothing stays after its reading is closed."""
        window.URL.revokeObjectURL(self.url)


class Photos:
    """Takes photos in, and lists them where there are several."""

    def __init__(self, on_chosen, on_opened):
        """`on_chosen(files)` is called with a list of files, `on_opened(photo)` when one of the list is asked for."""
        self._on_chosen = on_chosen
        self._on_opened = on_opened
        self._depth = 0
        on("photo-input", "change", self._picked)
        listen(document, "paste", self._pasted)
        for name in ("dragenter", "dragover", "dragleave", "drop"):
            listen(document, name, self._dragged)

    def list_all(self, photos, shown):
        """A strip of all photos; nothing where there is only one."""
        show("photos", len(photos) > 1)
        strip = element("photo-list")
        strip.replaceChildren()
        for number, photo in enumerate(photos):
            item = add(strip, "li")
            button = add(item, "button", class_="thumb", type="button")
            if photo is shown:
                button.setAttribute("aria-current", "true")
            add(button, "img", src=photo.url, alt=words.say("photo-number", number=number + 1))
            add(button, "span", _words_of(photo.reading))
            listen(button, "click", lambda _event, photo=photo: self._on_opened(photo))

    def _picked(self, event):
        chooser = event.target
        files = [chooser.files.item(number) for number in range(chooser.files.length)]
        # The same photo can be chosen again: without this there would be no change event.
        chooser.value = ""
        self._take(files)

    def _pasted(self, event):
        if event.clipboardData:
            self._take(list(event.clipboardData.files))

    def _dragged(self, event):
        transfer = event.dataTransfer
        if not transfer or not transfer.types.includes("Files"):
            return
        event.preventDefault()
        if event.type == "dragenter":
            self._depth += 1
        elif event.type == "dragleave":
            self._depth -= 1
        elif event.type == "drop":
            self._depth = 0
            self._take(list(transfer.files))
        show("drop", self._depth > 0)

    def _take(self, files):
        if files:
            self._on_chosen(files)


def _words_of(reading):
    if reading is None:
        return "…"
    if "error" in reading:
        return words.say("no-reading")
    return words.value_words(reading["hb_g_dl"])


async def measure(engine, photo, mirror):
    """The reading of a photo. What Pillow cannot open, HEIC for one, the browser may."""
    buffer = await photo.file.arrayBuffer()
    reading = await engine.measure_photo(buffer, mirror)
    if "error" in reading and reading["error"]["code"] == codes.UNREADABLE_IMAGE:
        try:
            bitmap = await window.createImageBitmap(photo.file)
        except Exception:
            return reading
        reading = await engine.measure_bitmap(bitmap, mirror)
        bitmap.close()
    return reading
