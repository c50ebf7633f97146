"""The columns of results that people filter on, as Parquet; the whole assessment beside them as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from consentry.records import Assessment, FaceBand

_ROWS_AT_ONCE = 1000
_SUREST_FIRST: tuple[FaceBand, ...] = ("match", "inconclusive", "no_match", "no_face")


def table_row(assessment: Assessment) -> dict[str, Any]:
    """One row: the highest scores and the surest face band over the media of a post."""
    signals, recommendation = assessment.signals, assessment.recommendation
    bands = {signal.band for signal in signals.faces}
    return {
        "post_id": assessment.post_id,
        "report_id": assessment.report_id,
        "action": recommendation.action,
        "rule": recommendation.rule,
        "decisive": [reason.clause for reason in recommendation.decisive],
        "private_context": max((signal.private_context.probability for signal in signals.scene), default=None),
        "public_event": max((signal.public_event.probability for signal in signals.scene), default=None),
        "face_band": next((band for band in _SUREST_FIRST if band in bands), None),
        "open_questions": len(recommendation.questions),
        "error_codes": [error.code for error in signals.errors],
        "assessment": assessment.model_dump_json(),
    }


def write_table(assessments: Iterable[Assessment], path: Path) -> None:
    """Write results as one Parquet file, replacing what was there only when it is complete."""
    import pyarrow as pa
    from pyarrow import parquet

    text, words, number = pa.string(), pa.list_(pa.string()), pa.float64()
    schema = pa.schema(
        {
            "post_id": text,
            "report_id": text,
            "action": text,
            "rule": text,
            "decisive": words,
            "private_context": number,
            "public_event": number,
            "face_band": text,
            "open_questions": pa.int32(),
            "error_codes": words,
            "assessment": text,
        }
    )
    rows = iter(assessments)
    temporary = path.with_suffix(".tmp")
    with parquet.ParquetWriter(temporary, schema) as writer:
        while chunk := [table_row(assessment) for assessment in islice(rows, _ROWS_AT_ONCE)]:
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
    temporary.replace(path)
