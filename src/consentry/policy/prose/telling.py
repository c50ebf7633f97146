"""From a policy to a document of numbered sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consentry.policy.definitions import SEVERITY, Policy
from consentry.policy.drawing.wording import HOW_TO_READ, HOW_TO_READ_DECISIONS, HOW_TO_READ_FACTS, MEANING
from consentry.policy.language.loading import PolicyText
from consentry.policy.language.remarks import head_of, remarks_on
from consentry.policy.language.written import Items, Table, Text
from consentry.policy.prose.comparing import marked
from consentry.policy.prose.document import Document, Head, Section
from consentry.policy.prose.entries import Entries, Remarks

_PROOF: Final = (
    "Whatever a policy says, a removal is only recommended on the report of the person depicted, or of an authorised "
    "representative, whose identity is verified."
)
_DEFINITELY: Final = "Lines are read from the top; otherwise the next is looked at."


def told(text: PolicyText) -> Document:
    """A policy in prose: everything that it says, and what it changes in the one that it is based on.

    Args:
        text: From `consentry.policy.language.versions.policy_text`; what is read out is the consolidated policy.

    Raises:
        PolicyError: Something in it is wrong.
    """
    document = _told(text.policy(), dict(_remarks(text.table)), text)
    return document if text.base is None else marked(document, told(text.base))


def _told(policy: Policy, remarks: Remarks, text: PolicyText) -> Document:
    entries = Entries(policy, remarks)
    until = f"until {policy.effective_until}" if policy.effective_until else "on"
    about = [
        ("Policy", policy.label),
        ("Region", policy.region),
        ("In force", f"from {policy.effective_from} {until}"),
        ("Based on", ", which is based on ".join(each.based_on for each in text.chain if each.based_on)),
        ("SHA-256", policy.sha256),
    ]
    sections = (
        Section(
            "decisions",
            "D",
            "Decisions",
            f"{_DEFINITELY} {HOW_TO_READ_DECISIONS.capitalize()}, and says what is recommended.",
            tuple(entries.decision(line) for line in policy.decisions),
        ),
        Section(
            "clauses",
            "C",
            "Clauses",
            "What the policy says, and when it holds. Decisions rest on these.",
            tuple(entries.clause(clause) for clause in policy.clauses),
        ),
        Section(
            "facts",
            "F",
            "Facts",
            f"What is asked, and where the answers come from. {HOW_TO_READ_FACTS}",
            tuple(entries.fact(fact) for fact in policy.facts),
        ),
        Section(
            "deadlines",
            "T",
            "Deadlines",
            "What has to be done by when.",
            tuple(entries.deadline(deadline) for deadline in policy.deadlines),
        ),
        Section(
            "invariants",
            "I",
            "Invariants",
            "What must hold whatever comes in; consentry policy prove shows whether it does.",
            tuple(entries.invariant(invariant) for invariant in policy.invariants),
        ),
        Section(
            "documents",
            "S",
            "Sources",
            "The documents that clauses and deadlines stand for.",
            tuple(entries.documents()),
        ),
    )
    return Document(
        title=policy.title,
        about=tuple((label, words) for label, words in about if words),
        notes=(HOW_TO_READ, _PROOF),
        actions=tuple((action, MEANING[action]) for action in sorted(MEANING, key=SEVERITY.__getitem__)),
        sections=tuple(section for section in sections if section.entries),
        heads=tuple(Head(each.own.place.file, lines) for each in text.chain if (lines := head_of(each.own))),
    )


def _remarks(table: Table) -> Iterator[tuple[str, list[str]]]:
    """What the authors remark on each entry, by its address."""
    for kind, section in (
        ("clause", "clauses"),
        ("fact", "facts"),
        ("deadline", "deadlines"),
        ("invariant", "invariants"),
    ):
        written = table.get(section)
        for name, place, value in written if isinstance(written, Table) else ():
            yield f"{kind}-{name}", remarks_on(place, value)
    lines = table.get("decisions")
    for item in lines.items if isinstance(lines, Items) else ():
        named = item.get("line") if isinstance(item, Table) else None
        if isinstance(named, Text):
            yield f"line-{' '.join(named.text.split())}", remarks_on(item.place, item)
