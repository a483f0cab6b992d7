"""The parts that come from npm: exactly the versions and bytes that package-lock.json names."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from building.places import ROOT, BuildError

PACKAGE_JSON = ROOT / "package.json"
LOCK = ROOT / "package-lock.json"

NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ERR_SOCKET")


def ensure_parts(npm: list[str] | None, *, offline: bool, root: Path = ROOT) -> str:
    """Makes node_modules what the lock says; returns a line about what was done.

    `npm` is the command that starts npm, or None where there is none: that is an error only when
    there is something to install.
    """
    check_lock(root)
    if parts_match(root):
        return "already as package-lock.json says"
    if npm is None:
        raise BuildError("npm is missing and node_modules is not complete: install Node 20 or newer, then run again")
    # npm reads what is locked, checks every archive against its integrity hash, and runs no script of theirs.
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if offline:
        command.append("--offline")
    # npm is a script that looks for `node` on the path; where Node came as a Python package it is only there.
    beside = str(Path(npm[0]).parent)
    environment = {**os.environ, "PATH": beside + os.pathsep + os.environ.get("PATH", "")}
    result = subprocess.run(
        command, cwd=root, env=environment, check=False, capture_output=True, encoding="utf-8", errors="replace"
    )
    if result.returncode:
        raise BuildError(_reason(result.stderr + result.stdout, offline))
    if not parts_match(root):
        raise BuildError("npm ci ended well but node_modules is not what package-lock.json says: remove it and rerun")
    return "installed from package-lock.json" + (" and npm's own cache" if offline else "")


def check_lock(root: Path = ROOT) -> None:
    """The versions asked for in package.json must be the ones that are locked."""
    wanted = _read(root / "package.json").get("dependencies", {})
    packages = _read(root / "package-lock.json").get("packages", {})
    if packages.get("", {}).get("dependencies", {}) != wanted:
        raise BuildError("package-lock.json does not fit package.json: run `npm install` once and keep both")
    for name, package in packages.items():
        if name and "integrity" not in package:
            raise BuildError(f"package-lock.json has no integrity for {name}: remove the lock and run `npm install`")


def parts_match(root: Path = ROOT) -> bool:
    """Whether the installed packages are the locked ones, by npm's own record of what it installed."""
    record = root / "node_modules" / ".package-lock.json"
    try:
        installed = json.loads(record.read_text("utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return False
    locked = {name: part for name, part in _read(root / "package-lock.json")["packages"].items() if name}
    return all(
        part.get("optional")
        or (installed.get(name, {}).get("integrity") == part["integrity"] and (root / name / "package.json").is_file())
        for name, part in locked.items()
    )


def locked_version(package: str, root: Path = ROOT) -> str:
    """The exact version of one of our direct parts, from package.json."""
    try:
        version = _read(root / "package.json")["dependencies"][package]
    except KeyError:
        raise BuildError(f"package.json does not name {package}") from None
    return str(version)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError:
        raise BuildError(f"{path.name} is missing: take it from the repository again") from None
    except ValueError as error:
        raise BuildError(f"{path.name} is not valid JSON ({error}): take it from the repository again") from None
    if not isinstance(content, dict):
        raise BuildError(f"{path.name} is not a JSON object: take it from the repository again")
    return content


def _reason(output: str, offline: bool) -> str:
    if "ENOTCACHED" in output or (offline and any(code in output for code in NO_NETWORK)):
        return "npm's own cache does not hold all parts: build once with a network, then --offline works"
    if "EINTEGRITY" in output:
        return "npm got bytes that are not the ones package-lock.json names: nothing was installed; try another network"
    if any(code in output for code in NO_NETWORK):
        return "npm cannot reach its registry: connect to a network, or use --offline where a build was made before"
    if "EUSAGE" in output:
        return "package-lock.json does not fit package.json: run `npm install` once and keep both"
    lines = [line for line in output.splitlines() if line.strip()]
    return f"npm ci failed: {lines[0] if lines else 'it gave no reason'}"
