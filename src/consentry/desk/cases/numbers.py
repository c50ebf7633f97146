"""Numbers by week: how often people and recommendations agree, what appeals overturn, what is late, what drifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from math import log
from typing import Final

from sqlalchemy import ColumnElement, func, select

from consentry.desk.cases.states import require_role
from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import CaseRow, DeadlineRow
from consentry.desk.store.tables.decisions import AppealRow, DecisionRow, VerdictRow
from consentry.desk.store.tables.findings import AssessmentRow
from consentry.records import Record

READERS: Final = ("senior", "policy", "admin", "auditor", "system")
MOST_WEEKS: Final = 104
BINS: Final = 10
"""Of a score's histogram, of equal width."""
LEAST_SCORES: Final = 50
"""In a week and before it; from fewer no drift is told."""
SCORES: Final = ("private_context", "public_event", "match_probability")


class Week(Record):
    """What happened in one week.

    Attributes:
        begins: Its Monday, UTC.
        filed: Cases that came in.
        decided: Decisions that took effect.
        followed: Of first decisions, how many were the recommendation for every post.
        firsts: How many first decisions there were, without those on which a second opinion is still awaited.
        agreed: Of second opinions, how many came to the same as the first.
        seconds: How many second opinions there were.
        appeals: That were filed.
        overturned: Of appeals that were settled in this week, how many overturned the decision.
        settled: How many were settled, the withdrawn ones left out.
        in_time: Of deadlines that were met or missed in this week, how many were met in time.
        deadlines: How many there were.
        median_hours: From the report to the decision; ``None`` without any.
        actions: Verdicts that took effect, by action.
        drift: Of each score, the population stability index of this week against all scores of the twelve weeks before
            it; ``None`` where either has fewer than `LEAST_SCORES`. Above 0.2 is commonly looked into.
    """

    begins: date
    filed: int = 0
    decided: int = 0
    followed: int = 0
    firsts: int = 0
    agreed: int = 0
    seconds: int = 0
    appeals: int = 0
    overturned: int = 0
    settled: int = 0
    in_time: int = 0
    deadlines: int = 0
    median_hours: float | None = None
    actions: dict[str, int] = {}  # noqa: RUF012  pydantic copies defaults
    drift: dict[str, float | None] = {}  # noqa: RUF012  pydantic copies defaults


class Numbers(Record):
    """The weeks, the oldest first, and what stands at this moment.

    Attributes:
        states: How many cases are in which state.
        overdue: How many wait, or are on somebody's screen, whose time is over.
    """

    weeks: tuple[Week, ...]
    states: dict[str, int]
    overdue: int


def weekly_numbers(desk: Desk, *, weeks: int = 12) -> Numbers:
    """Numbers of the last weeks, the present one among them. No case and no person can be told from them by name.

    Args:
        desk: A senior, the policy team, an admin or an auditor.
        weeks: How many, 104 at most.
    """
    require_role(desk.actor, *READERS)
    monday = desk.now.date() - timedelta(days=desk.now.weekday())
    count = max(1, min(weeks, MOST_WEEKS))
    begins = [monday - timedelta(weeks=back) for back in reversed(range(count))]
    found = {day: _Tally() for day in begins}
    since = _moment(begins[0])
    _count_cases(desk, since, found)
    _count_decisions(desk, since, found)
    _count_appeals(desk, since, found)
    _count_deadlines(desk, since, found)
    scores = _scores(desk, since - timedelta(weeks=12))
    made = tuple(tally.week(day, _drift(scores, day)) for day, tally in found.items())
    by_state = desk.session.execute(select(CaseRow.state, func.count()).group_by(CaseRow.state))
    states = {row[0]: row[1] for row in by_state}
    late = select(func.count()).select_from(CaseRow)
    late = late.where(CaseRow.state.in_(("open", "appealed", "in_review")), CaseRow.due_at < desk.now)
    return Numbers(weeks=made, states=states, overdue=desk.session.scalar(late) or 0)


