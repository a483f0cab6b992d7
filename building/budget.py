"""How heavy a visit is, part by part, and how heavy it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Group
from rich.table import Table

from building.places import BuildError

# "A first visit of at most 9.5 MB compressed", "models at most 6 MB": the words of the issues that set them.
# The visit counts as it travels to a browser that understands Brotli, the models as they lie.
VISIT_BYTES = 9_500_000
MODELS_BYTES = 6_000_000

# The parts of the table at the end, by the first path that fits.
MODELS = "models"
PARTS: tuple[tuple[str, str | tuple[str, ...]], ...] = (
    ("Pyodide", "vendor/pyodide/"),
    ("numpy and Pillow", ("vendor/wheels/", "vendor/memory/")),
    ("ONNX Runtime Web", "vendor/ort/"),
    ("PyScript", "vendor/pyscript/"),
    ("MicroPython", "vendor/micropython/"),
    (MODELS, "models/"),
    ("our Python", ("engine.zip", "screen.pack.json")),
    ("page", ""),
)


@dataclass(frozen=True)
class Weights:
    """Bytes by part: as they lie, and as they travel."""

    lying: dict[str, int]
    travelling: dict[str, int]


@dataclass(frozen=True)
class Line:
    """One thing that may weigh so much and no more, with the name of its constant here."""

    name: str
    constant: str
    most_bytes: int
    parts: dict[str, int]

    @property
    def weighs_bytes(self) -> int:
        return sum(self.parts.values())


def weigh(files: dict[str, bytes], packed: dict[str, bytes]) -> Weights:
    """What a first visit fetches; `packed` are the compressed copies of `files`."""
    weights = Weights({name: 0 for name, _ in PARTS}, {name: 0 for name, _ in PARTS})
    for path, data in files.items():
        part = next(name for name, start in PARTS if path.startswith(start))
        weights.lying[part] += len(data)
        weights.travelling[part] += len(packed.get(f"{path}.br", data))
    return weights


def lines(weights: Weights) -> Iterator[Line]:
    yield Line("a visit, compressed", "VISIT_BYTES", VISIT_BYTES, weights.travelling)
    yield Line("the models", "MODELS_BYTES", MODELS_BYTES, {MODELS: weights.lying[MODELS]})


def too_heavy(weights: Weights) -> Iterator[tuple[Line, str]]:
    """The lines of the budget that are passed, and by how much, in words."""
    for line in lines(weights):
        over = line.weighs_bytes - line.most_bytes
        if over > 0:
            heaviest_first = sorted(line.parts.items(), key=lambda part: -part[1])
            parts = ", ".join(f"{name} {size(count)}" for name, count in heaviest_first)
            words = f"too heavy: {line.name}: {size(line.weighs_bytes)}, {size(over)} above the budget of "
            yield line, f"{words}{size(line.most_bytes)} ({parts})"


def check(weights: Weights) -> None:
    for line, words in too_heavy(weights):
        raise BuildError(
            f"{words}: make what grew smaller or leave it out; where it was decided to allow more, raise "
            f"{line.constant} in building/budget.py"
        )


def summary(weights: Weights) -> Group:
    """The table at the end: bytes by part, then every line of the budget with what is left of it."""
    parts = _table("part", "bytes", "compressed")
    for name in weights.lying:
        parts.add_row(name, size(weights.lying[name]), size(weights.travelling[name]))
    parts.add_row("all", size(sum(weights.lying.values())), size(sum(weights.travelling.values())), style="bold")
    budget = _table("budget", "at most", "is", "left")
    for line in lines(weights):
        left = line.most_bytes - line.weighs_bytes
        row = (line.name, size(line.most_bytes), size(line.weighs_bytes), size(left))
        budget.add_row(*row, style="" if left >= 0 else "bold red")
    return Group(parts, "", budget)


def size(count: int) -> str:
    return f"{count / 1e6:.2f} MB" if abs(count) >= 100_000 else f"{count / 1e3:.1f} kB"


def _table(*columns: str) -> Table:
    table = Table(*columns, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    return table
