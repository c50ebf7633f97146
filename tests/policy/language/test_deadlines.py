"""What has to be done by when: counted from the dates of the case, never from the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_loading import GOOD

from consentry.policy import PolicyError, decide, load_policy, parse_policy
from consentry.policy.definitions import Span
from consentry.policy.language.deadlines import after, counted_from_decision, span_of
from consentry.records import Fact, Post, Report, Signals

OWN = (
    GOOD
    + """\
deadlines:
  look:
    when: red
    actions: [review]
    counted_from: report
    within: 48 hours
    do: Look.
    because: It was said so.
    source: {document: house, passage: fourth}
  soon:
    when: {possible: red}
    counted_from: post
    within: 1 day
    do: Be quick.
    because: It was said so.
    source: {document: house, passage: fifth}
  appeal:
    actions: [review, no_action]
    counted_from: decision
    within: 6 months
    do: Wait.
    because: It was said so.
    source: {document: house, passage: sixth}
"""
)
POSTED = datetime(2026, 1, 30, 12, tzinfo=UTC)
REPORTED = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))


def run(colour: str, *, posted: datetime | None = POSTED, reported: datetime | None = REPORTED) -> dict[str, object]:
    facts = [Fact(name="colour", value=colour, source="reviewer")]
    report = Report(report_id="1", standing="other", reported_at=reported)
    post = Post(post_id="1", posted_at=posted)
    found = decide(parse_policy(OWN), post, report, Signals(), facts).recommendation
    assert found.action == "review"
    return {deadline.deadline: deadline.due_at for deadline in found.deadlines}


def test_the_soonest_first_and_the_undated_last() -> None:
    due = run("red")
    assert list(due) == ["soon", "look", "appeal"]
    assert due == {"soon": POSTED + timedelta(days=1), "look": REPORTED + timedelta(hours=48), "appeal": None}


def test_conditions_and_actions_choose() -> None:
    assert list(run("blue")) == ["appeal"]
    assert list(run("unknown")) == ["soon", "appeal"]  # possibly red, but not definitely


def test_without_dates_there_is_a_deadline_without_a_date() -> None:
    assert run("red", posted=None, reported=None) == {"look": None, "soon": None, "appeal": None}


def test_what_a_deadline_says() -> None:
    policy = parse_policy(OWN)
    found = decide(policy, Post(post_id="1"), None, Signals()).recommendation.deadlines
    appeal = next(deadline for deadline in found if deadline.deadline == "appeal")
    assert (appeal.within, appeal.counted_from, appeal.do) == ("6 months", "decision", "Wait.")
    assert appeal.source.passage == "sixth"
    assert [str(deadline.within) for deadline in policy.deadlines] == ["48 hours", "1 day", "6 months"]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-08-31", 6, "2027-02-28"), ("2027-08-31", 6, "2028-02-29"), ("2026-12-15", 1, "2027-01-15")],
)
def test_months_end_within_the_month(start: str, months: int, end: str) -> None:
    assert after(datetime.fromisoformat(start), Span(months, "months")) == datetime.fromisoformat(end)


@given(st.integers(1, 99999), st.sampled_from(("hours", "days", "months")), st.booleans())
def test_no_date_is_too_late_for_a_span(count: int, unit: str, zoned: bool) -> None:
    moment = datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC if zoned else None)
    assert after(moment, Span(count, unit)) == moment  # type: ignore[arg-type]


@given(st.integers(1, 99999), st.sampled_from(("hours", "days", "months")))
def test_spans_are_read_as_they_are_written(count: int, unit: str) -> None:
    span = Span(count, unit)  # type: ignore[arg-type]
    assert span_of(str(span)) == span


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 600))  # noqa: DTZ001 - any zone will do
def test_more_months_end_later(moment: datetime, count: int) -> None:
    assert moment < after(moment, Span(count, "months")) < after(moment, Span(count + 1, "months"))


def test_a_decision_sets_the_clock_of_the_rest() -> None:
    found = decide(parse_policy(OWN), Post(post_id="1", posted_at=POSTED), None, Signals()).recommendation.deadlines
    decided = datetime(2026, 3, 1, tzinfo=UTC)
    counted = {each.deadline: each.due_at for each in counted_from_decision(found, decided)}
    assert counted == {"soon": POSTED + timedelta(days=1), "appeal": datetime(2026, 9, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("within: 48 hours", "within: two days", "policy.wrong_type", "Write it like '48 hours'"),
        ("within: 48 hours", "within: 0 hours", "policy.wrong_type", "cannot be '0 hours'"),
        ("counted_from: decision", "counted_from: now", "policy.unknown_word", "Use one of: post, report, decision"),
        ("    actions: [review, no_action]\n", "", "policy.missing_key", "does not say when"),
        ("actions: [review]\n", "actions: [revew]\n", "policy.unknown_word", "Did you mean 'review'?"),
        ("when: {possible: red}", "when: {possible: rd}", "policy.unknown_name", "Did you mean 'red'?"),
        ("passage: fourth", "passages: fourth", "policy.unknown_key", "Did you mean 'passage'?"),
        ("  soon:\n", "  So soon:\n", "policy.invalid", "is not a name"),
    ],
)
def test_faults_are_named(old: str, new: str, code: str, says: str) -> None:
    assert OWN.count(old) == 1
    with pytest.raises(PolicyError) as caught:
        parse_policy(OWN.replace(old, new))
    assert caught.value.code == code
    assert says in str(caught.value)


def test_a_clause_may_serve_a_deadline_alone() -> None:
    """It is not dead: something depends on it."""
    text = OWN.replace("{not: red}, ", "").replace("{all: [red, {possible: home}]}", "home")
    assert parse_policy(text).deadlines


def test_the_shipped_policies_have_deadlines_with_sources() -> None:
    for deadline in load_policy().deadlines:
        assert deadline.source.document
        assert deadline.source.passage
