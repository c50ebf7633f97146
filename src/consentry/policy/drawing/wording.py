"""Conditions in words, as a lawyer would read them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from consentry.policy.definitions import YES_NO, FactDefinition
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not, Possible
from consentry.policy.measuring.inputs import input_named
from consentry.records import Action

MEANING: Final[dict[Action, str]] = {
    "no_action": "the report is closed",
    "request_verification": "the reporter is asked for proof",
    "review": "a person looks",
    "review_urgent": "a person looks first thing",
    "recommend_restrict": "limit the reach, for now",
    "recommend_removal": "take it down",
    "route_out": "another queue takes over",
}
"""What each action asks a person to do."""

_ALONE: Final = {"yes": "so", "no": "not"}
"""How a yes/no input is said to be yes or no, where nothing else is named."""

HOW_TO_READ: Final = (
    "Everything here is a recommendation; a person decides. A condition may hold, not hold, or be unknown. "
    "'possibly' means: holds or unknown. Without it, a line is only taken if its condition is known to hold."
)
HOW_TO_READ_DECISIONS: Final = "the first line that definitely holds is taken"
HOW_TO_READ_FACTS: Final = "What a person answers outranks what a look-up says, and both outrank what is read."


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a condition in words.

    Attributes:
        depth: How far it is indented; what is deeper belongs to the line above it.
        leaf: What it speaks of; ``None`` for a line that only holds others together.
    """

    depth: int
    text: str
    leaf: FactIs | ClauseHolds | None = None


def plain_name(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ").replace("-", " ")


def phrases(condition: Condition, depth: int = 0, before: str = "") -> Iterator[Phrase]:
    """A condition, a line for each of its parts."""
    match condition:
        case Always():
            yield Phrase(depth, f"{before}in every other case")
        case FactIs(fact, words):
            yield Phrase(depth, f"{before}{_compared(fact, words)}", condition)
        case ClauseHolds(clause):
            yield Phrase(depth, f"{before}{plain_name(clause)}", condition)
        case Not(FactIs(fact, words) as leaf) if words != ("yes",):
            yield Phrase(depth, f"{before}{_compared(fact, words, 'is not')}", leaf)
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
    told = "".join(f" {word.capitalize()} {limit}." for word, limit in limits(fact))
    return f"Read from: {input_named(fact.measured).about}.{told} {fact.why}".rstrip()


def limits(fact: FactDefinition) -> Iterator[tuple[str, str]]:
    """For ``yes`` and for ``no``, in words, what of its input makes a fact that."""
    for word, threshold, limit, chosen in (
        ("yes", fact.yes_at_least, "from", fact.yes_words),
        ("no", fact.no_at_most, "up to", fact.no_words),
    ):
        if threshold is not None:
            yield word, f"{limit} {date.fromordinal(int(threshold)) if fact.is_day else _number(threshold)}"
        if chosen:
            words = " or ".join(plain_name(each) for each in chosen)
            yield word, f"if {_ALONE.get(words, words)}"


def _number(value: float) -> str:
    """A number with all digits that it was given with."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _compared(fact: str, words: tuple[str, ...], verb: str = "is") -> str:
    told = "" if words == ("yes",) else f" {verb} {' or '.join(plain_name(word) for word in words)}"
    return f"{plain_name(fact)}{told}"
