"""python3 -m tests: sets up what the tests need, then runs them, all or a layer; --help tells the rest."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import bootstrap
from tests import find_browser

# Two files of tests side by side: a browser waits as often as it works. `-n 0` puts them one after the other.
PROCESSES = ("--numprocesses=auto", "--maxprocesses=2", "--dist=loadfile", "--no-loadscope-reorder")
# A test that never ends fails, and the next begins; the longest takes some three minutes. What fails is shown at once.
REPORTS = ("--timeout=600", "--timeout-method=signal", "--instafail")


@dataclass(frozen=True)
class Layer:
    """Some folders of tests, and what has to be there before they run."""

    what: str
    folders: tuple[str, ...]
    # Of pyproject.toml.
    extras: tuple[str, ...]
    # Whether it looks at the built page: that takes Node, a build and the browsers.
    page: bool


LAYERS = {
    "unit": Layer("the measuring and every rule of the house, in a minute", ("unit",), ("test",), page=False),
    "browser": Layer(
        "the build, the server and the page in three browsers",
        ("building", "e2e", "micropython", "pyodide", "serving"),
        ("test", "test-browser", "docs"),
        page=True,
    ),
    "trainer": Layer(
        "the trainer, on small data made by the tests", ("trainer",), ("test", "train", "test-trainer"), False
    ),
    "reliability": Layer(
        "damaged photos, cut installations, many phones and starts, in small",
        ("reliability",),
        ("test", "test-browser"),
        page=True,
    ),
}
# Types are looked at where everything is installed.
ALL = (*sorted({extra for layer in LAYERS.values() for extra in layer.extras}), "types")

HELP = f"""\
usage: python3 -m tests [LAYER...] [what follows goes to pytest]

Installs what the tests need into .venv, once, and runs them. Without a layer: style (ruff), types (mypy) and the tests
of all layers. With one: style and that layer's tests, and no more is installed than they need.

layers:
{chr(10).join(f"  {name:<12} {layer.what}" for name, layer in LAYERS.items())}

examples:
  python3 -m tests                          everything, before a change is handed on
  python3 -m tests unit                     while working: no torch, no browser, no Node, no build
  python3 -m tests browser -k offline       of the page's tests those with "offline" in their name
  python3 -m tests -k letterbox             of all tests those with "letterbox" in their name
  python3 -m tests tests/unit/test_app.py   one file; with `-n 0` without a second process, with `-x` to the first error
  python3 -m tests --pytest-help            pytest's own options

The long runs whose figures stand in docs/ are commands of their own: python3 -m tests.reliability --help, and
python tests/bench/run.py --help.

HEMOLENS_CHROMIUM, HEMOLENS_FIREFOX and HEMOLENS_WEBKIT name other browsers than those of this machine; the last one a
WebKitWebDriver. Tests on the real photographs skip where the data set is absent, and say so.

exit status: 0 everything passed, 1 something did not.
"""


def main(arguments: list[str]) -> int:
    """Run what the arguments name; returns the exit status."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    layers, rest = layers_of(arguments)
    bootstrap.enter(
        *(sorted({extra for layer in layers for extra in layer.extras}) or ALL),
        builds=not layers or any(layer.page for layer in layers),
    )
    well = [run("style", "ruff", "check")]
    if not layers:
        well.append(run("types", "mypy"))
    if not layers or any(layer.page for layer in layers):
        find_tools()
        well.append(build_page())
    # Last, so that its summary is what stands at the end of the screen.
    well.append(run("tests", "pytest", *PROCESSES, *REPORTS, *for_pytest(layers, rest)))
    return 0 if all(well) else 1


def layers_of(arguments: list[str]) -> tuple[list[Layer], list[str]]:
    """The layers that the arguments begin with, and the rest of them."""
    count = next((place for place, word in enumerate(arguments) if word not in LAYERS), len(arguments))
    return [LAYERS[name] for name in arguments[:count]], arguments[count:]


def for_pytest(layers: list[Layer], rest: list[str]) -> list[str]:
    """What pytest is told: the layers' folders, unless files or folders are named."""
    rest = ["--help" if word == "--pytest-help" else word for word in rest]
    named = any((bootstrap.ROOT / word.split("::")[0]).exists() for word in rest if word[:1] != "-")
    folders = [str(Path("tests", folder)) for layer in layers for folder in layer.folders]
    return rest if named else [*folders, *rest]


def run(name: str, *command: str) -> bool:
    """Whether this step ended well; it says its name first."""
    bootstrap.say(f"{name}: {' '.join(command)}")
    # Tests start Python a hundred times: where no bytecode may be kept, each would compile the same files anew.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    whole = [sys.executable, "-m", *command]
    return subprocess.run(whole, cwd=bootstrap.ROOT, env=environment, check=False).returncode == 0


def find_tools() -> None:
    """Node and the browsers into the environment, for the tests."""
    tools = bootstrap.node_tools()
    if tools is None:
        bootstrap.stop("no Node for the tests: install Node 20 or newer with npm, then run this again")
    os.environ["HEMOLENS_NODE"] = tools[0][0]
    os.environ["HEMOLENS_NPM"] = tools[1][0]
    # Empty where there is none, so that the tests do not look again.
    firefox, webkit = find_browser.find_firefox(), find_browser.find_webkit()
    os.environ[find_browser.CHROMIUM] = find_browser.find_browser()
    os.environ[find_browser.FIREFOX] = firefox or ""
    os.environ[find_browser.WEBKIT] = webkit or ""
    bootstrap.say(f"Python {sys.executable}")
    bootstrap.say(f"Node {os.environ['HEMOLENS_NODE']}, Chromium {os.environ[find_browser.CHROMIUM]}")
    bootstrap.say(f"Firefox {firefox}" if firefox else f"{find_browser.NO_FIREFOX}; its tests are skipped")
    bootstrap.say(f"WebKit {webkit}" if webkit else f"{find_browser.NO_WEBKIT}; its tests are skipped")


def build_page() -> bool:
    """The page is made once, before each process of the tests would make it for itself."""
    from building import is_stale

    if not is_stale(bootstrap.ROOT / "dist"):
        return True
    bootstrap.say("page: build.py")
    return subprocess.run([sys.executable, "build.py"], cwd=bootstrap.ROOT, check=False).returncode == 0


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
