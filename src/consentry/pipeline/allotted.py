"""Signals that others added, kept to their time: one call at a time, and switched off when it overstays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from threading import Lock, Thread
from typing import Final

from consentry.errors import ConsentryError
from consentry.signals.protocol import SHIPPED, Measured, OpenedCase, Signal

SECONDS_A_CASE: Final = 60.0
"""What a signal from outside may take for each case of a batch."""


class OutOfTimeError(ConsentryError):
    """A signal from outside took longer than it may, now or earlier in this run. Code: ``signal.out_of_time``."""

    default_code = "signal.out_of_time"


class Allotted:
    """Runs signals; those that did not come with Consentry one call at a time, and only so long.

    A thread cannot be ended from outside. So a signal that overstays is not asked again by this object, what it would
    have measured is unknown from then on, and its thread does not keep the program from ending.

    Args:
        seconds: For each case of a batch.
    """

    def __init__(self, seconds: float = SECONDS_A_CASE) -> None:
        self._seconds = seconds
        self._overstayed: set[str] = set()
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)

    def run(
        self, signal: Signal, batch: Sequence[OpenedCase], earlier: Mapping[str, Sequence[Measured]]
    ) -> Sequence[Measured]:
        """What a signal measures of a batch.

        Raises:
            OutOfTimeError: It takes too long, or did before.
            Exception: What the signal raises; `SystemExit` and the like from outside become `RuntimeError`.
        """
        if signal.name in SHIPPED:
            return signal.measure(batch, earlier)
        with self._turns[signal.name]:
            if signal.name in self._overstayed:
                raise self._error(signal.name)
            call = _Call(signal, batch, earlier)
            call.start()
            call.join(self._seconds * len(batch))
            if call.is_alive():
                self._overstayed.add(signal.name)
                raise self._error(signal.name)
        return call.outcome()

    def _error(self, name: str) -> OutOfTimeError:
        return OutOfTimeError(
            f"The signal {name!r} took over {self._seconds:g} seconds for a case, and is off for the rest of this run.",
            "Have it made faster, or leave it out with --without-signal.",
        )


class _Call(Thread):
    """One call of a signal."""

    def __init__(self, signal: Signal, batch: Sequence[OpenedCase], earlier: Mapping[str, Sequence[Measured]]) -> None:
        super().__init__(name=f"consentry-signal-{signal.name}", daemon=True)
        self._arguments = (signal, batch, earlier)
        self._results: Sequence[Measured] = ()
        self._error: BaseException | None = None

    def run(self) -> None:
        """Measure, and keep what comes of it."""
        signal, batch, earlier = self._arguments
        try:
            self._results = signal.measure(batch, earlier)
        except BaseException as error:  # noqa: BLE001  it is raised again where the results are asked for
            self._error = error

    def outcome(self) -> Sequence[Measured]:
        """The results, or what was raised instead."""
        if isinstance(self._error, Exception):
            raise self._error
        if self._error is not None:  # a signal that exits must not end the job
            raise RuntimeError(f"{type(self._error).__name__}: {self._error}") from self._error
        return self._results
