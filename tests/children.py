"""Programs that a test starts and then interrupts as Ctrl-C would."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

# A shell that is no terminal's starts what it runs in the background, and nohup what it runs, with Ctrl-C ignored, and
# so are all their children started. This takes the signal back, then becomes the program itself: the same process.
TAKE_CTRL_C_BACK = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


def heeding_ctrl_c(command: Sequence[str | Path]) -> list[str]:
    """The command, its program with its whole path, so that it can be interrupted wherever the tests were started."""
    if sys.platform == "win32":
        return [str(part) for part in command]
    return [sys.executable, "-c", TAKE_CTRL_C_BACK, *map(str, command)]
