"""Why an action came out, what is open, what should be asked, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

from consentry.policy.conditions import ClauseHolds, FactIs, World, grounds
from consentry.policy.definitions import SEVERITY, Clause, FactDefinition, Policy
from consentry.policy.guardrails import Standpoint, guard
from consentry.policy.kleene import UNKNOWN, YES, name
from consentry.policy.program import UNKNOWN_CODE, Outcome
from consentry.records import Action, Change, Fact, Identity, Question, Reason, Standing

_STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
_IDENTITIES: Final[tuple[Identity, ...]] = get_args(Identity)


# --- reasons ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reasons:
    """The clauses of a recommendation, sorted by what became of them."""

    decisive: tuple[Reason, ...]
    fired: tuple[Reason, ...]
    not_evaluated: tuple[Reason, ...]


def reasons(policy: Policy, facts: Sequence[Fact], outcome: Outcome) -> Reasons:
    """What became of every clause that holds or could not be decided, and which of them the line was taken for."""
    by_name = {clause.name: clause for clause in policy.clauses}
    world = World(
        facts={fact.name: fact.value for fact in facts},
        clauses={clause.name: truth for clause, truth in zip(policy.clauses, outcome.clauses, strict=True)},
    )
    settled = {fact.name: fact for fact in facts}
    fired, open_clauses = {}, []
    for clause, truth in zip(policy.clauses, outcome.clauses, strict=True):
        if truth == YES:
            fired[clause.name] = _reason(clause, world, by_name, settled)
        elif truth == UNKNOWN:
            open_clauses.append(_reason(clause, world, by_name, settled))
    taken = policy.decisions[outcome.line].when
    behind = [
        leaf.clause for leaf in _all_grounds(grounds(taken, world), world, by_name) if isinstance(leaf, ClauseHolds)
    ]
    decisive = [fired[clause] for clause in dict.fromkeys(behind) if clause in fired]
    return Reasons(tuple(decisive), tuple(fired.values()), tuple(open_clauses))


def _reason(clause: Clause, world: World, clauses: dict[str, Clause], facts: dict[str, Fact]) -> Reason:
    truth = world.clauses[clause.name]
    behind = _all_grounds(grounds(clause.when, world), world, clauses)
    names = dict.fromkeys(leaf.fact for leaf in behind if isinstance(leaf, FactIs))
    return Reason(
        clause=clause.name,
        kind=clause.kind,
        outcome=name(truth),
        sentence=clause.sentence,
        source=clause.source,
        facts=() if truth == UNKNOWN else tuple(facts[fact] for fact in names),
        missing=tuple(names) if truth == UNKNOWN else (),
    )


def _all_grounds(
    first: Iterator[FactIs | ClauseHolds], world: World, clauses: dict[str, Clause]
) -> Iterator[FactIs | ClauseHolds]:
    """The leaves that something rests on, each clause followed by what it rests on itself."""
    for leaf in first:
        yield leaf
        if isinstance(leaf, ClauseHolds):
            yield from _all_grounds(grounds(clauses[leaf.clause].when, world), world, clauses)


# --- what if ----------------------------------------------------------------------------------------------------


def action_if(policy: Policy, values: Sequence[int], index: int, code: int, standpoint: Standpoint) -> Action:
    """The action if one fact were otherwise, guardrails included.

    A fact that is read from the report's standing or identity stands for the report itself here: the question is
    what would follow if the report said so. A fact that is cut from the public-event score counts as answered.
    """
    changed = list(values)
    changed[index] = code
    definition = policy.facts[index]
    scores = tuple(score for score in standpoint.event_scores if score != index)
    supposed = replace(standpoint, event_scores=scores)
    word = definition.words[code]
    if definition.measured == "report.standing":
        supposed = replace(supposed, standing=next((item for item in _STANDINGS if item == word), None))
    elif definition.measured == "report.identity":
        supposed = replace(supposed, identity=next((item for item in _IDENTITIES if item == word), None))
    return guard(policy, changed, policy.program.run(changed), supposed).action


def questions(policy: Policy, values: Sequence[int], action: Action, standpoint: Standpoint) -> tuple[Question, ...]:
    """The unknown facts of which some answer would change the action, the most consequential first.

    First those that could lead to the most different actions, then those that could lead furthest from the present
    one (by `definitions.SEVERITY`), then in the order of the policy file.
    """
    found: list[tuple[int, int, Question]] = []
    for index, definition in enumerate(policy.facts):
        if values[index] != UNKNOWN_CODE:
            continue
        changes = _changes(policy, values, index, standpoint)
        others = {change.action for change in changes} - {action}
        if others:
            farthest = max(abs(SEVERITY[other] - SEVERITY[action]) for other in others)
            question = Question(fact=definition.name, ask=definition.ask, could_lead_to=changes)
            found.append((-len(others), -farthest, question))
    found.sort(key=lambda item: item[:2])
    return tuple(question for _, _, question in found)


def would_change(policy: Policy, values: Sequence[int], action: Action, standpoint: Standpoint) -> tuple[Change, ...]:
    """The known facts of which a single other value would change the action, in the order of the policy file."""
    return tuple(
        change
        for index, code in enumerate(values)
        if code != UNKNOWN_CODE
        for change in _changes(policy, values, index, standpoint)
        if change.action != action
    )


def _changes(policy: Policy, values: Sequence[int], index: int, standpoint: Standpoint) -> tuple[Change, ...]:
    definition = policy.facts[index]
    return tuple(
        Change(
            fact=definition.name,
            from_value=_word(definition, values[index]),
            to_value=word,
            action=action_if(policy, values, index, code, standpoint),
        )
        for code, word in enumerate(definition.words)
        if code != values[index]
    )


def _word(definition: FactDefinition, code: int) -> str:
    return "unknown" if code == UNKNOWN_CODE else definition.words[code]
