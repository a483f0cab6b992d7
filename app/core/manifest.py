"""models.json: everything the app must know about its networks, read strictly.

No numpy here: the engine reads this file while numpy is still on its way.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from app.core.sections import Section, fail, is_number, numbers_of
from app.shared.codes import LIKENESS_SIGNS

SCHEMA = 7
# In nails.
FARTHEST_VIEW = 4.0
# Of one patch of nail or skin, see `app.core.crops.colour`.
PATCH_FEATURES = 27
# What becomes of a nail without a patch of skin where the estimator wants the colour of both.
REFUSED, MEAN_SKIN = "refused", "mean"


@dataclass(frozen=True, slots=True)
class DetectorSpec:
    """The nail detector: boxes of `class_names` at `confidence` and NMS `iou`.

    Attributes:
        side_px: the longer side of the canvas that it looks at.
        stride_px: the shorter side may be any multiple of it, up to `side_px`; None: the canvas is always a square.
    """

    file: str
    sha256: str
    side_px: int
    class_names: tuple[str, ...]
    confidence: float
    iou: float
    stride_px: int | None = None

    def class_id(self, name: str) -> int:
        """The index of a class in the network's output."""
        return self.class_names.index(name)


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a nail: a square that turns with the finger, or the disc in it.

    Attributes:
        name: what it shows.
        along: how far its centre lies from the nail's towards the hand, in lengths of the nail.
        size: its side, in shorter sides of the nail.
        round: whether only the disc inside the square is shown: a square's corners reach beyond a round fingertip.
        turned: whether it turns with the finger; otherwise it lies as the picture does.
    """

    name: str
    along: float
    size: float
    round: bool = False
    turned: bool = True


@dataclass(frozen=True, slots=True)
class ColourSpec:
    """That the estimator wants colour features, see `app.core.crops.colour`, of each nail and the skin on its finger.

    Attributes:
        without_skin: REFUSED, a nail without a patch of skin does not count; or MEAN_SKIN, it takes `mean_skin`.
        mean_skin: (27,) the mean patch of skin of the training nails; empty where such nails are refused.
    """

    without_skin: str
    mean_skin: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EstimatorSpec:
    """The Hb estimator: which pictures of a nail it wants, and how their pixels are normalised.

    Each view is shown as `side_px` x `side_px` pixels, however many the camera has. `colour` None: it wants pictures
    alone.
    """

    file: str
    sha256: str
    side_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    views: tuple[View, ...]
    mirror: bool
    colour: ColourSpec | None = None

    @property
    def pictures(self) -> int:
        """How many pictures of one nail go into the network."""
        return len(self.views) * (2 if self.mirror else 1)


@dataclass(frozen=True, slots=True)
class IntervalSpec:
    """What a reading is good for: an interval that holds the truth in `coverage` of people.

    It is wider where estimates err more, and on the side to which they do. At an estimate of `at_g_dl[k]` it reaches
    `below_g_dl[k]` down and `above_g_dl[k]` up, linearly between the knots, and beyond them as at the outermost.

    Attributes:
        mean_half_width_g_dl: half the width of the interval of whoever always says the mean of the training data.
    """

    coverage: float
    at_g_dl: tuple[float, ...]
    below_g_dl: tuple[float, ...]
    above_g_dl: tuple[float, ...]
    mean_half_width_g_dl: float

    def around(self, hb_g_dl: float) -> tuple[float, float]:
        """(low, high) in g/dL around an estimate; never below 0."""
        low = hb_g_dl - _interpolated(hb_g_dl, self.at_g_dl, self.below_g_dl)
        return max(0.0, low), hb_g_dl + _interpolated(hb_g_dl, self.at_g_dl, self.above_g_dl)

    def at_least_no_photo(self, low_g_dl: float, high_g_dl: float) -> tuple[float, float]:
        """An interval widened around its own middle to that of always saying the mean, where it is narrower."""
        wider = max(0.0, self.mean_half_width_g_dl - (high_g_dl - low_g_dl) / 2)
        return max(0.0, low_g_dl - wider), high_g_dl + wider

    def narrower_than_no_photo(self, low_g_dl: float, high_g_dl: float) -> bool:
        """Whether an interval is narrower than that of always saying the mean, for which no photo is needed."""
        return high_g_dl - low_g_dl < 2 * self.mean_half_width_g_dl


@dataclass(frozen=True, slots=True)
class LikenessSpec:
    """Which nails get no number, by what the estimator says of them; see `app.core.crops.likeness`.

    Attributes:
        limits: for each of `codes.LIKENESS_SIGNS`, above which its output of that name means so.
        no_nails: above which the median of a picture's outputs `not_a_nail` says that none of it is a nail.
        strangeness: rising values of its output.
        share_beyond: of bare nails of sessions that it had not seen, how many were at least as strange, one for each.
        least_p_value: rarer than this a nail counts no more.
    """

    limits: dict[str, float]
    no_nails: float
    strangeness: tuple[float, ...]
    share_beyond: tuple[float, ...]
    least_p_value: float


@dataclass(frozen=True, slots=True)
class LightSpec:
    """The light that the estimator learned from, by the numbers of `app.core.light.judge.Light.numbers`.

    Attributes:
        luma: (lowest, highest), 0..255.
        centre: (3,) the numbers' mean.
        precision: (9,) the inverse of their covariance, row by row.
        farthest: the largest distance from the centre by Mahalanobis.
    """

    luma: tuple[float, float]
    centre: tuple[float, float, float]
    precision: tuple[float, ...]
    farthest: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of models.json; `document` is the file as it stands, for what only people read.

    `interval_reference` is that of a reading beside white paper; None: the estimator knows nothing of paper.
    `likeness` None: it does not say whether a nail is one.
    """

    detector: DetectorSpec
    estimator: EstimatorSpec
    interval: IntervalSpec
    light: LightSpec
    plausible_g_dl: tuple[float, float]
    document: dict[str, Any]
    interval_reference: IntervalSpec | None = None
    likeness: LikenessSpec | None = None

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
        fail(f"it is not JSON ({error})")
    if not isinstance(document, dict):
        fail("it is not a JSON object")
    if document.get("schema") != SCHEMA:
        fail(f"its schema is {document.get('schema')!r}, this version reads {SCHEMA}; reload or update the app")
    detector = Section(document, "detector")
    estimator = Section(document, "estimator")
    try:
        low_g_dl, high_g_dl = numbers_of(document.get("plausible_g_dl"), 2, "plausible_g_dl")
        manifest = Manifest(
            detector=DetectorSpec(
                file=detector.text("file"),
                sha256=detector.text("sha256"),
                side_px=detector.positive_int("side_px"),
                class_names=tuple(str(name) for name in detector.list("class_names")),
                confidence=detector.fraction("confidence"),
                iou=detector.fraction("iou"),
                stride_px=detector.positive_int("stride_px") if "stride_px" in detector.fields else None,
            ),
            estimator=EstimatorSpec(
                file=estimator.text("file"),
                sha256=estimator.text("sha256"),
                side_px=estimator.positive_int("side_px"),
                mean=estimator.three_numbers("mean"),
                std=estimator.three_numbers("std"),
                views=tuple(_view(view) for view in estimator.list("views")),
                mirror=estimator.flag("mirror"),
                colour=_colour(estimator.object("color_features")) if "color_features" in estimator.fields else None,
            ),
            interval=_interval(Section(document, "interval")),
            interval_reference=(
                _interval(Section(document, "interval_reference")) if "interval_reference" in document else None
            ),
            light=_light(Section(document, "training_light")),
            likeness=_likeness(Section(document, "likeness")) if "likeness" in document else None,
            plausible_g_dl=(low_g_dl, high_g_dl),
            document=document,
        )
    except ValueError as error:
        fail(str(error))
    if "nail" not in manifest.detector.class_names or "skin" not in manifest.detector.class_names:
        fail("detector.class_names must hold 'nail' and 'skin'")
    if manifest.detector.side_px % (manifest.detector.stride_px or 1):
        fail("detector.side_px must be a multiple of detector.stride_px")
    if not manifest.estimator.views:
        fail("estimator.views is empty")
    return manifest


