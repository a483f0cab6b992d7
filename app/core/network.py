"""What the core asks of a network; app/runtime has the two that fit."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from app.core.arrays import FloatArray


class Network(Protocol):
    """A network that can be run: named arrays in, named arrays out."""

    def run(self, inputs: Mapping[str, FloatArray]) -> Coroutine[Any, Any, dict[str, FloatArray]]:
        """One inference; inputs are float32. It may begin at once: several may be asked for before one is awaited."""
