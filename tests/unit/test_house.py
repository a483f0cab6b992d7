"""The house's own rules: which way imports run, how much JavaScript there is, and that every code has words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.shared import codes, groups, port, severity, words
from building import policy
from building.python import left_out
from upkeep.imports import modules_of

ROOT = Path(__file__).resolve().parents[2]
# Which of our own packages each part may import, besides itself.
MAY_IMPORT = {
    "app/shared": set(),
    "app/core": {"app.shared"},
    "app/runtime": {"app.core", "app.shared"},
    "app/engine": {"app.core", "app.runtime", "app.shared"},
    "app/ui": {"app.shared"},
    # bootstrap: the door of `python -m trainer` installs what is missing, as those of the other commands do.
    "trainer": {
        "app.core",
        "app.files",
        "app.models",
        "app.runtime",
        "app.self_test",
        "app.shared",
        "app.terminal",
        "bootstrap",
    },
    "building": set(),
    "serving": {"building"},
    "upkeep": {"building"},
}
OUR_PACKAGES = ("app", "trainer", "building", "serving", "tests", "upkeep", "build", "serve", "bootstrap")
JAVASCRIPT = (
    "serving/dev.js",
    "serving/dev_sw.js",
    "static/engine-shim.mjs",
    "static/guard.js",
    "static/memory.mjs",
    "static/networks.mjs",
    "static/sw.template.js",
)
# Of what ships, about 350 in the design; and of what only `serve.py --dev` hands out.
JAVASCRIPT_LINES = {"static/": 365, "serving/": 30}


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_run_one_way(part):
    own = part.replace("/", ".")
    files = sorted((ROOT / part).rglob("*.py"))
    assert files
    for path in files:
        for _line, name in modules_of(path):
            if name.split(".")[0] not in OUR_PACKAGES:
                continue
            allowed = MAY_IMPORT[part] | {own}
            assert any(name == module or name.startswith(module + ".") for module in allowed), f"{path} imports {name}"


def test_the_engine_starts_without_numpy_and_pillow():
    # They are loaded by what boot.py imports, so nothing of that may need them.
    names = [name for _line, name in modules_of(ROOT / "app/engine/boot.py") if name.startswith("app.")]
    # The browser's own modules are not here, and import nothing of ours.
    late = ("app.core.pipeline", "app.runtime.web")
    early = [name for name in names if name not in late]
    assert "app.core.manifest" in early
    block = "import sys; sys.modules['numpy'] = sys.modules['PIL'] = None; sys.modules['js'] = sys; import "
    block += ", ".join(early)
    assert subprocess.run([sys.executable, "-c", block], cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("folder", ["app/core", "app/engine", "app/shared"])
def test_what_the_engine_imports_ships(folder):
    for path in sorted((ROOT / folder).rglob("*.py")):
        for line, name in modules_of(path):
            module = name.replace(".", "/")
            ships = left_out.stays(f"{module}.py") and left_out.stays(f"{module}/__init__.py")
            assert ships, f"{path}, line {line}: {name} is in building/python/left_out.py"


def is_script(path):
    return path.suffix in (".js", ".mjs")


def test_the_javascript_by_hand_stays_small():
    folders = (ROOT / "serving", ROOT / "static")
    found = {path.relative_to(ROOT).as_posix() for folder in folders for path in folder.rglob("*.*") if is_script(path)}
    assert found == set(JAVASCRIPT)
    for folder, most in JAVASCRIPT_LINES.items():
        texts = [(ROOT / path).read_text() for path in JAVASCRIPT if path.startswith(folder)]
        lines = [line.strip() for text in texts for line in text.splitlines()]
        assert len([line for line in lines if line and not line.startswith("//")]) < most, folder


def test_the_engine_gives_signs_of_life_in_the_words_that_the_page_knows():
    shim = (ROOT / "static/engine-shim.mjs").read_text()
    assert f'self.postMessage(["{port.TAG}", JSON.stringify({{ sign }})])' in shim
    assert set(re.findall(r'\bsay\("(\w+)"\)', shim)) == {port.AWAKE, port.ALIVE, port.STUCK, port.CAME}


def test_every_code_a_person_can_meet_has_words():
    for code in codes.ERROR_CODES + codes.SCAN_CODES + codes.CAMERA_CODES + codes.PAGE_CODES:
        assert all(words.error_words(code))
    assert all(words.reason_words(reason) for reason in codes.NAIL_REASONS + codes.FRAME_REASONS)
    for start in range(4):
        for end in range(start, 4):
            assert words.severity_words(list(severity.LABELS[start : end + 1]))
    assert set(groups.ADJUSTMENTS) == set(groups.Person().adjustments_g_dl())


def test_severity_reads_like_a_sentence():
    assert words.severity_words(["mild"]) == "mild anaemia"
    assert words.severity_words(["mild", "normal"]) == "mild or no anaemia"
    assert words.severity_words(["severe", "moderate", "mild"]) == "severe, moderate or mild anaemia"


def test_the_page_states_the_policy_that_every_answer_carries():
    page = (ROOT / "static/index.html").read_text()
    stated = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    # A page cannot forbid frames by itself; the headers do.
    assert stated and f"{stated.group(1)}; frame-ancestors 'none'" == policy.CONTENT_SECURITY_POLICY


def test_the_policy_allows_this_origin_webassembly_and_photos_alone():
    allowed = dict(directive.split(" ", 1) for directive in policy.CONTENT_SECURITY_POLICY.split("; "))
    assert allowed.pop("default-src") == "'none'"
    assert allowed.pop("script-src") == "'self' 'wasm-unsafe-eval'"
    assert allowed.pop("img-src") == "'self' blob:"
    assert set(allowed.values()) == {"'self'", "'none'"}
