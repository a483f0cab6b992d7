"""What is going on, with time left: a bar on a terminal, a line now and then where output goes to a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

# Between two lines of one task where there is no terminal.
SECONDS_BETWEEN_LINES = 20.0
# Time left is taken from the last steps, since the first are slower or faster than the rest.
SPEED_WINDOW_S = 300.0

# advance(steps, note): so many steps are done; the note stands behind the title until the next one.
Advance = Callable[..., None]


class Progress:
    """Says what is done on standard error, so that standard output holds results alone."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, line: str) -> None:
        """One line that stays."""
        self.console.print(line, markup=False)

    def warn(self, line: str) -> None:
        """One line about something that was left out or is not as it should be."""
        self.console.print(f"warning: {line}", markup=False, style="yellow")

    @contextmanager
    def task(self, title: str, total: int, done: int = 0) -> Iterator[Advance]:
        """Work of `total` steps, `done` of which were done earlier; yields `advance(steps=1, note="")`."""
        if self.console.is_terminal:
            yield from self._bar(title, total, done)
        else:
            yield from self._lines(title, total, done)

    def _bar(self, title: str, total: int, done: int) -> Iterator[Advance]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with RichProgress(*columns, console=self.console, speed_estimate_period=SPEED_WINDOW_S) as bars:
            task = bars.add_task(title, total=total, completed=done)

            def advance(steps: int = 1, note: str = "") -> None:
                bars.update(task, advance=steps, description=f"{title} {note}".strip())

            yield advance

    def _lines(self, title: str, total: int, done: int) -> Iterator[Advance]:
        started = last_line = time.monotonic()
        at_start = done
        self.say(f"{title}: {done} of {total}")

        def advance(steps: int = 1, note: str = "") -> None:
            nonlocal done, last_line
            done += steps
            now = time.monotonic()
            if now - last_line >= SECONDS_BETWEEN_LINES or (done >= total and now - started >= 1.0):
                last_line = now
                left_s = (now - started) / max(done - at_start, 1) * max(total - done, 0)
                self.say(f"{title}: {done} of {total}, {_minutes(left_s)} left {note}".rstrip())

        yield advance


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
