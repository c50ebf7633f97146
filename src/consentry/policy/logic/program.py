"""The compiled form of a policy: facts as small numbers, conditions as closures over them.

Built once when a policy is loaded; `Program.run` then decides in some microseconds, which is what makes it cheap to
ask of every fact what would happen if it were otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not, leaves
from consentry.policy.logic.kleene import NO, UNKNOWN, YES, Truth, negation, possibility

UNKNOWN_CODE: Final = -1
"""The code of an unknown fact. Words are 0, 1, 2, ... in the order of the fact's list, so -1 is the table's end."""

Test = Callable[[Sequence[int], Sequence[Truth]], Truth]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gives.

    Attributes:
        clauses: The truth of every clause, in the order of the policy.
        line: Index of the decision line that was taken.
        undecided: Earlier lines whose condition was unknown: neither taken nor ruled out.
    """

    clauses: tuple[Truth, ...]
    line: int
    undecided: tuple[int, ...]


class Program:
    """A policy's clauses and decision lines, compiled.

    Args:
        words: For each fact its name and its words, in the order of the policy.
        clauses: For each clause its name and condition; they may refer to each other in any order without a cycle.
        lines: The conditions of the decision list, the last of which is `Always`.
    """

    def __init__(
        self,
        words: tuple[tuple[str, tuple[str, ...]], ...],
        clauses: tuple[tuple[str, Condition], ...],
        lines: tuple[Condition, ...],
    ) -> None:
        self._arguments = (words, clauses, lines)
        self.fact_index: Final = {fact: index for index, (fact, _) in enumerate(words)}
        self.clause_index: Final = {clause: index for index, (clause, _) in enumerate(clauses)}
        self._words: Final = dict(words)
        tests = [self.compile(condition) for _, condition in clauses]
        order = evaluation_order(dict(clauses))
        self._steps: Final = tuple((self.clause_index[clause], tests[self.clause_index[clause]]) for clause in order)
        self._lines: Final = tuple(self.compile(condition) for condition in lines)

    def __reduce__(self) -> tuple[object, ...]:
        return Program, self._arguments

    def encode(self, fact: str, value: str) -> int:
        """The code of a word of a fact, or of ``unknown``."""
        return UNKNOWN_CODE if value == "unknown" else self._words[fact].index(value)

    def clause_truths(self, values: Sequence[int]) -> list[Truth]:
        """The truth of every clause, in the order of the policy, for the codes of all facts."""
        truths: list[Truth] = [UNKNOWN] * len(self._steps)
        for index, test in self._steps:
            truths[index] = test(values, truths)
        return truths

    def run(self, values: Sequence[int]) -> Outcome:
        """Walk the decision list: the first line that definitely holds is taken."""
        truths = self.clause_truths(values)
        undecided: list[int] = []
        for index, test in enumerate(self._lines):
            truth = test(values, truths)
            if truth == YES:
                return Outcome(clauses=tuple(truths), line=index, undecided=tuple(undecided))
            if truth == UNKNOWN:
                undecided.append(index)
        raise AssertionError("a loaded policy ends with a line that always holds")

    def holding_after(self, values: Sequence[int], outcome: Outcome) -> Iterator[int]:
        """The lines behind the one that was taken that definitely hold as well, from the top."""
        for index in range(outcome.line + 1, len(self._lines)):
            if self._lines[index](values, outcome.clauses) == YES:
                yield index

    def compile(self, condition: Condition) -> Test:
        """A condition as a function of fact codes and clause truths."""
        match condition:
            case Always():
                return lambda _facts, _clauses: YES
            case FactIs(fact, words):
                return _lookup(self.fact_index[fact], self._table(fact, words))
            case ClauseHolds(clause):
                index = self.clause_index[clause]
                return lambda _facts, clauses: clauses[index]
            case AllOf(parts):
                return _folded(tuple(self.compile(part) for part in parts), neutral=YES, absorbing=NO)
            case AnyOf(parts):
                return _folded(tuple(self.compile(part) for part in parts), neutral=NO, absorbing=YES)
            case Not(part):
                inner = self.compile(part)
                return lambda facts, clauses: negation(inner(facts, clauses))
            case _:
                inner = self.compile(condition.part)
                return lambda facts, clauses: possibility(inner(facts, clauses))

    def _table(self, fact: str, words: tuple[str, ...]) -> tuple[Truth, ...]:
        known: list[Truth] = [YES if word in words else NO for word in self._words[fact]]
        return (*known, UNKNOWN)


def _lookup(index: int, table: tuple[Truth, ...]) -> Test:
    return lambda facts, _clauses: table[facts[index]]


def _folded(tests: tuple[Test, ...], *, neutral: Truth, absorbing: Truth) -> Test:
    """Kleene's *and* (the neutral truth is yes, a no absorbs the rest) or *or* (the other way round)."""

    def test(facts: Sequence[int], clauses: Sequence[Truth]) -> Truth:
        whole = neutral
        for part in tests:
            truth = part(facts, clauses)
            if truth == absorbing:
                return absorbing
            if truth == UNKNOWN:
                whole = UNKNOWN
        return whole

    return test


def evaluation_order(clauses: dict[str, Condition]) -> list[str]:
    """The clauses, each after those that it refers to.

    Raises:
        ClauseCycleError: Clauses refer to each other in a circle.
    """
    order: list[str] = []
    finished: set[str] = set()

    def visit(clause: str, path: tuple[str, ...]) -> None:
        if clause in path:
            raise ClauseCycleError((*path[path.index(clause) :], clause))
        if clause in finished:
            return
        for leaf in leaves(clauses[clause]):
            if isinstance(leaf, ClauseHolds):
                visit(leaf.clause, (*path, clause))
        finished.add(clause)
        order.append(clause)

    for clause in clauses:
        visit(clause, ())
    return order


class ClauseCycleError(ValueError):
    """Clauses that refer to each other in a circle; the loader turns it into a `PolicyError` with a line."""

    def __init__(self, circle: tuple[str, ...]) -> None:
        super().__init__(" → ".join(circle))
        self.circle = circle
