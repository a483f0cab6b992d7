"""Every text is said somewhere, and whatever is said has a text: read from the calls, not from any string like a key.

A key that is computed belongs to a family, `"reason." + code`: FAMILIES lists all of each from what computes them.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from app.core import golden
from app.models import SHIPPED_MODELS
from app.shared import codes, elevation, groups, messages, severity
from app.shared.words import en

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "static/index.html"
TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "app").rglob("*.py"))
}
INSTALLATION = "app/ui/start/installation.py"
SELF_TEST = "app/ui/screens/self_test.py"
# Keys that come from elsewhere than the call: from the page's own attributes, and what was said before, said again.
FROM_ELSEWHERE = {
    ("app/ui/browser/page.py", "target.getAttribute('data-text')"),
    ("app/ui/browser/page.py", "target.getAttribute('data-name')"),
    (INSTALLATION, "key"),
}
SPANS = [
    severity.LABELS[first : end + 1]
    for first in range(len(severity.LABELS))
    for end in range(first, len(severity.LABELS))
]


def constant(name: str, path: str) -> object:
    """The value of a constant of a module that CPython cannot import."""
    known: dict[str, object] = {}
    for node in TREES[path].body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                known[node.targets[0].id] = eval(ast.unparse(node.value), {}, known)
            except NameError:
                continue
    return known[name]


ERRORS = (*codes.ERROR_CODES, *codes.SCAN_CODES, *codes.CAMERA_CODES, *codes.PAGE_CODES, *codes.TELLING_REASONS)
FAMILIES = {
    "boot.": messages.BOOT_STEPS,
    "elevation-wrong.": elevation.REASONS,
    "error.": [f"{code}{part}" for code in ERRORS for part in ("", ".way")],
    "group.": groups.GROUPS,
    "help.": codes.LIKENESS_REASONS,
    "light.": codes.LIGHTS,
    "note.": groups.NOTES.values(),
    "offline-failed.": constant("REASONS", INSTALLATION),
    "reason.": codes.NAIL_REASONS + codes.FRAME_REASONS,
    "reference.": codes.REFERENCES,
    "self-test.": constant("PARTS", SELF_TEST),
    "self-test.kept-": constant("KEPT", SELF_TEST).values(),
    "set.": [span[0] if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in SPANS],
    "smoking.": groups.SMOKING,
    "stage.": codes.STAGES,
    "table.": {groups.Person(group).table for group in groups.GROUPS},
    "taken-off.": groups.ADJUSTMENTS,
}


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [each.arg for each in function.args.args if each.arg != "self"]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def sayings(tree: ast.Module) -> Iterator[ast.expr]:
    """The expression of the key in each call of `say`, and of what hands a key of its own on to it."""
    sayers, handed_on = {"say"}, set[ast.expr]()
    while True:
        before = len(sayers)
        for function in functions(tree):
            names = parameters(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and called(node) in sayers and node.args:
                    key = node.args[0]
                    if isinstance(key, ast.Name) and key.id in names[:1]:
                        sayers.add(function.name)
                        handed_on.add(key)
        if len(sayers) == before:
            break
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in sayers and node.args and node.args[0] not in handed_on:
            yield node.args[0]
        # The signs that numbers are written with.
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "_texts":
            yield node.slice


def parts_of(key: ast.expr) -> Iterator[ast.expr]:
    """The expression, or both of one that chooses between two."""
    if isinstance(key, ast.IfExp):
        yield from parts_of(key.body)
        yield from parts_of(key.orelse)
    else:
        yield key


def family_of(key: ast.expr) -> str | None:
    """What a computed key begins with; None for any other expression."""
    while isinstance(key, ast.BinOp) and isinstance(key.op, ast.Add):
        key = key.left
    if isinstance(key, ast.JoinedStr):
        key = key.values[0]
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def said(trees: dict[str, ast.Module]) -> tuple[set[str], set[str], set[tuple[str, str]]]:
    """Whole keys, families, and what is neither: (path, expression)."""
    keys, families, others = set[str](), set[str](), set[tuple[str, str]]()
    for path, tree in trees.items():
        for saying in sayings(tree):
            for key in parts_of(saying):
                start = family_of(key)
                if isinstance(key, ast.Constant):
                    keys.add(key.value)
                elif start:
                    families.add(start)
                elif path != "app/shared/words/__init__.py" or ast.unparse(key) != "key":
                    others.add((path, ast.unparse(key)))
    return keys, families, others


def named_in_the_page() -> set[str]:
    return set(re.findall(r'data-(?:text|name)="([^"]+)"', PAGE.read_text(encoding="utf-8")))


def test_what_is_said_is_found_in_the_calls() -> None:
    source = """
def _tell(self, key, more): self._out(words.say(key, more=more))
def _status(self): self._tell("a" if self.x else "b." + self.x, "not-a-key"); say(f"c.{x}-{y}"); set_text("d", "e")
"""
    assert said({"x.py": ast.parse(source)}) == ({"a"}, {"b.", "c."}, set())
    assert said({"x.py": ast.parse("say(key)")})[2] == {("x.py", "key")}


def test_every_key_that_is_computed_belongs_to_a_family_that_is_listed_here() -> None:
    _, families, others = said(TREES)
    assert families == set(FAMILIES)
    assert others == FROM_ELSEWHERE


def test_whatever_is_said_has_a_text() -> None:
    keys, _, _ = said(TREES)
    wanted = keys | named_in_the_page() | {start + end for start, ends in FAMILIES.items() for end in ends}
    assert sorted(wanted - set(en.TEXTS)) == []


def test_every_text_is_said() -> None:
    keys, _, _ = said(TREES)
    used = keys | named_in_the_page() | {start + end for start, ends in FAMILIES.items() for end in ends}
    assert sorted(set(en.TEXTS) - used) == []


def test_the_parts_of_the_self_test_are_those_of_the_golden_values() -> None:
    values = json.loads((SHIPPED_MODELS / golden.VALUES).read_bytes())
    assert set(FAMILIES["self-test."]) == {check.part for check in golden.compare(values, values)}
