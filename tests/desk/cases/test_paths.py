"""All paths that a case can take, tried at random: the table of states holds, and so do the promises about people."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from desk_office import Office, new_office
from desk_signals import BEDROOM_SIGNALS
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.audit.verifying import verify
from consentry.desk.cases.answering import answer
from consentry.desk.cases.appeals import appeal, withdraw_appeal
from consentry.desk.cases.assessed import begin_assessing, record_assessed, record_unmeasured
from consentry.desk.cases.deciding import decide
from consentry.desk.cases.ending import bring_back, close, close_due, route_out, withdraw
from consentry.desk.cases.filing import submit
from consentry.desk.cases.locating import case_to_change, posts_of
from consentry.desk.cases.notes import add_note, record_risk
from consentry.desk.cases.queue import expire_leases, give_back, renew, take, take_next
from consentry.desk.cases.recording import Found
from consentry.desk.cases.reports import ReportChange, change_report
from consentry.desk.cases.states import MOVES
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.decisions import DecisionRow, LetterRow, VerdictRow
from consentry.desk.store.tables.log import EntryRow
from consentry.records import ErrorNote, Fact

REFUSALS = frozenset(
    f"desk.{word}" for word in ("not_allowed", "transition", "lease", "leased", "own_decision", "version", "late")
)
"""What may be said to who tries something that is not possible at this moment; anything else is a mistake."""
WHO = st.sampled_from(["intake", "anna", "ben", "carla", "sam", "tess", "auditor"])
ACTIONS = st.sampled_from(["no_action", "recommend_restrict", "recommend_removal", "route_out", "request_verification"])


class Paths(RuleBasedStateMachine):
    """Everybody tries everything with a few cases, in any order."""

    template: Path
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="desk-paths-"))
        shutil.copyfile(self.template, self.folder / "desk.sqlite")
        self.office: Office = new_office(f"sqlite:///{self.folder / 'desk.sqlite'}", self.folder, audit_share=0.5)
        self.states: dict[UUID, str] = {}

    def teardown(self) -> None:
        with self.office.database.reading() as session:
            found = verify(session)
        self.office.database.close()
        shutil.rmtree(self.folder)
        assert found.is_whole, found.problems

    def act(self, actor: Actor, act: str, case_id: UUID, what: Any) -> bool:
        """Try something; whether it was done. What was done must stand in the table for this actor."""
        before = self.states[case_id]
        try:
            with self.office.at(actor) as desk:
                what(desk)
        except DeskError as error:
            if error.code not in REFUSALS:
                raise
            return False
        after = self.office.seen(case_id).state
        if act in MOVES:
            move = MOVES[act]
            assert before in move.sources
            assert after in move.targets
            assert actor.has(*move.roles)
        else:
            assert after == before
        self.states[case_id] = after
        return True

    def somebody(self, who: str) -> Actor:
        found: Actor = getattr(self.office, who)
        return found

    @rule(target=cases, posts=st.integers(1, 2))
    def file(self, posts: int) -> UUID:
        case_id = self.office.filed(posts)
        self.states[case_id] = "received"
        return case_id

    @rule(case_id=cases)
    def begin(self, case_id: UUID) -> None:
        with self.office.at(SYSTEM) as desk:
            begun = begin_assessing(desk, case_to_change(desk, case_id))
        assert begun == (self.states[case_id] in {"received", "assessing"})
        if begun:
            self.states[case_id] = "assessing"

    @rule(case_id=cases, measured=st.booleans())
    def assessed(self, case_id: UUID, measured: bool) -> None:
        note = ErrorNote(stage="assess", code="desk.unmeasured", message="No.", remedy="Look.")

        def record(desk: Any) -> None:
            case = case_to_change(desk, case_id)
            if measured:
                found = {post.id: Found(BEDROOM_SIGNALS, ("bedroom.jpg",)) for post in posts_of(desk, case_id)}
                record_assessed(desk, case, found, "measured", new_id())
            else:
                record_unmeasured(desk, case, note, new_id())

        self.act(SYSTEM, "assessed", case_id, record)

    @rule(case_id=cases, who=WHO)
    def submit_again(self, case_id: UUID, who: str) -> None:
        act = "note" if self.states[case_id] == "received" else "reassess"
        self.act(self.somebody(who), act, case_id, lambda desk: submit(desk, case_id))

    @rule(case_id=cases, who=WHO)
    def take(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "take", case_id, lambda desk: take(desk, case_id))

    @rule(who=st.sampled_from(["anna", "ben", "carla", "sam", "tess"]))
    def take_the_next(self, who: str) -> None:
        actor = self.somebody(who)
        with self.office.at(actor) as desk:
            case = take_next(desk)
            if case is None:
                return
            case_id = case.id
        assert self.states[case_id] in {"open", "appealed"}
        self.states[case_id] = "in_review"

    @rule(case_id=cases, who=WHO)
    def give_back(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "give_back", case_id, lambda desk: give_back(desk, case_id))

    @rule(case_id=cases, who=WHO)
    def renew(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "renew", case_id, lambda desk: renew(desk, case_id))

    @rule(case_id=cases, who=WHO, value=st.sampled_from(["yes", "no", "unknown"]))
    def answer(self, case_id: UUID, who: str, value: str) -> None:
        def give(desk: Any) -> None:
            (post, *_) = posts_of(desk, case_id)
            answer(desk, case_id, post.id, [Fact(name="intent_to_harass", value=value, source="reviewer")])

        self.act(self.somebody(who), "answer", case_id, give)

    @rule(case_id=cases, who=WHO, first=ACTIONS, second=ACTIONS)
    def decide(self, case_id: UUID, who: str, first: str, second: str) -> None:
        view = self.office.seen(case_id)
        if view.posts[0].assessment is None:
            return
        verdicts = self.office.verdicts(view, first, second)

        def choose(desk: Any) -> None:
            decide(desk, case_id, verdicts, "Seen.")

        self.act(self.somebody(who), "decide", case_id, choose)

    @rule(case_id=cases, who=st.sampled_from(["anna", "ben", "carla", "sam", "tess"]), action=ACTIONS)
    def take_and_decide(self, case_id: UUID, who: str, action: str) -> None:
        self.take(case_id, who)
        self.decide(case_id, who, action, action)

    @rule(case_id=cases, who=WHO)
    def appeal(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "appeal", case_id, lambda desk: appeal(desk, case_id, "uploader", "No."))

    @rule(case_id=cases, who=WHO)
    def withdraw_appeal(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "withdraw_appeal", case_id, lambda desk: withdraw_appeal(desk, case_id))

    @rule(case_id=cases, who=WHO)
    def withdraw(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "withdraw", case_id, lambda desk: withdraw(desk, case_id))

    @rule(case_id=cases, who=WHO)
    def route_out(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "route_out", case_id, lambda desk: route_out(desk, case_id, "other", "No."))

    @rule(case_id=cases, who=WHO)
    def bring_back(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "bring_back", case_id, lambda desk: bring_back(desk, case_id, "Not theirs."))

    @rule(case_id=cases, who=WHO)
    def close(self, case_id: UUID, who: str) -> None:
        self.act(self.somebody(who), "close", case_id, lambda desk: close(desk, case_id))

    @rule(case_id=cases, who=WHO, level=st.integers(0, 3))
    def note(self, case_id: UUID, who: str, level: int) -> None:
        self.act(self.somebody(who), "note", case_id, lambda desk: add_note(desk, case_id, "Seen before."))
        self.act(self.somebody(who), "risk", case_id, lambda desk: record_risk(desk, case_id, level, "Threats."))

    @rule(case_id=cases, who=WHO, identity=st.sampled_from(["verified", "rejected"]))
    def identity(self, case_id: UUID, who: str, identity: Any) -> None:
        change = ReportChange(identity=identity)
        self.act(self.somebody(who), "report", case_id, lambda desk: change_report(desk, case_id, change))

    @rule(minutes=st.sampled_from([1, 10, 20, 60 * 24 * 200]))
    def time_passes(self, minutes: int) -> None:
        self.office.clock.pass_(minutes=minutes)
        with self.office.at(SYSTEM) as desk:
            expire_leases(desk)
            close_due(desk)
        for case_id, before in self.states.items():
            after = self.office.seen(case_id).state
            assert (before, after) in {
                (before, before), ("in_review", "open"), ("in_review", "appealed"), ("decided", "closed"),
            }  # fmt: skip
            self.states[case_id] = after

    @invariant()
    def everything_is_as_it_was_left(self) -> None:
        with self.office.database.reading() as session:
            rows = session.scalars(select(CaseRow)).all()
            assert {row.id: row.state for row in rows} == self.states
            for row in rows:
                assert row.waiting == (row.state in {"open", "appealed"})
                assert (row.lease_holder is not None) == (row.state == "in_review")

    @invariant()
    def nobody_decided_twice_and_no_removal_was_one_persons(self) -> None:
        with self.office.database.reading() as session:
            decisions = session.scalars(select(DecisionRow)).all()
            by_case: dict[UUID, list[UUID]] = {}
            for decision in decisions:
                by_case.setdefault(decision.case_id, []).append(decision.decided_by)
            assert all(len(people) == len(set(people)) for people in by_case.values())
            for decision in decisions:
                actions = set(session.scalars(select(VerdictRow.action).where(VerdictRow.decision_id == decision.id)))
                others = [d for d in decisions if d.case_id == decision.case_id and d.round == decision.round]
                if decision.effective and ("recommend_removal" in actions or not decision.followed):
                    assert len(others) >= 2
                letters = session.scalars(select(LetterRow).where(LetterRow.decision_id == decision.id)).all()
                assert bool(letters) == decision.effective

    @invariant()
    def every_change_stands_in_the_log_with_its_states(self) -> None:
        with self.office.database.reading() as session:
            last: dict[UUID, str] = {}
            for entry in session.scalars(select(EntryRow).order_by(EntryRow.number)):
                if "target" in entry.details and entry.subject_id is not None:
                    assert last.get(entry.subject_id, "received") == entry.details["source"]
                    last[entry.subject_id] = entry.details["target"]
            for case_id, state in self.states.items():
                assert last.get(case_id, "received") == state


@pytest.mark.parametrize(
    ("examples", "steps", "phases"),
    [(12, 30, tuple(Phase)), pytest.param(60, 40, (Phase.generate,), marks=pytest.mark.slow)],
    ids=["few", "many"],
)
def test_every_path_keeps_to_the_table_and_the_promises(
    sqlite_template: Path, examples: int, steps: int, phases: tuple[Phase, ...]
) -> None:
    tried = type("TriedPaths", (Paths,), {"template": sqlite_template})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        tried,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
