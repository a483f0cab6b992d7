"""The recipe as a phone would use it: nails that the shipped detector finds, instead of the annotated boxes."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray, IntArray
from app.core.pipeline import Instrument, crop, see
from app.core.typical import typical_of_nails
from trainer.data.dataset import Patient
from trainer.data.splits import leave_one_session_out
from trainer.estimator.head import NailTable, choose_alphas, fit_head
from trainer.evaluate.validation import mae
from trainer.tools.progress import Progress


def end_to_end(instrument: Instrument, table: NailTable, patients: list[Patient], progress: Progress) -> dict[str, Any]:
    """Leave one session out, heads fitted on the annotated nails, patients read through the detector.

    Returns:
        `mae` over the patients with a usable nail, `mae_annotated` of the same patients by the annotated boxes, `n`
        of them, and `without_reading`.
    """
    found: list[FloatArray | None] = []
    with progress.task("through the detector, patients", len(patients)) as advance:
        for person in patients:
            found.append(_embedding_of_found_nails(instrument, person.picture()))
            advance()
    by_detector = np.full(len(patients), np.nan)
    by_boxes = np.full(len(patients), np.nan)
    with progress.task("through the detector, sessions", len(np.unique(table.session))) as advance:
        for fit, held_out in leave_one_session_out(patients):
            head = fit_head(table, fit, choose_alphas(table, fit))
            for patient in held_out:
                nails = found[patient]
                if nails is not None:
                    by_detector[patient] = typical_of_nails(head.predict(nails))
                    annotated: IntArray = table.nails_of(np.array([patient]))
                    by_boxes[patient] = typical_of_nails(head.predict(table.features[annotated]))
            advance()
    read = np.isfinite(by_detector)
    return {
        "mae": mae(by_detector[read], table.hb_g_dl[read]),
        "mae_annotated": mae(by_boxes[read], table.hb_g_dl[read]),
        "n": int(read.sum()),
        "without_reading": int((~read).sum()),
    }


def _embedding_of_found_nails(instrument: Instrument, picture: Image.Image) -> FloatArray | None:
    """(nails, d) of the nails that count; None where there is none."""
    seen = asyncio.run(see(instrument, picture))
    if not len(seen.usable):
        return None
    outputs = asyncio.run(instrument.estimator.run({"image": crop(instrument, picture, seen)}))
    return outputs["embedding"].astype(np.float64)