def _interpolated(x: float, knots: tuple[float, ...], values: tuple[float, ...]) -> float:
    """The value at x: linear between rising knots, that of the outermost knot beyond them."""
    right = bisect_right(knots, x)
    if right in (0, len(knots)):
        return values[min(right, len(knots) - 1)]
    share = (x - knots[right - 1]) / (knots[right] - knots[right - 1])
    return values[right - 1] + share * (values[right] - values[right - 1])


def _interval(section: Section) -> IntervalSpec:
    at_g_dl = section.numbers("at_g_dl")
    if not at_g_dl or list(at_g_dl) != sorted(set(at_g_dl)):
        raise ValueError(f"{section.name}.at_g_dl must rise from number to number, not {list(at_g_dl)!r}")
    sides = {}
    for field in ("below_g_dl", "above_g_dl"):
        sides[field] = section.numbers(field)
        if len(sides[field]) != len(at_g_dl) or min(sides[field]) < 0:
            raise ValueError(f"{section.name}.{field} must be {len(at_g_dl)} numbers of 0 or more, as many as at_g_dl")
    return IntervalSpec(
        coverage=section.fraction("coverage"),
        at_g_dl=at_g_dl,
        **sides,
        mean_half_width_g_dl=section.number("mean_half_width_g_dl"),
    )


