"""How long work tells how far it is, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on; a command line draws a bar from it."""

    def __call__(self, task: str, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` steps of ``task`` are done."""
        ...


def silent(task: str, done: int, total: int) -> None:
    """Progress that nobody listens to."""
