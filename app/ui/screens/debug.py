"""Behind the reading: every frame of a scan, where the time went, and which version this is."""

import json

from pyscript import window

from app.shared import words
from app.shared.codes import RECIPE_OURS, STAGES
from app.ui.browser import service_worker, tasks
from app.ui.browser.page import add, element, on, set_text, show
from app.ui.browser.patience import within
from app.ui.browser.place import here
from app.ui.screens.settings import SWITCHES

HOST_PATIENCE_MS = 10000
# Where it stands in the panel and in the settings.
VERSIONS = ("debug-version", "settings-version")


class Debug:
    """The panel at the end of a reading, and what of it the settings have as well: mirror images, version, models."""

    def __init__(self, settings):
        self._settings = settings
        for name in SWITCHES["mirror"]:
            element(name).checked = settings["mirror"]
            on(name, "change", self._flip)
        for name, event in (("debug", "toggle"), ("open-settings", "click"), ("change-whose", "click")):
            on(name, event, lambda _event: tasks.run(self._ask_version()))

    def show_engine(self, answer):
        """What the engine said when it was ready."""
        set_text("debug-threads", str(answer["threads"]))
        models, recipe = answer["models"], answer["recipe"]
        hashes = ", ".join([f"{name} {models[name][:12]}" for name in ("detector", "estimator")])
        set_text("debug-models", f"{recipe['name']}: {hashes}")
        stand_in = f" ({recipe['stand_in']})" if recipe["stand_in"] else ""
        set_text("settings-models", recipe["name"] + stand_in)
        show("settings-models-row", recipe["name"] != RECIPE_OURS)

    def show(self, frames, stages):
        """The frames of a scan, none for a photo, and the milliseconds by stage of each picture.

        Where there is neither, nothing was read, and the panel is not there.
        """
        show("debug", bool(frames or stages))
        target = element("debug-frames")
        target.replaceChildren()
        show("debug-none", not frames)
        for frame in frames:
            item = add(target, "li", class_="unused" if frame["reason"] else "used")
            item.appendChild(frame["thumbnail"])
            value = "" if frame["hb_g_dl"] is None else words.number(frame["hb_g_dl"], 2)
            reason = words.reason_words(frame["reason"]) if frame["reason"] else ""
            add(item, "span", " ".join([part for part in (value, reason) if part]))
        # The bench reads them.
        element("debug").setAttribute("data-stages", json.dumps(stages))
        rows = element("debug-stage-rows")
        rows.replaceChildren()
        for stage in STAGES:
            total_ms = sum([each.get(stage, 0) for each in stages])
            if total_ms:
                row = add(rows, "tr")
                add(row, "th", words.say("stage." + stage), scope="row")
                add(row, "td", words.number(total_ms / len(stages)))
        show("debug-stages", rows.childElementCount > 0)

    def _flip(self, event):
        mirror = bool(event.target.checked)
        self._settings["mirror"] = mirror
        for name in SWITCHES["mirror"]:
            element(name).checked = mirror

    async def _ask_version(self):
        version = await _version()
        if version:
            for name in VERSIONS:
                set_text(name, version)


async def _version():
    """The service worker knows which build this is, network or not; before there is one, the host does."""
    answer = await service_worker.ask(service_worker.VERSION)
    if answer:
        return answer.version
    try:
        return await within(HOST_PATIENCE_MS, _version_of_host())
    except Exception:
        return None


async def _version_of_host():
    response = await window.fetch(here("build.json"))
    return json.loads(await response.text())["version"]
