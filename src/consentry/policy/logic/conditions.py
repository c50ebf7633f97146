"""Conditions over facts and clauses, as a finite tree of seven kinds of node.

Everything that reads conditions (the evaluator in `program`, the explanations in `explanation`, a prover) reads
these nodes; the written form is in `grammar`. `truth_of` is the plain definition of what a condition means, which
the compiled evaluator is tested against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consentry.policy.logic.kleene import NO, UNKNOWN, YES, Truth, conjunction, disjunction, negation, possibility


@dataclass(frozen=True, slots=True)
class Always:
    """Holds whatever the facts are: the last line of a decision list."""


@dataclass(frozen=True, slots=True)
class FactIs:
    """A fact has one of these words (``yes`` and ``no`` are words too); unknown while the fact is."""

    fact: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseHolds:
    """Another clause holds."""

    clause: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Kleene's *and*."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Kleene's *or*."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene's *not*."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Possible:
    """Yes or unknown. Only in decision lines and invariants, so that clauses stay monotone in what is known."""

    part: Condition


Condition = Always | FactIs | ClauseHolds | AllOf | AnyOf | Not | Possible


@dataclass(frozen=True, slots=True)
class World:
    """One way things may be.

    Attributes:
        facts: Every fact's word, or ``unknown``.
        clauses: Every clause's truth.
    """

    facts: Mapping[str, str]
    clauses: Mapping[str, Truth]


def truth_of(condition: Condition, world: World) -> Truth:
    """What a condition is worth in a world."""
    match condition:
        case Always():
            return YES
        case FactIs(fact, words):
            value = world.facts[fact]
            if value == "unknown":
                return UNKNOWN
            return YES if value in words else NO
        case ClauseHolds(clause):
            return world.clauses[clause]
        case AllOf(parts):
            return conjunction(truth_of(part, world) for part in parts)
        case AnyOf(parts):
            return disjunction(truth_of(part, world) for part in parts)
        case Not(part):
            return negation(truth_of(part, world))
        case Possible(part):
            return possibility(truth_of(part, world))


def grounds(condition: Condition, world: World) -> Iterator[FactIs | ClauseHolds]:
    """The leaves that a condition's truth rests on: of an *all* that fails only those that fail, and so on.

    For an unknown condition these are the leaves that are unknown and keep it so. A `Possible` rests on what the
    condition inside it rests on.
    """
    match condition:
        case FactIs() | ClauseHolds():
            yield condition
        case Not(part) | Possible(part):
            yield from grounds(part, world)
        case AllOf(parts) | AnyOf(parts):
            whole = truth_of(condition, world)
            everything = whole == (YES if isinstance(condition, AllOf) else NO)
            for part in parts:
                if everything or truth_of(part, world) == whole:
                    yield from grounds(part, world)
        case Always():
            return


def leaves(condition: Condition) -> Iterator[FactIs | ClauseHolds]:
    """Every comparison and every clause that a condition names, from left to right."""
    match condition:
        case FactIs() | ClauseHolds():
            yield condition
        case Not(part) | Possible(part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Always():
            return