class _Tally:
    """A week while it is counted."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = defaultdict(int)
        self.actions: dict[str, int] = defaultdict(int)
        self.hours: list[float] = []

    def week(self, begins: date, drift: dict[str, float | None]) -> Week:
        hours = sorted(self.hours)
        middle = len(hours) // 2
        median = None
        if hours:
            median = round(hours[middle] if len(hours) % 2 else (hours[middle - 1] + hours[middle]) / 2, 2)
        return Week(
            begins=begins, **self.numbers, actions=dict(sorted(self.actions.items())), median_hours=median, drift=drift
        )


_Found = dict[date, _Tally]


def _count_cases(desk: Desk, since: datetime, found: _Found) -> None:
    for moment in desk.session.scalars(select(CaseRow.created_at).where(CaseRow.created_at >= since)):
        found[_week(moment)].numbers["filed"] += 1


def _is_open_to_second() -> ColumnElement[bool]:
    """Whether a decision is one that a second opinion is awaited on."""
    pending = CaseRow.state.in_(("open", "appealed", "in_review"))
    return (CaseRow.step == "second") & pending & (DecisionRow.round == CaseRow.round)


def _count_decisions(desk: Desk, since: datetime, found: _Found) -> None:
    rows = desk.session.execute(
        select(
            DecisionRow.decided_at, DecisionRow.step, DecisionRow.effective, DecisionRow.followed, DecisionRow.agreed,
            CaseRow.reported_at, CaseRow.created_at, DecisionRow.round, _is_open_to_second(),
        )
        .join(CaseRow, CaseRow.id == DecisionRow.case_id)
        .where(DecisionRow.decided_at >= since)
    )  # fmt: skip
    for decided_at, step, effective, followed, agreed, reported_at, created_at, round_, hidden in rows:
        if hidden:
            continue  # it would tell somebody who may give the second opinion whether the first followed
        tally = found[_week(decided_at)]
        if step == "first":
            tally.numbers["firsts"] += 1
            tally.numbers["followed"] += followed
        elif step == "second":
            tally.numbers["seconds"] += 1
            tally.numbers["agreed"] += bool(agreed)
        if effective:
            tally.numbers["decided"] += 1
            if round_ == 0:
                tally.hours.append((decided_at - (reported_at or created_at)).total_seconds() / 3600)
    verdicts = desk.session.execute(
        select(DecisionRow.decided_at, VerdictRow.action)
        .join(DecisionRow, DecisionRow.id == VerdictRow.decision_id)
        .where(DecisionRow.decided_at >= since, DecisionRow.effective.is_(True))
    )
    for decided_at, action in verdicts:
        found[_week(decided_at)].actions[action] += 1


def _count_appeals(desk: Desk, since: datetime, found: _Found) -> None:
    for moment in desk.session.scalars(select(AppealRow.filed_at).where(AppealRow.filed_at >= since)):
        found[_week(moment)].numbers["appeals"] += 1
    settled = desk.session.execute(
        select(AppealRow.settled_at, AppealRow.outcome).where(AppealRow.settled_at >= since)
    )  # fmt: skip
    for settled_at, outcome in settled:
        if settled_at is not None and outcome != "withdrawn":
            found[_week(settled_at)].numbers["settled"] += 1
            found[_week(settled_at)].numbers["overturned"] += outcome == "overturned"


def _count_deadlines(desk: Desk, since: datetime, found: _Found) -> None:
    rows = desk.session.execute(
        select(DeadlineRow.due_at, DeadlineRow.met_at).where(
            DeadlineRow.counted_from != "decision", (DeadlineRow.due_at >= since) | (DeadlineRow.met_at >= since)
        )
    )
    for due_at, met_at in rows:
        if due_at is None:
            continue
        told = met_at or due_at  # one that was not met counts when it was missed
        if told < since or told > desk.now:
            continue
        found[_week(told)].numbers["deadlines"] += 1
        found[_week(told)].numbers["in_time"] += met_at is not None and met_at <= due_at


_Scores = list[tuple[datetime, tuple[float | None, ...]]]


def _scores(desk: Desk, since: datetime) -> _Scores:
    """What was measured, with its moment; answers measure nothing anew."""
    rows = desk.session.execute(
        select(
            AssessmentRow.made_at, AssessmentRow.private_context, AssessmentRow.public_event,
            AssessmentRow.match_probability,
        ).where(AssessmentRow.made_at >= since, AssessmentRow.cause.in_(("measured", "imported")))
    )  # fmt: skip
    return [(row[0], (row[1], row[2], row[3])) for row in rows]


def _drift(scores: _Scores, begins: date) -> dict[str, float | None]:
    start, end = _moment(begins), _moment(begins + timedelta(weeks=1))
    earliest = start - timedelta(weeks=12)
    drift: dict[str, float | None] = {}
    for place, name in enumerate(SCORES):
        now = [each[place] for at, each in scores if start <= at < end]
        before = [each[place] for at, each in scores if earliest <= at < start]
        drift[name] = stability_index(_there(before), _there(now))
    return drift


def stability_index(before: Sequence[float], now: Sequence[float]) -> float | None:
    """The population stability index of two sets of scores in 0-1; ``None`` from too few.

    ``sum((q - p) * ln(q / p))`` over ten bins of equal width, with half a score added to each bin, so that empty ones
    do not make it infinite (Siddiqi, "Credit Risk Scorecards", 2006).
    """
    if min(len(before), len(now)) < LEAST_SCORES:
        return None
    p, q = _shares(before), _shares(now)
    return round(sum((b - a) * log(b / a) for a, b in zip(p, q, strict=True)), 4)


def _shares(scores: Sequence[float]) -> list[float]:
    counts = [0.5] * BINS
    for score in scores:
        counts[min(int(score * BINS), BINS - 1)] += 1
    return [count / sum(counts) for count in counts]


def _there(scores: Iterable[float | None]) -> list[float]:
    return [score for score in scores if score is not None]


def _week(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
