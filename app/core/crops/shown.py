"""What the estimator is shown of some nails, whatever models.json wants: pictures, and colour beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.core.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Shown:
    """Of N nails.

    Attributes:
        image: (N, pictures, 3, side, side), see `app.core.crops.views.nail_crops`.
        colour: (N, 67), see `app.core.crops.colour.nail_colours`; None where the estimator wants none.
    """

    image: FloatArray
    colour: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.image)

    def inputs(self) -> dict[str, FloatArray]:
        """By the names of the graph's inputs."""
        return {"image": self.image} if self.colour is None else {"image": self.image, "color_features": self.colour}

    def of(self, places: IntArray) -> Shown:
        """What is shown of some of the nails, in this order."""
        return Shown(self.image[places], None if self.colour is None else self.colour[places])


def joined(parts: list[Shown]) -> Shown:
    """The nails of all parts, one after the other."""
    colours = [part.colour for part in parts if part.colour is not None]
    image = np.concatenate([part.image for part in parts])
    return Shown(image, np.concatenate(colours) if colours else None)
