"""What can only be checked once a whole policy is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from consentry.policy.definitions import (
    YES_NO,
    Clause,
    DeadlineDefinition,
    DecisionLine,
    FactDefinition,
    Invariant,
)
from consentry.policy.language.written import Place
from consentry.policy.logic.conditions import Always, ClauseHolds, Condition, FactIs, leaves
from consentry.policy.logic.program import ClauseCycleError, evaluation_order

_MOST_EVENT_FACTS: Final = 4
"""The guardrail of promise 4 tries every combination of the facts that cut the public-event score."""


def check_circles(clauses: tuple[Clause, ...]) -> None:
    """Refuse clauses that refer to each other in a circle."""
    try:
        evaluation_order({clause.name: clause.when for clause in clauses})
    except ClauseCycleError as error:
        first = next(clause for clause in clauses if clause.name == error.circle[0])
        message = f"clauses refer to each other in a circle: {' → '.join(error.circle)}."
        raise Place(first.file, first.line).error(
            message, "Take one of the references away.", "policy.cycle"
        ) from error


def check_decisions(decisions: tuple[DecisionLine, ...]) -> None:
    """Refuse a list without a last line that always holds, and lines that are never reached."""
    last = decisions[-1]
    if not isinstance(last.when, Always):
        remedy = "End the list with a line that has 'when: always'."
        message = f"the decision list ends with '{last.name}', so that some posts would get no action."
        raise Place(last.file, last.line).error(message, remedy, "policy.no_catch_all")
    seen: dict[Condition, str] = {}
    for decision in decisions:
        place = Place(decision.file, decision.line)
        if Always() in seen:
            message = f"the decision line '{decision.name}' is never reached: '{seen[Always()]}' always holds."
            raise place.error(message, "Move it up, or take it away.", "policy.dead")
        if decision.when in seen:
            message = f"the decision line '{decision.name}' is never reached: '{seen[decision.when]}' says the same."
            raise place.error(message, "Take one of them away.", "policy.dead")
        seen[decision.when] = decision.name


def check_used(
    facts: tuple[FactDefinition, ...],
    clauses: tuple[Clause, ...],
    decisions: tuple[DecisionLine, ...],
    invariants: tuple[Invariant, ...],
    deadlines: tuple[DeadlineDefinition, ...] = (),
) -> None:
    """Refuse clauses that no line leads to, facts that nothing asks for, and words that nothing tells apart."""
    definitions = {clause.name: clause.when for clause in clauses}
    roots = [decision.when for decision in decisions] + [invariant.condition for invariant in invariants]
    roots += [deadline.when for deadline in deadlines]
    reached = list(_all_leaves(roots, definitions))
    named = {leaf.clause for leaf in reached if isinstance(leaf, ClauseHolds)}
    for clause in clauses:
        if clause.name not in named:
            message = f"no decision line depends on the clause '{clause.name}'."
            raise Place(clause.file, clause.line).error(message, "Use it in a line, or take it away.", "policy.dead")
    compared: dict[str, set[str]] = {fact.name: set() for fact in facts}
    used = set()
    for leaf in reached:
        if isinstance(leaf, FactIs):
            used.add(leaf.fact)
            compared[leaf.fact].update(leaf.words)
    for fact in facts:
        if fact.name not in used:
            message = f"no condition speaks of the fact '{fact.name}'."
            raise Place(fact.file, fact.line).error(message, "Use it in a clause, or take it away.", "policy.dead")
        never = [word for word in fact.words if word not in compared[fact.name]]
        if fact.measured is None and fact.words != YES_NO and len(never) > 1:
            message = f"no condition tells the words '{never[0]}' and '{never[1]}' of the fact '{fact.name}' apart."
            raise Place(fact.file, fact.line).error(message, "Compare with one of them, or drop it.", "policy.dead")


def _all_leaves(roots: Iterable[Condition], clauses: dict[str, Condition]) -> Iterator[FactIs | ClauseHolds]:
    waiting, visited = list(roots), set[str]()
    while waiting:
        for leaf in leaves(waiting.pop()):
            yield leaf
            if isinstance(leaf, ClauseHolds) and leaf.clause not in visited:
                visited.add(leaf.clause)
                waiting.append(clauses[leaf.clause])


def check_event_facts(facts: tuple[FactDefinition, ...]) -> None:
    """Refuse more facts cut from the public-event score than the guardrail can try every combination of."""
    cutting = [fact for fact in facts if fact.measured and fact.measured.startswith("scene.public_event.")]
    if len(cutting) > _MOST_EVENT_FACTS:
        message = f"more than {_MOST_EVENT_FACTS} facts cut the public-event score."
        raise Place(cutting[-1].file, cutting[-1].line).error(message, "Take some of them away.", "policy.threshold")
