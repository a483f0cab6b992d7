"""The light of the training photographs: what the page compares the light before the camera with."""

from __future__ import annotations

import numpy as np

from app.core.light.judge import light_on_nails
from trainer.data.dataset import Patient
from trainer.tools.progress import Progress

# Percentiles of the patients: outside them a light is unlike that of all but a few photographs.
LOW, HIGH = 1.0, 99.0


def light_profile(patients: list[Patient], progress: Progress) -> dict[str, list[float]]:
    """The section `training_light` of models.json, from the annotated nails."""
    lights = []
    with progress.task("the light of the photographs, patients", len(patients)) as advance:
        for patient in patients:
            light = light_on_nails(patient.picture(), patient.nail_boxes)
            if light is not None:
                lights.append((light.luma, light.red_over_green, light.blue_over_green))
            advance()
    low, high = np.percentile(np.array(lights), [LOW, HIGH], axis=0)
    names = ("luma", "red_over_green", "blue_over_green")
    return {name: [float(low[place]), float(high[place])] for place, name in enumerate(names)}
