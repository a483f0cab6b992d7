"""Behind the reading: every frame of the last scan, where the time went, and which version this is."""

import json

from app import words
from app.core.codes import STAGES
from app.ui import service_worker, tasks
from app.ui.page import add, element, on, set_text, show


class Debug:
    """The panel at the end of the page."""

    def __init__(self, settings):
        self._settings = settings
        element("flip-tta").checked = settings["mirror"]
        on("flip-tta", "change", self._flip)
        on("debug", "toggle", lambda _event: tasks.run(self._ask_version()))

    def show_engine(self, answer):
        """What the engine said when it was ready."""
        set_text("debug-threads", str(answer["threads"]))
        models = answer["models"]
        set_text("debug-models", ", ".join([f"{name} {models[name][:12]}" for name in ("detector", "estimator")]))

    def show(self, frames, stages):
        """The frames of a scan, none for a photo, and the milliseconds by stage of each picture."""
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
        self._settings["mirror"] = bool(event.target.checked)

    async def _ask_version(self):
        """The service worker knows which build this is, network or not."""
        answer = await service_worker.ask(service_worker.VERSION)
        if answer:
            set_text("debug-version", answer.version)
