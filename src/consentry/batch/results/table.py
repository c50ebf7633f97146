"""The columns of results that people filter on, as Parquet; the whole assessment beside them as JSON."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

from consentry.batch.added_columns import added_values
from consentry.batch.scoring import Outcome
from consentry.defects import CODE, InternalError, as_known
from consentry.media.errors import NOTE_CODES
from consentry.records import Assessment, FaceBand, Signals
from consentry.records.words import plain_name

_ROWS_AT_ONCE = 1000
_SUREST_FIRST: tuple[FaceBand, ...] = ("match", "inconclusive", "no_match", "no_face")
_ERROR_ROOMS: Final = ("media.", "model.", "assess.", "manifest.", "policy.", "internal.")
"""Failures that somebody can mend so that the row comes out better. A reference photo without a face, say, is none."""
COLUMNS: Final = {
    "row": "number of the manifest's row, from 1",
    "post_id": "",
    "report_id": "",
    "status": "assessed; rejected (the row is no case); failed (it is one, and could not be assessed)",
    "action": "what is recommended",
    "rule": "the line of the policy's decision list that was taken",
    "decisive_clause": "the first of the decisive clauses",
    "decisive": "all of them",
    "private_context": "highest calibrated score over the media",
    "private_context_band": "its band",
    "private_while_claimant": "highest over the moments at which the claimant is seen in a film; empty without any",
    "private_stretch": "of the most private stretch, of at least a second, of any film; empty without a film",
    "private_stretch_at": "the second at which it begins, in its film",
    "public_event": "highest calibrated score over the media",
    "public_event_band": "its band",
    "event_while_claimant": "lowest over the moments at which the claimant is seen in a film; empty without any",
    "people": "most people in one medium, as estimated",
    "crowd_level": "the step that they make",
    "looks_like": "the likeliest kind of scene of the first medium",
    "face_band": "surest band over the media",
    "match_probability": "highest over the media",
    "faces": "faces found, over all media",
    "copy_public": "whether a medium is near something known from elsewhere; empty without a bank",
    "copy_removed": "whether a medium is near something removed before; empty without a bank",
    "copy_distance": "of the nearest match",
    "text_kinds": "what was found in the words",
    "media": "how many",
    "videos": "how many of them",
    "unread_media": "how many of them could not be read",
    "open_questions": "for the reviewer",
    "error_code": "the first error that can be mended; a defect of Consentry before all others",
    "error_message": "what it says",
    "error_codes": "everything that went wrong or was left out, notes too",
    "traceback": "where code of Consentry itself broke over the row, without messages; empty if it did not",
    "assessment": "the assessment as JSON, of the schema that `consentry schema` prints; empty if there is none",
}
"""The columns of the results, and what they say; signals that others added have theirs behind them."""


def table_row(outcome: Outcome, added: Sequence[str] = ()) -> dict[str, Any]:
    """One row of the results.

    Args:
        outcome: What came of the post.
        added: Columns of signals that others added (`added_columns`).
    """
    assessment, error = outcome.assessment, outcome.error
    if assessment is None:
        row: dict[str, Any] = dict.fromkeys((*COLUMNS, *added))
        row.update(row=outcome.row, post_id=outcome.post_id, decisive=[], text_kinds=[], error_codes=[])
        row["traceback"] = outcome.trace
        if error is not None:
            row.update(
                status="rejected" if error.stage == "manifest" else "failed",
                error_code=error.code,
                error_message=f"{error.message} {error.remedy}",
                error_codes=[error.code],
            )
        return row
    signals, recommendation = assessment.signals, assessment.recommendation
    errors = [note for note in signals.errors if is_error(note.code)]
    # A defect comes before what was expected: it must not be lost among models that are missing.
    first = next((note for note in errors if note.code == CODE), errors[0] if errors else None)
    decisive = [reason.clause for reason in recommendation.decisive]
    return {
        "row": outcome.row,
        "post_id": assessment.post_id,
        "report_id": assessment.report_id,
        "status": "assessed",
        "action": recommendation.action,
        "rule": recommendation.rule,
        "decisive_clause": decisive[0] if decisive else None,
        "decisive": decisive,
        **_of_scenes(signals),
        **_of_faces(signals),
        **_of_copies(signals),
        "text_kinds": sorted({finding.kind for finding in signals.text.findings}) if signals.text else [],
        "media": len(signals.media),
        "videos": sum(item.kind == "video" for item in signals.media),
        "unread_media": sum(item.frames == 0 for item in signals.media),
        "open_questions": len(recommendation.questions),
        "error_code": first.code if first else None,
        "error_message": f"{first.message} {first.remedy}" if first else None,
        "error_codes": [note.code for note in signals.errors],
        "traceback": outcome.trace,
        "assessment": assessment.model_dump_json(),
        **added_values(signals, added),
    }


def is_error(code: str) -> bool:
    """Whether a code stands for a failure that can be mended, not for a note or for what a medium shows."""
    return code.startswith(_ERROR_ROOMS) and code not in NOTE_CODES


def _of_scenes(signals: Signals) -> dict[str, Any]:
    private = max((found.private_context for found in signals.scene), key=lambda s: s.probability, default=None)
    event = max((found.public_event for found in signals.scene), key=lambda s: s.probability, default=None)
    claimant = [moments.probability for found in signals.scene if (moments := found.private_context.while_claimant)]
    events = [moments.probability for found in signals.scene if (moments := found.public_event.while_claimant)]
    stretches = [stretch for found in signals.scene if (stretch := found.private_context.stretch)]
    stretch = max(stretches, key=lambda s: s.probability, default=None)
    crowd = max((found.crowd for found in signals.scene if found.crowd), key=lambda c: c.people, default=None)
    looks_like = next((found.looks_like[0].kind for found in signals.scene if found.looks_like), None)
    return {
        "private_context": private and private.probability,
        "private_context_band": private and private.band,
        "private_while_claimant": max(claimant, default=None),
        "private_stretch": stretch and stretch.probability,
        "private_stretch_at": stretch and stretch.spans[0][0],
        "public_event": event and event.probability,
        "public_event_band": event and event.band,
        "event_while_claimant": min(events, default=None),
        "people": crowd and crowd.people,
        "crowd_level": crowd and crowd.level,
        "looks_like": looks_like,
    }


def _of_faces(signals: Signals) -> dict[str, Any]:
    bands = {signal.band for signal in signals.faces}
    matches = [signal.match_probability for signal in signals.faces if signal.match_probability is not None]
    return {
        "face_band": next((band for band in _SUREST_FIRST if band in bands), None),
        "match_probability": max(matches, default=None),
        "faces": sum(len(signal.faces) for signal in signals.faces) if signals.faces else None,
    }


def _of_copies(signals: Signals) -> dict[str, Any]:
    matches = [match for signal in signals.copies for match in signal.matches]
    looked_up = bool(signals.copies)
    return {
        "copy_public": any(match.bank == "public" for match in matches) if looked_up else None,
        "copy_removed": any(match.bank == "removed" for match in matches) if looked_up else None,
        "copy_distance": min((match.distance for match in matches), default=None),
    }


@cache
def schema(added: tuple[str, ...] = ()) -> Any:
    """The columns as Arrow has them, those of signals that others added at the end."""
    import pyarrow as pa

    text, words, number, whole, yes = pa.string(), pa.list_(pa.string()), pa.float64(), pa.int32(), pa.bool_()
    other = {
        "row": pa.int64(),
        **dict.fromkeys(("decisive", "text_kinds", "error_codes"), words),
        **dict.fromkeys(("private_context", "public_event", "people", "match_probability"), number),
        **dict.fromkeys(("private_while_claimant", "private_stretch", "private_stretch_at"), number),
        "event_while_claimant": number,
        **dict.fromkeys(("faces", "copy_distance", "media", "videos", "unread_media", "open_questions"), whole),
        **dict.fromkeys(("copy_public", "copy_removed"), yes),
        "assessment": pa.large_string(),  # those of one shard may be more than 2 GB
    }
    fields = [pa.field(name, other.get(name, text)) for name in COLUMNS]
    return pa.schema([*fields, *(pa.field(name, number) for name in added)])


def table_of(outcomes: Sequence[Outcome], added: Sequence[str] = ()) -> Any:
    """A shard's outcomes as an Arrow table; one that no table can hold is an error in its place.

    Args:
        outcomes: What came of the posts.
        added: Columns of signals that others added.
    """
    import pyarrow as pa

    columns = schema(tuple(added))
    try:
        return pa.Table.from_pylist([table_row(outcome, added) for outcome in outcomes], schema=columns)
    except Exception:  # noqa: BLE001  whose it is, is seen when each is tried by itself
        return pa.Table.from_pylist([_sound_row(outcome, added) for outcome in outcomes], schema=columns)


def _sound_row(outcome: Outcome, added: Sequence[str]) -> dict[str, Any]:
    import pyarrow as pa

    try:
        row = table_row(outcome, added)
        pa.Table.from_pylist([row], schema=schema(tuple(added)))
    except Exception as error:  # noqa: BLE001  whatever it is, the other rows are written
        known = as_known(error, "the result from being written")
        trace = known.trace if isinstance(known, InternalError) else None
        lost = Outcome(outcome.row, plain_name(outcome.post_id), None, known.note(stage="assess"), trace)
        return table_row(lost, added)
    return row


def table_bytes(table: Any) -> bytes:
    """A table as a Parquet file; the same rows give the same bytes."""
    from pyarrow import parquet

    stream = io.BytesIO()
    parquet.write_table(table.combine_chunks(), stream, compression="zstd", row_group_size=_ROWS_AT_ONCE)
    return stream.getvalue()


def write_table(assessments: Iterable[Assessment], path: Path) -> None:
    """Write assessments as one Parquet file, replacing what was there only when it is complete."""
    from pyarrow import parquet

    numbered = (Outcome(number, found.post_id, found) for number, found in enumerate(assessments, 1))
    temporary = path.with_suffix(".tmp")
    with parquet.ParquetWriter(temporary, schema()) as writer:
        while chunk := list(islice(numbered, _ROWS_AT_ONCE)):
            writer.write_table(table_of(chunk))
    temporary.replace(path)
