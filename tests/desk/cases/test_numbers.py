"""Numbers by week, and what is handed out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from desk_office import BEGINNING, Office
from hypothesis import given
from hypothesis import strategies as st

from consentry.desk.cases.appeals import appeal
from consentry.desk.cases.exporting import export_case, transparency
from consentry.desk.cases.numbers import LEAST_SCORES, stability_index, weekly_numbers
from consentry.desk.errors import DeskError

SCORES = st.lists(st.floats(0, 1), min_size=LEAST_SCORES, max_size=200)


@pytest.fixture
def busy(office: Office) -> Office:
    """Three weeks: one removal by two, one appeal that overturned it, one decision too late, one that differs."""
    first = office.open()
    office.decided(first, office.anna, "recommend_removal")
    office.decided(first, office.ben, "recommend_removal")
    office.clock.pass_(weeks=1)
    with office.at(office.intake) as desk:
        appeal(desk, first, "uploader", "It was a joke.")
    office.decided(first, office.carla, "no_action")
    office.decided(first, office.sam, "no_action")
    late = office.open()
    office.clock.pass_(weeks=1)
    office.decided(late, office.anna, "recommend_restrict")
    split = office.open()
    office.decided(split, office.anna, "no_action")
    office.decided(split, office.ben, "recommend_restrict")
    return office


def test_the_weeks_tell_what_happened(busy: Office) -> None:
    with busy.looking(busy.sam) as desk:
        numbers = weekly_numbers(desk, weeks=3)
    first, second, third = numbers.weeks
    assert [week.begins - first.begins for week in numbers.weeks] == [timedelta(weeks=n) for n in range(3)]
    assert (first.filed, first.decided, first.firsts, first.followed, first.seconds, first.agreed) == (1, 1, 1, 0, 1, 1)
    assert (second.appeals, second.settled, second.overturned) == (1, 1, 1)
    assert (third.firsts, third.followed, third.seconds, third.agreed) == (2, 1, 1, 0)
    assert first.actions == {"recommend_removal": 1}
    assert third.actions == {"recommend_restrict": 1}
    assert first.in_time == first.deadlines > 0
    assert third.in_time < third.deadlines + second.deadlines
    assert first.median_hours is not None
    assert third.median_hours is not None
    assert first.median_hours < 1 < 24 * 6 < third.median_hours
    assert numbers.states == {"decided": 2, "open": 1}
    assert numbers.overdue == 0
    json.loads(numbers.model_dump_json())


def test_numbers_are_not_for_everybody(busy: Office) -> None:
    for actor in (busy.anna, busy.intake):
        with pytest.raises(DeskError, match="roles"), busy.looking(actor) as desk:
            weekly_numbers(desk)
        with pytest.raises(DeskError, match="roles"), busy.looking(actor) as desk:
            transparency(desk, BEGINNING.date(), BEGINNING.date())


@given(SCORES, SCORES)
def test_drift_is_none_of_the_same_and_never_negative(before: list[float], now: list[float]) -> None:
    assert stability_index(before, before) == 0
    found = stability_index(before, now)
    assert found is not None
    assert found >= 0
    assert found == stability_index(now, before)


def test_drift_is_told_from_enough_scores_and_rises_with_the_difference() -> None:
    low, middle, high = ([place + n / 1000 for n in range(100)] for place in (0.1, 0.4, 0.8))
    mixed = [*low[:80], *high[:20]]
    assert stability_index(low[:10], low) is None
    assert (stability_index(low, mixed) or 0) < (stability_index(low, high) or 0)
    assert (stability_index(low, middle) or 0) > 0.2


def test_a_report_on_transparency_counts_and_names_nobody(busy: Office) -> None:
    with busy.looking(busy.auditor) as desk:
        told = transparency(desk, BEGINNING.date(), (BEGINNING + timedelta(weeks=3)).date())
        none = transparency(desk, (BEGINNING + timedelta(weeks=9)).date(), (BEGINNING + timedelta(weeks=10)).date())
        with pytest.raises(DeskError, match="before the first"):
            transparency(desk, BEGINNING.date(), BEGINNING.date() - timedelta(days=1))
    assert told["reports"]["all"] == 3
    assert told["decisions_about_posts"]["by_action"] == {
        "no_action": 1,
        "recommend_removal": 1,
        "recommend_restrict": 1,
    }
    assert told["second_opinions"] == {"agreed": 2, "differed": 1}
    assert told["appeals"]["by_outcome"] == {"overturned": 1}
    assert "report-" not in json.dumps(told)
    assert "post-" not in json.dumps(told)
    assert none["reports"]["all"] == 0
    assert none["decisions_about_posts"]["median_hours"] is None


def test_an_export_holds_everything_about_a_report_and_no_colleague(busy: Office) -> None:
    with busy.looking(busy.sam) as desk:
        (case_id,) = [line.id for line in _cases(busy) if line.report_id == "report-1"]
    with busy.at(busy.sam) as desk:
        told = json.dumps(export_case(desk, case_id))
    for words in ("That is my bedroom.", "forgot to lock", "Seen.", "It was a joke.", "The post has been taken down."):
        assert words in told
    for colleague in (busy.anna, busy.ben, busy.carla, busy.sam, busy.intake):
        assert str(colleague.id) not in told
    assert "case.export" in _acts(busy, case_id)


def test_an_export_does_not_show_a_first_opinion_to_who_might_give_the_second(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_removal")
    with pytest.raises(DeskError, match="being decided"), office.at(office.sam) as desk:
        export_case(desk, case_id)
    with pytest.raises(DeskError, match="roles"), office.at(office.anna) as desk:
        export_case(desk, case_id)


def _cases(office: Office):  # type: ignore[no-untyped-def]
    from consentry.desk.cases.reading import list_cases

    with office.looking(office.sam) as desk:
        return list_cases(desk)


def _acts(office: Office, case_id: object) -> list[str]:
    from consentry.desk.cases.happened import history

    with office.looking(office.auditor) as desk:
        return [each.act for each in history(desk, case_id)]  # type: ignore[arg-type]
