"""What commands print: results to standard output, everything else to standard error, nothing a post could inject."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from consentry.errors import ConsentryError

EXIT_FAILED = 1
EXIT_UNREADABLE = 3

_WIDTH = None if sys.stdout is not None and sys.stdout.isatty() else 120
"""What is redirected has no width of its own; rich would take 80."""
OUT = Console(highlight=False, width=_WIDTH)
ERR = Console(stderr=True, highlight=False)

ACTION_STYLES = {
    "no_action": "green",
    "request_verification": "cyan",
    "review": "yellow",
    "review_urgent": "bold yellow",
    "recommend_restrict": "bold magenta",
    "recommend_removal": "bold red",
    "route_out": "bold blue",
}


def plain(text: str, style: str = "") -> Text:
    """Foreign text for the terminal: no markup, and no control, formatting or bidirectional characters."""
    shown = "".join(
        character if unicodedata.category(character)[0] != "C" or character == "\n" else "�" for character in text
    )
    return Text(shown, style=style)


def print_error(error: ConsentryError) -> None:
    """The three parts of an error, each on its line."""
    ERR.print(Text.assemble(("Error ", "bold red"), (error.code, "red")), soft_wrap=True)
    ERR.print(Text.assemble(("Error ", "bold red"), (error.code, "red")))
    # Left to the terminal to wrap: what is cut into lines cannot be copied.
    ERR.print(plain(error.message), soft_wrap=True)
    ERR.print(Text.assemble(("→ ", "bold"), plain(error.remedy)), soft_wrap=True)


class Bars:
    """Progress bars for `consentry.training.progress.Progress` and for the batch job: one a task, with time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, task: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` steps of ``task`` are done."""
        if task not in self._tasks:
            self._tasks[task] = self._progress.add_task(task, total=total)
        self._progress.update(self._tasks[task], completed=done, total=total)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Out of the way, for a question."""
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[Bars]:
    """Bars on standard error; none if quiet or if nobody watches."""
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=ERR,
        disable=quiet or not ERR.is_terminal,
        transient=True,
    )
    with progress:
        yield Bars(progress)
