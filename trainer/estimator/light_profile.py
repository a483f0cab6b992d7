"""The light of the training photographs, with which the page compares the light before the camera; and how well light
that they never had is told from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from PIL import Image
from sklearn.model_selection import GroupKFold

from app.core.light.judge import Light, judge_light, light_on_nails
from app.core.manifest import LightSpec
from app.shared.codes import LIGHT_GOOD
from trainer.data.dataset import Patient
from trainer.pictures.lights import Light as OtherLight
from trainer.tools.progress import Progress

# Of the photographs, how many lie no farther from the middle; the rest is light that hardly any of them has.
LEARNED_SHARE = 0.97
# Percentiles between which a light is neither dark nor bright.
LOW, HIGH = 1.0, 99.0
FOLDS = 4
# Two stops, and tints of a third.
EXPOSURE, TINT = 4.0, float(np.exp(0.3))
UNLEARNED = [OtherLight(gains=(by, by, by)) for by in (EXPOSURE, 1 / EXPOSURE)] + [
    OtherLight(gains=gains)
    for by in (TINT, 1 / TINT)
    for gains in ((by, 1.0, 1.0), (1.0, 1.0, by))
]  # fmt: skip


def light_profile(patients: list[Patient], progress: Progress) -> dict[str, Any]:
    """The section `training_light` of models.json, from the annotated nails; its `metrics` as `measured` has them."""
    lights, elsewhere = [], []
    with progress.task("the light of the photographs, patients", len(patients)) as advance:
        for patient in patients:
            lights.append(_seen(patient, OtherLight()))
            elsewhere.append([_seen(patient, other) for other in UNLEARNED])
            advance()
    sessions = np.array([patient.session for patient in patients])
    spec = asdict(spec_of(lights))
    return {**spec, "metrics": measured(lights, elsewhere, sessions)}


def spec_of(lights: list[Light]) -> LightSpec:
    """What photographs with these lights come to."""
    numbers = np.array([light.numbers() for light in lights])
    centre = numbers.mean(axis=0)
    precision = np.linalg.inv(np.cov(numbers.T))
    off = numbers - centre
    distances = np.sqrt(np.einsum("ij,jk,ik->i", off, precision, off))
    low, high = np.percentile([light.luma for light in lights], [LOW, HIGH])
    return LightSpec(
        luma=(float(low), float(high)),
        centre=(float(centre[0]), float(centre[1]), float(centre[2])),
        precision=tuple(precision.ravel().tolist()),
        farthest=float(np.quantile(distances, LEARNED_SHARE)),
    )


def measured(lights: list[Light], elsewhere: list[list[Light]], sessions: np.ndarray) -> dict[str, float]:
    """By profiles of other sessions: `said` of light that was never learned (`UNLEARNED`), the share that is called so,
    and `false_alarm` of photographs as they are."""
    false_alarms: list[bool] = []
    said: list[bool] = []
    for fit, held_out in GroupKFold(FOLDS).split(lights, groups=sessions):
        spec = spec_of([lights[number] for number in fit])
        false_alarms += [judge_light(lights[number], spec) != LIGHT_GOOD for number in held_out]
        said += [judge_light(light, spec) != LIGHT_GOOD for number in held_out for light in elsewhere[number]]
    return {"said": float(np.mean(said)), "false_alarm": float(np.mean(false_alarms))}


def _seen(patient: Patient, other: OtherLight) -> Light:
    """The light on a patient's nails under this one."""
    boxes = patient.nail_boxes
    low, high = np.floor(boxes[:, :2].min(axis=0)), np.ceil(boxes[:, 2:].max(axis=0))
    photo: Image.Image = patient.picture().crop((int(low[0]), int(low[1]), int(high[0]), int(high[1])))
    seen = other.photographed(photo, np.random.default_rng(0))
    light = light_on_nails(seen, boxes - np.tile(low, 2))
    assert light is not None, "every patient has nails"
    return light
