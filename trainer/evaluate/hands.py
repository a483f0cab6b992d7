"""Other people's hands without a known haemoglobin: whether the same hand gets the same number again.

A person's haemoglobin does not change between two photographs of one sitting, so what a reading changes by is its own
unrest. Men's lies 1.5 to 2 g/dL above women's: a weak check that a difference means something. Nothing is chosen on
these photographs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from app.core.arrays import FloatArray
from app.core.crops.gates import rejection
from app.core.find.detection import Detections, box_areas, iou_matrix
from app.core.pictures.photo import open_reduced
from app.core.pipeline import Instrument, Seen, crop, estimate, measure_photo, see
from app.core.reading import Reading
from trainer.data.hands import HandPhoto
from trainer.tools.progress import Progress

# Behind a nail, in lengths of it: the skin below it, and the finger's two joints.
BEHIND_IN_NAILS = (1.5, 2.0, 3.0, 4.0, 5.0)


def measure_hands(instrument: Instrument, photos: list[HandPhoto], progress: Progress) -> dict[str, Any]:
    """`hands11k`: repeatability and direction of the readings, g/dL.

    Returns:
        `n` photographs read of `photographs`, `with_reference` of them beside white paper; `icc` and `within_sd`
        (one-way random effects, people with two readings and more), `nail_sd` (of the nails of one photograph, root
        mean square), `mean_male`, `mean_female`, `auc_male_female` (of people).
    """
    readings: list[tuple[HandPhoto, Reading]] = []
    with progress.task("other people's hands, photographs", len(photos)) as advance:
        for photo in photos:
            readings.append((photo, asyncio.run(measure_photo(instrument, photo.path.read_bytes()))))
            advance()
    read = [(photo, reading) for photo, reading in readings if reading.hb_g_dl is not None]
    values = np.array([reading.hb_g_dl for _, reading in read], dtype=np.float64)
    people = np.array([photo.person for photo, _ in read])
    names, first = np.unique(people, return_index=True)
    male = np.array([read[place][0].male for place in first])
    means = np.array([values[people == name].mean() for name in names])
    nails = [[nail.hb_g_dl for nail in reading.nails if nail.hb_g_dl is not None] for _, reading in read]
    spreads = [float(np.var(each, ddof=1)) for each in nails if len(each) > 1]
    icc, within_sd = repeatability(values, people)
    return {
        "photographs": len(photos),
        "n": len(read),
        "with_reference": sum(reading.light.known for _, reading in read),
        "icc": icc,
        "within_sd": within_sd,
        "nail_sd": float(np.sqrt(np.mean(spreads))),
        "mean_male": float(means[male].mean()),
        "mean_female": float(means[~male].mean()),
        "auc_male_female": float(roc_auc_score(male, means)),
    }


def count_read(instrument: Instrument, photos: list[HandPhoto], progress: Progress) -> int:
    """How many of photographs that show no bare nail get a number all the same."""
    read = 0
    with progress.task("painted nails and palms, photographs", len(photos)) as advance:
        for photo in photos:
            read += asyncio.run(measure_photo(instrument, photo.path.read_bytes())).hb_g_dl is not None
            advance()
    return read


def read_behind_nails(instrument: Instrument, photos: list[HandPhoto], progress: Progress) -> dict[str, int]:
    """What the estimator says where a detector takes a knuckle for a nail.

    One nail's box after the other is moved along its finger towards the hand, by several distances, while the other
    nails stay: beside them the knuckle has to be told by itself. A box that touches a nail or leaves the picture is
    no test.

    Returns:
        `read` of `boxes`: how many of them get a number.
    """
    boxes = read = 0
    with progress.task("fingers behind their nails, photographs", len(photos)) as advance:
        for photo in photos:
            picture = open_reduced(photo.path.read_bytes()).picture
            seen = asyncio.run(see(instrument, picture))
            for moved, index in _with_a_nail_moved(seen):
                boxes += 1
                if rejection(picture, moved.nails.boxes[index]):
                    continue
                estimates = asyncio.run(estimate(instrument, crop(instrument, picture, moved), seen.reference.found))
                read += estimates.reasons[int(np.flatnonzero(moved.usable == index)[0])] is None
            advance()
    return {"boxes": boxes, "read": read}


def _with_a_nail_moved(seen: Seen) -> Iterator[tuple[Seen, int]]:
    """The same with one of the nails that count moved towards the hand, and which one it is."""
    nails = seen.nails
    lengths_px = np.sqrt(box_areas(nails.boxes))
    for index in seen.usable:
        for distance in BEHIND_IN_NAILS:
            box = nails.boxes[index] + np.tile(seen.directions[index] * lengths_px[index] * distance, 2)
            inside = (box >= 0).all() and (box[2:] <= (seen.width, seen.height)).all()
            if inside and not iou_matrix(box[None], nails.boxes).any():
                boxes = nails.boxes.copy()
                boxes[index] = box
                yield replace(seen, nails=Detections(boxes, nails.confidences, nails.class_ids)), int(index)


def repeatability(values: FloatArray, people: np.ndarray) -> tuple[float, float]:
    """(ICC(1), standard deviation within people) of values (n,) of `people` (n,) by one-way analysis of variance.

    Source: P. Shrout and J. Fleiss, Intraclass correlations, Psychological Bulletin 86 (1979), 420-428; with unequal
    numbers a person the mean number is n0 of Donner and Koval, Biometrics 36 (1980), 19-25.
    """
    names, counts = np.unique(people, return_counts=True)
    kept = names[counts > 1]
    inside = np.isin(people, kept)
    values, people = values[inside], people[inside]
    counts = counts[counts > 1]
    means = np.array([values[people == name].mean() for name in kept])
    between = float((counts * (means - values.mean()) ** 2).sum()) / (len(kept) - 1)
    of_person = means[np.searchsorted(kept, people)]
    within = float(((values - of_person) ** 2).sum()) / (len(values) - len(kept))
    typical = (counts.sum() - (counts**2).sum() / counts.sum()) / (len(kept) - 1)
    return (between - within) / (between + (typical - 1) * within), float(np.sqrt(within))
