"""What a person has chosen, kept on the device, and the dialogue that asks for it."""

import json

from pyscript import window

from app import words
from app.core import groups
from app.ui.page import element, fill_choices, on, set_text, show

STORE = "hemolens-settings"
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


class Settings:
    """The choices by name, see DEFAULTS; what is stored and makes no sense is left aside."""

    def __init__(self):
        self._chosen = dict(DEFAULTS)
        try:
            stored = json.loads(window.localStorage.getItem(STORE) or "{}")
        except Exception:
            stored = {}
        if isinstance(stored, dict):
            for name in DEFAULTS:
                if type(stored.get(name)) is type(DEFAULTS[name]):
                    self._chosen[name] = stored[name]
        if self._chosen["language"] not in [code for code, _, _ in words.LANGUAGES]:
            self._chosen["language"] = AUTOMATIC
        try:
            self.person()
        except ValueError:
            for name in ("group", "elevation_m", "smoking"):
                self._chosen[name] = DEFAULTS[name]

    def __getitem__(self, name):
        return self._chosen[name]

    def __setitem__(self, name, value):
        self._chosen[name] = value
        try:
            window.localStorage.setItem(STORE, json.dumps(self._chosen))
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


class SettingsDialog:
    """Asks; every change counts at once, and `on_person()` or `on_language()` hears of it."""

    def __init__(self, settings, on_person, on_language):
        self._settings = settings
        self._on_person = on_person
        self._on_language = on_language
        on("open-settings", "click", lambda _event: self.open())
        on("change-whose", "click", lambda _event: self.open())
        on("group", "change", lambda event: self._person("group", event.target.value))
        on("smoking", "change", lambda event: self._person("smoking", event.target.value))
        on("elevation", "input", self._elevation)
        on("language", "change", self._language)
        for name in ("vibrate", "sound"):
            self._follow(name)

    def open(self):
        """Show what is chosen, and ask."""
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
        elevation = element("elevation")
        elevation.value = str(chosen["elevation_m"])
        elevation.min, elevation.max = str(groups.LOWEST_M), str(groups.HIGHEST_M)
        show("elevation-wrong", False)
        for name in ("vibrate", "sound"):
            element(name).checked = chosen[name]

    def _follow(self, name):
        def changed(event):
            self._settings[name] = bool(event.target.checked)

        on(name, "change", changed)

    def _person(self, name, value):
        self._settings[name] = value
        self._on_person()

    def _elevation(self, event):
        text = event.target.value.strip()
        try:
            elevation_m = int(text or "0")
            groups.Person(elevation_m=elevation_m)
        except ValueError:
            set_text("elevation-wrong", words.say("elevation-wrong", low=groups.LOWEST_M, high=groups.HIGHEST_M))
            show("elevation-wrong")
            return
        show("elevation-wrong", False)
        self._person("elevation_m", elevation_m)

    def _language(self, event):
        self._settings["language"] = event.target.value
        self._on_language()
        self.fill()
