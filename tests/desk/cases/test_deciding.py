"""Two people decide what one must not, neither sees the other, and nobody decides a case twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_office import BEGINNING, Office, new_office
from desk_signals import BEDROOM_SIGNALS
from sqlalchemy import select, text

from consentry.desk.actor import SYSTEM
from consentry.desk.cases.answering import answer
from consentry.desk.cases.appeals import appeal
from consentry.desk.cases.assessed import record_assessed
from consentry.desk.cases.deciding import decide
from consentry.desk.cases.filing import FiledPost, Filing, file_case
from consentry.desk.cases.happened import history
from consentry.desk.cases.letters import letters_of
from consentry.desk.cases.locating import posts_of
from consentry.desk.cases.notes import add_note
from consentry.desk.cases.queue import take, waiting_cases
from consentry.desk.cases.reading import get_case
from consentry.desk.cases.recording import Found
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.decisions import DecisionRow
from consentry.records import Fact, Report

HARASSING = (
    Fact(name="intent_to_harass", value="yes", source="reviewer", detail="the caption mocks her"),
    Fact(name="intimate_media", value="no", source="reviewer"),
    Fact(name="apparent_minor", value="no", source="reviewer"),
)


def test_what_was_recommended_and_is_no_removal_takes_effect_at_once(office: Office) -> None:
    case_id = office.open()
    decision = office.decided(case_id, office.anna, "recommend_restrict")
    view = office.seen(case_id)
    assert decision.effective
    assert view.state == "decided"
    assert view.decisions[0].followed
    with office.looking(office.anna) as desk:
        letters = {letter.kind: letter.body for letter in letters_of(desk, case_id)}
    assert set(letters) == {"statement", "uploader", "reporter"}
    assert '"decision_visibility":["DECISION_VISIBILITY_CONTENT_DEMOTED"]' in letters["statement"]
    assert "Seen." not in "".join(letters.values())


@pytest.mark.parametrize("action", ["recommend_removal", "no_action"])
def test_a_removal_and_a_decision_against_the_recommendation_wait_for_a_second_person(
    office: Office, action: str
) -> None:
    case_id = office.open()
    first = office.decided(case_id, office.anna, action)
    assert not first.effective
    assert office.seen(case_id).state == "open"
    with office.looking(office.anna) as desk:
        assert letters_of(desk, case_id) == []
    second = office.decided(case_id, office.ben, action)
    assert second.effective
    assert second.agreed
    assert office.seen(case_id).state == "decided"


def test_where_two_differ_a_senior_decides_and_nobody_else(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_removal")
    assert not office.decided(case_id, office.ben, "recommend_restrict").effective
    with pytest.raises(DeskError) as refused, office.at(office.carla) as desk:
        take(desk, case_id)
    assert refused.value.code == "desk.not_allowed"
    with office.looking(office.carla) as desk:
        assert waiting_cases(desk) == []
    assert office.decided(case_id, office.sam, "recommend_removal").effective
    assert [each.step for each in office.seen(case_id).decisions] == ["first", "second", "senior"]


def test_the_second_person_sees_nothing_of_the_first(office: Office) -> None:
    case_id = office.open()
    office.taken(case_id, office.anna)
    with office.at(office.anna) as desk:
        (post,) = get_case(desk, case_id).posts
        answer(desk, case_id, post.id, HARASSING)
        add_note(desk, case_id, "This one is clear to me.")
        decide(desk, case_id, office.verdicts(get_case(desk, case_id), "recommend_removal"), "She is mocked.")
    first = office.seen(case_id, office.anna)
    assert first.action is not None
    assert first.posts[0].assessment is not None
    assert first.posts[0].assessment.recommendation.action == "recommend_removal"
    for viewer in (office.ben, office.sam):
        view = office.seen(case_id, viewer)
        shown = view.model_dump_json()
        assert "mock" not in shown
        assert "clear to me" not in shown
        assert str(office.anna.id) not in shown
        assert view.decisions == ()
        assert view.step is None
        assert view.action == "recommend_restrict"  # as it stood before the first one's answers
        with office.looking(viewer) as desk:
            assert not {"case.answer", "case.decide", "case.add_note"} & {each.act for each in history(desk, case_id)}
            assert str(office.anna.id) not in "".join(each.model_dump_json() for each in history(desk, case_id))
    assert not office.decided(case_id, office.ben, "recommend_restrict").effective
    seen = office.seen(case_id, office.sam)  # who settles it sees both
    assert {each.step for each in seen.decisions} == {"first", "second"}
    assert "mocks her" in seen.model_dump_json()


def test_what_the_second_person_answers_counts_without_what_the_first_one_answered(office: Office) -> None:
    case_id = office.open()
    office.taken(case_id, office.anna)
    with office.at(office.anna) as desk:
        (post,) = get_case(desk, case_id).posts
        answer(desk, case_id, post.id, HARASSING)
        decide(desk, case_id, office.verdicts(get_case(desk, case_id), "recommend_removal"), "She is mocked.")
    office.taken(case_id, office.ben)
    with office.at(office.ben) as desk:
        answer(desk, case_id, post.id, [HARASSING[1]])
        (seen,) = get_case(desk, case_id).posts
    assert [each.fact for each in seen.answers] == ["intimate_media"]
    assert seen.assessment is not None
    assert {fact.name: fact.value for fact in seen.assessment.facts}["intent_to_harass"] == "unknown"


def test_nobody_decides_a_case_twice_in_whatever_round(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.sam, "recommend_removal")
    _refused(office, case_id, office.sam)
    office.decided(case_id, office.ben, "recommend_removal")
    with office.at(office.intake) as desk:
        appeal(desk, case_id, "uploader", "It was a joke.")
    for before in (office.sam, office.ben):
        _refused(office, case_id, before)
        with office.looking(before) as desk:
            assert waiting_cases(desk) == []
    assert not office.decided(case_id, office.carla, "no_action").effective
    assert office.decided(case_id, office.anna, "no_action").effective
    view = office.seen(case_id)
    assert view.appeals[0].outcome == "overturned"
    assert view.state == "decided"


def _refused(office: Office, case_id: object, actor: object) -> None:
    with pytest.raises(DeskError) as refused, office.at(actor) as desk:  # type: ignore[arg-type]
        take(desk, case_id)  # type: ignore[arg-type]
    assert refused.value.code == "desk.own_decision"


def test_the_database_itself_refuses_a_second_decision_of_one_person(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_removal")
    with pytest.raises(Exception, match=r"(?i)unique"), office.at(SYSTEM) as desk:  # noqa: PT012
        held = desk.session.scalars(select(DecisionRow)).one()
        desk.session.execute(
            text(
                "INSERT INTO decisions (id, case_id, round, step, decided_by, effective, followed, reason, decided_at) "
                "SELECT :id, case_id, 1, 'first', decided_by, effective, followed, reason, decided_at FROM decisions"
            ),
            {"id": held.case_id.hex},
        )


@pytest.mark.parametrize(
    ("clauses", "code"), [((), "desk.clause"), (("no_such_clause",), "desk.clause")], ids=["none", "unknown"]
)
def test_a_decision_names_a_clause_that_holds_or_is_open(office: Office, clauses: tuple[str, ...], code: str) -> None:
    case_id = office.open()
    with pytest.raises(DeskError) as refused:
        office.decided(case_id, office.anna, "recommend_restrict", clauses=clauses)
    assert refused.value.code == code


def test_a_program_does_not_decide(office: Office) -> None:
    case_id = office.open()
    robot = type(office.anna)(office.anna.id, "token", office.anna.roles)
    with pytest.raises(DeskError) as refused:
        office.decided(case_id, robot, "recommend_restrict")
    assert refused.value.code == "desk.not_allowed"


def test_a_decision_without_a_reason_or_for_half_of_the_posts_is_none(office: Office) -> None:
    case_id = office.open(posts=2)
    office.taken(case_id, office.anna)
    with office.looking(office.anna) as desk:
        verdicts = office.verdicts(get_case(desk, case_id), "recommend_restrict")
    for given, reason in ((verdicts, " "), (verdicts[:1], "Seen."), ([verdicts[0], verdicts[0]], "Seen.")):
        with pytest.raises(DeskError) as refused, office.at(office.anna) as desk:
            decide(desk, case_id, given, reason)
        assert refused.value.code == "desk.input"


def test_what_changed_meanwhile_or_was_lost_is_not_decided(office: Office) -> None:
    case_id = office.open()
    version = office.taken(case_id, office.anna)
    with office.looking(office.anna) as desk:
        verdicts = office.verdicts(get_case(desk, case_id), "recommend_restrict")
    with office.at(office.anna) as desk:
        add_note(desk, case_id, "Looks like a bedroom.")
    with pytest.raises(DeskError) as refused, office.at(office.anna) as desk:
        decide(desk, case_id, verdicts, "Seen.", version=version)
    assert refused.value.code == "desk.version"
    office.clock.pass_(minutes=16)
    with pytest.raises(DeskError) as refused, office.at(office.anna) as desk:
        decide(desk, case_id, verdicts, "Seen.")
    assert refused.value.code == "desk.lease"


CLEAR = {
    "information": "none", "intimate_media": "no", "apparent_minor": "no", "vulnerable_person": "no",
    "removed_before": "no", "intent_to_harass": "no", "call_to_find": "no",
}  # fmt: skip
"""Answers which, where the person agreed to the post, leave nothing open."""


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_confident_case_that_is_drawn_gets_a_second_opinion_and_nobody_is_told(
    address: str, tmp_path: Path, share: float
) -> None:
    office = new_office(address, tmp_path, audit_share=share)
    facts = tuple(Fact(name=name, value=value, source="reviewer") for name, value in CLEAR.items())
    report = Report(report_id="r", standing="depicted_person", identity="verified", consent="given")
    post = FiledPost(post_id="p", words="At the lake.", posted_at=BEGINNING, facts=facts)
    with office.at(SYSTEM) as desk:
        case = file_case(desk, Filing(source="import", report=report, posts=(post,)))
        found = {row.id: Found(BEDROOM_SIGNALS, ("bedroom.jpg",)) for row in posts_of(desk, case.id)}
        record_assessed(desk, case, found, "measured", new_id())
    assert office.seen(case.id).action == "no_action"
    for viewer in (office.anna, office.sam):
        assert "audit" not in office.seen(case.id, viewer).model_dump_json()
        with office.looking(viewer) as desk:
            assert "case.draw_for_audit" not in {each.act for each in history(desk, case.id)}
    assert office.decided(case.id, office.anna, "no_action").effective == (share == 0)
    if share:
        assert office.decided(case.id, office.ben, "no_action").effective
    office.database.close()
