"""PyScript as it ships here: no code out of strings, its worker from a file of this origin, which waits for nobody.

Of that its settings could switch off the first edit's alone, with one more script to wait for before the first screen.
Each edit replaces one text that must be there exactly once: an update of PyScript that says it in other words stops the
build, instead of bringing back quietly what the page's policy refuses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from building.places import BuildError

# PyScript's file, beside its chunks: what the worker imports from there it finds by the same relative addresses.
WORKER = "worker.js"
# Its licence asks that a changed file says so.
NOTICE = "/* PyScript, changed by HemoLens' building/python/pyscript_edits.py */\n"


@dataclass(frozen=True)
class Edit:
    """One text of PyScript's scripts, as a pattern, and what stands there instead, with the pattern's groups."""

    does: str
    pattern: str
    instead: str


EDITS = (
    Edit(
        "gives the worker a function as a string, which only pyscript.fs would miss",
        re.escape(
            '[({interpreter:e})=>{e.registerJsModule("_pyscript",{fs:{ERROR:"storage permissions not granted",'
            'NAMESPACE:"@pyscript.fs"},interpreter:e})}]'
        ),
        "",
    ),
    Edit(
        "has the worker's Python make pyscript.js_import of a string, which nothing of ours calls",
        re.escape("js_import=window.Function('return (...urls) => Promise.all(urls.map((url) => import(url)))')()"),
        "js_import=None",
    ),
    Edit(
        "writes its own library into Pyodide and compiles it at every start, of which our engine needs nothing",
        r""""mpy"===(?P<type>\w+)\?(?P<code>\w+)\.replace\((?P<library>\w+),""\):(?P=code)\b""",
        r'"mpy"===\g<type>?\g<code>.replace(\g<library>,""):""',
    ),
    # A browser that blocks cookies opens no database: Python would never start there.
    Edit(
        "keeps what Pyodide fetched in a database, and has the worker wait for it; the service worker keeps it anyway",
        r"new i\(`\$\{c\}@\$\{t\}`\)",
        "Object.assign(new Map,{sync(){},close(){}})",
    ),
    Edit(
        "opens a database for pyscript.fs, which nothing of ours uses",
        r"""("storage permissions not granted",\w+=)new \w+\(\w+\)""",
        r"\1null",
    ),
    # Each telling waits until the page has time for it: on a second visit that is until the screen stands.
    Edit(
        "has the worker tell the page of every step of its start, which nothing of ours hears",
        r"""\(\w+\|\|\w+\)&&addEventListener\("py:progress",\(\{type:(?P<type>\w+),detail:(?P<detail>\w+)\}\)=>"""
        r"""\{(?P<page>\w+)\.dispatchEvent\(new (?P=page)\.CustomEvent\((?P=type),\{detail:(?P=detail)\}\)\)\}\)""",
        "void 0",
    ),
    Edit(
        "starts the worker from a blob; its address carries what the page's own asks for, see static/networks.mjs",
        r"""URL\.createObjectURL\(new Blob\(\["/\*@\*/"\+'(?P<worker>(?:[^'\\]|\\.)*)'"""
        r"""\.replace\(\w+,\w+\)\],\{type:"text/javascript"\}\)\)""",
        f'new URL("./{WORKER}"+location.search,import.meta.url).href',
    ),
)


def edited(scripts: dict[str, bytes]) -> dict[str, bytes]:
    """PyScript's scripts by their name, edited, and the worker's own file with them."""
    texts = {name: script.decode() for name, script in scripts.items()}
    for edit in EDITS:
        found = [(name, match) for name, script in texts.items() for match in re.finditer(edit.pattern, script)]
        if len(found) != 1:
            raise BuildError(
                f"PyScript's scripts should hold once what {edit.does}, not {len(found)} times:"
                " fit building/python/pyscript_edits.py to this version"
            )
        name, match = found[0]
        texts[name] = texts[name][: match.start()] + match.expand(edit.instead) + texts[name][match.end() :]
        worker = match.groupdict().get("worker")
        if worker is not None:
            texts[WORKER] = unquoted(worker)
    return {
        name: script.encode() if scripts.get(name) == script.encode() else (NOTICE + script).encode()
        for name, script in texts.items()
    }


def unquoted(literal: str) -> str:
    """What a string of JavaScript holds, by what stands between its quotes."""
    plain = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "`": "`"}

    def character(escape: re.Match[str]) -> str:
        if escape[1] not in plain:
            raise BuildError(
                f"PyScript writes {escape[0]} in its worker's script: teach building/python/pyscript_edits.py that"
            )
        return plain[escape[1]]

    return re.sub(r"\\(.)", character, literal, flags=re.DOTALL)
