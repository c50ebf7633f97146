"""Columns of results for signals that others added, named as policies name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from consentry.records import Signals
from consentry.signals.protocol import SHIPPED, Signal

_PREFIX: Final = "signal."


def added_columns(signals: Iterable[Signal]) -> tuple[str, ...]:
    """The columns of some signals, in their order: ``signal.NAME`` or ``signal.NAME.WORD``."""
    others = [signal for signal in signals if signal.name not in SHIPPED]
    return tuple(_column(signal.name, word) for signal in others for word in signal.words)


def added_values(signals: Signals, columns: Sequence[str]) -> dict[str, float | None]:
    """For each column, the highest probability over the media that the model stands by; empty where there is none."""
    found: dict[str, float | None] = dict.fromkeys(columns)
    for record in signals.extra:
        for score in record.scores:
            name = _column(record.name, score.word)
            if name in found and score.certain:
                found[name] = max(found[name] or 0.0, score.probability)
    return found


def added_of(columns: Iterable[str]) -> tuple[str, ...]:
    """Those among columns of results that are of signals that others added."""
    return tuple(column for column in columns if column.startswith(_PREFIX))


def _column(name: str, word: str) -> str:
    return f"{_PREFIX}{name}" if word == name else f"{_PREFIX}{name}.{word}"
