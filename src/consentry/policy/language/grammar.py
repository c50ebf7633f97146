"""The written form of conditions, read and type-checked.

::

    when: depicted                        # a yes/no fact, or a clause, that holds
    when: {standing: depicted_person}     # a fact compared with a word
    when: {consent: [refused, withdrawn]} # ... or with several
    when: {not: excused}
    when: {all: [depicted, {not: excused}]}
    when: {any: [home_address, identity_document]}
    when: {possible: excused}             # yes or unknown; in decision lines and invariants only
    when: always                          # the last line of the decision list only
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from consentry.policy.definitions import YES_NO
from consentry.policy.errors import suggestion
from consentry.policy.language.written import Items, Place, Table, Text, Written, as_items, as_text, as_words
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not, Possible

OPERATORS: Final = ("all", "any", "not", "possible")
RESERVED: Final = (*OPERATORS, "always", "yes", "no", "unknown", "none")
"""Words that no fact and no clause may have as its name."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Names:
    """What a condition may speak of.

    Attributes:
        facts: Each fact with its words.
        clauses: The names of all clauses.
    """

    facts: Mapping[str, tuple[str, ...]]
    clauses: frozenset[str]

    def unknown(self, name: str, place: Place) -> Exception:
        """The error for a name that is neither."""
        remedy = suggestion(name, [*self.facts, *sorted(self.clauses)])
        return place.error(f"there is no fact and no clause '{name}'.", remedy, "policy.unknown_name")


def check_name(name: str, place: Place) -> str:
    """A name for a fact, a clause or a line: lower-case letters, digits and underscores, and not a reserved word."""
    if name in RESERVED:
        raise place.error(f"'{name}' is a word of the language.", "Choose another name.", "policy.invalid")
    if not _NAME.fullmatch(name):
        remedy = "Write it in lower case with underscores, like 'private_setting'."
        raise place.error(f"'{name}' is not a name.", remedy, "policy.invalid")
    return name


def read_condition(written: Written, names: Names, *, possible: bool) -> Condition:
    """Read and check one condition.

    Args:
        written: What stands after ``when:`` or ``if:``.
        names: What it may speak of.
        possible: Whether ``possible:`` may be used in it.

    Raises:
        PolicyError: With the line: unknown names or words, wrong types, comparisons that always hold.
    """
    match written:
        case Text():
            return _bare(as_text(written, "a condition"), written.place, names)
        case Items(place=place):
            remedy = "Write 'all: [...]' if all of them must hold, 'any: [...]' if one is enough."
            raise place.error("a condition cannot be a bare list.", remedy, "policy.wrong_type")
        case Table(entries=entries, place=place) if len(entries) != 1:
            remedy = "Put several into 'all: [...]' or 'any: [...]'."
            raise place.error(f"a condition has one key, not {len(entries)}.", remedy, "policy.wrong_type")
        case Table():
            key, place, value = next(iter(written))
            return _keyed(key, place, value, names, possible=possible)


def _bare(name: str, place: Place, names: Names) -> Condition:
    if name in names.clauses:
        return ClauseHolds(name)
    if name == "always":
        remedy = "It may only stand alone, in the last line of the decisions."
        raise place.error("'always' cannot be used here.", remedy, "policy.wrong_type")
    if name not in names.facts:
        raise names.unknown(name, place)
    if names.facts[name] != YES_NO:
        words = ", ".join(names.facts[name])
        remedy = f"Compare it with one of its words, like '{name}: {names.facts[name][0]}' ({words})."
        raise place.error(f"the fact '{name}' is not a yes/no fact.", remedy, "policy.wrong_type")
    return FactIs(name, ("yes",))


def _keyed(key: str, place: Place, value: Written, names: Names, *, possible: bool) -> Condition:
    match key:
        case "all" | "any":
            items = as_items(value, f"'{key}'").items
            parts = tuple(read_condition(item, names, possible=possible) for item in items)
            return AllOf(parts) if key == "all" else AnyOf(parts)
        case "not":
            return Not(read_condition(value, names, possible=possible))
        case "possible" if possible:
            return Possible(read_condition(value, names, possible=True))
        case "possible":
            message = "'possible' cannot be used in a clause, which must not change its mind when more becomes known."
            raise place.error(message, "Use it in the decision line.", "policy.wrong_type")
    if key in names.clauses:
        return _compared(ClauseHolds(key), _words(key, value, YES_NO))
    if key not in names.facts:
        near = suggestion(key, [*names.facts, *sorted(names.clauses), *OPERATORS])
        raise place.error(f"there is no fact and no clause '{key}'.", near, "policy.unknown_name")
    return FactIs(key, _words(key, value, names.facts[key]))


def _words(name: str, value: Written, words: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, Text) and value.text == "unknown":
        remedy = "In a decision line, 'possible: ...' holds for yes and for unknown."
        raise value.place.error(f"'{name}' cannot be compared with 'unknown'.", remedy, "policy.unknown_word")
    chosen = as_words(value, f"'{name}'", words)
    if len(chosen) == len(words):
        remedy = "Leave a word out, or leave the comparison out."
        raise value.place.error(f"'{name}' is compared with all of its words.", remedy, "policy.dead")
    return chosen


def _compared(condition: Condition, words: tuple[str, ...]) -> Condition:
    return condition if words == ("yes",) else Not(condition)


def read_line_condition(written: Written, names: Names) -> Condition:
    """The condition of a decision line, which alone may be ``always``."""
    if isinstance(written, Text) and written.text == "always":
        return Always()
    return read_condition(written, names, possible=True)
