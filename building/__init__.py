"""Everything that turns locked parts, app/ and static/ into dist/. Start reading at pipeline.py."""

from .manifest import Manifest, is_stale
from .places import BuildError

__all__ = ["BuildError", "Manifest", "is_stale"]
