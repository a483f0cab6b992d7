"""What a camera shows before a scan: where nails are, and which of them can be measured.

Whether a nail is painted, or none, the estimator must be asked, which costs a look several times what finding the nails
does. Nails that are where they were are what they were: they are asked about anew only now and then.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from app.core.arrays import FloatArray
from app.core.crops.views import STRAIGHT
from app.core.find.tracking import match_boxes
from app.core.pipeline import Instrument, Seen, crop, estimate, following, see
from app.core.stages import Stages

# Of some eight a second.
LOOKS_UNTIL_ASKED = 10


class Watch:
    """Takes picture after picture of one camera."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.follower = following(instrument)
        self._boxes: FloatArray = np.zeros((0, 4))
        self._reasons: tuple[str | None, ...] = ()
        self._looks = 0

    async def look(self, picture: Image.Image, stages: Stages | None = None) -> Seen:
        """What an upright RGB picture shows.

        Raises:
            MeasureError: `model_unavailable`: a network is missing or gave nonsense.
        """
        seen = await see(self._instrument, picture, stages, self.follower)
        if self._instrument.manifest.likeness is None:
            return seen
        usable = seen.usable
        boxes = seen.nails.boxes[usable]
        known = {now: self._reasons[before] for before, now in match_boxes(self._boxes, boxes)}
        self._looks += 1
        if len(known) < len(boxes) or self._looks >= LOOKS_UNTIL_ASKED:
            shown = crop(self._instrument, picture, seen, STRAIGHT, stages)
            estimates = await estimate(self._instrument, shown, seen.reference.found, stages)
            known = dict(enumerate(estimates.reasons))
            self._looks = 0
        self._boxes, self._reasons = boxes, tuple(known[place] for place in range(len(boxes)))
        reasons = list(seen.reasons)
        for place, index in enumerate(usable):
            reasons[index] = self._reasons[place]
        return replace(seen, reasons=reasons)
