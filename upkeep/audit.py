"""Asks for known vulnerabilities of everything we install and ship: pip-audit and npm audit.

A finding is fine once docs/audits.md names it, with what it is and whether our use reaches it. What was not answered
is not taken for clean: a mirror of an index often has packages and no advisories.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from building.parts.wheels import PACKAGES
from building.places import NODE_MODULES, ROOT
from upkeep.lock import CPU, LOCKS

EXPLAINED = ROOT / "docs" / "audits.md"
FOUND, UNANSWERED = 1, 3


@dataclass
class Answer:
    """What a service said about some parts: findings as (part, names of the finding), and what it did not say."""

    about: str
    findings: list[tuple[str, list[str]]] = field(default_factory=list)
    silent: str | None = None


def run(npm: list[str] | None) -> int:
    explained = EXPLAINED.read_text("utf-8")
    answers = [
        # Of cpu.txt no service knows more than of the same version in train.txt.
        ask_pip_audit("the Python packages of locks/", sorted(set(LOCKS.glob("*.txt")) - {LOCKS / f"{CPU}.txt"})),
        ask_about_the_page(),
        ask_npm(npm),
    ]
    status = 0
    for answer in answers:
        new = [(part, names) for part, names in answer.findings if not any(is_named(name, explained) for name in names)]
        for part, names in new:
            print(f"FOUND {part}: {', '.join(names)}")
        known = len(answer.findings) - len(new)
        print(f"{answer.about}: {len(new)} new findings, {known} explained in docs/{EXPLAINED.name}")
        if answer.silent:
            print(f"{answer.about}: NOT ANSWERED: {answer.silent}")
        status = FOUND if new else status or (UNANSWERED if answer.silent else 0)
    return status


def is_named(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def ask_about_the_page(pyodide: Path = NODE_MODULES / "pyodide") -> Answer:
    """numpy and Pillow inside the page are Pyodide's, and older than those of locks/."""
    about = "numpy and Pillow in the page"
    try:
        packages = json.loads((pyodide / "pyodide-lock.json").read_text("utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return Answer(about, silent="node_modules is not complete: run `python3 build.py` first")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.txt"
        file.write_text("".join(f"{name}=={packages[name]['version']}\n" for name in PACKAGES), "utf-8")
        return ask_pip_audit(about, [file])


def ask_pip_audit(about: str, files: Iterable[Path]) -> Answer:
    """Asks one file at a time: a package may stand in several, and pip-audit takes that for a mistake."""
    answer = Answer(about)
    parts: dict[str, dict[str, Any]] = {}
    for file in files:
        command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"]
        result = _start([*command, "--disable-pip", "--no-deps", "--requirement", str(file)])
        try:
            found = json.loads(result.stdout)["dependencies"]
        except (ValueError, KeyError):
            answer.silent = _last_line(result.stderr)
            continue
        parts |= {part["name"]: part for part in found}
    skipped = [part for part in parts.values() if "skip_reason" in part]
    if skipped:
        answer.silent = f"{len(skipped)} of {len(parts)} packages, the first: {skipped[0]['skip_reason']}"
    for part in parts.values():
        for one in part.get("vulns", []):
            answer.findings.append((f"{part['name']} {part['version']}", [one["id"], *one.get("aliases", [])]))
    return answer


def ask_npm(npm: list[str] | None) -> Answer:
    answer = Answer("the npm packages of package-lock.json")
    if npm is None:
        answer.silent = "there is no npm"
        return answer
    result = _start([*npm, "audit", "--json", "--package-lock-only"])
    try:
        parts = json.loads(result.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        answer.silent = _last_line(result.stderr)
        return answer
    for name, part in parts.items():
        # A word instead of an object: the finding is another part's, which is in the list itself.
        for one in part["via"]:
            if isinstance(one, dict):
                answer.findings.append((name, [str(one["url"]).rpartition("/")[2]]))
    return answer


def _start(command: list[str]) -> subprocess.CompletedProcess[str]:
    # npm is a script that looks for `node` on the path; where Node came as a Python package it is only there.
    path = str(Path(command[0]).parent) + os.pathsep + os.environ.get("PATH", "")
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False, capture_output=True, encoding="utf-8"
    )


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and "complete log" not in line]
    return lines[-1].strip() if lines else "it gave no reason"
