"""Why an action came out, what is open, what should be asked, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consentry.policy.definitions import SEVERITY, Clause, FactDefinition, Policy
from consentry.policy.logic.conditions import ClauseHolds, Condition, FactIs, World, grounds
from consentry.policy.logic.kleene import UNKNOWN, YES, Truth, name
from consentry.policy.logic.program import UNKNOWN_CODE, Outcome
from consentry.records import Action, Change, Fact, Question, Reason

# --- reasons ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reasons:
    """The clauses of a recommendation, sorted by what became of them."""

    decisive: tuple[Reason, ...]
    fired: tuple[Reason, ...]
    not_evaluated: tuple[Reason, ...]


def reasons(policy: Policy, facts: Sequence[Fact], outcome: Outcome) -> Reasons:
    """What became of every clause that holds or could not be decided, and which of them the line was taken for."""
    world = World(
        facts={fact.name: fact.value for fact in facts},
        clauses={clause.name: truth for clause, truth in zip(policy.clauses, outcome.clauses, strict=True)},
    )
    settled = {fact.name: fact for fact in facts}
    behind = _Behind({clause.name: clause.when for clause in policy.clauses}, world)
    fired, open_clauses = {}, []
    for clause, truth in zip(policy.clauses, outcome.clauses, strict=True):
        if truth == YES:
            fired[clause.name] = _reason(clause, truth, behind, settled)
        elif truth == UNKNOWN:
            open_clauses.append(_reason(clause, truth, behind, settled))
    rests_on = behind.condition(policy.decisions[outcome.line].when)
    clauses = dict.fromkeys(leaf.clause for leaf in rests_on if isinstance(leaf, ClauseHolds))
    decisive = [fired[clause] for clause in clauses if clause in fired]
    return Reasons(tuple(decisive), tuple(fired.values()), tuple(open_clauses))


def _reason(clause: Clause, truth: Truth, behind: _Behind, facts: dict[str, Fact]) -> Reason:
    names = dict.fromkeys(leaf.fact for leaf in behind.clause(clause.name) if isinstance(leaf, FactIs))
    return Reason(
        clause=clause.name,
        kind=clause.kind,
        outcome=name(truth),
        sentence=clause.sentence,
        source=clause.source,
        facts=() if truth == UNKNOWN else tuple(facts[fact] for fact in names),
        missing=tuple(names) if truth == UNKNOWN else (),
    )


class _Behind:
    """The leaves that conditions rest on in one world, each clause followed by what it rests on itself."""

    def __init__(self, conditions: Mapping[str, Condition], world: World) -> None:
        self._conditions = conditions
        self._world = world
        self._found: dict[str, tuple[FactIs | ClauseHolds, ...]] = {}

    def condition(self, condition: Condition) -> tuple[FactIs | ClauseHolds, ...]:
        """What a condition rests on."""
        leaves: list[FactIs | ClauseHolds] = []
        for leaf in grounds(condition, self._world):
            leaves.append(leaf)
            if isinstance(leaf, ClauseHolds):
                leaves += self.clause(leaf.clause)
        return tuple(leaves)

    def clause(self, name: str) -> tuple[FactIs | ClauseHolds, ...]:
        """What a clause rests on; each is looked into once."""
        if name not in self._found:
            self._found[name] = self.condition(self._conditions[name])
        return self._found[name]


# --- what if ----------------------------------------------------------------------------------------------------

Foretold = Sequence[Sequence[Action]]
"""For each fact and each of its words the action, if the fact had that word; from `what_if.actions_if`."""


def questions(policy: Policy, values: Sequence[int], action: Action, foretold: Foretold) -> tuple[Question, ...]:
    """The unknown facts of which some answer would change the action, the most consequential first.

    First those that could lead to the most different actions, then those that could lead furthest from the present
    one (by `definitions.SEVERITY`), then in the order of the policy file.
    """
    found: list[tuple[int, int, Question]] = []
    for definition, code, actions in zip(policy.facts, values, foretold, strict=True):
        others = set(actions) - {action}
        if code != UNKNOWN_CODE or not others:
            continue
        farthest = max(abs(SEVERITY[other] - SEVERITY[action]) for other in others)
        changes = tuple(
            _change(definition, code, word, other) for word, other in zip(definition.words, actions, strict=True)
        )
        question = Question(fact=definition.name, ask=definition.ask, could_lead_to=changes)
        found.append((-len(others), -farthest, question))
    found.sort(key=lambda item: item[:2])
    return tuple(question for _, _, question in found)


def would_change(policy: Policy, values: Sequence[int], action: Action, foretold: Foretold) -> tuple[Change, ...]:
    """The known facts of which a single other value would change the action, in the order of the policy file."""
    return tuple(
        _change(definition, code, word, other)
        for definition, code, actions in zip(policy.facts, values, foretold, strict=True)
        if code != UNKNOWN_CODE
        for word, other in zip(definition.words, actions, strict=True)
        if other != action and word != definition.words[code]
    )


def _change(definition: FactDefinition, code: int, word: str, action: Action) -> Change:
    return Change(fact=definition.name, from_value=_word(definition, code), to_value=word, action=action)


def _word(definition: FactDefinition, code: int) -> str:
    return "unknown" if code == UNKNOWN_CODE else definition.words[code]
