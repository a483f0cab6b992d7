"""PyScript ships without code made of strings, and a PyScript that these edits do not fit stops the build."""

from pathlib import Path

import pytest

from building.places import NODE_MODULES, BuildError
from building.python.pyscript_edits import NOTICE, WORKER, edited, unquoted

HOOK = (
    '[({interpreter:e})=>{e.registerJsModule("_pyscript",{fs:{ERROR:"storage permissions not granted",'
    'NAMESPACE:"@pyscript.fs"},interpreter:e})}]'
)
IMPORT = "js_import=window.Function('return (...urls) => Promise.all(urls.map((url) => import(url)))')()"
TELL = '(E||k)&&addEventListener("py:progress",({type:e,detail:t})=>{v.dispatchEvent(new v.CustomEvent(e,{detail:t}))})'
KEEP = "l=new i(`${c}@${t}`)"
SAY = rf"'say(\'a\\b\'),{TELL},{KEEP};\n'"
FILES = 'to="storage permissions not granted",no=new y(eo)'
LIBRARY = '"mpy"===t?Ao.replace(b_,""):Ao'
START = f"""URL.createObjectURL(new Blob(["/*@*/"+{SAY}.replace(x,y)],{{type:"text/javascript"}}))"""


def scripts(text: str) -> dict[str, bytes]:
    return {"core.js": b'import "./core-1.js"', "core-1.js": text.encode()}


def test_each_edit_is_made_and_the_rest_stays() -> None:
    files = edited(scripts(f"a({HOOK});b('{IMPORT}');c({START});d={LIBRARY},{FILES},r"))
    address = f'new URL("./{WORKER}"+location.search,import.meta.url).href'
    without = 'd="mpy"===t?Ao.replace(b_,""):"",to="storage permissions not granted",no=null,r'
    assert files["core-1.js"].decode() == f"{NOTICE}a();b('js_import=None');c({address});{without}"
    assert files[WORKER].decode() == NOTICE + "say('a\\b'),void 0,l=Object.assign(new Map,{sync(){},close(){}});\n"
    assert files["core.js"] == b'import "./core-1.js"'


@pytest.mark.parametrize("text", [HOOK, IMPORT, LIBRARY, TELL, START, KEEP, FILES])
def test_what_is_missing_or_there_twice_stops_the_build(text: str) -> None:
    whole = ";".join([HOOK, IMPORT, LIBRARY, START, FILES])
    for other in ("", text + text, text.replace("e", "f", 1)):
        changed = whole.replace(text, other)
        with pytest.raises(BuildError, match=r"PyScript.*not [02] times: fit building/python/pyscript_edits\.py"):
            edited(scripts(changed))


def test_a_string_that_nobody_here_can_read_stops_the_build() -> None:
    assert unquoted(r"1\n2\\n\'\"") == "1\n2\\n'\""
    with pytest.raises(BuildError, match=r"\\x in its worker's script"):
        unquoted(r"\x41")


def test_what_ships_is_edited_and_still_whole(built_dist: Path) -> None:
    shipped = built_dist / "vendor" / "pyscript"
    original = NODE_MODULES / "@pyscript" / "core" / "dist"
    worker = (shipped / WORKER).read_text("utf-8")
    assert worker.startswith(NOTICE) and 'import("./toml-' in worker
    [core] = shipped.glob("core-*.js")
    assert WORKER in core.read_text("utf-8") and "/*@*/" not in core.read_text("utf-8")
    for path in shipped.glob("*.js"):
        if path.name not in (core.name, WORKER):
            assert path.read_bytes() == (original / path.name).read_bytes()