def _colour(section: Section) -> ColourSpec:
    without_skin = section.text("without_skin")
    if without_skin not in (REFUSED, MEAN_SKIN):
        raise ValueError(f"{section.name}.without_skin must be {REFUSED} or {MEAN_SKIN}, not {without_skin!r}")
    if without_skin == REFUSED:
        return ColourSpec(without_skin)
    mean_skin = numbers_of(section.list("mean_skin"), PATCH_FEATURES, f"{section.name}.mean_skin")
    return ColourSpec(without_skin, tuple(mean_skin))


def _likeness(section: Section) -> LikenessSpec:
    strangeness, share_beyond = section.numbers("strangeness"), section.numbers("share_beyond")
    if len(strangeness) < 2 or list(strangeness) != sorted(set(strangeness)):
        raise ValueError(f"likeness.strangeness must rise from number to number, not {list(strangeness)!r}")
    falls = list(share_beyond) == sorted(share_beyond, reverse=True) and min(share_beyond, default=-1) >= 0
    if len(share_beyond) != len(strangeness) or not falls or share_beyond[0] > 1:
        raise ValueError(f"likeness.share_beyond must be {len(strangeness)} falling shares, as many as strangeness")
    return LikenessSpec(
        limits={sign: section.number(sign) for sign in LIKENESS_SIGNS},
        no_nails=section.number("no_nails"),
        strangeness=strangeness,
        share_beyond=share_beyond,
        least_p_value=section.fraction("least_p_value"),
    )


def _light(section: Section) -> LightSpec:
    low, high = numbers_of(section.list("luma"), 2, f"{section.name}.luma")
    if not low < high:
        raise ValueError(f"{section.name}.luma must rise, not {[low, high]!r}")
    return LightSpec(
        luma=(low, high),
        centre=section.three_numbers("centre"),
        precision=tuple(numbers_of(section.list("precision"), 9, f"{section.name}.precision")),
        farthest=section.number("farthest"),
    )


def _view(view: Any) -> View:
    if not isinstance(view, dict) or not isinstance(view.get("name"), str):
        raise ValueError(f"estimator.views holds {view!r}, which has no name")
    for field in ("along", "size"):
        if not is_number(view.get(field)):
            raise ValueError(f"{field} of view {view['name']} must be a number, not {view.get(field)!r}")
    if view["size"] <= 0:
        raise ValueError(f"size of view {view['name']} must be above 0, not {view['size']!r}")
    # One piece of the picture holds all views of a nail: a view far away would make it as large as one likes.
    if max(abs(view["along"]), view["size"]) > FARTHEST_VIEW:
        raise ValueError(f"view {view['name']} must stay within {FARTHEST_VIEW} nails of the nail")
    switches = {"round": view.get("round"), "turned": view.get("turned", True)}
    for field, value in switches.items():
        if not isinstance(value, bool):
            raise ValueError(f"{field} of view {view['name']} must be true or false, not {value!r}")
    return View(name=view["name"], along=float(view["along"]), size=float(view["size"]), **switches)
