"""Photos that come from the picker, by drag and drop, or pasted: measured one after the other, listed where several."""

from pyscript import document, window

from app.shared import codes, words
from app.ui.browser.page import add, element, listen, on, set_text, show
from app.ui.browser.patience import TookTooLongError, within
from app.ui.screens import stage

# A file may have to come out of a cloud first.
FILE_PATIENCE_MS = 60000

# The longer side of a picture in the list, in pixels of the screen.
THUMBNAIL_PX = 240


class Photo:
    """One photo: its file, a URL for the browser's own picture of it, and its reading once there is one.

    `picture` is what was measured, on a canvas; None where nothing was."""

    def __init__(self, file):
        self.file = file
        self.url = window.URL.createObjectURL(file)
        self.reading = self.picture = None


class Album:
    """The photos of one choice."""

    def __init__(self, engine, settings, on_chosen, on_opened):
        """`on_chosen(files)` is called with a list of files, `on_opened(photo)` when one of the list is asked for."""
        self._engine = engine
        self._settings = settings
        self._on_chosen = on_chosen
        self._on_opened = on_opened
        self._photos = []
        self._previews = False
        self._depth = 0
        # Which photo is on the screen.
        self.shown = None
        on("photo-input", "change", self._picked)
        listen(document, "paste", self._pasted)
        for name in ("dragenter", "dragover", "dragleave", "drop"):
            listen(document, name, self._dragged)

    def __len__(self):
        return len(self._photos)

    def take(self, files, waits):
        """These photos instead of those there were; `waits`: it may take a while until they are measured."""
        self.forget()
        self._photos = [Photo(file) for file in files]
        # Of a large photo the browser's own picture takes as long and as much memory as measuring it.
        self._previews = waits or len(files) > 1
        self.show(self._photos[0])

    def forget(self):
        """Let go of all photos: nothing of them stays after their reading is closed."""
        for photo in self._photos:
            window.URL.revokeObjectURL(photo.url)
            if photo.picture:
                photo.picture.width = photo.picture.height = 1
        self._photos, self.shown = [], None
        show("photos", False)

    def show(self, photo):
        """Put a photo on the stage, and mark it in the list."""
        self.shown = photo
        if photo.reading:
            stage.show_picture(photo.picture)
        elif self._previews:
            stage.show_preview(photo.url)
        else:
            stage.hide()
        show("photos", len(self._photos) > 1)
        strip = element("photo-list")
        strip.replaceChildren()
        if len(self._photos) == 1:
            return
        for number, listed in enumerate(self._photos):
            item = add(strip, "li")
            button = add(item, "button", class_="thumb", type="button")
            if listed is photo:
                button.setAttribute("aria-current", "true")
            _add_thumbnail(button, listed, words.say("photo-number", number=number + 1))
            add(button, "span", _words_of(listed.reading))
            listen(button, "click", lambda _event, listed=listed: self._open(listed))

    async def measure(self):
        """Measure all; returns the first, or None where other photos were chosen meanwhile, or the engine ended."""
        photos = self._photos
        for number, photo in enumerate(photos):
            several = words.say("measuring-of", number=number + 1, count=len(photos))
            set_text("status", words.say("measuring") if len(photos) == 1 else several)
            self.show(photo)
            reading, picture = await measure(self._engine, photo.file, self._settings["mirror"])
            if photos is not self._photos or reading.get("dead"):
                return None
            photo.reading, photo.picture = reading, picture and stage.canvas_of(picture)
        return photos[0]

    def _open(self, photo):
        if all(each.reading for each in self._photos):
            self._on_opened(photo)

    def take_early(self):
        """What was chosen before anybody listened, as whoever is quick with the keyboard does."""
        self._pick(element("photo-input"))

    def _picked(self, event):
        self._pick(event.target)

    def _pick(self, chooser):
        files = [chooser.files.item(number) for number in range(chooser.files.length)]
        # The same photo can be chosen again: without this there would be no change event.
        chooser.value = ""
        self._give(files)

    def _pasted(self, event):
        if event.clipboardData:
            self._give(list(event.clipboardData.files))

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
            self._give(list(transfer.files))
        show("drop", self._depth > 0)

    def _give(self, files):
        if files:
            self._on_chosen(files)


def _words_of(reading):
    if reading is None:
        return "…"
    if "error" in reading:
        return words.say("no-reading")
    return words.value_words(reading["hb_g_dl"])


def _add_thumbnail(button, photo, name):
    """The picture that was measured; until then the browser's own, and nothing where there is none."""
    if photo.picture:
        thumbnail = stage.smaller(photo.picture, THUMBNAIL_PX)
        thumbnail.setAttribute("role", "img")
        thumbnail.setAttribute("aria-label", name)
        button.appendChild(thumbnail)
    elif photo.reading:
        add(button, "span", class_="no-picture", role="img", aria_label=name)
    else:
        add(button, "img", src=photo.url, alt=name)


async def measure(engine, file, mirror):
    """The reading of a photo's file, and the picture that was measured, an ImageData or None."""
    try:
        content = await within(FILE_PATIENCE_MS, file.arrayBuffer())
    except Exception as error:
        # Deleted, changed or locked since it was chosen, or in a cloud that is out of reach.
        reason = "did not arrive" if isinstance(error, TookTooLongError) else "cannot be read"
        message = f"the file {file.name} {reason}"
        return {"error": {"code": codes.FILE_UNREADABLE, "message": message}}, None
    return await engine.measure_photo(content, mirror)
