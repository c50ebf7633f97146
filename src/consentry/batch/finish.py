"""The end of a run, whoever made its shards: counts, one file of lines, a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from consentry.batch.errors import JobError
from consentry.batch.plan import Plan
from consentry.batch.results.files import ASSESSMENTS, INTERNAL_LOG, SUMMARY
from consentry.batch.results.internal_log import write_internal_log
from consentry.batch.results.store import Store
from consentry.batch.results.summary import COUNTED, Summary, timing_of
from consentry.writing import replacing

Progress = Callable[[str, int, int], None]


def finish(
    plan: Plan,
    store: Store,
    *,
    page: bool = False,
    lines: bool = False,
    bank: Path | None = None,
    resumed: int = 0,
    progress: Progress | None = None,
) -> Summary:
    """Count what the shards hold and write `summary.json`; memory does not grow with the number of rows.

    Args:
        plan: The job.
        store: Its shards, all of them.
        page: Also draw `index.html`.
        lines: Also write `assessments.jsonl`.
        bank: The bank that was looked up in, for the pictures on the page that it keeps.
        resumed: Rows that were there before this run.
        progress: Told of the cases of the page.

    Raises:
        JobError: ``job.unfinished``: shards are missing, or hold other rows than the plan says.
        OutputError: There is no room, or the folder is gone.
    """
    missing = store.missing(plan)
    if missing:
        raise JobError(
            f"{len(missing)} of {plan.shards} shards are missing.",
            "Run the job again: it goes on where it was.",
            code="job.unfinished",
        )
    summary = Summary(resumed=resumed)
    for _, row in store.rows(COUNTED):
        summary.add(row)
        if row["row"] != summary.rows:
            raise _other_rows(store)
    if summary.rows != plan.rows:
        raise _other_rows(store)
    summary.timing = timing_of(store.times())
    if summary.internal or (store.out / INTERNAL_LOG).exists():
        write_internal_log(store)
    store.write_text(SUMMARY, json.dumps(summary.as_json(), indent=2, ensure_ascii=False) + "\n")
    if lines:
        write_lines(store)
    if page:
        from consentry.batch.page.writing import write_page

        write_page(plan, store, summary, bank=bank, progress=progress)
    return summary


def write_lines(store: Store) -> Path:
    """Write `assessments.jsonl`: one assessment a line, in the order of the manifest."""
    path = store.out / ASSESSMENTS
    with replacing(path) as stream:
        for _, row in store.rows(["assessment"]):
            if row["assessment"] is not None:
                stream.write(row["assessment"] + "\n")
    return path


def _other_rows(store: Store) -> JobError:
    return JobError(
        f"The shards of {store.out} do not hold the rows of the manifest, each once.",
        "Somebody has changed the folder; run the job into another one.",
        code="job.damaged",
    )
