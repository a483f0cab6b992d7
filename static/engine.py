"""What PyScript runs in the engine's worker: the answers to the screen's calls."""

import sys

from polyscript import xworker

# Python reads its modules out of the archive: nothing is unpacked.
sys.path.insert(0, "engine.zip")

from app.engine import door, port

port.serve(xworker, door.CALLS)
