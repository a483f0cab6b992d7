"""python -m upkeep.imports: draws which room of the house imports which, and says where an arrow runs upward.

ORDER is the rule: a room may import those that stand before it in its part, and nothing that stands after it. The
drawing is made of what the files really import, so it is the rule's proof as well.
"""

from __future__ import annotations

import argparse
import ast
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from building.places import ROOT, write_whole

# Each part of the house with its rooms, the deepest first. What stands together in brackets is drawn as one.
ORDER: dict[str, tuple[tuple[str, ...], ...]] = {
    "app": (("shared",), ("core",), ("runtime",), ("engine",), ("ui",)),
    "app.core": (
        ("arrays", "errors", "stages"),
        ("sections",),
        ("manifest", "network"),
        ("pictures",),
        ("find",),
        ("light",),
        ("crops",),
        ("typical",),
        ("reading",),
        ("pipeline",),
        ("scan",),
        ("golden",),
    ),
    "app.engine": (("port", "wheels"), ("boot", "pictures"), ("memory",), ("door",)),
    "app.ui": (("browser",), ("camera", "engine"), ("start",), ("flow",), ("parts", "screens"), ("screen",)),
    "trainer": (
        ("data",),
        ("config", "tools"),
        ("recipes",),
        ("fetch",),
        ("pictures",),
        ("detector", "estimator"),
        ("evaluate",),
        ("report",),
        ("sweep",),
        ("steps",),
        ("cli",),
    ),
    "building": (
        ("places",),
        ("models",),
        ("parts", "policy", "manifest", "budget", "wheel"),
        ("compress",),
        ("python",),
        ("onnx",),
        ("licences", "contents"),
        ("pipeline",),
        ("cli",),
    ),
}
OPENING, CLOSING = "<!-- imports -->", "<!-- /imports -->"


@dataclass(frozen=True, order=True)
class Arrow:
    """A file of one room imports something of another; rooms by their dotted names."""

    importing: str
    imported: str
    file: str
    line: int


@cache
def modules_of(path: Path, root: Path = ROOT) -> tuple[tuple[int, str], ...]:
    """(line, absolute name) of each import of a file, `from a import b` as `a.b` where b is a module."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                whole = root / node.module.replace(".", "/") / alias.name
                is_module = whole.is_dir() or whole.with_suffix(".py").is_file()
                found.append((node.lineno, f"{node.module}.{alias.name}" if is_module else node.module))
    return tuple(found)


def arrows(part: str, root: Path = ROOT) -> list[Arrow]:
    """Every import between two rooms of a part.

    Raises:
        LookupError: a file of the part is in no room of ORDER.
    """
    found = []
    folder = root / part.replace(".", "/")
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder).with_suffix("").parts
        if inside[-1] in ("__init__", "__main__") and len(inside) == 1:
            continue
        if part == "app" and len(inside) == 1:
            # The terminal's own: what is outside of the page may import all of it.
            continue
        _level(part, inside[0])
        for line, name in modules_of(path, root):
            if name.startswith(part + "."):
                other = name[len(part) + 1 :].split(".")[0]
                if other != inside[0]:
                    _level(part, other)
                    here = path.relative_to(root).as_posix()
                    found.append(Arrow(f"{part}.{inside[0]}", f"{part}.{other}", here, line))
    return found


def upward(part: str, root: Path = ROOT) -> list[Arrow]:
    """The arrows that break the rule: from a room to one that stands beside or after it."""
    found = arrows(part, root)
    return [arrow for arrow in found if _level_of(part, arrow.importing) <= _level_of(part, arrow.imported)]


def circles(part: str, root: Path = ROOT) -> list[list[str]]:
    """Modules of a part that import each other round about, in rooms or between them; type checking counts as well."""
    graph: dict[str, set[str]] = {}
    for path in sorted((root / part.replace(".", "/")).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {module for _line, module in modules_of(path, root) if module.startswith(part + ".")}
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, [*way, name])
            done.add(name)

    for name in graph:
        visit(name, [])
    return found


def drawing(part: str, root: Path = ROOT) -> str:
    """A flowchart in Mermaid's language: the highest room on top, without arrows that a longer way says already."""
    box = {name: f"{part}.{group[0]}" for group in ORDER[part] for name in group}
    joins = {(box[a.importing.rsplit(".", 1)[1]], box[a.imported.rsplit(".", 1)[1]]) for a in arrows(part, root)}
    joins = {(one, other) for one, other in joins if one != other}
    direct = [pair for pair in sorted(joins) if not _round_about(*pair, joins - {pair})]
    lines = ["```mermaid", "flowchart TD"]
    for group in reversed(ORDER[part]):
        lines.append(f'    {_id(f"{part}.{group[0]}")}["{", ".join(group)}"]')
    lines += [f"    {_id(one)} --> {_id(other)}" for one, other in direct]
    return "\n".join([*lines, "```"])


def page(root: Path = ROOT) -> str:
    """All drawings, each under the name of its part."""
    return "\n\n".join(f"`{part}`\n\n{drawing(part, root)}" for part in ORDER)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m upkeep.imports",
        description="Draws which room of the house imports which. Exit status 1: an arrow runs upward or in a circle.",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help=f"put the drawings between {OPENING} and {CLOSING}")
    options = parser.parse_args(arguments)
    faults = [
        f"{arrow.file}:{arrow.line}: {arrow.importing} may not import {arrow.imported}"
        for part in ORDER
        for arrow in upward(part)
    ]
    faults += [" -> ".join(circle) for part in ORDER for circle in circles(part)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if options.write is None:
        print(page())
    else:
        text = options.write.read_text(encoding="utf-8")
        before, opening, rest = text.partition(OPENING)
        _old, closing, after = rest.partition(CLOSING)
        if not (opening and closing):
            print(f"{options.write}: lacks the markers {OPENING} and {CLOSING}", file=sys.stderr)
            return 2
        write_whole(options.write, f"{before}{opening}\n{page()}\n{closing}{after}".encode())
    return 1 if faults else 0


def _level(part: str, name: str) -> int:
    for level, group in enumerate(ORDER[part]):
        if name in group:
            return level
    raise LookupError(f"{part}.{name} has no place in ORDER of upkeep/imports.py")


def _level_of(part: str, room: str) -> int:
    return _level(part, room.rsplit(".", 1)[1])


def _round_about(one: str, other: str, joins: set[tuple[str, str]]) -> bool:
    waiting, seen = [one], {one}
    while waiting:
        here = waiting.pop()
        for start, end in joins:
            if start == here and end not in seen:
                if end == other:
                    return True
                seen.add(end)
                waiting.append(end)
    return False


def _id(room: str) -> str:
    return room.replace(".", "_")


if __name__ == "__main__":
    raise SystemExit(main())
