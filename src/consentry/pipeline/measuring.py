"""From opened media to signals: every signal measures a batch of cases, and one that fails costs itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from consentry.pipeline.allotted import Allotted, OutOfTimeError
from consentry.pipeline.parts import Parts
from consentry.records import ErrorNote, Signals
from consentry.signals.protocol import SHIPPED, Measured, OpenedCase, Signal

_LOG: Final = logging.getLogger("consentry.signals")
_FIELDS: Final = frozenset(Signals.model_fields) - {"media", "errors", "extra"}


def measured(batch: Sequence[OpenedCase], parts: Parts) -> Iterator[Signals]:
    """The signals of some cases, in their order; what could not be measured is missing and stands in their errors.

    Args:
        batch: Go through the networks together, which changes no signal.
        parts: What measures.
    """
    found: dict[str, Sequence[Measured]] = {}
    for signal in parts.signals.in_order:
        earlier = {name: found[name] for name in signal.after if name in found}
        found[signal.name] = _each(signal, batch, earlier, parts.allotted)
    listed = [found[signal.name] for signal in parts.signals.listed]
    for opened, *records in zip(batch, *listed, strict=True):
        notes = chain.from_iterable(record.notes for record in records)
        fields = {name: value for record in records for name, value in record.own.items()}
        yield Signals(
            media=opened.outcomes,
            errors=(*parts.unavailable, *opened.errors, *notes),
            extra=tuple(chain.from_iterable(record.extra for record in records)),
            **fields,
        )


def _each(
    signal: Signal, batch: Sequence[OpenedCase], earlier: Mapping[str, Sequence[Measured]], allotted: Allotted
) -> Sequence[Measured]:
    """What a signal says of each case: of the batch, or, if that fails, of one case after the other."""
    try:
        return _checked(signal, batch, allotted.run(signal, batch, earlier))
    except OutOfTimeError as error:
        return [Measured(notes=(error.note(stage=signal.name),)) for _ in batch]
    except Exception as error:  # noqa: BLE001  a signal that raises costs itself, whatever it raises
        if len(batch) == 1:
            return [Measured(notes=(_failed(signal, batch[0], error),))]
    return [
        one
        for place, opened in enumerate(batch)
        for one in _each(signal, [opened], {name: [of[place]] for name, of in earlier.items()}, allotted)
    ]


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
                raise TypeError(
                    f"it spoke of {record.name!r}, {record.media_id!r}, {', '.join(strange) or 'its words'}"
                )
    return results


def _failed(signal: Signal, opened: OpenedCase, error: Exception) -> ErrorNote:
    """A failure as a note; the log has the traceback, for whoever mends the signal."""
    _LOG.error("The signal %s failed on the post %r.", signal.name, opened.case.post.post_id, exc_info=error)
    return ErrorNote(
        stage=signal.name,
        code="signal.failed",
        message=f"The signal {signal.name!r} failed ({type(error).__name__}), what it would have measured is unknown.",
        remedy="The log has the traceback; tell whoever made the signal.",
    )
