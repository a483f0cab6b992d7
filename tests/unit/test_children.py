"""What a test starts can be interrupted, wherever the tests themselves were started."""

import os
import subprocess
import sys

import pytest

from tests.children import heeding_ctrl_c

# Starts the command given to it as `command &` does in a shell script: with Ctrl-C ignored.
IN_THE_BACKGROUND = (
    "import signal, subprocess, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.exit(subprocess.call(sys.argv[1:]))"
)
HEEDS = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a child process only on POSIX")
def test_a_child_of_a_background_job_heeds_ctrl_c_where_it_is_told_to():
    told = []
    for command in ([sys.executable, "-c", HEEDS], heeding_ctrl_c([sys.executable, "-c", HEEDS])):
        started = [sys.executable, "-c", IN_THE_BACKGROUND, *command]
        told.append(subprocess.run(started, capture_output=True, text=True, check=True, timeout=60).stdout.strip())
    assert told == ["False", "True"]
