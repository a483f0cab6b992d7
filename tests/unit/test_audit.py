"""upkeep/audit.py: what is found, what is explained, and what was not answered."""

import json
import subprocess
from pathlib import Path

import pytest

from upkeep import audit


def answering(monkeypatch: pytest.MonkeyPatch, said: object, errors: str = "") -> None:
    text = said if isinstance(said, str) else json.dumps(said)
    monkeypatch.setattr(audit, "_start", lambda command: subprocess.CompletedProcess(command, 0, text, errors))


def test_a_finding_of_pip_audit_has_all_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"id": "PYSEC-1", "aliases": ["CVE-1", "GHSA-1"], "fix_versions": []}
    answering(monkeypatch, {"dependencies": [{"name": "x", "version": "1", "vulns": [found]}]})
    answer = audit.ask_pip_audit("all", [Path("a.txt"), Path("b.txt")])
    assert answer.findings == [("x 1", ["PYSEC-1", "CVE-1", "GHSA-1"])]
    assert answer.silent is None


def test_what_an_index_does_not_know_is_not_taken_for_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [{"name": "x", "skip_reason": "not found"}, {"name": "y", "version": "1", "vulns": []}]
    answering(monkeypatch, {"dependencies": parts})
    assert audit.ask_pip_audit("all", [Path("a.txt")]).silent == "1 of 2 packages, the first: not found"
    answering(monkeypatch, "", "Traceback\nConnectionError: no route\n")
    assert audit.ask_pip_audit("all", [Path("a.txt")]).silent == "ConnectionError: no route"


def test_npm_names_a_finding_once_and_says_where_it_got_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {"url": "https://host.example/advisories/GHSA-2"}
    answering(monkeypatch, {"vulnerabilities": {"deep": {"via": [one]}, "upper": {"via": ["deep"]}}})
    assert audit.ask_npm(["npm"]).findings == [("deep", ["GHSA-2"])]
    answering(monkeypatch, {"message": "405"}, "npm error audit endpoint\nnpm error A complete log of this run: x")
    assert audit.ask_npm(["npm"]).silent == "npm error audit endpoint"
    assert audit.ask_npm(None).silent == "there is no npm"


@pytest.mark.parametrize(
    ("findings", "silent", "status"),
    [
        ([], None, 0),
        ([("x", ["PYSEC-9", "CVE-2026-1"])], None, 0),
        ([("x", ["CVE-2026-12"])], None, 1),
        ([("x", ["CVE-2026-12"])], "no network", 1),
        ([], "no network", 3),
    ],
)
def test_the_exit_status_tells_new_findings_from_silence(
    findings: list[tuple[str, list[str]]],
    silent: str | None,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "audits.md").write_text("| CVE-2026-1 | x | why |")
    monkeypatch.setattr(audit, "EXPLAINED", tmp_path / "audits.md")
    monkeypatch.setattr(audit, "ask_pip_audit", lambda about, files: audit.Answer(about, findings, silent))
    monkeypatch.setattr(audit, "ask_about_the_page", lambda: audit.Answer("page"))
    monkeypatch.setattr(audit, "ask_npm", lambda npm: audit.Answer("npm"))
    assert audit.run(None) == status
