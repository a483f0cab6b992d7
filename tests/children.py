"""Programs as tests start them: to interrupt them as Ctrl-C would, or in this very process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

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


def run_here(
    main: Callable[[list[str]], int], *arguments: str | Path, encoding: str = "utf-8"
) -> CompletedProcess[str]:
    """What a command prints at a terminal of this encoding, and its exit status, without starting a Python for it."""
    command = [str(part) for part in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(command)
        except SystemExit as ended:
            assert isinstance(ended.code, int), ended.code
            status = ended.code
    printed, complained = (stream.buffer.getvalue().decode(encoding) for stream in (out, err))
    return CompletedProcess(command, status, printed, complained)
