"""What a person has chosen, kept on the device, and the dialogue that asks for it.

Several tabs of this copy share what is kept. Each writes only what was changed in it, and takes over what others write.
"""

import json

from pyscript import document, window

from app.shared import elevation, groups, words
from app.ui.browser.attempts import attempt, look_up
from app.ui.browser.page import element, fill_choices, listen, on, set_text, show
from app.ui.browser.place import of_this_copy

# Earlier versions kept it for all copies of an origin together: what is chosen there holds until somebody changes it.
SHARED_STORE = "hemolens-settings"
STORE = of_this_copy(SHARED_STORE)
AUTOMATIC = "auto"
DEFAULTS = {
    "group": groups.NOT_STATED,
    "elevation_m": 0,
    "smoking": groups.NOT_SMOKING,
    "language": AUTOMATIC,
    "auto_capture": True,
    "vibrate": False,
    "sound": False,
    "mirror": True,
    "camera": True,
    # The camera that was switched to; "" where none was.
    "camera_id": "",
    "camera_label": "",
}
# Choices that are on or off -> where they are asked for, here and elsewhere on the page.
SWITCHES = {
    "vibrate": ("vibrate",),
    "sound": ("sound",),
    "auto_capture": ("auto-capture",),
    "mirror": ("flip-tta", "mirror"),
}


class Settings:
    """The choices by name, see DEFAULTS; what is stored and makes no sense is left aside."""

    def __init__(self):
        """`on_changed(names)` is called when another tab changed some of them."""
        self.on_changed = lambda _names: None
        self._chosen = _sensible(_stored())
        listen(document.defaultView, "storage", self._written_elsewhere)

    def __getitem__(self, name):
        return self._chosen[name]

    def __setitem__(self, name, value):
        self._chosen[name] = value
        # Whatever else is there stays: another tab may have changed it, another version may know it.
        stored = _stored()
        stored[name] = value
        try:
            attempt(look_up(window, "localStorage"), "setItem", STORE, json.dumps(stored))
        except Exception:
            # A full or forbidden store: the choice holds until the page is closed.
            return

    def person(self):
        """Whose hand it is."""
        return groups.Person(self["group"], self["elevation_m"], self["smoking"])

    def language(self):
        """The code of the language to speak: the chosen one, else the device's."""
        if self["language"] != AUTOMATIC:
            return self["language"]
        return words.wanted([str(tag) for tag in window.navigator.languages])

    def _written_elsewhere(self, event):
        # No key: everything was cleared.
        if event.key and event.key != STORE:
            return
        before, self._chosen = self._chosen, _sensible(_stored())
        names = [name for name in DEFAULTS if self._chosen[name] != before[name]]
        if names:
            self.on_changed(names)


def _stored():
    """What is kept by now, as it was written."""
    try:
        store = look_up(window, "localStorage")
        kept = store.getItem(STORE) or store.getItem(SHARED_STORE)
        stored = json.loads(kept or "{}")
    except Exception:
        # A forbidden store, or what somebody else wrote into it.
        return {}
    return stored if isinstance(stored, dict) else {}


def _sensible(stored):
    """A choice for every name of DEFAULTS: the stored one where it makes sense."""
    chosen = dict(DEFAULTS)
    for name in DEFAULTS:
        if type(stored.get(name)) is type(DEFAULTS[name]):
            chosen[name] = stored[name]
    if chosen["language"] not in [code for code, _, _ in words.LANGUAGES]:
        chosen["language"] = AUTOMATIC
    try:
        groups.Person(chosen["group"], chosen["elevation_m"], chosen["smoking"])
    except ValueError:
        for name in ("group", "elevation_m", "smoking"):
            chosen[name] = DEFAULTS[name]
    return chosen


