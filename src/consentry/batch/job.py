"""A job on one machine: rows through one `Assessor`, shards written as they fill.

Shards are filled side by side, so a slow video at the end of one does not hold up the next; each is written when its
last row is done.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from consentry.batch.added_columns import added_of
from consentry.batch.collection import rare_collection
from consentry.batch.errors import JobError
from consentry.batch.finish import finish
from consentry.batch.manifest.columns import Reading
from consentry.batch.plan import SHARD_ROWS, Plan, Row, conditions_of, plan_job
from consentry.batch.results.internal_log import write_internal_log
from consentry.batch.results.store import Store
from consentry.batch.results.summary import Summary
from consentry.batch.results.table import is_error, schema, table_row
from consentry.batch.scoring import Outcome, score_rows, shard_result
from consentry.errors import ConsentryError
from consentry.fetching.rules import FetchRules
from consentry.writing import check_folder

if TYPE_CHECKING:
    from consentry.pipeline.assessor import Assessor

_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%")


Watch = Callable[[str, int, int, int], None]
"""Called with what is being done, how much of it is done, of how much, and the number of errors so far."""


@dataclass(frozen=True)
class Tolerance:
    """How many rows may have errors before the job fails.

    Attributes:
        most: Rows; ``None`` for any number.
        share: Of all rows, 0-1; ``None`` for any.
    """

    most: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str | None) -> Tolerance:
        """From ``100`` or ``2.5%``.

        Raises:
            ValueError: It is neither.
        """
        if text is None:
            return cls()
        if found := _SHARE.fullmatch(text.strip()):
            share = float(found[1]) / 100
            if share > 1:
                raise ValueError(f"{text!r} is more than all rows")
            return cls(share=share)
        if not re.fullmatch(r"\d+", text.strip()):
            raise ValueError(f"{text!r} is neither a number of rows, such as 100, nor a share, such as 2.5%")
        return cls(most=int(text))

    def check(self, errors: int, rows: int) -> None:
        """Hold a number of rows with errors against it.

        Raises:
            JobError: ``job.too_many_errors``.
        """
        allowed = min(
            rows if self.most is None else self.most,
            rows if self.share is None else int(self.share * rows + 1e-9),
        )
        if errors > allowed:
            raise JobError(
                f"{errors:,} of {rows:,} rows have errors; {allowed:,} are allowed.",
                "See error_code and error_message in the shards; mend the cause, then run again with --retry-errors.",
                code="job.too_many_errors",
            )


@dataclass(frozen=True)
class Options:
    """How a job is run. None of it changes a result, except that `shard_rows` cuts them into files.

    Attributes:
        shard_rows: Rows of one shard.
        batch_size: Cases that go through the networks together.
        retry_errors: Assess rows with errors again, of shards that are there.
        tolerance: How many errors fail the job.
        reading: What the manifest's columns are called, and which are left aside.
        page: Draw `index.html`.
        lines: Write `assessments.jsonl`.
        bank: The bank that is looked up in, for the pictures on the page that it keeps.
        fetching: Rules for what lies at addresses.
    """

    shard_rows: int = SHARD_ROWS
    batch_size: int = 16
    retry_errors: bool = False
    tolerance: Tolerance = Tolerance()
    reading: Reading = Reading()
    page: bool = False
    lines: bool = False
    bank: Path | None = None
    fetching: FetchRules = FetchRules()


def run_job(
    manifest: str | Path,
    out: Path,
    assessor: Assessor,
    options: Options = Options(),
    *,
    watch: Watch = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
) -> Summary:
    """Assess every row of a manifest into a folder, going on with a run that was cut off there.

    Args:
        manifest: File, folder or glob; a path, or any address that fsspec can read.
        out: Folder for the results.
        assessor: What assesses.
        options: How.
        watch: Told of progress.
        stop: Asked before each row; when it says yes, the shards that were begun are finished and the job ends.

    Raises:
        ManifestError: The manifest cannot be used.
        JobError: The folder holds another run, there are too many errors, or (``job.stopped``) the job was asked to
            stop.
        OutputError: The folder cannot be written; given room, the job goes on where it was.
    """

    def work(plan: Plan, store: Store, counts: Counts) -> None:
        with rare_collection():
            if options.retry_errors:
                _retry(plan, store, assessor, options, counts, stop)
            options.tolerance.check(counts.errors, plan.rows)
            _score(plan, store, assessor, options, counts, stop)

    return run_with(work, manifest, out, conditions_of(assessor), options, watch=watch)


def run_with(
    work: Callable[[Plan, Store, Counts], None],
    manifest: str | Path,
    out: Path,
    conditions: dict[str, Any],
    options: Options,
    *,
    watch: Watch = lambda *_: None,
) -> Summary:
    """What every engine does around its work: plan, open the folder, count, finish.

    Args:
        work: Makes the shards that are missing, and counts.
        manifest: As for `run_job`.
        out: Folder for the results.
        conditions: What the results depend on, as `conditions_of` says.
        options: How.
        watch: Told of progress.

    Raises:
        ManifestError: As for `run_job`.
        JobError: As for `run_job`.
    """
    check_folder(out)
    watch("Reading the manifest", 0, 0, 0)
    plan = plan_job(
        manifest, conditions, shard_rows=options.shard_rows, reading=options.reading, fetching=options.fetching
    )
    with Store.open(out, plan.fingerprint) as store:
        found = Counts(plan, store, options, watch)
        resumed = found.done
        try:
            work(plan, store, found)
        except ConsentryError:
            with suppress(ConsentryError):  # what ended the job is what is said
                write_internal_log(store)
            raise
        finally:
            watch("Assessing posts", found.done, plan.rows, found.errors)
        summary = finish(
            plan,
            store,
            page=options.page,
            lines=options.lines,
            bank=options.bank,
            resumed=resumed,
            progress=lambda task, done, total: watch(task, done, total, found.errors),
        )
    options.tolerance.check(summary.with_errors, summary.rows)
    return summary


class Counts:
    """Rows that are done, and how many of them have errors."""

    def __init__(self, plan: Plan, store: Store, options: Options, watch: Watch) -> None:
        self._plan = plan
        self._watch = watch
        self.done = self.errors = 0
        for number in sorted(store.done()):
            codes = store.read(number, ["error_code"]).column("error_code")
            self.done += len(codes)
            self.errors += len(codes) - codes.null_count
        self._tolerance = options.tolerance
        watch("Assessing posts", self.done, plan.rows, self.errors)

    def add(self, outcome: Outcome) -> None:
        """Count a row; the job fails where there are too many errors."""
        self.add_rows(1, int(has_error(outcome)))

    def add_rows(self, done: int, errors: int) -> None:
        """Count several."""
        self.done += done
        self.errors += errors
        self._watch("Assessing posts", self.done, self._plan.rows, self.errors)
        self._tolerance.check(self.errors, self._plan.rows)


def has_error(outcome: Outcome) -> bool:
    """Whether a row has an error that can be mended."""
    if outcome.assessment is None:
        return True
    return any(is_error(note.code) for note in outcome.assessment.signals.errors)


def _score(
    plan: Plan, store: Store, assessor: Assessor, options: Options, counts: Counts, stop: Callable[[], bool]
) -> None:
    missing = frozenset(store.missing(plan))
    begun: set[int] = set()
    filling: dict[int, list[Outcome]] = {}
    last = time.perf_counter()
    rows = _until_stopped(plan.read(missing), begun, stop)
    for shard, outcome in score_rows(rows, assessor, batch_size=options.batch_size, fetching=options.fetching):
        filling.setdefault(shard, []).append(outcome)
        if len(filling[shard]) == plan.size_of(shard):
            now = time.perf_counter()
            store.write(shard_result(shard, filling.pop(shard), now - last))
            last = now
        counts.add(outcome)
    say_if_stopped(plan, begun >= missing)


def _retry(
    plan: Plan, store: Store, assessor: Assessor, options: Options, counts: Counts, stop: Callable[[], bool]
) -> None:
    """Assess rows with errors again and put what comes of it in their place."""
    wanted = with_errors(store)
    begun: set[int] = set()
    filling: dict[int, list[Outcome]] = {}
    rows = ((shard, row) for shard, row in plan.read(wanted.keys()) if row.number in wanted[shard])
    until = _until_stopped(rows, begun, stop)
    for shard, outcome in score_rows(until, assessor, batch_size=options.batch_size, fetching=options.fetching):
        filling.setdefault(shard, []).append(outcome)
        counts.errors -= not has_error(outcome)
        if len(filling[shard]) == len(wanted[shard]):
            store.replace(shard, merged(store.read(shard), filling.pop(shard)))
    say_if_stopped(plan, begun >= wanted.keys())


def with_errors(store: Store) -> dict[int, set[int]]:
    """The numbers of the rows with errors, by their shard."""
    wanted: dict[int, set[int]] = {}
    for shard, row in store.rows(["row", "error_code"]):
        if row["error_code"] is not None:
            wanted.setdefault(shard, set()).add(row["row"])
    return wanted


def merged(table: Any, outcomes: Collection[Outcome]) -> Any:
    """A shard's table with some rows replaced, in the order of the rows: the very table of a run in one go."""
    added = added_of(table.column_names)
    return with_rows(table, [table_row(outcome, added) for outcome in outcomes])


def with_rows(table: Any, new: Iterable[dict[str, Any]]) -> Any:
    """The same from rows as `table_row` makes them."""
    import pyarrow as pa

    rows = {row["row"]: row for row in table.to_pylist()} | {row["row"]: row for row in new}
    return pa.Table.from_pylist([rows[number] for number in sorted(rows)], schema=schema(added_of(table.column_names)))


def _until_stopped(
    rows: Iterator[tuple[int, Row]], begun: set[int], stop: Callable[[], bool]
) -> Iterator[tuple[int, Row]]:
    for shard, row in rows:
        if shard not in begun:
            if stop():
                return
            begun.add(shard)
        yield shard, row


def say_if_stopped(plan: Plan, complete: bool) -> None:  # noqa: FBT001
    """End a job that did not get through.

    Raises:
        JobError: ``job.stopped``.
    """
    if not complete:
        raise JobError(
            f"Stopped as asked, before all {plan.rows:,} rows were done; the shards that were begun are written.",
            "Run the same command again: it goes on where it was.",
            code="job.stopped",
        )
