"""A policy as formulas over a world: facts, clauses, the decision list, the guardrails, and the action that comes out.

Each step says the same as the evaluator does, in the same order: `facts.settle`, `Program.run`, `guardrails.guard`.
That the two agree is not taken on trust: the tests hold them against each other on random policies and cases, and
`counterexamples` has the evaluator decide every case that a proof comes up with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final, get_args

from consentry.policy.deciding.guardrails import EVENT_SCORE, PROVING
from consentry.policy.definitions import SEVERITY, FactDefinition, Policy
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not
from consentry.policy.logic.program import evaluation_order
from consentry.policy.proving.formulas import (
    ALWAYS,
    Formula,
    Ternary,
    all_of,
    any_of,
    conjunction,
    disjunction,
    negate,
    negation,
    possibility,
)
from consentry.policy.proving.world import World
from consentry.records import Action

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
REMOVAL: Final[Action] = "recommend_removal"

FactValue = Mapping[str, Formula]
"""For each word of a fact, when it has it; if none holds, the fact is unknown."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a policy makes of the values of its facts, before any guardrail.

    Attributes:
        clauses: The truth of each clause.
        conditions: The truth of each decision line's condition.
        taken: For each decision line, whether it is the first that definitely holds.
    """

    clauses: Mapping[str, Ternary]
    conditions: tuple[Ternary, ...]
    taken: tuple[Formula, ...]


def run(policy: Policy, values: Mapping[str, FactValue]) -> Run:
    """`Program.run` as formulas."""
    definitions = {clause.name: clause.when for clause in policy.clauses}
    clauses: dict[str, Ternary] = {}
    for name in evaluation_order(definitions):
        clauses[name] = truth(definitions[name], values, clauses)
    conditions = tuple(truth(line.when, values, clauses) for line in policy.decisions)
    taken: list[Formula] = []
    passed: list[Formula] = []
    for condition in conditions:
        taken.append(all_of((*passed, condition.yes)))
        passed.append(negate(condition.yes))
    return Run(clauses, conditions, tuple(taken))


def truth(condition: Condition, values: Mapping[str, FactValue], clauses: Mapping[str, Ternary]) -> Ternary:
    """`conditions.truth_of` as formulas."""
    match condition:
        case Always():
            return ALWAYS
        case FactIs(fact, words):
            value = values[fact]
            return Ternary(
                yes=any_of(formula for word, formula in value.items() if word in words),
                no=any_of(formula for word, formula in value.items() if word not in words),
            )
        case ClauseHolds(clause):
            return clauses[clause]
        case AllOf(parts):
            return conjunction([truth(part, values, clauses) for part in parts])
        case AnyOf(parts):
            return disjunction([truth(part, values, clauses) for part in parts])
        case Not(part):
            return negation(truth(part, values, clauses))
        case _:
            return possibility(truth(condition.part, values, clauses))


@dataclass(frozen=True, slots=True)
class Lowered:
    """When each promise lowers a removal that the decision list asked for."""

    unproven: Formula
    passed_over: Formula
    hinges: Formula


class Encoding:
    """A policy held against a world.

    Args:
        policy: The policy.
        world: Made for it, and maybe for others.
    """

    def __init__(self, policy: Policy, world: World) -> None:
        self.policy = policy
        self.world = world
        self.values = {fact.name: self._settle(fact) for fact in policy.facts}
        self.run = run(policy, self.values)

    def _settle(self, definition: FactDefinition) -> FactValue:
        """`facts.settle`: what somebody said, and else what was measured."""
        answer = self.world.answer(definition.name)
        if definition.measured is None:
            return {word: answer.word.is_(word) for word in definition.words}
        cut = self.world.readings[definition.measured].cut(definition)
        unsaid = negate(answer.said)
        return {
            word: any_of((answer.word.is_(word), all_of((unsaid, cut.get(word, False))))) for word in definition.words
        }

    # --- the list, without guardrails ---------------------------------------------------------------------------

    @property
    def nothing_results(self) -> Formula:
        """No line of the decision list is taken."""
        return negate(any_of(self.run.taken))

    def listed(self, actions: Sequence[Action]) -> Formula:
        """The decision list, without guardrails, gives one of these actions."""
        return self._listed(self.run, actions)

    def _listed(self, result: Run, actions: Sequence[Action]) -> Formula:
        lines = zip(self.policy.decisions, result.taken, strict=True)
        return any_of(taken for line, taken in lines if line.action in actions)

    # --- the guardrails -----------------------------------------------------------------------------------------

    @cached_property
    def lowered(self) -> Lowered:
        """`guardrails.guard`: why a removal is lowered, for each promise by itself."""
        return Lowered(
            unproven=negate(self.world.report.proven), passed_over=self._passed_over(self.run), hinges=self._hinges
        )

    def _passed_over(self, result: Run) -> Formula:
        """The list asks for removal, and an earlier and milder line was neither taken nor ruled out."""
        found: list[Formula] = []
        milder: list[Formula] = []
        for line, condition, taken in zip(self.policy.decisions, result.conditions, result.taken, strict=True):
            if line.action == REMOVAL:
                found.append(all_of((taken, any_of(milder))))
            if SEVERITY[line.action] < SEVERITY[REMOVAL]:
                milder.append(condition.unknown)
        return any_of(found)

    @property
    def _hinges(self) -> Formula:
        """Some value of the facts that are the public-event score gives another action than removal.

        A fact that somebody answered is no score any more and keeps its value, so it is left as it is in every
        combination.
        """
        scores = [fact for fact in self.policy.facts if (fact.measured or "").startswith(EVENT_SCORE)]
        if not any(line.action == REMOVAL for line in self.policy.decisions):
            return False
        other: list[Formula] = []
        for combination in product(("yes", "no", None), repeat=len(scores)):
            supposed = dict(self.values)
            for fact, word in zip(scores, combination, strict=True):
                said = self.world.answer(fact.name).said
                supposed[fact.name] = {
                    own: any_of((all_of((said, formula)), negate(said) if own == word else False))
                    for own, formula in self.values[fact.name].items()
                }
            result = run(self.policy, supposed)
            other.append(negate(self._listed(result, (REMOVAL,))))
            other.append(self._passed_over(result))
        return any_of(other) if scores else False

    # --- what comes out -----------------------------------------------------------------------------------------

    @cached_property
    def _actions(self) -> dict[Action, Formula]:
        found = {action: self.listed((action,)) for action in ACTIONS}
        asked = found[REMOVAL]
        if asked is False:
            return found
        kept = negate(any_of((self.lowered.unproven, self.lowered.passed_over, self.lowered.hinges)))
        found[REMOVAL] = all_of((asked, kept))
        read_on = self._read_on
        report = self.world.report
        can_prove = all_of((report.standing.among(PROVING), negate(report.identity.is_("rejected"))))
        lowered = all_of((asked, negate(kept)))
        for action, formula in read_on.items():
            found[action] = any_of((found[action], all_of((lowered, formula))))
        otherwise = all_of((lowered, negate(any_of(read_on.values()))))
        to_verify = all_of((self.lowered.unproven, can_prove))
        found["request_verification"] = any_of((found["request_verification"], all_of((otherwise, to_verify))))
        found["review"] = any_of((found["review"], all_of((otherwise, negate(to_verify)))))
        return found

    @property
    def _read_on(self) -> dict[Action, Formula]:
        """`guardrails.guard`: what the list gives if it is read on behind a removal, if that is more than a review."""
        found: dict[Action, list[Formula]] = {}
        reading: Formula = False
        for line, condition, taken in zip(self.policy.decisions, self.run.conditions, self.run.taken, strict=True):
            if line.action == REMOVAL:
                reading = any_of((reading, taken))
            elif SEVERITY[line.action] < SEVERITY[REMOVAL]:
                if SEVERITY[line.action] > SEVERITY["review"]:
                    found.setdefault(line.action, []).append(all_of((reading, condition.yes)))
                reading = all_of((reading, negate(condition.yes)))
        return {action: any_of(formulas) for action, formulas in found.items()}

    def action(self, action: Action) -> Formula:
        """This action is recommended, guardrails included."""
        return self._actions[action]

    def action_among(self, actions: Sequence[Action]) -> Formula:
        """One of these actions is recommended."""
        return any_of(self._actions[action] for action in actions)

    def condition(self, condition: Condition) -> Ternary:
        """A condition in the policy's language, over this world."""
        return truth(condition, self.values, self.run.clauses)
