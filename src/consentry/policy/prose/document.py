"""What a policy in prose consists of, whether it is then written as text or as a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from consentry.records import Action

Mark = Literal["", "added", "changed"]

NOTHING: Final = "nothing was said"
"""What stands for one side of a change if it is empty."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that is said elsewhere in the document.

    Attributes:
        anchor: Its address on the page, like ``clause-proven_standing``; it stays when numbers move.
        number: How it is numbered, like ``C7``.
        words: What is read out there.
    """

    anchor: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a condition.

    Attributes:
        depth: How far it is indented.
        letter: Its number among those beside it, like ``(a)``; empty for the first line of a condition.
        words: What it says.
        reference: The fact or the clause that it speaks of.
        opens: Whether those below belong to it.
    """

    depth: int
    letter: str
    words: str
    reference: Reference | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said of an entry.

    Attributes:
        role: What it is, for the look of the page: ``if``, ``because``, ``source`` and so on.
        label: The words before it.
        text: What is said, in one sentence.
        lines: The same, line by line, if it is a condition.
        references: What is named before it.
        actions: The actions that it names.
        code: Its name in the file, if it has one.
        about_the_rule: Whether it is part of the rule; else it is about the document, and no amendment changes it.
    """

    role: str
    label: str = ""
    text: str = ""
    lines: tuple[Line, ...] = ()
    references: tuple[Reference, ...] = ()
    actions: tuple[Action, ...] = ()
    code: str = ""
    about_the_rule: bool = True

    @property
    def words(self) -> str:
        """What it says, without numbers that change when something is added above."""
        names = ", ".join(reference.words for reference in self.references)
        parts = ", ".join(part for part in (names, self.text) if part)
        return f"{parts} ({self.code})" if self.code else parts

    @property
    def in_lines(self) -> str:
        """A condition on one line, as its lines are lettered, with the addresses of what they speak of."""
        return " ".join(
            part
            for line in self.lines
            for part in (line.letter, line.words, f"[{line.reference.anchor}]" if line.reference else "")
            if part
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What an amendment did to one thing that is said; empty for what was not there before, or is not any more."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line, clause, fact, deadline, invariant or document.

    Attributes:
        anchor: Its address on the page.
        number: Its number.
        title: Its name in words.
        code: Its name in the file, as it stands in assessments; empty for documents.
        kind: What kind of thing it is, in words; only clauses have kinds.
        mark: What the amendment that is read out did to it.
        changes: What it changed, if it did.
    """

    anchor: str
    number: str
    title: str
    code: str
    said: tuple[Said, ...]
    kind: str = ""
    mark: Mark = ""
    changes: tuple[Change, ...] = ()

    @property
    def reference(self) -> Reference:
        """How others refer to it."""
        return Reference(self.anchor, self.number, self.title)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document.

    Attributes:
        anchor: Its address on the page.
        letter: That its numbers begin with.
        introduction: A sentence on how to read it; may be empty.
    """

    anchor: str
    letter: str
    title: str
    introduction: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Amendments:
    """What a policy does to the one that it is based on.

    Attributes:
        base: Label of that one.
        header: What its head says otherwise.
        added: What is new.
        changed: What is said otherwise.
        removed: What is not there any more, as it was; numbers in it are those of the base.
    """

    base: str
    header: tuple[Change, ...] = ()
    added: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The comments at the head of a file, as they are."""

    file: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Document:
    """A policy in prose.

    Attributes:
        title: What the policy calls itself.
        about: What its head says: label and words.
        notes: How to read it.
        actions: What can be recommended, the mildest first, and what that asks for.
        heads: What the authors wrote at the heads of the files, the amending one first.
    """

    title: str
    about: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    actions: tuple[tuple[Action, str], ...]
    sections: tuple[Section, ...]
    amendments: Amendments | None = None
    heads: tuple[Head, ...] = ()
