"""What PyScript runs in the engine's worker: the calls that the screen may make."""

import sys

from polyscript import xworker

# Python reads its modules out of the archive: nothing is unpacked.
sys.path.insert(0, "engine.zip")

from app.engine.door import (  # noqa: F401
    look,
    measure_photo,
    scan_begin,
    scan_cancel,
    scan_end,
    scan_frame,
    self_test,
    start,
)
from app.engine.loans import received

xworker.onmessage = received

__export__ = [
    "start",
    "look",
    "measure_photo",
    "scan_begin",
    "scan_frame",
    "scan_end",
    "scan_cancel",
    "self_test",
]
