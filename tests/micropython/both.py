"""Run by CPython and by the shipped MicroPython: both must print the same."""

import json
import os

from app import shared
from app.shared import aim, codes, deadline, groups, messages, port, settled, severity, words
from app.ui import flow

hundredths = range(600, 1600, 7)
seen = {
    "labels": [severity.severity_label(value / 100) for value in hundredths],
    "sets": [list(severity.severity_set(value / 100, value / 100 + 3)) for value in hundredths],
    "classes": [
        severity.classify(value / 100, value / 100 - 2, value / 100 + 3, groups.Person(group, elevation_m, smoking))
        for value in range(600, 1600, 50)
        for group in groups.GROUPS
        for elevation_m, smoking in ((0, "no"), (2400, "under_10"))
    ],
    "compared": [
        words.comparison_lines(severity.classify(11.4, 9, 13, person), severity.comparison(11.4, person))
        for person in [groups.Person(group, 1600, "some") for group in groups.GROUPS]
    ],
    "codes": [codes.ERROR_CODES, codes.NAIL_REASONS],
    "steps": [messages.BOOT_STEPS, messages.STATE_RESULT],
    "severity": [words.severity_words(list(severity.LABELS[start:])) for start in range(4)],
    "interval": words.interval_words(10.44, 16.46),
    "coverage": words.coverage_words(0.9),
    "used": [words.nails_used_words(1, 1), words.nails_used_words(2, 3)],
    "errors": [words.error_words(code) for code in codes.ERROR_CODES + codes.SCAN_CODES + codes.CAMERA_CODES],
    "paper": [words.paper_words(reference) for reference in codes.REFERENCES],
    "light": [
        words.light_warning({"reference": {"found": found}, "judged": light})
        for light in codes.LIGHTS
        for found in (False, True)
    ],
    "languages": {},
    "aim": [],
}
for language, _, _ in words.LANGUAGES:
    words.use(language)
    seen["languages"][language] = [
        words.direction(),
        words.number(12.345),
        words.severity_words(["mild", "normal"]),
        words.coverage_words(0.9),
    ]
words.use(words.wanted(["xx", "EN-gb"]))
follower = aim.Aim()
for look in range(12):
    nail = {"box": [100 + look, 100, 140 + look, 130], "confidence": 0.8, "reason": None if look != 4 else "too_dark"}
    seen["aim"].append(follower.seen([nail], 1000 + 125 * look))

ends = deadline.Deadline(30, 15)
ends.begin(900.0, 1000.0)
seen["deadline"] = []
for frame in range(1, 30):
    ends.passed(1000.0 + 190 * frame, frame % 5 != 0, frame == 7)
    seen["deadline"].append([ends.has_room(frame, 1), ends.expected(frame), ends.slow, ends.left_ms])

chip = settled.Settled()
seen["settled"] = [chip.seen(word) for word in ["ok"] * 4 + ["small", "ok", "small", "missing"] + ["clipped"] * 4]


def modules(folder, package):
    """Every module below a folder, imported."""
    names = []
    for entry in sorted(os.listdir(folder)):  # noqa: PTH208 MicroPython has no pathlib
        name = package + "." + (entry[:-3] if entry.endswith(".py") else entry)
        if entry.endswith(".py") and entry != "__init__.py":
            __import__(name)
            names.append(name)
        elif "." not in entry and not entry.startswith("_"):
            names.append(name)
            names.extend(modules(folder + "/" + entry, name))
    return names


screen = flow.Flow()
seen["flow"] = [
    [event, list(screen.happens(event)), screen.state, screen.engine]
    for event in list(flow.EVENTS) + list(reversed(flow.EVENTS))
]
said = [port.Call(1, port.SCAN_FRAME, {"guide": [1, 2.5]}), port.Answer(1, {"a": None}), port.Sign(port.HELLO)]
heard = [port.message(each.text()) for each in said]
seen["port"] = [heard[0].arguments, heard[1].content, heard[2].sign]
for text in ("{", "7", "[]", '{"call": "look", "number": 1, "arguments": {"mirror": true}}'):
    try:
        port.message(text)
    except port.PortError:
        seen["port"].append(text)
seen["modules"] = modules(shared.__path__ if isinstance(shared.__path__, str) else shared.__path__[0], "app.shared")
print(json.dumps(seen))
