"""A policy that is based on another one: what it adds, changes and takes away, applied before anything is checked.

Successors and variants are written as an amending act is: the file says what it changes and leaves the rest alone.
The consolidated text is what is loaded, checked, proved and drawn; `consentry policy show` prints it.

::

    based_on: twitter-private-media-2021-11-30    # a policy that ships, or a file beside this one
    policy: twitter-private-media
    version: 2022-04-05
    title: ...
    effective: {from: 2022-04-05}
    remove: {facts: [removed_before]}
    change:
      facts: {private_setting: {yes_at_least: 0.7, why: ...}}      # these keys, and no others
      decisions: {restrict_media: {action: review_urgent, because: ...}}
    add:
      clauses: {prisoners: {kind: violation, ...}}
      decisions:
        - {after: remove_media, line: remove_prisoners, when: ..., action: ..., because: ...}

What is removed goes first, then changes are made, then additions. To add what is there already, to change or remove
what is not, is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consentry.policy.errors import suggestion
from consentry.policy.language.written import (
    Items,
    Place,
    Table,
    Text,
    Written,
    as_items,
    as_table,
    as_text,
    as_words,
    check_keys,
)

HEADER: Final = ("policy", "version", "title", "effective")
NAMED: Final = ("documents", "facts", "clauses", "invariants", "deadlines")
"""The sections that are mappings from names."""
_SECTIONS: Final = (*NAMED, "decisions")
_PLACING: Final = ("before", "after")


def amended(base: Table, own: Table) -> Table:
    """The consolidated policy.

    Args:
        base: The policy that is amended, consolidated itself.
        own: The file with ``based_on``.

    Raises:
        PolicyError: ``policy.amendment`` and others, with the line of the amending file.
    """
    check_keys(own, "a policy that is based on another", ["based_on", *HEADER], ["region", "remove", "change", "add"])
    entries = dict(base.entries)
    keys = dict(base.keys)
    for key in (*HEADER, "region"):
        if key in own.entries:
            entries[key], keys[key] = own.entries[key], own.keys[key]
    for verb, apply in (("remove", _remove), ("change", _change), ("add", _add)):
        asked = own.get(verb)
        if asked is None:
            continue
        sections = as_table(asked, f"'{verb}'")
        check_keys(sections, f"'{verb}'", [], _SECTIONS)
        for section, place, written in sections:
            entries[section] = apply(section, entries.get(section) or Table({}, {}, place), written)
            keys.setdefault(section, place)
    entries = {key: value for key, value in entries.items() if not (isinstance(value, Table) and not value.entries)}
    return Table(entries, keys, own.place)


def _remove(section: str, there: Written, written: Written) -> Written:
    names = as_words(written, f"'{section}'")
    place_of = _places(written)
    known = _names(section, there)
    for name in names:
        if name not in known:
            raise place_of[name].place.error(
                f"'{name}' cannot be removed: the policy that this one is based on has none in its {section}.",
                suggestion(name, known),
                "policy.amendment",
            )
    if isinstance(there, Items):
        return Items(tuple(item for item in there.items if _line_name(item) not in names), there.place)
    table = as_table(there, f"'{section}'")
    kept = {name: value for name, _, value in table if name not in names}
    return Table(kept, {name: table.keys[name] for name in kept}, table.place)


def _change(section: str, there: Written, written: Written) -> Written:
    known = _names(section, there)
    changes = as_table(written, f"'{section}'")
    for name, place, _ in changes:
        if name not in known:
            raise place.error(
                f"'{name}' cannot be changed: the policy that this one is based on has none in its {section}.",
                suggestion(name, known),
                "policy.amendment",
            )
    if isinstance(there, Items):
        items = (
            _overlaid(item, item.place, changes.entries[name], changes.keys[name])
            if (name := _line_name(item)) in changes.entries
            else item
            for item in there.items
        )
        return Items(tuple(items), there.place)
    table = as_table(there, f"'{section}'")
    entries = {
        name: _overlaid(value, place, changes.entries[name], changes.keys[name]) if name in changes.entries else value
        for name, place, value in table
    }
    return Table(entries, {**table.keys, **changes.keys}, table.place)


def _overlaid(old: Written, old_place: Place, new: Written, new_place: Place) -> Table:
    """An entry with some of its keys replaced; complaints about it name the amending file."""
    base, own = as_table(old, "what is changed"), as_table(new, "a change")
    if "line" in own.entries:
        remedy = "Remove the line, and add one of another name."
        raise own.keys["line"].error("a change cannot rename a decision line.", remedy, "policy.amendment")
    stated = (*(base.stated or (old_place,)), new_place)
    return Table({**base.entries, **own.entries}, {**base.keys, **own.keys}, own.place, stated=stated)


def _add(section: str, there: Written, written: Written) -> Written:
    if section == "decisions":
        return _add_lines(there, written)
    table, additions = as_table(there, f"'{section}'"), as_table(written, f"'{section}'")
    for name, place, _ in additions:
        if name in table.entries:
            raise place.error(
                f"'{name}' cannot be added: it is in the {section} of the policy that this one is based on.",
                "Put what is different under 'change:', or choose another name.",
                "policy.amendment",
            )
    return Table({**table.entries, **additions.entries}, {**table.keys, **additions.keys}, table.place)


def _add_lines(there: Written, written: Written) -> Items:
    """New decision lines, one after the other, each before or after one that is there by then."""
    lines = list(as_items(there, "'decisions'").items)
    for item in as_items(written, "'decisions'").items:
        table = as_table(item, "a decision line")
        placed = [key for key in _PLACING if key in table.entries]
        if len(placed) != 1:
            remedy = "Write 'before: some_line' or 'after: some_line' in it."
            raise table.place.error("a line that is added has to say where.", remedy, "policy.amendment")
        neighbour = table.entries[placed[0]]
        name = as_text(neighbour, f"'{placed[0]}'")
        known = [_line_name(line) for line in lines]
        if name not in known:
            raise neighbour.place.error(
                f"there is no decision line '{name}'.", suggestion(name, known), "policy.unknown_name"
            )
        position = known.index(name) + (placed[0] == "after")
        kept = {key: value for key, _, value in table if key not in _PLACING}
        lines.insert(position, Table(kept, {key: table.keys[key] for key in kept}, table.place))
    return Items(tuple(lines), there.place)


def _names(section: str, there: Written) -> list[str]:
    if isinstance(there, Items):
        return [_line_name(item) for item in there.items]
    return list(as_table(there, f"'{section}'").entries)


def _line_name(item: Written) -> str:
    table = as_table(item, "a decision line")
    check = table.get("line")
    return "" if check is None else as_text(check, "'line'")


def _places(written: Written) -> dict[str, Text]:
    return {" ".join(part.text.split()): part for part in _texts(written)}


def _texts(written: Written) -> Iterator[Text]:
    for part in written.items if isinstance(written, Items) else (written,):
        if isinstance(part, Text):
            yield part
