"""Every regular expression of the room of words, found by looking, so that a new one cannot be forgotten."""

from __future__ import annotations

import pkgutil
import random
import re
from collections.abc import Iterator
from importlib import import_module
from re import _constants, _parser
from typing import Any, Final

import consentry.signals.text
from consentry.signals.text.passages import Pattern
from consentry.signals.text.rules import Rule

GENERAL: Final = (
    *"a1A .,-_@+:/([{#$%'\"\n\té’",
    *(
        "aa",
        "12",
        "A1",
        "1a",
        "a ",
        "1 ",
        "a-",
        "A-",
        "a.",
        "-a",
        " 1",
        "a@",
        "1-",
        "a'",
        "+1 ",
        "\u0301",
        "\u202e",
        "👩‍👩",
    ),
    "a" * 30,
    "1" * 12,
)
"""Pieces of hostile texts that have nothing to do with a pattern; letters joined by hyphens were the worst of them."""


def every_pattern() -> dict[str, re.Pattern[str]]:
    """All of them, by the name of a rule or of a constant."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.iter_modules(consentry.signals.text.__path__):
        loaded = import_module(f"consentry.signals.text.{module.name}")
        for name, value in vars(loaded).items():
            for label, pattern in _patterns(f"{module.name}.{name}", value):
                if pattern not in found.values():
                    found[label if label not in found else f"{label} {len(found)}"] = pattern
    return found


def _patterns(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, Pattern):
        yield value.rule, value.compiled
    elif isinstance(value, Rule):
        yield value.name, value.compiled
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _patterns(name, item)


def words_of(pattern: re.Pattern[str]) -> list[str]:
    """The words that stand in a pattern: what gets a text furthest into it."""
    found: set[str] = set()
    _collect(_parser.parse(pattern.pattern, pattern.flags), found)
    return sorted(found)


def _collect(tree: Any, found: set[str]) -> None:
    word = ""
    for operation, argument in tree:
        if operation is _constants.LITERAL:
            word += chr(argument)
            continue
        found.add(word)
        word = ""
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            _collect(argument[2], found)
        elif operation is _constants.SUBPATTERN:
            _collect(argument[3], found)
        elif operation is _constants.BRANCH:
            for branch in argument[1]:
                _collect(branch, found)
        elif operation in (_constants.ASSERT, _constants.ASSERT_NOT):
            _collect(argument[1], found)
        elif operation is _constants.ATOMIC_GROUP:
            _collect(argument, found)
    found.add(word)
    found.discard("")


def hostile_pieces(pattern: re.Pattern[str], count: int) -> list[str]:
    """Pieces whose repetition makes a pattern work: general ones, and mixtures with its own words; always the same."""
    chance = random.Random(pattern.pattern)
    own = words_of(pattern)
    mixtures = [
        "".join(chance.choice([*GENERAL, *own, *own]) for _ in range(chance.randint(2, 8))) for _ in range(count)
    ]
    return [*GENERAL, *mixtures]
