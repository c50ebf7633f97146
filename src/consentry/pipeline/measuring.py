"""From opened media to signals: every signal measures a batch, and whatever breaks costs as little as possible.

A signal that breaks over a batch is asked case by case, then medium by medium; the other signals are not measured
again. What is missing is said, and is unknown to the policy, never no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from consentry.defects import InternalError, as_known, trace_of
from consentry.errors import ConsentryError
from consentry.pipeline.allotted import Allotted
from consentry.pipeline.parts import Parts
from consentry.records import ErrorNote, Signals
from consentry.signals.opened_cases import OpenedCase
from consentry.signals.protocol import SHIPPED, Measured, Signal

_NOTES_FIRST: Final = {"media": 0, "references": 1}
"""Stages whose notes come before those of measuring."""

_DOING: Final = {
    "scene": "the scene from being scored",
    "faces": "faces from being looked for",
    "copies": "copies from being looked up",
    "text": "the words from being read",
}
"""What did not come about, by the signal that broke."""


@dataclass(frozen=True)
class MeasuredPart:
    """What was measured of a case, or of a part of one.

    Attributes:
        signals: To be joined.
        defects: Those of ours, or of a signal that others added, that were met, on opening it too.
    """

    signals: Signals
    defects: tuple[InternalError, ...] = ()


@dataclass(frozen=True)
class _Attempt:
    """What one signal says of one case, or of a piece of one, and which defects it met."""

    measured: Measured
    defects: tuple[InternalError, ...] = ()


def measured_each(batch: Sequence[OpenedCase], parts: Parts) -> list[MeasuredPart]:
    """What is measured of each case of a batch, or part of one, in their order.

    Args:
        batch: Go through the networks together, which changes no signal.
        parts: What measures.
    """
    found: dict[str, list[_Attempt]] = {}
    for signal in parts.signals.in_order:
        earlier = {name: [attempt.measured for attempt in found[name]] for name in signal.after if name in found}
        found[signal.name] = _each(signal, batch, earlier, parts.allotted)
    listed = [found[signal.name] for signal in parts.signals.listed]
    return [
        _part(opened, attempts, parts.unavailable)
        for opened, attempts in zip(batch, zip(*listed, strict=True) if listed else [()] * len(batch), strict=True)
    ]


def joined(found: Sequence[Signals], unavailable: Sequence[ErrorNote] = ()) -> Signals:
    """The signals of a case from those of its parts; however a case was cut, they are the same.

    Args:
        found: In the order of the media; the first has those of the words.
        unavailable: Notes on what is missing in every case; they come first.
    """
    notes = dict.fromkeys(note for part in found for note in part.errors)
    for note in unavailable:
        notes.pop(note, None)
    fields = _together(dict(part) for part in found)
    fields["errors"] = (
        *unavailable,
        *sorted(notes, key=lambda note: _NOTES_FIRST.get(note.stage, len(_NOTES_FIRST))),
    )
    return Signals(**fields)


def _part(opened: OpenedCase, attempts: Iterable[_Attempt], unavailable: tuple[ErrorNote, ...]) -> MeasuredPart:
    attempts = list(attempts)
    given = opened.case.enrolled + len(opened.case.references)  # known, whatever becomes of them
    fields: dict[str, Any] = {"references_given": given}
    for attempt in attempts:
        fields.update(attempt.measured.own)
    signals = Signals(
        media=opened.outcomes,
        errors=(*unavailable, *opened.errors, *(note for attempt in attempts for note in attempt.measured.notes)),
        extra=tuple(record for attempt in attempts for record in attempt.measured.extra),
        **fields,
    )
    return MeasuredPart(signals, (*opened.defects, *(defect for attempt in attempts for defect in attempt.defects)))


def _each(
    signal: Signal, batch: Sequence[OpenedCase], earlier: Mapping[str, Sequence[Measured]], allotted: Allotted
) -> list[_Attempt]:
    """What a signal says of each case: of the batch, or, if that fails, of one case after the other."""
    try:
        return [_Attempt(found) for found in _checked(signal, batch, allotted.run(signal, batch, earlier))]
    except Exception as error:  # noqa: BLE001  whatever it is, it is said of what it kept from being measured
        if len(batch) == 1:
            return [_of_pieces(signal, batch[0], earlier, allotted, error)]
    return [
        attempt
        for place, opened in enumerate(batch)
        for attempt in _each(signal, [opened], {name: [of[place]] for name, of in earlier.items()}, allotted)
    ]


def _of_pieces(
    signal: Signal,
    opened: OpenedCase,
    earlier: Mapping[str, Sequence[Measured]],
    allotted: Allotted,
    error: Exception,
) -> _Attempt:
    """What a signal says of a case that it breaks over: of each medium by itself, as far as there are several."""
    pieces = opened.pieces(words="words" in signal.needs)
    if len(pieces) == 1:
        return _broken(signal, opened, error)
    attempts = [attempt for piece in pieces for attempt in _each(signal, [piece], earlier, allotted)]
    notes = dict.fromkeys(note for attempt in attempts for note in attempt.measured.notes)
    return _Attempt(
        Measured(
            extra=tuple(record for attempt in attempts for record in attempt.measured.extra),
            notes=tuple(notes),
            own=_together(attempt.measured.own for attempt in attempts),
        ),
        tuple(defect for attempt in attempts for defect in attempt.defects),
    )


def _together(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Fields of signals from those of several parts: lists one after the other, the largest count, else the first."""
    fields: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            before = fields.get(name)
            if before is None:
                fields[name] = value
            elif isinstance(value, tuple):
                fields[name] = before + value
            elif isinstance(value, int):
                # Every part is compared with the same references, unless it was without a model for a moment.
                fields[name] = max(before, value)
    return fields


def _checked(signal: Signal, batch: Sequence[OpenedCase], results: Sequence[Measured]) -> Sequence[Measured]:
    """Make sure that a signal speaks for itself alone, and of the case at hand."""
    if len(results) != len(batch):
        raise TypeError(f"it gave {len(results)} results for {len(batch)} cases")
    if signal.name in SHIPPED:
        return results
    for opened, result in zip(batch, results, strict=True):
        if result.own:
            raise TypeError(f"it filled {', '.join(result.own)}, which are not its own")
        if any(note.stage != signal.name for note in result.notes):
            raise TypeError("it noted something in another's name")
        media = {None, *(item.media_id for item in opened.case.post.media)}
        for record in result.extra:
            strange = sorted({score.word for score in record.scores} - set(signal.words))
            if record.name != signal.name or record.media_id not in media or strange:
                said = ", ".join(strange) or "its words"
                raise TypeError(f"it spoke of the signal {record.name!r}, the medium {record.media_id!r}, and {said}")
    return results


def _broken(signal: Signal, opened: OpenedCase, error: Exception) -> _Attempt:
    """A failure as a note; whoever runs the program gets the traceback."""
    known: ConsentryError = as_known(error, _DOING.get(signal.name, f"the signal {signal.name} from being measured"))
    if isinstance(known, InternalError) and signal.name not in SHIPPED:
        known = InternalError(
            f"The signal {signal.name!r} failed ({type(error).__name__}); what it would have measured is unknown.",
            "Tell whoever made the signal, with its traceback, which was logged.",
            code="signal.failed",
            trace=trace_of(error),
        )
    of_words = "words" in signal.needs and opened.speaks
    media_id = opened.media[0].media_id if len(opened.media) == 1 and not of_words else None
    note = known.note(stage=signal.name, media_id=media_id)
    return _Attempt(Measured(notes=(note,)), (known,) if isinstance(known, InternalError) else ())
