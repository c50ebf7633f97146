"""What a policy does to the one that it is based on, told from what is said of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Literal

from consentry.policy.prose.document import Amendments, Change, Document, Entry, Said, Section


def marked(document: Document, base: Document) -> Document:
    """A document with what is new and what is said otherwise marked in it.

    Args:
        document: The policy that is read out.
        base: The one that it is based on.
    """
    pairs = [(section, _section(base, section.anchor)) for section in document.sections]
    sections = tuple(
        replace(section, entries=tuple(_marked_entries(section.entries, old.entries if old else ())))
        for section, old in pairs
    )
    kept = {_identity(entry) for section in sections for entry in section.entries}
    entries = [entry for section in sections for entry in section.entries]
    amendments = Amendments(
        base=dict(base.about)["Policy"],
        header=tuple(_header_changes(document, base)),
        added=tuple(entry for entry in entries if entry.mark == "added"),
        changed=tuple(entry for entry in entries if entry.mark == "changed"),
        removed=tuple(entry for section in base.sections for entry in section.entries if _identity(entry) not in kept),
    )
    return replace(document, sections=sections, amendments=amendments)


def _section(document: Document, anchor: str) -> Section | None:
    return next((section for section in document.sections if section.anchor == anchor), None)


def _identity(entry: Entry) -> str:
    """What an entry is known by: its name; a document has none but its title."""
    return entry.anchor if entry.code else entry.title


def _marked_entries(entries: Sequence[Entry], old: Sequence[Entry]) -> Iterable[Entry]:
    known = {_identity(entry): entry for entry in old}
    staying = [_identity(entry) for entry in entries if _identity(entry) in known]
    moved = _moved([_identity(entry) for entry in old if _identity(entry) in staying], staying)
    before = ""
    for entry in entries:
        earlier = known.get(_identity(entry))
        if earlier is None:
            yield replace(entry, mark="added")
        else:
            changes = _changes(earlier, entry)
            if _identity(entry) in moved:
                place = f"after {before}" if before else "first"
                changes.append(Change("Place", f"as {earlier.number} there", place))
            yield replace(entry, mark="changed", changes=tuple(changes)) if changes else entry
        before = f"{entry.number} {entry.title}"


def _moved(old: list[str], new: list[str]) -> set[str]:
    """What does not stand in the same order any more; the order counts for decision lines."""
    blocks = SequenceMatcher(a=old, b=new, autojunk=False).get_matching_blocks()
    return set(new) - {name for block in blocks for name in new[block.b : block.b + block.size]}


def _changes(old: Entry, new: Entry) -> list[Change]:
    before, after = _by_label(old), _by_label(new)
    found = [_change(label, before.get(label), after.get(label)) for label in dict.fromkeys([*after, *before])]
    return [change for change in found if change is not None]


def _change(label: str, old: Said | None, new: Said | None) -> Change | None:
    before, after = ("" if said is None else said.words for said in (old, new))
    if before != after:
        return Change(label, before, after)
    if old is None or new is None or old.in_lines == new.in_lines:
        return None
    # Conditions of different shapes may read alike: 'all of' a single thing, or a name that sounds like a condition.
    return Change(label, old.in_lines, new.in_lines)


def _by_label(entry: Entry) -> dict[str, Said]:
    """What is said, by label; the first thing that is said of clauses and facts has none."""
    said = {_label(each): each for each in entry.said if each.about_the_rule}
    return {"Kind": Said("kind", text=entry.kind), **said} if entry.kind else said


def _label(said: Said) -> str:
    return said.label.capitalize() or said.role.capitalize()


def _header_changes(document: Document, base: Document) -> Iterable[Change]:
    before = {"Title": base.title, **dict(base.about)}
    for label, words in {"Title": document.title, **dict(document.about)}.items():
        if label not in ("Based on", "SHA-256") and before.get(label, "") != words:
            yield Change(label, before.get(label, ""), words)


def redline(change: Change) -> list[tuple[Literal["same", "before", "after"], str]]:
    """A change word by word: what both say, what only the older says, what only the newer says.

    Two texts that have less than half in common are told one after the other, since nobody can read them mixed.
    """
    old, new = change.before.split(), change.after.split()
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.ratio() < 0.5:
        return [("before", change.before), ("after", change.after)]
    told: list[tuple[Literal["same", "before", "after"], str]] = []
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            told.append(("same", " ".join(old[start:end])))
            continue
        told += [("before", " ".join(old[start:end]))] if end > start else []
        told += [("after", " ".join(new[new_start:new_end]))] if new_end > new_start else []
    return told
