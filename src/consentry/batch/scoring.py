"""Rows to outcomes: every row of a manifest ends up as an assessment, or as the error that took its place."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from consentry.batch.fetching import fetch
from consentry.batch.manifest import case_of, duplicate, post_id_of, shown_id
from consentry.batch.plan import Row
from consentry.batch.times import Durations, ShardTimes
from consentry.errors import ConsentryError
from consentry.policy import check_answer
from consentry.records import Assessment, Case, ErrorNote

if TYPE_CHECKING:
    from consentry.assess import Assessor

_LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Outcome:
    """What became of one row.

    Attributes:
        row: Its number.
        post_id: If it can be told.
        assessment: ``None`` if there is none.
        error: Why there is none.
        seconds: From the moment the row was read, decoding and waiting included.
    """

    row: int
    post_id: str | None
    assessment: Assessment | None = None
    error: ErrorNote | None = None
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
    rows: Iterable[tuple[int, Row]], assessor: Assessor, *, batch_size: int = 16
) -> Iterator[tuple[int, Outcome]]:
    """Assess rows, each with the number of its shard; they come as they are done, in any order.

    Rows are drawn from only a little ahead of the outcomes, so memory is bounded however many there are.
    """
    rejected: deque[tuple[int, Outcome]] = deque()

    def cases() -> Iterator[tuple[tuple[int, int, str, float], Case]]:
        for shard, row in rows:
            begun = time.perf_counter()
            case = _case(row, assessor)
            if isinstance(case, Case):
                yield (shard, row.number, case.post.post_id, begun), case
            else:
                rejected.append((shard, case))

    ready = assessor.assess_as_ready(cases(), batch_size=batch_size, fetch=partial(fetch, limits=assessor.limits))
    for (shard, number, post_id, begun), found in ready:
        while rejected:
            yield rejected.popleft()
        seconds = time.perf_counter() - begun
        if isinstance(found, Assessment):
            yield shard, Outcome(number, post_id, found, seconds=seconds)
        else:
            yield shard, Outcome(number, post_id, error=_note(found), seconds=seconds)
    yield from rejected


def score_shard(number: int, rows: Sequence[Row], assessor: Assessor, *, batch_size: int = 16) -> ShardResult:
    """Assess all rows of one shard."""
    started = time.perf_counter()
    found = [outcome for _, outcome in score_rows(((number, row) for row in rows), assessor, batch_size=batch_size)]
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


def _case(row: Row, assessor: Assessor) -> Case | Outcome:
    """The case of a row; one with a fact that the policy does not know is an error like any other."""
    identity = post_id_of(row.content)
    try:
        if row.duplicate:
            raise duplicate(identity)
        case = case_of(row.content, row.base)
        for fact in case.facts:
            check_answer(assessor.policy, fact)
    except ConsentryError as error:
        return Outcome(row.number, shown_id(identity), error=error.note(stage="manifest"))
    return case


def _note(error: Exception) -> ErrorNote:
    if isinstance(error, ConsentryError):
        return error.note(stage="assess")
    said = "".join(letter if letter.isprintable() else " " for letter in str(error))[:_LONGEST_MESSAGE]
    return ErrorNote(
        stage="assess",
        code="assess.failed",
        message=f"Assessing the post failed: {type(error).__name__}: {said}",
        remedy="This is a defect of Consentry: please report it with the post's media, if they may be shown.",
    )
