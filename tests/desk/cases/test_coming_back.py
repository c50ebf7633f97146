"""Cases that were handed to another team by mistake come back, to where they were; and what is told meanwhile."""

from __future__ import annotations

import pytest
from desk_office import Office

from consentry.desk.actor import SYSTEM
from consentry.desk.cases.ending import bring_back, route_out
from consentry.desk.cases.exporting import export_case
from consentry.desk.cases.numbers import weekly_numbers
from consentry.desk.cases.purging import approve_purge, ask_purge
from consentry.desk.errors import DeskError


def test_a_case_that_was_routed_out_by_mistake_waits_again_for_what_it_waited_for(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_removal")
    with office.at(office.ben) as desk:
        route_out(desk, case_id, "other", "Theirs.")
    with office.at(office.ben) as desk, pytest.raises(DeskError, match="roles"):
        bring_back(desk, case_id, "Not theirs.")
    with office.at(office.sam) as desk:
        case = bring_back(desk, case_id, "Not theirs.")
        assert (case.state, case.round, case.step, case.ended_at, case.expires_at) == ("open", 0, "second", None, None)
    assert office.decided(case_id, office.ben, "recommend_removal").effective


def test_a_decision_that_routed_out_is_appealed_and_decided_by_somebody_else(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.anna, "route_out")
    office.decided(case_id, office.ben, "route_out")
    assert office.seen(case_id).state == "routed_out"
    with office.at(office.sam) as desk:
        bring_back(desk, case_id, "Nothing intimate is in it.")
    seen = office.seen(case_id)
    assert (seen.state, seen.round, seen.appeals[0].party) == ("appealed", 1, "internal")
    with pytest.raises(DeskError) as refused:
        office.taken(case_id, office.anna)
    assert refused.value.code == "desk.own_decision"
    office.decided(case_id, office.carla, "recommend_removal")
    assert office.decided(case_id, office.sam, "recommend_removal").effective
    assert office.seen(case_id).appeals[0].outcome == "overturned"


def test_what_was_purged_does_not_come_back_and_a_purge_of_what_came_back_is_refused(office: Office) -> None:
    case_id = office.open()
    with office.at(office.anna) as desk:
        route_out(desk, case_id, "other", "Theirs.")
    with office.at(office.sam) as desk:
        purge = ask_purge(desk, case_id, "case", "Over.").id
    with office.at(office.sam) as desk:
        bring_back(desk, case_id, "Not theirs.")
    with office.at(office.tess) as desk, pytest.raises(DeskError) as refused:
        approve_purge(desk, purge)
    assert refused.value.code == "desk.transition"
    with office.at(office.anna) as desk:
        route_out(desk, case_id, "other", "Theirs after all.")
    with office.at(office.tess) as desk:
        approve_purge(desk, purge)
    with office.at(office.sam) as desk, pytest.raises(DeskError) as refused:
        bring_back(desk, case_id, "Not theirs.")
    assert refused.value.code == "desk.purged"


def test_neither_export_nor_numbers_tell_a_senior_that_a_second_opinion_is_awaited(office: Office) -> None:
    told = []
    case_id = office.open()
    for _ in range(2):
        with office.looking(office.sam) as desk:
            numbers = weekly_numbers(desk, weeks=1).weeks[0]
        with office.at(office.sam) as desk, pytest.raises(DeskError) as refused:
            export_case(desk, case_id)
        told.append((str(refused.value), refused.value.code, numbers.firsts, numbers.followed))
        if len(told) == 1:
            office.decided(case_id, office.anna, "recommend_removal")
    assert told[0] == told[1]
    office.decided(case_id, office.ben, "recommend_removal")
    with office.looking(SYSTEM) as desk:
        assert weekly_numbers(desk, weeks=1).weeks[0].firsts == 1
