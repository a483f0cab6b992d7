"""How long each stage of a frame takes: the debug panel and the bench read it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """Milliseconds by stage; a stage that runs twice adds up."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Everything inside belongs to `stage`."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, (time.perf_counter() - begun) * 1000)

    def add(self, stage: str, ms: float) -> None:
        """So much more of `stage`."""
        self.ms[stage] = self.ms.get(stage, 0.0) + ms

    def rounded(self) -> dict[str, float]:
        """The same, to a hundredth of a millisecond."""
        return {stage: round(ms, 2) for stage, ms in self.ms.items()}
