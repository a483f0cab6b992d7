"""The one file that says where the data set comes from and what the sweep and the report run, read strictly."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from trainer.data.dataset import DataError

DEFAULT_CONFIG = Path(__file__).with_name("config.toml")
# Beside the repository, where the house keeps weights that it never copies in.
WEIGHTS_BESIDE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "weights"
SECTIONS = {"seed", "data", "sweep"}


@dataclass(frozen=True, slots=True)
class BackboneChoice:
    """A network by name, and the file of its weights (a bare name) where there is one."""

    name: str
    weights: str | None = None


@dataclass(frozen=True, slots=True)
class FineTuning:
    """How the comparison by end-to-end training runs."""

    backbones: tuple[str, ...]
    epochs: int
    side_px: int
    batch: int
    learning_rate: float


@dataclass(frozen=True, slots=True)
class SweepConfig:
    """What the sweep compares; the first backbone carries the rows of the original's table of heads."""

    seed: int
    backbones: tuple[BackboneChoice, ...]
    heads: tuple[str, ...]
    baselines: tuple[str, ...]
    leave_one_session_out: bool
    fine_tuning: FineTuning


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where the data set can be had: a collection of figshare's programming interface, or an archive.

    Attributes:
        collection: its address there.
        files: where its files are fetched, {id} being a file's number; None: where the collection says.
        archive: the address of a zip or a tar.
    """

    collection: str | None = None
    files: str | None = None
    archive: str | None = None

    def __str__(self) -> str:
        """What it is told from others by."""
        return self.archive or f"{self.collection}{f', files at {self.files}' if self.files else ''}"


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Where the data set comes from, and what it must be; the lists as `trainer.data.published` reads them."""

    hashes: Path
    rows: Path
    total_bytes: int
    silence_s: float
    tries: int
    pause_s: float
    mirrors: tuple[Mirror, ...]


def read_config(path: Path = DEFAULT_CONFIG) -> SweepConfig:
    """Read the file.

    Raises:
        DataError: it cannot be read, or a field is missing, unknown or of the wrong kind; names the field.
    """
    document = read_toml(path)
    try:
        sweep = dict(field_of(document, "sweep", dict))
        tuning = field_of(sweep, "fine_tuning", dict)
        config = SweepConfig(
            seed=field_of(document, "seed", int),
            backbones=tuple(_backbone(entry) for entry in field_of(sweep, "backbones", list)),
            heads=names_of(sweep, "heads"),
            baselines=names_of(sweep, "baselines"),
            leave_one_session_out=field_of(sweep, "leave_one_session_out", bool),
            fine_tuning=FineTuning(
                backbones=names_of(tuning, "backbones"),
                epochs=field_of(tuning, "epochs", int),
                side_px=field_of(tuning, "side_px", int),
                batch=field_of(tuning, "batch", int),
                learning_rate=float(field_of(tuning, "learning_rate", float)),
            ),
        )
        nothing_else(document, SECTIONS)
        nothing_else(sweep, {field.name for field in fields(SweepConfig)} - {"seed"})
        nothing_else(tuning, {field.name for field in fields(FineTuning)})
        if not config.backbones:
            raise ValueError("backbones is empty")
        unknown = set(config.fine_tuning.backbones) - {choice.name for choice in config.backbones}
        if unknown:
            raise ValueError(f"fine_tuning.backbones names {', '.join(sorted(unknown))}, which is not in backbones")
    except ValueError as error:
        raise DataError(f"{path}: {error} (--config)") from None
    return config


def read_data_config(path: Path = DEFAULT_CONFIG) -> DataConfig:
    """Read what the file says of the data set. Lists are looked for beside it, else beside the shipped file.

    Raises:
        DataError: as `read_config`.
    """
    document = read_toml(path)
    try:
        nothing_else(document, SECTIONS)
        data = field_of(document, "data", dict)
        config = DataConfig(
            hashes=_beside(path, field_of(data, "hashes", str)),
            rows=_beside(path, field_of(data, "rows", str)),
            total_bytes=field_of(data, "total_bytes", int),
            silence_s=float(field_of(data, "silence_s", float)),
            tries=field_of(data, "tries", int),
            pause_s=float(field_of(data, "pause_s", float)),
            mirrors=tuple(_mirror(entry) for entry in field_of(data, "mirrors", list)),
        )
        nothing_else(data, {field.name for field in fields(DataConfig)})
        for name in ("total_bytes", "silence_s", "tries"):
            if getattr(config, name) <= 0:
                raise ValueError(f"{name} is {getattr(config, name)}, expected more than 0")
    except ValueError as error:
        raise DataError(f"{path}: {error} (--config)") from None
    return config


def read_toml(path: Path) -> dict[str, Any]:
    """The document of a TOML file; DataError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: cannot be read as TOML ({error}) (--config)") from None


def _beside(path: Path, name: str) -> Path:
    there = path.parent / name
    return there if there.exists() else DEFAULT_CONFIG.parent / name


def _mirror(entry: Any) -> Mirror:
    kinds = ({"archive"}, {"collection"}, {"collection", "files"})
    texts = isinstance(entry, dict) and all(isinstance(value, str) for value in entry.values())
    if not texts or set(entry) not in kinds:
        raise ValueError(
            f"mirrors holds {entry!r}, expected {{ archive = ADDRESS }} or {{ collection = ADDRESS, files = ADDRESS }}"
        )
    if "files" in entry and "{id}" not in entry["files"]:
        raise ValueError(f"files is {entry['files']!r}, which has no {{id}} for a file's number")
    return Mirror(**entry)


def field_of(section: dict[str, Any], name: str, kind: type) -> Any:
    """The value of a field that must be there and of this kind; ValueError names it where it is not."""
    if name not in section:
        raise ValueError(f"{name} is missing")
    value = section[name]
    # A whole number is a fine float; true is no number.
    if not isinstance(value, (int, float) if kind is float else kind) or (kind is not bool and isinstance(value, bool)):
        raise ValueError(f"{name} is {value!r}, expected {kind.__name__}")
    return value


def names_of(section: dict[str, Any], name: str) -> tuple[str, ...]:
    values = field_of(section, name, list)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{name} must be a list of names, not {values!r}")
    return tuple(values)


def _backbone(entry: Any) -> BackboneChoice:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise ValueError(f"backbones holds {entry!r}, which has no name")
    nothing_else(entry, {"name", "weights"})
    return BackboneChoice(**entry)


def nothing_else(section: dict[str, Any], known: set[str]) -> None:
    """ValueError where a section holds a field that nobody knows."""
    unknown = sorted(set(section) - known)
    if unknown:
        raise ValueError(f"{unknown[0]} is not known; known here: {', '.join(sorted(known))}")
