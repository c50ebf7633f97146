"""Answering questions about a post: what is recommended is decided again at once, without touching media."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from consentry.desk.cases.answers import keep_answers
from consentry.desk.cases.locating import case_to_change, has_decided, post_of, touch
from consentry.desk.cases.policies import policy_of
from consentry.desk.cases.queue import require_lease
from consentry.desk.cases.recording import decide_again
from consentry.desk.cases.states import WAITING, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.store.tables.findings import AnswerRow
from consentry.policy import check_answer
from consentry.records import Fact
from consentry.records.words import LONGEST_DETAIL, LONGEST_WORD

MOST_AT_ONCE = 100


def answer(
    desk: Desk, case_id: UUID, post: UUID, facts: Sequence[Fact], *, version: int | None = None
) -> list[AnswerRow]:
    """Keep answers about a post, and decide it again with them.

    Args:
        desk: A reviewer who has the case; a program with the role of one (a labelling tool) while it waits; intake or
            a program for what was looked up.
        case_id: The case.
        post: The post's row.
        facts: A reviewer's answers, of the source ``reviewer``; or look-ups. When they were given is set here.
        version: Of the case, as the caller saw it.

    Raises:
        DeskError: ``desk.lease``, ``desk.own_decision``, ``desk.transition``, ``desk.not_allowed``, ``desk.input``.
        PolicyError: The policy has no such fact, or no such word for it.
    """
    case = case_to_change(desk, case_id, version)
    row = post_of(desk, case, post)
    if not 0 < len(facts) <= MOST_AT_ONCE:
        raise DeskError(f"Between one and {MOST_AT_ONCE} answers can be given at once.", "Give some.")
    policy = policy_of(desk.settings)
    for fact in facts:
        check_answer(policy, fact)
        if len(fact.name) > LONGEST_WORD or len(fact.detail) > LONGEST_DETAIL:
            raise DeskError(f"What is said about '{fact.name[:40]}' is too long.", "Say it in fewer words.")
    sources = {fact.source for fact in facts}
    if sources == {"reviewer"}:
        _require_reviewer(desk, case)
    elif sources == {"lookup"}:
        _require_looking_up(desk, case)
    else:
        raise DeskError(
            "Answers come from a reviewer or from a look-up, and from one of them at a time.",
            "Give their source as `reviewer` or `lookup`.",
        )
    now = desk.now
    rows = keep_answers(desk, case, row, [fact.model_copy(update={"observed_at": now}) for fact in facts])
    touch(desk, case)
    desk.log(
        "case.answer", case.id, post=row.id, answers=[each.id for each in rows],
        facts=sorted({each.fact for each in rows}), round=case.round, step=case.step,
    )  # fmt: skip
    if case.state not in {"received", "assessing"}:
        decide_again(desk, case, "answer", rows[0].id, [row])
    return rows


def _require_reviewer(desk: Desk, case: CaseRow) -> None:
    require_role(desk.actor, "reviewer", "senior")
    if has_decided(desk, case):
        raise DeskError(
            "You have decided this case before; what is answered now is for somebody else.",
            "Leave the case to whoever has it.",
            code="desk.own_decision",
        )
    if desk.actor.kind == "token" and case.state in WAITING and case.step != "senior":
        return
    if case.state != "in_review":
        raise DeskError(
            f"A case that is '{case.state}' is not being reviewed.", "Take the case first.", code="desk.transition"
        )
    require_lease(desk, case)


def _require_looking_up(desk: Desk, case: CaseRow) -> None:
    require_role(desk.actor, "intake", "service", "reviewer", "senior")
    if case.state not in {"received", "assessing", "in_review", *WAITING}:
        raise DeskError(
            f"A case that is '{case.state}' takes no look-ups.", "File an appeal with what was found.",
            code="desk.transition",
        )  # fmt: skip
