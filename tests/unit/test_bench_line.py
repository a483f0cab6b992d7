"""The bench's slow line: it keeps to its pace, and says what was sent and how true a progress was."""

import threading
import time

import pytest

from tests.bench.line import Line, progress_off


def test_all_that_is_sent_takes_turns_and_no_more_than_the_line_carries():
    line, written = Line(bits_a_second=800_000), {"a": b"", "b": b""}

    def send(path: str) -> None:
        def write(piece: bytes) -> None:
            written[path] += piece

        line.pass_on(write, bytes(range(256)) * 80, path)

    threads = [threading.Thread(target=send, args=(path,)) for path in written]
    begun_s = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Two times 20,480 bytes at 100,000 a second.
    assert time.monotonic() - begun_s >= 0.4
    assert written == {path: bytes(range(256)) * 80 for path in written}
    assert line.bytes_until() == 40_960
    first, second = (line.bytes_until(when_s) for when_s, _, _ in line.sent[:2])
    assert 0 < first <= second < 40_960
    assert {path for _, path, _ in line.sent[:3]} == {"a", "b"}


def test_who_waits_for_a_line_that_is_ended_is_let_go():
    line = Line(bits_a_second=8)
    threading.Timer(0.1, line.end).start()
    with pytest.raises(ConnectionAbortedError):
        line.pass_on(lambda piece: None, b"a minute and a half", None)


def test_a_progress_is_off_by_the_most_that_it_differs_from_what_was_sent():
    parts = {"packed": (10, 100), "plain": (100, 100)}
    sent = [(1.0, "packed", 5), (2.0, "icon", 7), (3.0, "packed", 5), (4.0, "plain", 100)]
    assert progress_off([(0.5, 0.0), (1.5, 0.25), (3.5, 0.5), (4.5, 1.0)], sent, parts) == pytest.approx(0.0)
    assert progress_off([(1.5, 0.0), (3.5, 0.4)], sent, parts) == pytest.approx(0.25)
    assert progress_off([(0.5, 0.3), (4.5, 0.9)], sent, parts) == pytest.approx(0.3)
