"""What the core asks of a network; app/runtime has the two that fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.core.arrays import FloatArray


class Network(Protocol):
    """A network that can be run: named arrays in, named arrays out."""

    async def run(self, inputs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """One inference; inputs are float32."""
