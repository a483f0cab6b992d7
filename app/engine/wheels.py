"""The parts of numpy and Pillow that the engine does not import: unpacked where somebody does all the same."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class Later:
    """The parts of packages that no memory holds: unpacked when the first of them is imported."""

    def __init__(self, packages: Sequence[str], unpack_all: Callable[[], None]) -> None:
        """`packages` as they are imported; `unpack_all` brings every part of them."""
        self._packages = packages
        self._unpack_all = unpack_all
        self._unpacked = False

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python's import asks once nobody else knows a module.

        Raises:
            ModuleNotFoundError: it is a part that does not ship.
        """
        if name.partition(".")[0] not in self._packages:
            return None
        if not self._unpacked:
            self._unpack_all()
            # Only then: where it failed, the next import tries again.
            self._unpacked = True
            importlib.invalidate_caches()
        # Whoever is asked besides, without asking here again.
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.append(self)
        if spec is None:
            message = (
                f"{name} does not ship: take it off WHEELS_WITHOUT in building/python/left_out.py, and build again"
            )
            raise ModuleNotFoundError(message, name=name)
        return spec
