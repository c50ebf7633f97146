"""Conditions in words, as a lawyer would read them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from consentry.policy.definitions import YES_NO, FactDefinition
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not, Possible
from consentry.policy.measuring.inputs import input_named


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a condition in words.

    Attributes:
        depth: How far it is indented; what is deeper belongs to the line above it.
    """

    depth: int
    text: str


def plain_name(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ").replace("-", " ")


def phrases(condition: Condition, depth: int = 0, before: str = "") -> Iterator[Phrase]:
    """A condition, a line for each of its parts."""
    match condition:
        case Always():
            yield Phrase(depth, f"{before}in every other case")
        case FactIs(fact, words):
            yield Phrase(depth, f"{before}{_compared(fact, words)}")
        case ClauseHolds(clause):
            yield Phrase(depth, f"{before}{plain_name(clause)}")
        case Not(FactIs(fact, words)) if words != ("yes",):
            yield Phrase(depth, f"{before}{_compared(fact, words, 'is not')}")
        case Not(part):
            yield from phrases(part, depth, f"{before}not ")
        case Possible(part):
            yield from phrases(part, depth, f"{before}possibly ")
        case AllOf(parts) | AnyOf(parts):
            together = "all of" if isinstance(condition, AllOf) else "any of"
            yield Phrase(depth, f"{before}{together}")
            for part in parts:
                yield from phrases(part, depth + 1)


def sentence(condition: Condition) -> str:
    """A condition on one line, with brackets."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            word = " and " if isinstance(condition, AllOf) else " or "
            return word.join(
                f"({sentence(part)})" if isinstance(part, AllOf | AnyOf) else sentence(part) for part in parts
            )
        case Not(FactIs(fact, words)) if words != ("yes",):
            return _compared(fact, words, "is not")
        case Not(part) | Possible(part):
            word = "not" if isinstance(condition, Not) else "possibly"
            inner = sentence(part)
            return f"{word} ({inner})" if isinstance(part, AllOf | AnyOf) else f"{word} {inner}"
        case _:
            return next(phrases(condition)).text


def where_from(fact: FactDefinition) -> str:
    """Who or what answers a fact, what counts as yes and as no, and why."""
    if fact.measured is None:
        words = "" if fact.words == YES_NO else f" One of: {', '.join(plain_name(word) for word in fact.words)}."
        return f"A person or a look-up says so.{words}"
    about = input_named(fact.measured).about
    told = f"Read from: {about}."
    for word, threshold, limit, chosen in (
        ("Yes", fact.yes_at_least, "from", fact.yes_words),
        ("No", fact.no_at_most, "up to", fact.no_words),
    ):
        if threshold is not None:
            told += f" {word} {limit} {date.fromordinal(int(threshold)) if fact.is_day else f'{threshold:g}'}."
        if chosen:
            told += f" {word} if {' or '.join(plain_name(each) for each in chosen)}."
    return f"{told} {fact.why}".rstrip()


def _compared(fact: str, words: tuple[str, ...], verb: str = "is") -> str:
    told = "" if words == ("yes",) else f" {verb} {' or '.join(plain_name(word) for word in words)}"
    return f"{plain_name(fact)}{told}"
