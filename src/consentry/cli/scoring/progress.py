"""How far a job is: a bar where somebody watches, a line now and then in a log; and Ctrl-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from consentry.cli.output import ERR

EVERY: Final = 30.0
"""Seconds between two lines of a log."""
_SMOOTHED: Final = 120.0
"""Seconds of the past that the rate is taken from."""


class Rate:
    """Rows a second over the last two minutes."""

    def __init__(self) -> None:
        self._points: list[tuple[float, int]] = []

    def add(self, now: float, done: int) -> None:
        """Note how many rows are done."""
        if not self._points or now - self._points[-1][0] >= 1.0 or done < self._points[-1][1]:
            self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[1][0] > _SMOOTHED:
            del self._points[0]

    def words(self, now: float, done: int, total: int) -> str:
        """The rate, and how long the rest will take at it."""
        if not self._points or done <= self._points[0][1] or now <= self._points[0][0]:
            return ""
        rate = (done - self._points[0][1]) / (now - self._points[0][0])
        return f"{rate:,.1f} a second, {duration((total - done) / rate)} left"


def duration(seconds: float) -> str:
    """Roughly, for people: ``40 s``, ``12 min``, ``3.5 h``, ``2.1 days``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 36 * 3600 else f"{seconds / 86400:.1f} days"


class Watcher:
    """What `consentry.batch.run_job` tells how far it is."""

    def __init__(self, progress: Progress | None, *, quiet: bool) -> None:
        self._progress = progress
        self._quiet = quiet
        self._task: TaskID | None = None
        self._name = ""
        self._rate = Rate()
        self._said = time.monotonic()

    def __call__(self, task: str, done: int, total: int, errors: int) -> None:
        """Say that ``done`` of ``total`` steps of ``task`` are done."""
        if self._quiet:
            return
        now = time.monotonic()
        if task != self._name:
            self._name, self._rate = task, Rate()
        self._rate.add(now, done)
        words = self._rate.words(now, done, total) + (f", {errors:,} errors" if errors else "")
        if self._progress is not None:
            if self._task is None:
                self._task = self._progress.add_task(task, total=total or None, words="")
            self._progress.update(
                self._task, description=task, completed=done, total=total or None, words=words.lstrip(", ")
            )
        elif now - self._said >= EVERY:
            self._said = now
            ERR.print(f"{task}: {done:,} of {total:,}, {words.lstrip(', ')}", soft_wrap=True)


@contextmanager
def watcher(*, quiet: bool) -> Iterator[Watcher]:
    """A bar on standard error if it is a terminal, lines if it is a log, nothing if quiet."""
    if quiet or not ERR.is_terminal:
        yield Watcher(None, quiet=quiet)
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[words]}"),
    )  # fmt: skip
    with Progress(*columns, console=ERR, transient=True) as progress:
        yield Watcher(progress, quiet=False)


class Interrupts:
    """Ctrl-C, or SIGTERM, asks the job to finish the shards that it has begun; the second one ends it at once."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether the job has been asked to stop."""
        return self.asked

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        ERR.print("Finishing the shards that were begun; press Ctrl-C again to stop at once.")

    @contextmanager
    def heeded(self) -> Iterator[Interrupts]:
        """While a job runs."""
        before = {number: signal.signal(number, self._take) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
