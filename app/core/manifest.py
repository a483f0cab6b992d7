"""models.json: everything the app must know about its networks, read strictly."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from app.core.codes import MODEL_UNAVAILABLE
from app.core.errors import MeasureError

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """The nail detector: a square of `side_px`, boxes of `class_names` at `confidence` and NMS `iou`."""

    file: str
    sha256: str
    side_px: int
    class_names: tuple[str, ...]
    confidence: float
    iou: float

    def class_id(self, name: str) -> int:
        """The index of a class in the network's output."""
        return self.class_names.index(name)


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a nail: a square that turns with the finger.

    Attributes:
        name: what it shows.
        along: how far its centre lies from the nail's towards the hand, in lengths of the nail.
        size: its side, in shorter sides of the nail.
    """

    name: str
    along: float
    size: float


@dataclass(frozen=True, slots=True)
class EstimatorSpec:
    """The Hb estimator: which pictures of a nail it wants, and how their pixels are normalised.

    Each view is shown as `side_px` x `side_px` pixels with no more than `detail_px` x `detail_px` of detail.
    """

    file: str
    sha256: str
    side_px: int
    detail_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    views: tuple[View, ...]
    mirror: bool

    @property
    def pictures(self) -> int:
        """How many pictures of one nail go into the network."""
        return len(self.views) * (2 if self.mirror else 1)


@dataclass(frozen=True, slots=True)
class IntervalSpec:
    """What a reading is good for: +- `half_width_g_dl` holds the truth in `coverage` of people."""

    coverage: float
    half_width_g_dl: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of models.json; `document` is the file as it stands, for what only people read."""

    detector: DetectorSpec
    estimator: EstimatorSpec
    interval: IntervalSpec
    plausible_g_dl: tuple[float, float]
    document: dict[str, Any]

    def identity(self) -> dict[str, str]:
        """The networks' hashes: which models made a reading."""
        return {"detector": self.detector.sha256, "estimator": self.estimator.sha256}


def parse_manifest(text: str | bytes) -> Manifest:
    """Read models.json.

    Raises:
        MeasureError: `model_unavailable`, naming the field that is missing or wrong.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        _fail(f"it is not JSON ({error})")
    if not isinstance(document, dict):
        _fail("it is not a JSON object")
    if document.get("schema") != SCHEMA:
        _fail(f"its schema is {document.get('schema')!r}, this version reads {SCHEMA}; reload or update the app")
    detector = _Section(document, "detector")
    estimator = _Section(document, "estimator")
    interval = _Section(document, "interval")
    try:
        low_g_dl, high_g_dl = _numbers(document.get("plausible_g_dl"), 2, "plausible_g_dl")
        manifest = Manifest(
            detector=DetectorSpec(
                file=detector.text("file"),
                sha256=detector.text("sha256"),
                side_px=detector.positive_int("side_px"),
                class_names=tuple(str(name) for name in detector.list("class_names")),
                confidence=detector.fraction("confidence"),
                iou=detector.fraction("iou"),
            ),
            estimator=EstimatorSpec(
                file=estimator.text("file"),
                sha256=estimator.text("sha256"),
                side_px=estimator.positive_int("side_px"),
                detail_px=estimator.positive_int("detail_px"),
                mean=estimator.three_numbers("mean"),
                std=estimator.three_numbers("std"),
                views=tuple(_view(view) for view in estimator.list("views")),
                mirror=estimator.flag("mirror"),
            ),
            interval=IntervalSpec(
                coverage=interval.fraction("coverage"),
                half_width_g_dl=interval.number("half_width_g_dl"),
            ),
            plausible_g_dl=(low_g_dl, high_g_dl),
            document=document,
        )
    except ValueError as error:
        _fail(str(error))
    if "nail" not in manifest.detector.class_names or "skin" not in manifest.detector.class_names:
        _fail("detector.class_names must hold 'nail' and 'skin'")
    if not manifest.estimator.views:
        _fail("estimator.views is empty")
    return manifest


class _Section:
    """One object of the document, read field by field with errors that name the field."""

    def __init__(self, document: dict[str, Any], name: str) -> None:
        fields = document.get(name)
        if not isinstance(fields, dict):
            _fail(f"'{name}' is missing")
        self.name, self.fields = name, fields

    def value(self, field: str) -> Any:
        if field not in self.fields:
            raise ValueError(f"{self.name}.{field} is missing")
        return self.fields[field]

    def text(self, field: str) -> str:
        value = self.value(field)
        if not isinstance(value, str) or not value:
            raise ValueError(f"{self.name}.{field} must be a text, not {value!r}")
        return value

    def number(self, field: str) -> float:
        value = self.value(field)
        if not _is_number(value):
            raise ValueError(f"{self.name}.{field} must be a number, not {value!r}")
        return float(value)

    def positive_int(self, field: str) -> int:
        value = self.number(field)
        if value < 1 or value != int(value):
            raise ValueError(f"{self.name}.{field} must be a whole number above 0, not {value!r}")
        return int(value)

    def fraction(self, field: str) -> float:
        value = self.number(field)
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{self.name}.{field} must lie in 0..1, not {value!r}")
        return value

    def flag(self, field: str) -> bool:
        value = self.value(field)
        if not isinstance(value, bool):
            raise ValueError(f"{self.name}.{field} must be true or false, not {value!r}")
        return value

    def list(self, field: str) -> list[Any]:
        value = self.value(field)
        if not isinstance(value, list):
            raise ValueError(f"{self.name}.{field} must be a list, not {value!r}")
        return value

    def three_numbers(self, field: str) -> tuple[float, float, float]:
        first, second, third = _numbers(self.list(field), 3, f"{self.name}.{field}")
        return first, second, third


def _view(view: Any) -> View:
    if not isinstance(view, dict) or not isinstance(view.get("name"), str):
        raise ValueError(f"estimator.views holds {view!r}, which has no name")
    for field in ("along", "size"):
        if not _is_number(view.get(field)):
            raise ValueError(f"{field} of view {view['name']} must be a number, not {view.get(field)!r}")
    if view["size"] <= 0:
        raise ValueError(f"size of view {view['name']} must be above 0, not {view['size']!r}")
    return View(name=view["name"], along=float(view["along"]), size=float(view["size"]))


def _numbers(values: Any, count: int, name: str) -> list[float]:
    if not isinstance(values, list) or len(values) != count or not all(_is_number(value) for value in values):
        raise ValueError(f"{name} must be {count} numbers, not {values!r}")
    return [float(value) for value in values]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fail(reason: str) -> NoReturn:
    raise MeasureError(MODEL_UNAVAILABLE, f"models.json cannot be used: {reason}")
