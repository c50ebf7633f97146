"""YAML as a tree that remembers its lines, so that every complaint can say where.

Only what a policy needs: mappings, lists and plain text. ``yes``, ``no`` and dates stay the words that were written;
aliases, merge keys and tags of other kinds are refused, so a file is as long as it looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar

from consentry.policy.errors import PolicyError, suggestion

if TYPE_CHECKING:
    import yaml

Word = TypeVar("Word", bound=str)

_DEEPEST: Final = 60
_LARGEST: Final = 1_000_000
"""Characters. A policy is some ten thousand."""
_ORDINARY_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file.

    Attributes:
        start: How many characters of the file come before what stands there.
        content: The whole file, so that what stands there can be shown as it was written.
    """

    file: str
    line: int
    start: int = field(default=0, compare=False)
    content: str = field(default="", compare=False, repr=False)

    def error(self, message: str, remedy: str, code: str = "policy.invalid") -> PolicyError:
        """An error that starts with this place."""
        return PolicyError(f"{self.file}, line {self.line}: {message}", remedy, code=code)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as it was written.

    Attributes:
        end: Behind its last character in the file; ``None``, here and below, for what is not written like this
            anywhere, since it was put together from several places.
    """

    text: str
    place: Place
    end: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Written, ...]
    place: Place
    end: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with text keys, in the order of the file.

    Attributes:
        stated: For one that was changed by an amendment, every place that says something of it, the oldest first.
    """

    entries: dict[str, Written]
    keys: dict[str, Place]
    place: Place
    end: int | None = field(default=None, compare=False)
    stated: tuple[Place, ...] = field(default=(), compare=False)

    def __iter__(self) -> Iterator[tuple[str, Place, Written]]:
        for key, value in self.entries.items():
            yield key, self.keys[key], value

    def get(self, key: str) -> Written | None:
        """The value of a key, or ``None`` without it."""
        return self.entries.get(key)


Written = Text | Items | Table


def read_yaml(text: str, file: str) -> Written:
    """Parse one YAML document.

    Raises:
        PolicyError: ``policy.yaml`` if it is not YAML of the plain kind, ``policy.duplicate`` for a key given twice.
    """
    import yaml  # only when a file is read: whoever is handed a policy need not pay for it

    start = Place(file, 1)
    if len(text) > _LARGEST:
        raise start.error("the file is over a million characters.", "Split it.", "policy.yaml")
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        _check_shape(yaml.parse(text, Loader=loader), file)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = start if mark is None else Place(file, mark.line + 1)
        message = f"not valid YAML: {error.problem}."
        raise place.error(message, "Check indentation and quotes there.", "policy.yaml") from error
    except yaml.YAMLError as error:
        message = "not valid YAML: a character that YAML does not allow."
        raise start.error(message, "Save it as UTF-8 text.", "policy.yaml") from error
    if node is None:
        raise start.error("the file is empty.", "Start from a policy that ships.", "policy.yaml")
    return _convert(node, file, text)


def _check_shape(events: Iterable[yaml.Event], file: str) -> None:
    """Refuse aliases and deep nesting before composing, which recurses in C and would overflow the stack."""
    from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        place = Place(file, event.start_mark.line + 1 if event.start_mark else 1)
        if isinstance(event, AliasEvent):
            raise place.error("aliases (*name) are not used in policies.", "Write it out again.", "policy.yaml")
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise place.error("nested too deeply.", "Give the inner condition a clause of its own.", "policy.yaml")


