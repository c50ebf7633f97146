"""Rows to outcomes: every row of a manifest ends up as an assessment, or as the error that took its place."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from consentry.batch.errors import ManifestError
from consentry.batch.manifest.cases import case_of, duplicate, post_id_of, shown_id
from consentry.batch.plan import Row
from consentry.batch.times import Durations, ShardTimes
from consentry.defects import InternalError, as_known
from consentry.errors import ConsentryError
from consentry.fetching.fetcher import Fetcher
from consentry.fetching.rules import FetchRules
from consentry.policy import PolicyError, check_answer
from consentry.records import Assessment, Case, ErrorNote

if TYPE_CHECKING:
    from consentry.pipeline.assessor import Assessor


@dataclass(frozen=True)
class Outcome:
    """What became of one row.

    Attributes:
        row: Its number.
        post_id: If it can be told.
        assessment: ``None`` if there is none.
        error: Why there is none.
        trace: Where code of ours broke, if it did; the assessment, or the error, says so too.
        seconds: From the moment the row was read, decoding and waiting included.
    """

    row: int
    post_id: str | None
    assessment: Assessment | None = None
    error: ErrorNote | None = None
    trace: str | None = None
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class ShardResult:
    """A shard that is done.

    Attributes:
        outcomes: In the order of its rows.
    """

    number: int
    outcomes: tuple[Outcome, ...]
    times: ShardTimes


def score_rows(
    rows: Iterable[tuple[int, Row]],
    assessor: Assessor,
    *,
    batch_size: int = 16,
    fetching: FetchRules = FetchRules(),
) -> Iterator[tuple[int, Outcome]]:
    """Assess rows, each with the number of its shard; they come as they are done, in any order.

    Rows are drawn from only a little ahead of the outcomes, so memory is bounded however many there are.
    """
    traces: defaultdict[int, set[str]] = defaultdict(set)

    def cases() -> Iterator[tuple[_Drawn, Case | ConsentryError]]:
        for shard, row in rows:
            yield _Drawn(shard, row.number, post_id_of(row.content), time.perf_counter()), _case(row, assessor)

    def tell(drawn: _Drawn, defect: InternalError) -> None:
        traces[drawn.row].add(f"{defect.message}\n{defect.trace}")

    with Fetcher(assessor.limits, fetching) as fetch:
        ready = assessor.assess_as_ready(cases(), batch_size=batch_size, fetch=fetch, defects=tell)
        for drawn, found in ready:
            if isinstance(found, InternalError):
                tell(drawn, found)
            trace = "\n".join(sorted(traces.pop(drawn.row, ()))) or None
            seconds = time.perf_counter() - drawn.begun
            if isinstance(found, Assessment):
                yield drawn.shard, Outcome(drawn.row, found.post_id, found, trace=trace, seconds=seconds)
            else:
                # What the manifest says wrongly is not that the case failed.
                stage = "manifest" if isinstance(found, ManifestError | PolicyError) else "assess"
                row, post_id, error = drawn.row, shown_id(drawn.post_id), found.note(stage=stage)
                yield drawn.shard, Outcome(row, post_id, error=error, trace=trace, seconds=seconds)


class _Drawn(NamedTuple):
    """A row on its way."""

    shard: int
    row: int
    post_id: str | None
    begun: float


def score_shard(
    number: int,
    rows: Sequence[Row],
    assessor: Assessor,
    *,
    batch_size: int = 16,
    fetching: FetchRules = FetchRules(),
) -> ShardResult:
    """Assess all rows of one shard."""
    started = time.perf_counter()
    numbered = ((number, row) for row in rows)
    found = [outcome for _, outcome in score_rows(numbered, assessor, batch_size=batch_size, fetching=fetching)]
    return shard_result(number, found, time.perf_counter() - started)


def shard_result(number: int, outcomes: Iterable[Outcome], seconds: float) -> ShardResult:
    """The outcomes of a shard put in order, with their times.

    Args:
        number: Of the shard.
        outcomes: All of its rows'.
        seconds: Wall time that the shard took.
    """
    ordered = tuple(sorted(outcomes, key=lambda outcome: outcome.row))
    durations = Durations.of(outcome.seconds for outcome in ordered)
    return ShardResult(number, ordered, ShardTimes(len(ordered), seconds, time.time(), durations))


def _case(row: Row, assessor: Assessor) -> Case | ConsentryError:
    """The case of a row; one with a fact that the policy does not know is an error like any other."""
    if row.duplicate:
        return duplicate(post_id_of(row.content))
    try:
        case = case_of(row.content, row.base)
        for fact in case.facts:
            check_answer(assessor.policy, fact)
    except Exception as error:  # noqa: BLE001  nothing that stands in a row ends the job
        return as_known(error, "the row from being read")
    return case