class SettingsDialog:
    """Asks; every choice counts at once, and `on_person()` or `on_language()` hears of it.

    What is typed is a choice once the person leaves the field, and only where all of it is understood: on the way to
    5100 nobody means 510.
    """

    def __init__(self, settings, on_person, on_language):
        self._settings = settings
        self._on_person = on_person
        self._on_language = on_language
        # Whether something stands in the field that was not taken yet.
        self._typing = False
        on("open-settings", "click", lambda _event: self.open())
        on("change-whose", "click", lambda _event: self.open())
        on("group", "change", lambda event: self._person("group", event.target.value))
        on("smoking", "change", lambda event: self._person("smoking", event.target.value))
        on("elevation", "input", self._hear_elevation)
        on("elevation", "change", self._take_elevation)
        on("settings", "close", self._take_elevation)
        listen(document.defaultView, "pagehide", self._take_elevation)
        on("language", "change", self._language)
        for name in ("vibrate", "sound"):
            self._follow(name)
        settings.on_changed = self._changed_elsewhere

    def open(self):
        """Show what is chosen, and ask."""
        element("elevation").value = str(self._settings["elevation_m"])
        self._typing = False
        self.fill()
        element("settings").showModal()

    def fill(self):
        """Write the choices in the language that is spoken."""
        chosen = self._settings
        fill_choices(element("group"), [(name, words.say("group." + name)) for name in groups.GROUPS], chosen["group"])
        amounts = [(name, words.say("smoking." + name)) for name in groups.SMOKING]
        fill_choices(element("smoking"), amounts, chosen["smoking"])
        languages = [(AUTOMATIC, words.say("language-auto"))] + [(code, name) for code, name, _ in words.LANGUAGES]
        fill_choices(element("language"), languages, chosen["language"])
        self._say_elevation()
        self._show_switches()

    def _show_switches(self):
        for name in SWITCHES:
            for place in SWITCHES[name]:
                element(place).checked = self._settings[name]

    def _changed_elsewhere(self, names):
        """Another tab changed these: the page follows, and what is half typed here stays."""
        chosen = self._settings
        self._show_switches()
        if not self._typing:
            element("elevation").value = str(chosen["elevation_m"])
        if "language" in names:
            self._on_language()
        if "language" in names or "elevation_m" in names:
            self.fill()
        else:
            for name in ("group", "smoking"):
                element(name).value = chosen[name]
        if "group" in names or "elevation_m" in names or "smoking" in names:
            self._on_person()

    def _follow(self, name):
        def changed(event):
            self._settings[name] = bool(event.target.checked)

        on(name, "change", changed)

    def _person(self, name, value):
        self._take_elevation()
        self._choose(name, value)

    def _choose(self, name, value):
        self._settings[name] = value
        self._on_person()

    def _typed(self):
        return str(element("elevation").value)

    def _hear_elevation(self, _event):
        self._typing = True
        self._say_elevation()

    def _take_elevation(self, _event=None):
        """Keep what was typed, if all of it is understood."""
        if not self._typing:
            return
        self._typing = False
        try:
            elevation_m = elevation.understood_m(self._typed())
        except elevation.ElevationError:
            return
        if elevation_m != self._settings["elevation_m"]:
            self._choose("elevation_m", elevation_m)

    def _say_elevation(self):
        """Beside the field: what it was understood to say, or why it was not and what counts instead."""
        kept_m = self._settings["elevation_m"]
        wrong = understood = ""
        try:
            understood_m = elevation.understood_m(self._typed())
            understood = words.say("elevation-understood", elevation=words.elevation_words(understood_m))
        except elevation.ElevationError as error:
            wrong = words.elevation_wrong_words(error.reason, error.elevation_m)
            wrong += " " + words.say("elevation-counts", elevation=words.elevation_words(kept_m))
        set_text("elevation-understood", understood)
        set_text("elevation-wrong", wrong)
        show("elevation-understood", bool(understood))
        show("elevation-wrong", bool(wrong))
        element("elevation").setAttribute("aria-invalid", "true" if wrong else "false")

    def _language(self, event):
        self._settings["language"] = event.target.value
        self._on_language()
        self.fill()