def _convert(node: yaml.Node, file: str, content: str) -> Written:
    from yaml import CollectionNode, ScalarNode, SequenceNode

    place = Place(file, node.start_mark.line + 1, node.start_mark.index, content)
    if node.tag not in _ORDINARY_TAGS:
        raise place.error(f"the tag {node.tag} is not used in policies.", "Take it away.", "policy.yaml")
    end = node.end_mark.index
    in_block = isinstance(node, CollectionNode) and not node.flow_style  # its end is that of the last thing in it
    match node:
        case ScalarNode():
            if node.style in ("|", ">"):  # these are said to end where the next thing begins
                end = len(content[:end].rstrip())
            return Text(node.value, place, end)
        case SequenceNode():
            items = tuple(_convert(item, file, content) for item in node.value)
            return Items(items, place, items[-1].end if in_block else end)
    entries: dict[str, Written] = {}
    keys: dict[str, Place] = {}
    for key_node, value_node in node.value:
        key_place = Place(file, key_node.start_mark.line + 1, key_node.start_mark.index, content)
        if not isinstance(key_node, ScalarNode):
            raise key_place.error("a key must be a plain word.", "Put the word before the colon.", "policy.yaml")
        if key_node.value in entries:
            earlier = keys[key_node.value].line
            message = f"'{key_node.value}' is given twice; the first is in line {earlier}."
            raise key_place.error(message, "Keep one of them, or rename one.", "policy.duplicate")
        keys[key_node.value] = key_place
        entries[key_node.value] = _convert(value_node, file, content)
    return Table(entries, keys, place, entries[key_node.value].end if in_block else end)


# --- what a place in the file is expected to hold ---------------------------------------------------------------


def as_table(value: Written, what: str) -> Table:
    """The value as a mapping."""
    if isinstance(value, Table):
        return value
    raise value.place.error(
        f"{what} must be a mapping of 'key: value' lines.", "Indent them below it.", "policy.wrong_type"
    )


def as_items(value: Written, what: str) -> Items:
    """The value as a list that is not empty."""
    if isinstance(value, Items) and value.items:
        return value
    raise value.place.error(
        f"{what} must be a list with something in it.", "Write [one, two] or lines with '- '.", "policy.wrong_type"
    )


def as_text(value: Written, what: str) -> str:
    """The value as words on one line, without space around them."""
    if isinstance(value, Text) and value.text.strip():
        return " ".join(value.text.split())
    raise value.place.error(f"{what} must be text.", "Write it after the colon.", "policy.wrong_type")


def as_number(value: Written, what: str) -> float:
    """The value as a finite number."""
    text = as_text(value, what)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    raise value.place.error(f"{what} must be a number, not '{text}'.", "Write it like 0.85.", "policy.wrong_type")


def as_date(value: Written, what: str) -> date:
    """The value as a calendar day."""
    text = as_text(value, what)
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    raise value.place.error(f"{what} must be a date, not '{text}'.", "Write it like 2021-11-30.", "policy.wrong_type")


def as_day(value: Written, what: str) -> float:
    """The value as a calendar day, counted as `datetime.date.toordinal` counts them."""
    return float(as_date(value, what).toordinal())


def as_word(value: Written, what: str, words: Sequence[Word], code: str = "policy.unknown_word") -> Word:
    """The value as one word of a closed list, with the list's type."""
    text = as_text(value, what)
    for word in words:
        if word == text:
            return word
    raise value.place.error(f"{what} cannot be '{text}'.", suggestion(text, words), code)


def as_words(value: Written, what: str, words: Sequence[str] | None = None) -> tuple[str, ...]:
    """The value as one word or a list of different words, of a closed list if one is given."""
    parts = value.items if isinstance(value, Items) else (value,)
    if not parts:
        raise value.place.error(f"{what} must name at least one word.", "Write it there.", "policy.wrong_type")
    found: list[str] = []
    for part in parts:
        word = as_text(part, what) if words is None else as_word(part, what, words)
        if word in found:
            raise part.place.error(f"{what} names '{word}' twice.", "Keep one of them.", "policy.duplicate")
        found.append(word)
    return tuple(found)


def check_keys(table: Table, what: str, required: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuse keys that are not known and complain of required ones that are not there."""
    for key, place, _ in table:
        if key not in required and key not in optional:
            remedy = suggestion(key, [*required, *optional])
            raise place.error(f"{what} has no key '{key}'.", remedy, "policy.unknown_key")
    for key in required:
        if key not in table.entries:
            raise table.place.error(f"{what} lacks '{key}'.", f"Add a line '{key}: ...'.", "policy.missing_key")
