"""numpy and Pillow for Pyodide: any place that yields the official bytes is good.

The bytes are known beforehand: their sha256 stand in the pyodide-lock.json inside the npm package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from building.parts.npm import locked_version
from building.places import NODE_MODULES, BuildError, cache_dir, sha256, write_whole

PACKAGES = ("numpy", "pillow")
OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{file_name}"
TIMEOUT_S = 10

# A wheel on PyPI that carries the same files of the same Pyodide, for networks that reach only PyPI.
CARRIER = "open-webui==0.9.6"
CARRIER_FOLDER = "open_webui/frontend/pyodide/"

Say = Callable[[str], None]
Source = Callable[[list["Wheel"]], dict[str, bytes]]


@dataclass(frozen=True)
class Wheel:
    name: str
    file_name: str
    sha256: str

    @property
    def cached(self) -> Path:
        return cache_dir() / "wheels" / self.sha256 / self.file_name


def wanted_wheels(pyodide: Path = NODE_MODULES / "pyodide") -> list[Wheel]:
    lock = pyodide / "pyodide-lock.json"
    try:
        packages = json.loads(lock.read_text("utf-8"))["packages"]
        return [Wheel(name, packages[name]["file_name"], packages[name]["sha256"]) for name in PACKAGES]
    except (OSError, ValueError, KeyError) as error:
        raise BuildError(f"pyodide-lock.json in node_modules cannot be used ({error!r}): remove node_modules") from None


def ensure_wheels(wheels: list[Wheel], *, offline: bool, say: Say, sources: list[Source] | None = None) -> list[Path]:
    """The wheels as files in the cache, fetched where they are not there yet, every one checked."""
    missing = [wheel for wheel in wheels if not _is_cached(wheel)]
    if missing and offline:
        names = ", ".join(wheel.file_name for wheel in missing)
        raise BuildError(f"not in the cache ({cache_dir()}): {names}; build once without --offline")
    if missing:
        _fetch(missing, say, sources if sources is not None else [from_official, from_carrier])
    return [wheel.cached for wheel in wheels]


def _is_cached(wheel: Wheel) -> bool:
    try:
        data = wheel.cached.read_bytes()
    except OSError:
        return False
    if sha256(data) == wheel.sha256:
        return True
    wheel.cached.unlink()
    return False


def _fetch(missing: list[Wheel], say: Say, sources: list[Source]) -> None:
    reasons = []
    for source in sources:
        say(f"asking {_name(source)}")
        try:
            found = source(missing)
        except OSError as error:
            reasons.append(f"{_name(source)}: {error}")
            say(f"not reachable: {error}")
            continue
        for wheel in missing:
            check(wheel, found[wheel.file_name], _name(source))
            write_whole(wheel.cached, found[wheel.file_name])
        return
    raise BuildError(
        f"numpy and Pillow for Pyodide cannot be fetched ({'; '.join(reasons)}): connect to a network and run again"
    )


def check(wheel: Wheel, data: bytes, where: str) -> None:
    if sha256(data) != wheel.sha256:
        raise BuildError(
            f"{wheel.file_name} from {where} has sha256 {sha256(data)[:12]}..., the official one is "
            f"{wheel.sha256[:12]}...: nothing was kept; try another network"
        )


def from_official(wheels: list[Wheel]) -> dict[str, bytes]:
    """the official Pyodide distribution"""
    version = locked_version("pyodide")
    found = {}
    for wheel in wheels:
        url = OFFICIAL.format(version=version, file_name=wheel.file_name)
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
                found[wheel.file_name] = response.read()
        except urllib.error.URLError as error:
            raise OSError(str(error.reason)) from None
    return found


def from_carrier(wheels: list[Wheel]) -> dict[str, bytes]:
    """a wheel on PyPI that carries them"""
    # Imported here: a build from the cache needs neither.
    import requests
    from remotezip import RemoteZip, RemoteZipError

    try:
        with RemoteZip(_carrier_url(), timeout=6 * TIMEOUT_S) as archive:
            return {wheel.file_name: archive.read(CARRIER_FOLDER + wheel.file_name) for wheel in wheels}
    except (requests.RequestException, RemoteZipError) as error:
        raise OSError(f"the network gave up ({type(error).__name__})") from None
    except KeyError:
        raise OSError(f"{CARRIER} does not carry these files") from None


def _carrier_url() -> str:
    # pip knows the index that this machine uses, with its mirrors and certificates.
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed"]
    command += ["--ignore-requires-python", "--only-binary=:all:", "--quiet", "--report", "-", CARRIER]
    result = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", errors="replace")
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
        raise OSError(f"pip does not find {CARRIER} ({lines[-1] if lines else 'it gave no reason'})")
    return str(json.loads(result.stdout)["install"][0]["download_info"]["url"])


def _name(source: Source) -> str:
    return (source.__doc__ or "a source").strip()
