"""Everything that turns locked parts, app/ and static/ into dist/. Start reading at pipeline.py."""

from building.manifest import Manifest, is_stale
from building.places import BuildError

__all__ = ["BuildError", "Manifest", "is_stale"]
