"""The recipe as a phone would use it: nails that the shipped detector finds, instead of the annotated boxes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, IntArray
from app.core.light.reference import NO_REFERENCE
from app.core.pipeline import Instrument, Seen, crop, see
from app.core.typical import typical_of_nails
from trainer.data.dataset import Patient
from trainer.data.splits import leave_one_session_out
from trainer.estimator.features import NailTables
from trainer.estimator.head import Fit, NailTable, ridge_by_depth
from trainer.evaluate.validation import mae
from trainer.tools.progress import Progress


def end_to_end(
    instrument: Instrument,
    tables: NailTables,
    patients: list[Patient],
    progress: Progress,
    fit_on: Fit = ridge_by_depth,
) -> dict[str, Any]:
    """Leave one session out, heads fitted on the annotated nails, patients read through the detector: without white
    paper, and in `reference` as they are, the white board being their paper, for a recipe that knows of it.

    Returns:
        `mae` over the patients with a usable nail, `mae_annotated` of the same patients by the annotated boxes, `n`
        of them, and `without_reading`.
    """
    found: list[_Found | None] = []
    with progress.task("through the detector, patients", len(patients)) as advance:
        for person in patients:
            found.append(_found_nails(instrument, person.picture()))
            advance()
    plain = _measured(tables.plain, patients, [None if nails is None else nails.plain for nails in found], fit_on)
    if tables.reference is None:
        return plain
    beside_paper = [None if nails is None else nails.reference for nails in found]
    return {**plain, "reference": _measured(tables.reference, patients, beside_paper, fit_on)}


@dataclass(frozen=True, slots=True)
class _Found:
    """(nails, d) of the nails that count in a photograph: as they are, and with the light divided out, where the paper
    was found."""

    plain: FloatArray
    reference: FloatArray | None


def _measured(table: NailTable, patients: list[Patient], nails: list[FloatArray | None], fit_on: Fit) -> dict[str, Any]:
    by_detector = np.full(len(patients), np.nan)
    by_boxes = np.full(len(patients), np.nan)
    for fit, held_out in leave_one_session_out(patients):
        head = fit_on(table, fit)
        for patient in held_out:
            found = nails[patient]
            if found is not None:
                by_detector[patient] = typical_of_nails(head.predict(found))
                annotated: IntArray = table.nails_of(np.array([patient]))
                by_boxes[patient] = typical_of_nails(head.predict(table.features[annotated]))
    read = np.isfinite(by_detector)
    return {
        "mae": mae(by_detector[read], table.hb_g_dl[read]),
        "mae_annotated": mae(by_boxes[read], table.hb_g_dl[read]),
        "n": int(read.sum()),
        "without_reading": int((~read).sum()),
    }


def _found_nails(instrument: Instrument, picture: Image.Image) -> _Found | None:
    seen = asyncio.run(see(instrument, picture))
    if not len(seen.usable):
        return None
    return _Found(
        plain=_embedding(instrument, picture, replace(seen, reference=NO_REFERENCE)),
        reference=_embedding(instrument, picture, seen) if seen.reference.found else None,
    )


def _embedding(instrument: Instrument, picture: Image.Image, seen: Seen) -> FloatArray:
    """(nails, d) of the nails that count."""
    outputs = asyncio.run(instrument.estimator.run(crop(instrument, picture, seen).inputs()))
    return outputs["embedding"].astype(np.float64)
