"""What would follow if one fact were otherwise: the decision list, walked for every such supposition at once.

For each fact and each word that it could have there is one *supposition*: that the fact has this word, everything else
being as it is. A truth for all of them together is one whole number with two bits a supposition: one in its lower half
if the condition is yes, one in its upper half if it is yes or unknown. *And* and *or* are then the bits' own, as least
and greatest are Kleene's (see `kleene`), and a decision costs hardly more than a single walk of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final
from weakref import WeakKeyDictionary

from consentry.policy.deciding.guardrails import PROVING, YES_NO_UNKNOWN, Standpoint
from consentry.policy.definitions import SEVERITY, Policy
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not
from consentry.policy.logic.program import Program, evaluation_order
from consentry.records import Action

Column = int
"""One bit a supposition."""
_Test = Callable[[Sequence[int], Sequence[int]], int]


def actions_if(policy: Policy, values: Sequence[int], standpoint: Standpoint) -> tuple[tuple[Action, ...], ...]:
    """For each fact, the action for each of its words, if the fact had that word; guardrails included.

    A fact that is read from the report's standing or identity stands for the report itself here: the question is
    what would follow if the report said so. A fact that is cut from the public-event score counts as answered.

    Args:
        policy: The policy.
        values: The codes of its facts as they are.
        standpoint: What the guardrails know besides.
    """
    suppositions = suppositions_of(policy)
    walk = suppositions.walk(values)
    columns = dict(walk.taken)
    if removals := columns.pop("recommend_removal", 0):
        may_prove, verified, rejected = _report_if(policy, suppositions, standpoint)
        held = removals & ~(may_prove & verified)
        held |= removals & walk.passed_over
        held |= _hinging(suppositions, values, standpoint.event_scores, removals & ~held)
        columns["recommend_removal"] = removals & ~held
        for action, column in walk.read_on.items():
            columns[action] = columns.get(action, 0) | held & column
            held &= ~column
        ask = held & may_prove & ~rejected & ~(may_prove & verified)
        columns["request_verification"] = columns.get("request_verification", 0) | ask
        columns["review"] = columns.get("review", 0) | held & ~ask
    return suppositions.spread(columns)


def _report_if(policy: Policy, suppositions: Suppositions, standpoint: Standpoint) -> tuple[Column, Column, Column]:
    """Where the report is by somebody who may prove who they are; where the identity is verified; where rejected."""
    every = suppositions.every
    may_prove = every if standpoint.standing in PROVING else 0
    verified = every if standpoint.identity == "verified" else 0
    rejected = every if standpoint.identity == "rejected" else 0
    for index, definition in enumerate(policy.facts):
        field = suppositions.fields[index]
        if definition.measured == "report.standing":
            may_prove = may_prove & ~field | suppositions.having(index, PROVING)
        elif definition.measured == "report.identity":
            verified = verified & ~field | suppositions.having(index, ("verified",))
            rejected = rejected & ~field | suppositions.having(index, ("rejected",))
    return may_prove, verified, rejected


def _hinging(
    suppositions: Suppositions, values: Sequence[int], event_scores: tuple[int, ...], removals: Column
) -> Column:
    """Which removals would not stand with another public-event score; see `guardrails.hinges_on_event_score`."""
    if not removals or not event_scores:
        return 0
    hinging = 0
    changed = list(values)
    for combination in product(YES_NO_UNKNOWN, repeat=len(event_scores)):
        for index, code in zip(event_scores, combination, strict=True):
            changed[index] = code
        walk = suppositions.walk(changed)
        hinging |= removals & (~walk.taken.get("recommend_removal", 0) | walk.passed_over)
    return hinging


@dataclass(frozen=True, slots=True)
class Walk:
    """The decision list, walked for every supposition.

    Attributes:
        taken: For each action, where a line that leads to it was taken.
        passed_over: Where a line before it that is milder than removal was undecided.
        read_on: For removals, what the list gives if it is read on past them, where that is more than a review.
    """

    taken: Mapping[Action, Column]
    passed_over: Column
    read_on: Mapping[Action, Column]


class Suppositions:
    """A policy's clauses and decision lines, compiled for all single changes of its facts.

    Attributes:
        every: The column with all bits.
        fields: For each fact, the column of the suppositions about it, one a word in the order of its words.
    """

    def __init__(self, policy: Policy) -> None:
        self._words: Final = tuple(fact.words for fact in policy.facts)
        self._offsets: Final = tuple(sum(map(len, self._words[:index])) for index in range(len(self._words)))
        self._count: Final = sum(map(len, self._words))
        self.every: Final = (1 << self._count) - 1
        self.fields: Final = tuple(self.having(index, words) for index, words in enumerate(self._words))
        self._facts: Final = {fact.name: index for index, fact in enumerate(policy.facts)}
        self._clauses: Final = {clause.name: index for index, clause in enumerate(policy.clauses)}
        order = evaluation_order({clause.name: clause.when for clause in policy.clauses})
        self._steps: Final = tuple(
            (self._clauses[name], self._compiled(policy.clauses[self._clauses[name]].when)) for name in order
        )
        self._lines: Final = tuple(
            (self._compiled(line.when), line.action, SEVERITY[line.action]) for line in policy.decisions
        )

    def having(self, index: int, words: Sequence[str]) -> Column:
        """The suppositions that a fact has one of these words."""
        offset = self._offsets[index]
        return sum(1 << offset + code for code, word in enumerate(self._words[index]) if word in words)

    def spread(self, columns: Mapping[Action, Column]) -> tuple[tuple[Action, ...], ...]:
        """Columns of actions, which share no bit and miss none, as one action for each fact and word."""
        found: dict[int, Action] = {}
        for action, column in columns.items():
            while column:
                lowest = column & -column
                found[lowest.bit_length() - 1] = action
                column ^= lowest
        return tuple(
            tuple(found[offset + code] for code in range(len(words)))
            for offset, words in zip(self._offsets, self._words, strict=True)
        )

    def walk(self, values: Sequence[int]) -> Walk:
        """Walk the decision list for every single change of these values; see `program.Program.run`."""
        count, every = self._count, self.every
        truths = [0] * len(self._steps)
        for index, test in self._steps:
            truths[index] = test(values, truths)
        waiting, reading, passed_over = every, 0, 0
        taken: dict[Action, Column] = {}
        read_on: dict[Action, Column] = {}
        for test, action, severity in self._lines:
            truth = test(values, truths)
            holds = truth & every
            if severity < SEVERITY["recommend_removal"]:
                passed_over |= waiting & truth >> count & ~holds
                if severity > SEVERITY["review"]:
                    read_on[action] = read_on.get(action, 0) | reading & holds
                reading &= ~holds
            if now := waiting & holds:
                taken[action] = taken.get(action, 0) | now
                waiting ^= now
                if action == "recommend_removal":
                    reading |= now
            if not waiting | reading:
                break
        return Walk(taken, passed_over, read_on)

    # --- compiling ----------------------------------------------------------------------------------------------

    def _compiled(self, condition: Condition) -> _Test:
        count, every = self._count, self.every
        match condition:
            case Always():
                whole = every | every << count
                return lambda _facts, _clauses: whole
            case FactIs(fact, words):
                index = self._facts[fact]
                table = self._table(index, words)
                return lambda facts, _clauses: table[facts[index]]
            case ClauseHolds(clause):
                position = self._clauses[clause]
                return lambda _facts, clauses: clauses[position]
            case AllOf(parts):
                return _all_of(tuple(self._compiled(part) for part in parts))
            case AnyOf(parts):
                return _any_of(tuple(self._compiled(part) for part in parts))
            case Not(part):
                inner = self._compiled(part)

                def negation(facts: Sequence[int], clauses: Sequence[int]) -> int:
                    truth = inner(facts, clauses)
                    return (every & ~truth) << count | every & ~(truth >> count)

                return negation
            case _:
                inner = self._compiled(condition.part)

                def possibility(facts: Sequence[int], clauses: Sequence[int]) -> int:
                    possible = inner(facts, clauses) >> count
                    return possible << count | possible

                return possibility

    def _table(self, index: int, words: tuple[str, ...]) -> tuple[int, ...]:
        """The truth of a comparison, for each code that the fact has as it is; the last one stands for unknown."""
        supposed = self.having(index, words)
        elsewhere = self.every & ~self.fields[index]
        yes = supposed | elsewhere
        known = [
            (yes << self._count | yes) if word in words else (supposed << self._count | supposed)
            for word in self._words[index]
        ]
        return (*known, yes << self._count | supposed)


def _all_of(tests: tuple[_Test, ...]) -> _Test:
    def test(facts: Sequence[int], clauses: Sequence[int]) -> int:
        whole = -1
        for part in tests:
            whole &= part(facts, clauses)
            if not whole:
                return 0
        return whole

    return test


def _any_of(tests: tuple[_Test, ...]) -> _Test:
    def test(facts: Sequence[int], clauses: Sequence[int]) -> int:
        whole = 0
        for part in tests:
            whole |= part(facts, clauses)
        return whole

    return test


def suppositions_of(policy: Policy) -> Suppositions:
    """Those of a policy; compiled when first asked for, and kept as long as its program."""
    kept = _KEPT.get(policy.program)
    if kept is None:
        kept = _KEPT[policy.program] = Suppositions(policy)
    return kept


_KEPT: Final[WeakKeyDictionary[Program, Suppositions]] = WeakKeyDictionary()
