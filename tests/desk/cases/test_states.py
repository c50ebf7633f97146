"""The page shows the table of states that the program has; who may not, cannot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consentry.desk.actor import ROLES, SYSTEM, Actor
from consentry.desk.cases.states import ENDED, MOVES, STATES, may_move, require_move
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id

_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def words(cell: str) -> tuple[str, ...]:
    return tuple(word.strip().replace("the desk itself", "system") for word in cell.split(","))


def test_the_page_shows_the_table(repository: Path) -> None:
    page = (repository / "docs/desk/cases.md").read_text(encoding="utf-8")
    shown = {row[0]: (words(row[1]), words(row[2]), words(row[3]), row[4].strip()) for row in _ROW.findall(page)}
    assert shown == {move.act: (move.sources, move.targets, move.roles, move.about) for move in MOVES.values()}


def test_every_state_can_be_reached_and_left_unless_it_is_an_end() -> None:
    reached = {state for move in MOVES.values() for state in move.targets}
    assert reached | {"received"} == set(STATES)
    left = {state for move in MOVES.values() for state in move.sources}
    assert set(STATES) - left == ENDED - {"routed_out"}


@pytest.mark.parametrize("act", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_only_the_roles_of_the_table_move_a_case_and_only_from_its_states(act: str, state: str) -> None:
    move = MOVES[act]
    for role in ROLES:
        actor = Actor(new_id(), "user", frozenset({role}))
        allowed = role in move.roles and state in move.sources
        assert may_move(actor, act, state) == allowed
        if allowed:
            require_move(actor, act, state)
        else:
            with pytest.raises(DeskError) as refused:
                require_move(actor, act, state)
            assert refused.value.code == ("desk.transition" if role in move.roles else "desk.not_allowed")
    assert not may_move(Actor(new_id(), "user"), act, state)
    assert may_move(SYSTEM, act, state) == ("system" in move.roles and state in move.sources)
