"""The error by skin tone: the individual typology angle (ITA) of the annotated patches of skin, in bands.

ITA = atan((L* - 50) / b*) in degrees, the higher the lighter; bands as dermatology uses them (Chardon, 1991; Del
Bino, 2013). The photographs are not colour-calibrated and show fingers, which are redder and lighter than the
forearm that the bands were made for: they order these patients among themselves and are no skin types.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.core.arrays import FloatArray, Uint8Array
from app.core.crops.colour import patch_pixels, rgb_to_lab8
from trainer.data.dataset import Patient
from trainer.data.splits import leave_one_session_out
from trainer.evaluate.validation import OutOfFold, mae, session_bootstrap

# Name, and the ITA in degrees above which it begins.
ITA_BANDS = (
    ("very light", 55.0),
    ("light", 41.0),
    ("intermediate", 28.0),
    ("tan", 10.0),
    ("brown", -30.0),
    ("dark", -np.inf),
)
# Below it an interval over sessions says nothing.
SMALLEST_BAND = 10


def ita_degrees(rgb: Uint8Array) -> float:
    """The ITA of a patch of skin (..., 3) uint8 sRGB, from its median L* and b*."""
    lightness, _, b = np.median(rgb_to_lab8(rgb).reshape(-1, 3), axis=0)
    return float(np.degrees(np.arctan2(lightness * 100.0 / 255.0 - 50.0, b - 128.0)))


def patients_ita(patients: list[Patient]) -> FloatArray:
    """The median ITA of each patient's patches, (n,) degrees."""
    found = []
    for person in patients:
        picture = person.picture()
        found.append(np.median([ita_degrees(patch_pixels(picture, box)) for box in person.skin_boxes]))
    return np.array(found)


def band_of(ita: float) -> str:
    """The band's name."""
    return next(name for name, begins in ITA_BANDS if ita > begins or np.isneginf(begins))


def audit(result: OutOfFold, patients: list[Patient]) -> dict[str, Any]:
    """`by_skin_tone` of a leave-one-session-out result on these patients.

    Raises:
        ValueError: the result is not of that procedure, so its order is unknown.
    """
    order = np.concatenate([held_out for _, held_out in leave_one_session_out(patients)])
    if not np.array_equal(result.hb_g_dl, np.array([patients[index].hb_g_dl for index in order])):
        raise ValueError("the audit needs every patient once, session by session")
    return by_skin_tone(result, patients_ita(patients)[order])


def by_skin_tone(result: OutOfFold, ita: FloatArray) -> dict[str, Any]:
    """n, MAE, bias, mean Hb and the training mean's MAE of each band (g/dL); the MAE's 95 % interval by bootstrap
    over sessions where the band has enough people. `ita` (n,) in the order of `result`. Every band stands there."""
    names = np.array([band_of(value) for value in ita])
    bands: dict[str, Any] = {}
    for name, _ in ITA_BANDS:
        inside = names == name
        bands[name] = {"n": int(inside.sum())}
        if inside.any():
            errors = result.errors[inside]
            bands[name] |= {
                "mae": float(errors.mean()),
                "ci95": list(session_bootstrap(errors, result.session[inside]))
                if inside.sum() >= SMALLEST_BAND
                else None,
                "bias": float((result.predicted - result.hb_g_dl)[inside].mean()),
                "mean_hb": float(result.hb_g_dl[inside].mean()),
                "mean_mae": mae(result.training_mean[inside], result.hb_g_dl[inside]),
            }
    return bands
