"""The data set from servers that are cut, slow, silent, wrong or full of excuses, and onto a disk that is full."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.children import heeding_ctrl_c
from tests.trainer.publisher import Publisher, publisher
from tests.trainer.small_data import ROOT, SmallData, small_data, zipped


@pytest.fixture
def small(tmp_path: Path) -> SmallData:
    return small_data(tmp_path)


@pytest.fixture
def server(small: SmallData):
    """Publishes the small data set as one zip."""
    with publisher() as server:
        server.files = {(1, "Dataset.zip"): zipped(small.files)}
        yield server


def archive_of(server: Publisher) -> bytes:
    return server.files[1, "Dataset.zip"]


def test_a_cut_download_goes_on_where_it_broke_off(small, server):
    server.faults.cut_after = [20_000, 30_000]
    done = small.fetch(small.config(server.collection))
    assert done.returncode == 0 and small.is_whole(), done.stderr
    begins = server.begins()
    # Less than one piece of reading is lost with a connection.
    assert begins[0] == 0 and 15_000 < begins[1] <= 20_000 and 40_000 < begins[2] <= 50_000
    assert done.stderr.count("asking again") == 2


def test_the_next_command_goes_on_too(small, server):
    server.faults.cut_after = [20_000]
    config = small.config(server.collection, tries=1)
    first = small.fetch(config)
    assert first.returncode == 1 and "run the command again" in first.stderr
    (arrived,) = [path.stat().st_size for path in small.arriving]
    assert 15_000 < arrived <= 20_000
    second = small.fetch(config)
    assert second.returncode == 0 and small.is_whole()
    assert server.begins()[-1] == arrived


def test_another_mirror_goes_on_where_the_first_broke_off(small, server):
    server.faults.cut_after = [20_000]
    server.faults.status = {"/stored/1": [200, 404]}
    done = small.fetch(small.config(server.collection, server.listed))
    assert done.returncode == 0 and small.is_whole(), done.stderr
    assert [path for path, _ in server.asked] == ["/stored/1", "/files/1"] and server.begins()[1] > 15_000


def test_a_server_that_sends_no_parts_sends_all_of_it_again(small, server):
    server.faults.ranges = False
    server.faults.cut_after = [20_000]
    done = small.fetch(small.config(server.collection))
    assert done.returncode == 0 and small.is_whole()
    assert server.sent >= len(archive_of(server))


def test_a_server_that_always_breaks_off_is_given_up(small, server):
    server.faults.ranges = False
    server.faults.always_cut_after = 20_000
    done = small.fetch(small.config(server.collection, tries=3))
    assert done.returncode == 1 and "broke off" in done.stderr and len(server.asked) == 3


def test_another_file_by_now_is_fetched_from_its_beginning(small, server):
    config = small.config(server.archive("Dataset.zip"), tries=1)
    # The question for the size is the first answer.
    server.faults.cut_after = [10**9, 20_000]
    assert small.fetch(config).returncode == 1
    server.files[1, "Dataset.zip"] = zipped({"new.txt": b"n" * 50_000, **small.files})
    done = small.fetch(config)
    assert done.returncode == 0 and small.is_whole(), done.stderr
    # It asked for the rest, and was sent all: pieces of both would be no archive.
    assert server.begins()[-1] > 15_000


def test_a_slow_server_is_waited_for(small, server):
    server.files[1, "Dataset.zip"] = zipped({"much.bin": os.urandom(2_000_000), **small.files})
    server.faults.pause_s = 0.01
    done = small.fetch(small.config(server.collection, silence_s=20))
    assert done.returncode == 0 and small.is_whole() and len(server.asked) == 1
    assert "fetching 1 file, MB: 3 of 3, 0:00 min left" in done.stderr


def test_a_silent_server_is_not(small, server):
    server.faults.silent = True
    done = small.fetch(small.config(server.collection, silence_s=1, tries=2))
    assert done.returncode == 1 and "says nothing for 1 s" in done.stderr and len(server.asked) == 2


@pytest.mark.parametrize("status", [404, 403, 202])
def test_the_next_mirror_is_asked_after_a_refusal(small, server, status):
    server.faults.status = {"/stored/1": [status]}
    done = small.fetch(small.config(server.collection, server.listed))
    assert done.returncode == 0 and small.is_whole(), done.stderr
    assert f"answers {status}" in done.stderr and ("browser" in done.stderr) == (status != 404)
    assert [path for path, _ in server.asked] == ["/files/1"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(small, server, status):
    server.faults.status = {"/stored/1": [status, status, 200]}
    server.faults.retry_after = "1"
    done = small.fetch(small.config(server.collection))
    assert done.returncode == 0 and small.is_whole()
    assert done.stderr.count(f"answers {status}") == 2 and "again in 1 s" in done.stderr


def test_nobody_there_is_said(small, server):
    config = small.config(server.collection, server.archive("Dataset.zip"))
    server.shutdown()
    server.server_close()
    done = small.fetch(config)
    assert done.returncode == 1 and "cannot be reached" in done.stderr and "--from FILE" in done.stderr
    assert not small.target.exists()


def test_a_server_that_answers_something_else(small, server):
    server.files[1, "page"] = b"<html>Sign in to this network</html>"
    server.files[1, "list"] = b'["a"]'
    pages = [f'{{ collection = "{server.origin}/plain/{name}" }}' for name in ("page", "list")]
    server.faults.status = {}
    done = small.fetch(small.config(*pages, server.archive("page"), server.archive("Dataset.zip")))
    assert done.returncode == 0 and small.is_whole(), done.stderr


def test_wrong_bytes_are_not_kept(small, server):
    server.faults.spoiled = {"Dataset.zip"}
    done = small.fetch(small.config(server.collection))
    assert done.returncode == 1 and "MD5" in done.stderr and "run the command again" in done.stderr
    assert small.arriving == []
    server.faults.spoiled = set()
    assert small.fetch(small.config(server.collection)).returncode == 0 and small.is_whole()


def test_a_wrong_photograph_is_named_and_had_from_the_next_mirror(small, server):
    other = small.files["photo/5.jpg"][:-1] + b"?"
    server.files = {
        (1, "Dataset.zip"): zipped({**small.files, "photo/5.jpg": other}),
        (1, "Good.zip"): zipped(small.files),
    }
    first = small.fetch(small.config(server.archive("Dataset.zip")))
    error = first.stderr.splitlines()[-1]
    assert first.returncode == 1 and "photo/5.jpg (SHA-256" in error and server.origin in error
    assert "1 of 7 files" in error and "--from FILE" in error and small.arriving == []
    second = small.fetch(small.config(server.archive("Dataset.zip"), server.archive("Good.zip")))
    assert second.returncode == 0 and small.is_whole()


def test_an_archive_that_cannot_be_opened_here_is_named(small, server):
    server.files = {(1, "photos.rar"): b"Rar!", (1, "metadata.csv"): small.files["metadata.csv"]}
    done = small.fetch(small.config(server.collection))
    assert done.returncode == 1 and "photos.rar must be unpacked by hand" in done.stderr
    assert (small.target / "metadata.csv").exists()


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a child process only on POSIX")
def test_interrupted_it_leaves_what_arrived_and_says_how_to_go_on(small, server):
    server.faults.pause_s = 0.2
    config = small.config(server.collection)
    running = subprocess.Popen(heeding_ctrl_c(small.command(config)), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    ends = time.monotonic() + 120
    while not (small.arriving and small.arriving[0].stat().st_size) and time.monotonic() < ends:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=120)[1]
    assert running.returncode == 130 and "the same command goes on" in said and "Traceback" not in said
    (part,) = small.arriving
    arrived = part.stat().st_size
    assert 0 < arrived < len(archive_of(server))
    server.faults.pause_s = 0.0
    done = small.fetch(config)
    assert done.returncode == 0 and small.is_whole()
    assert server.asked[-1][1] == f"bytes={arrived}-"


def on_a_small_disk(small: SmallData, kilobytes: int, config: Path) -> subprocess.CompletedProcess[str]:
    """Fetch onto a disk of that size, which is gone afterwards; skips where nobody may make one."""
    small.target.mkdir(exist_ok=True)
    mount = f"mount -t tmpfs -o size={kilobytes}k tmpfs {small.target}"
    script = f'{mount} && "$@"; code=$?; find {small.target} -name "*.jpg" | wc -l; exit $code'
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*enter, mount], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here: that takes unshare, and the right to mount")
    command = [*enter, script, "sh", *small.command(config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in done.stderr
    return done


def test_a_disk_without_room_is_said_before_anything_comes(small, server):
    done = on_a_small_disk(small, 100, small.config(server.collection))
    error = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and error.startswith("error: ") and str(small.target) in error
    assert "needs 0." in error and "are free" in error and "make room" in error and "--data FOLDER" in error
    assert server.asked == []


def test_a_disk_that_gets_full_is_said_with_what_is_needed(small, server):
    # A server that does not say how much comes: the disk is full before it is known.
    server.files[1, "Dataset.zip"] = zipped({"much.bin": os.urandom(2_000_000), **small.files})
    server.faults.tells_length = False
    done = on_a_small_disk(small, 1500, small.config(server.archive("Dataset.zip")))
    error = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and "the disk is full" in error and " MB more are needed" in error
    assert "make room" in error and str(small.target) in error


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
from trainer.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX limits files")
def test_a_file_that_may_not_grow_is_said_and_what_arrived_stays(small, server):
    config = small.config(server.collection)
    command = [sys.executable, "-c", LIMITED, *small.command(config)[3:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "the disk is full" in done.stderr and " MB more are needed" in done.stderr
    assert small.arriving[0].stat().st_size == 30_000
    assert small.fetch(config).returncode == 0 and small.is_whole()
    assert server.asked[-1][1] == "bytes=30000-"
