"""``kill -9`` of server and worker at random instants: what was accepted is there, once, and the log verifies."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from desk_processes import Insistent, Processes, case_of, report
from sqlalchemy import func, select

from consentry.desk.audit.verifying import verify
from consentry.desk.store.database import Database
from consentry.desk.store.tables.cases import CaseRow, PostRow
from consentry.desk.store.tables.decisions import DecisionRow, LetterRow, VerdictRow
from consentry.desk.store.tables.findings import AnswerRow, AssessmentRow
from consentry.desk.store.tables.log import EntryRow
from consentry.desk.store.tables.work import JobRow

KILLS = int(os.environ.get("CONSENTRY_KILLS", "50"))
"""On each database; CONSENTRY_KILLS in the environment asks for more or fewer."""
SECONDS_TO_SETTLE = 120


class Accepted:
    """What people were told that it was done."""

    def __init__(self) -> None:
        self.cases: dict[str, UUID] = {}
        self.answers: list[UUID] = []
        self.decisions: list[UUID] = []
        self.wrong: list[str] = []

    def note(self, status: int, text: str, *allowed: int) -> bool:
        """Whether it was done; other refusals than those that can be are mistakes."""
        if status in {200, 201, 202, 204}:
            return True
        if status not in allowed:
            self.wrong.append(f"{status} {text[:300]}")
        return False


def reporting(someone: Insistent, accepted: Accepted, over: Event) -> None:
    number = 0
    while not over.is_set():
        number += 1
        answer = someone.ask("POST", "/cases", report(number))
        if answer is not None and accepted.note(answer.status_code, answer.text):
            accepted.cases[f"R-{number}"] = case_of(answer)
        time.sleep(random.uniform(0, 0.1))


def reviewing(someone: Insistent, accepted: Accepted, over: Event) -> None:
    while not over.is_set():
        taken = someone.ask("POST", "/queue/next", {})
        if taken is None or not accepted.note(taken.status_code, taken.text) or not taken.content:
            time.sleep(0.05)
            continue
        case = taken.json()
        (post,) = case["posts"]
        path = f"/cases/{case['id']}"
        facts = {"answers": [{"name": "intent_to_harass", "value": "yes"}]}
        answered = someone.ask("POST", f"{path}/posts/{post['id']}/answers", facts)
        if answered is None or not accepted.note(answered.status_code, answered.text):
            continue
        accepted.answers.append(UUID(post["id"]))
        now = answered.json()
        (post,) = now["posts"]
        reasons = [
            *post["assessment"]["recommendation"]["fired"],
            *post["assessment"]["recommendation"]["not_evaluated"],
        ]
        verdict = {"post": post["id"], "action": "recommend_removal", "clauses": [reasons[0]["clause"]]}
        body = {"verdicts": [verdict], "reason": "Her number."}
        decided = someone.ask("POST", f"{path}/decisions", body, version=answered.headers["etag"])
        if decided is not None and accepted.note(decided.status_code, decided.text):
            accepted.decisions.append(UUID(case["id"]))


@pytest.mark.slow
def test_nothing_that_was_accepted_is_lost_or_doubled(address: str, tmp_path: Path) -> None:
    desk = Processes(address, tmp_path / "desk")
    accepted, over = Accepted(), Event()
    people = [
        (reporting, desk.account("reports", {"service"})),
        (reviewing, desk.account("anna", {"reviewer"})),
        (reviewing, desk.account("ben", {"reviewer"})),
        (reviewing, desk.account("carla", {"senior"})),
    ]
    speakers = [Insistent(desk.port, headers, over) for _, headers in people]
    threads = [
        Thread(target=do, args=(speaker, accepted, over)) for (do, _), speaker in zip(people, speakers, strict=True)
    ]
    chance = random.Random(20261201)
    try:
        for what in ("serve", "worker"):
            desk.begin(what)
        desk.wait_until_it_answers()
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            if chance.random() < 0.3:  # else it may be killed before it has begun
                desk.wait_until_it_answers()
            time.sleep(chance.uniform(0, 3.5))
            what = chance.choice(["serve", "serve", "worker"])
            desk.kill(what)
            desk.begin(what)
        over_at = time.monotonic() + 30
        while not accepted.decisions and time.monotonic() < over_at:
            time.sleep(0.5)
        over.set()
        for thread in threads:
            thread.join(60)
        _settle(address)
    finally:
        over.set()
        desk.end()
        for speaker in speakers:
            speaker.close()
    assert not accepted.wrong, accepted.wrong[:3]
    _check(address, accepted)


def _settle(address: str) -> None:
    """Wait until everything that was to be done is."""
    database = Database(address)
    until = time.monotonic() + SECONDS_TO_SETTLE
    while time.monotonic() < until:
        with database.reading() as session:
            left = session.scalar(
                select(func.count()).select_from(JobRow).where(JobRow.state.in_(("ready", "running")))
            )
        if not left:
            break
        time.sleep(0.5)
    database.close()
    assert not left


def _check(address: str, accepted: Accepted) -> None:
    database = Database(address)
    with database.reading() as session:
        cases = dict(session.execute(select(CaseRow.report_id, CaseRow.id)).all())  # type: ignore[arg-type]
        assert accepted.cases.items() <= cases.items()
        assert len(cases) - len(accepted.cases) <= 1  # one may have come that nobody could be told of any more
        assert session.scalar(select(func.count()).select_from(CaseRow)) == len(cases)
        measured = Counter(session.scalars(select(AssessmentRow.post_id).where(AssessmentRow.cause == "measured")))
        posts = session.scalars(select(PostRow.id)).all()
        assert measured == Counter(posts)  # each once
        given = Counter(session.scalars(select(AnswerRow.post_id)))
        told = Counter(accepted.answers)
        assert all(given[post] >= number for post, number in told.items())
        assert given.total() - told.total() <= 3
        held = Counter(session.scalars(select(DecisionRow.case_id)))
        decided = Counter(accepted.decisions)
        assert all(held[case] >= number for case, number in decided.items())
        assert held.total() - decided.total() <= 3
        effective = session.scalars(select(DecisionRow.id).where(DecisionRow.effective.is_(True))).all()
        letters = session.scalar(select(func.count()).select_from(LetterRow))
        assert letters == 3 * len(effective)
        assert session.scalar(select(func.count()).select_from(VerdictRow)) == held.total()
        assert not session.scalar(select(func.count()).select_from(JobRow).where(JobRow.state == "set_aside"))
        found = verify(session)
        assert found.is_whole, found.problems
        acts = Counter(session.scalars(select(EntryRow.act)))
        assert acts["case.file"] == len(cases)
        assert acts["case.answer"] == given.total()
        assert acts["case.decide"] == held.total()
        assert len(accepted.cases) >= KILLS // 10
        assert accepted.decisions
    database.close()
