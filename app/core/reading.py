"""What a measurement says, and the JSON form that tools outside rely on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from app.core.errors import MeasureError
from app.core.light.reference import Reference
from app.core.manifest import Manifest
from app.shared.codes import (
    LIGHT_UNKNOWN,
    LIKENESS_REASONS,
    RECIPE_OURS,
    REFERENCE_MISSING,
    REFERENCE_OK,
    UNLEARNED_LIGHTS,
)
from app.shared.groups import Person
from app.shared.severity import classify, comparison


@dataclass(frozen=True, slots=True)
class Nail:
    """One nail that was found.

    Attributes:
        box: (x1, y1, x2, y2) in pixels of the upright photo.
        confidence: the detector's, 0..1.
        hb_g_dl: this nail's own value; None where it does not count.
        reason: one of `codes.NAIL_REASONS` where it does not count, else None.
        p_value: share of bare nails that are at least as unlike those that the models learned from; None where it was
            not measured.
    """

    box: tuple[float, float, float, float]
    confidence: float
    hb_g_dl: float | None
    reason: str | None
    p_value: float | None = None

    @property
    def used(self) -> bool:
        """Whether the nail's value went into the reading."""
        return self.hb_g_dl is not None

    def as_json(self) -> dict[str, Any]:
        """The contract's object for one nail."""
        return {
            "box": [round(side, 2) for side in self.box],
            "confidence": round(self.confidence, 4),
            "hb_g_dl": None if self.hb_g_dl is None else round(self.hb_g_dl, 3),
            "used": self.used,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Skin:
    """One patch of skin that was found; its box is in pixels of the upright photo."""

    box: tuple[float, float, float, float]
    confidence: float

    def as_json(self) -> dict[str, Any]:
        """The contract's object for one patch of skin."""
        return {"box": [round(side, 2) for side in self.box], "confidence": round(self.confidence, 4)}


@dataclass(frozen=True, slots=True)
class Light:
    """The light on the nails, and whether white paper beside them shows what it is.

    Attributes:
        reference: `codes.REFERENCE_OK`, or why there is none.
        rgb_linear: the paper's, the mean of the nails' places, 1 a full sRGB level; None without paper.
        judged: against the training photographs, one of `codes.LIGHTS`.
    """

    reference: str = REFERENCE_MISSING
    rgb_linear: tuple[float, float, float] | None = None
    judged: str = LIGHT_UNKNOWN

    @property
    def known(self) -> bool:
        """Whether paper shows it."""
        return self.reference == REFERENCE_OK

    def as_json(self) -> dict[str, Any]:
        """The contract's object `light`."""
        return {
            "reference": {
                "found": self.known,
                "reason": None if self.known else self.reference,
                "rgb_linear": None if self.rgb_linear is None else [round(value, 4) for value in self.rgb_linear],
            },
            "judged": self.judged,
        }


def light_of(reference: Reference, judged: str) -> Light:
    """What is said of a picture's light."""
    if reference.rgb_linear is None:
        return Light(reference.reason or REFERENCE_MISSING, None, judged)
    red, green, blue = (float(value) for value in reference.rgb_linear.mean(axis=0))
    return Light(REFERENCE_OK, (red, green, blue), judged)


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome for one photo: a value with its interval, or the error that stands in its place.

    Attributes:
        interval_g_dl: (low, high) that holds the truth in `coverage` of people; None without a reading.
        narrower_than_no_photo: whether that interval is narrower than one for which no photo is needed.
        scan: what only a scan has, see `app.core.scan.accumulator`; None for a photo.
    """

    width: int
    height: int
    models: dict[str, str]
    nails: tuple[Nail, ...] = ()
    skin: tuple[Skin, ...] = ()
    hb_g_dl: float | None = None
    interval_g_dl: tuple[float, float] | None = None
    narrower_than_no_photo: bool = True
    coverage: float = 0.0
    error: MeasureError | None = None
    light: Light = Light()
    quality: dict[str, float] = field(default_factory=dict)
    scan: dict[str, Any] | None = None

    def at_size(self, size: tuple[int, int]) -> Reading:
        """The same of a picture of another size, (width, height) in pixels, of which the measured one is a copy."""
        x, y = size[0] / self.width, size[1] / self.height

        def moved(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
            return box[0] * x, box[1] * y, box[2] * x, box[3] * y

        nails = tuple(replace(nail, box=moved(nail.box)) for nail in self.nails)
        skin = tuple(replace(patch, box=moved(patch.box)) for patch in self.skin)
        return replace(self, width=size[0], height=size[1], nails=nails, skin=skin)

    def as_json(self, person: Person | None = None) -> dict[str, Any]:
        """The object that `python -m app --json` prints and the engine sends to the screen, its severity by the limits
        of `person`; None: not stated."""
        common = {
            "width": self.width,
            "height": self.height,
            "nails": [nail.as_json() for nail in self.nails],
            "skin": [patch.as_json() for patch in self.skin],
            "quality": self.quality,
            "light": self.light.as_json(),
            "strange": self._strange(),
            "models": self.models,
        }
        if self.scan is not None:
            common["scan"] = self.scan
        if self.error is not None:
            return {"error": {"code": self.error.code, "message": self.error.message}, **common}
        interval = self.interval_g_dl
        assert self.hb_g_dl is not None and interval is not None
        return {
            "hb_g_dl": round(self.hb_g_dl, 3),
            "interval_g_dl": [round(limit, 3) for limit in interval],
            "coverage": self.coverage,
            "narrower_than_no_photo": self.narrower_than_no_photo,
            "severity": classify(self.hb_g_dl, *interval, person),
            "comparison": comparison(self.hb_g_dl, person),
            **common,
        }

    def _strange(self) -> dict[str, Any]:
        """The contract's object `strange`: how rare a picture as unlike those that the models learned from as this one
        is among pictures of bare nails (its strangest nail, by Bonferroni), and what is strange about its nails."""
        p_values = [nail.p_value for nail in self.nails if nail.p_value is not None]
        p_value = min(1.0, len(p_values) * min(p_values)) if p_values else None
        return {
            "p_value": None if p_value is None else round(p_value, 4),
            "reasons": sorted({nail.reason for nail in self.nails if nail.reason in LIKENESS_REASONS}),
        }


def recipe_of(manifest: Manifest) -> dict[str, str]:
    """{"name", "stand_in"}: what models.json says of how its networks were made.

    `stand_in` says in English what stands in for a part of the recipe; empty where nothing does.
    """
    said = manifest.document.get("recipe")
    said = said if isinstance(said, dict) else {}
    return {"name": str(said.get("name") or RECIPE_OURS), "stand_in": str(said.get("stand_in") or "")}


def _models_of(manifest: Manifest) -> dict[str, str]:
    """The networks' hashes, and the recipe of models that are not those of HemoLens."""
    name = recipe_of(manifest)["name"]
    return manifest.identity() | ({} if name == RECIPE_OURS else {"recipe": name})


def reading_of(
    manifest: Manifest,
    size: tuple[int, int],
    nails: tuple[Nail, ...],
    skin: tuple[Skin, ...],
    hb_g_dl: float | None,
    error: MeasureError | None,
    light: Light,
    scan: dict[str, Any] | None = None,
) -> Reading:
    """What nails, and one value for all of them, come to: interval, quality and the models that made them.

    Args:
        size: (width, height) of the picture in pixels.
        hb_g_dl: the person's; None where there is none, and `error` says why.
    """
    spec = manifest.interval_reference if light.known and manifest.interval_reference else manifest.interval
    interval_g_dl = None if hb_g_dl is None else spec.around(hb_g_dl)
    if interval_g_dl is not None and light.judged in UNLEARNED_LIGHTS and not light.known:
        # Nothing is known of how far off a reading is in light that no training photograph had.
        interval_g_dl = spec.at_least_no_photo(*interval_g_dl)
    values = [nail.hb_g_dl for nail in nails if nail.hb_g_dl is not None]
    return Reading(
        width=size[0],
        height=size[1],
        models=_models_of(manifest),
        nails=nails,
        skin=skin,
        hb_g_dl=hb_g_dl,
        interval_g_dl=interval_g_dl,
        narrower_than_no_photo=interval_g_dl is not None and spec.narrower_than_no_photo(*interval_g_dl),
        coverage=spec.coverage,
        error=error,
        light=light,
        quality={
            "nails_found": len(nails),
            "nails_used": len(values),
            "spread_g_dl": round(max(values) - min(values), 3) if values else 0.0,
        },
        scan=scan,
    )


def error_json(error: MeasureError) -> dict[str, Any]:
    """The JSON form of an error that came before there was a picture to speak of."""
    return {"error": {"code": error.code, "message": error.message}}
