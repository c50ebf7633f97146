"""What is said of each line, clause, fact, deadline, invariant and document of a policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from consentry.policy.definitions import (
    YES_NO,
    Clause,
    DeadlineDefinition,
    DecisionLine,
    FactDefinition,
    Invariant,
    Policy,
)
from consentry.policy.drawing.wording import MEANING, limits, plain_name, sentence
from consentry.policy.language.sections import ACTIONS
from consentry.policy.logic.conditions import Always, Condition, leaves
from consentry.policy.measuring.inputs import input_named
from consentry.policy.prose.conditions import anchor_of, lines_of_condition
from consentry.policy.prose.document import Entry, Reference, Said
from consentry.records import FactSource, PolicySource

Remarks = Mapping[str, Sequence[str]]
"""What the author remarks, by anchor."""

_SAYS: Final[dict[FactSource, str]] = {
    "model": "as a model measured it",
    "report": "as the report says",
    "post": "as the post says",
}


class Entries:
    """Every entry of one policy, with references between them."""

    def __init__(self, policy: Policy, remarks: Remarks) -> None:
        self._remarks = remarks
        self._documents = _documents(policy)
        self._references = {
            reference.anchor: reference
            for kind, letter, names in (
                ("line", "D", [line.name for line in policy.decisions]),
                ("clause", "C", [clause.name for clause in policy.clauses]),
                ("fact", "F", [fact.name for fact in policy.facts]),
                ("deadline", "T", [deadline.name for deadline in policy.deadlines]),
                ("invariant", "I", [invariant.name for invariant in policy.invariants]),
            )
            for number, name in enumerate(names, 1)
            for reference in (Reference(f"{kind}-{name}", f"{letter}{number}", plain_name(name)),)
        }
        for number, key in enumerate(self._documents, 1):
            self._references[_source_anchor(number)] = Reference(_source_anchor(number), f"S{number}", key[0])
        self._users = _users(policy, self._references)

    def decision(self, line: DecisionLine) -> Entry:
        """A line of the decision list."""
        return self._entry(f"line-{line.name}", line.name, self._decision(line), (line.file, line.line))

    def _decision(self, line: DecisionLine) -> Iterator[Said]:
        yield self._when("if", "If", line.when)
        action = line.action
        yield Said("then", "then", f"{plain_name(action)} ({MEANING[action]})", actions=(action,))
        yield Said("because", "because", line.because)

    def clause(self, clause: Clause) -> Entry:
        """A clause."""
        said = self._clause(clause)
        kind = plain_name(clause.kind)
        return self._entry(f"clause-{clause.name}", clause.name, said, (clause.file, clause.line), kind)

    def _clause(self, clause: Clause) -> Iterator[Said]:
        yield Said("sentence", "", clause.sentence)
        yield self._when("if", "Holds if", clause.when)
        yield self._source(clause.source)

    def fact(self, fact: FactDefinition) -> Entry:
        """A fact."""
        return self._entry(f"fact-{fact.name}", fact.name, self._fact(fact), (fact.file, fact.line))

    def _fact(self, fact: FactDefinition) -> Iterator[Said]:
        yield Said("question", "", fact.ask)
        if fact.measured is None:
            yield Said("reads", "Answered by", "a person or a look-up")
        else:
            item = input_named(fact.measured)
            says = _SAYS.get(item.source)
            yield Said("reads", "Read from", f"{item.about}{', ' + says if says else ''}", code=item.name)
        for word, limit in limits(fact):
            yield Said(word, word.capitalize(), limit)
        if fact.words == YES_NO:
            yield Said("otherwise", "Otherwise" if fact.measured else "Until then", "unknown")
        else:
            words = ", ".join(plain_name(word) for word in fact.words)
            yield Said("words", "One of", f"{words}; or unknown")
        if fact.why:
            yield Said("why", "Why", fact.why)

    def deadline(self, deadline: DeadlineDefinition) -> Entry:
        """A deadline."""
        place = (deadline.file, deadline.line)
        return self._entry(f"deadline-{deadline.name}", deadline.name, self._deadline(deadline), place)

    def _deadline(self, deadline: DeadlineDefinition) -> Iterator[Said]:
        yield Said("sentence", "", deadline.do)
        yield Said("within", "Within", f"{deadline.within}, counted from the {deadline.counted_from}")
        if deadline.actions:
            names = " or ".join(plain_name(action) for action in deadline.actions)
            yield Said("with", "With", names, actions=deadline.actions)
        if not isinstance(deadline.when, Always):
            yield self._when("if", "If", deadline.when)
        yield Said("because", "Because", deadline.because)
        yield self._source(deadline.source)

    def invariant(self, invariant: Invariant) -> Entry:
        """An invariant."""
        place = (invariant.file, invariant.line)
        return self._entry(f"invariant-{invariant.name}", invariant.name, self._invariant(invariant), place)

    def _invariant(self, invariant: Invariant) -> Iterator[Said]:
        yield self._when("if", "If", invariant.condition)
        allowed = tuple(action for action in ACTIONS if action in invariant.actions)
        refused = tuple(action for action in ACTIONS if action not in invariant.actions)
        never = bool(refused) and (not allowed or len(refused) <= len(allowed))
        named = refused if never else allowed
        words = (", " if never else " or ").join(plain_name(action) for action in named)
        yield Said("then", "then never" if never else "then only", words, actions=named)
        yield Said("because", "because", invariant.because)

    def documents(self) -> Iterator[Entry]:
        """The documents that clauses and deadlines stand for."""
        for number, ((title, dated), users) in enumerate(self._documents.items(), 1):
            reference = self._references[_source_anchor(number)]
            citing = tuple(self._references[anchor] for anchor in users)
            said = (Said("dated", "Dated", dated), Said("used", "Cited by", references=citing, about_the_rule=False))
            yield Entry(reference.anchor, reference.number, title, "", said)

    def _when(self, role: str, label: str, condition: Condition) -> Said:
        return Said(role, label, sentence(condition), lines_of_condition(condition, self._references))

    def _source(self, source: PolicySource) -> Said:
        number = list(self._documents).index(_document_of(source)) + 1
        document = self._references[_source_anchor(number)]
        return Said("source", "Source", f"{source.dated}: {source.passage}", references=(document,))

    def _entry(self, anchor: str, name: str, said: Iterator[Said], place: tuple[str, int], kind: str = "") -> Entry:
        parts = list(said)
        remarks = self._remarks.get(anchor, ())
        parts += [Said("remark", "Remark in the file", text, about_the_rule=False) for text in remarks]
        if users := self._users.get(anchor, ()):
            parts.append(Said("used", "Used in", references=tuple(users), about_the_rule=False))
        if place[0]:
            parts.append(Said("place", "Stands in", f"{place[0]}, line {place[1]}", about_the_rule=False))
        reference = self._references[anchor]
        return Entry(anchor, reference.number, reference.words, name, tuple(parts), kind)


def _users(policy: Policy, references: Mapping[str, Reference]) -> dict[str, list[Reference]]:
    """For each fact and clause, what speaks of it."""
    conditions = [(f"line-{line.name}", line.when) for line in policy.decisions]
    conditions += [(f"clause-{clause.name}", clause.when) for clause in policy.clauses]
    conditions += [(f"deadline-{deadline.name}", deadline.when) for deadline in policy.deadlines]
    conditions += [(f"invariant-{invariant.name}", invariant.condition) for invariant in policy.invariants]
    users: dict[str, list[Reference]] = {}
    for user, condition in conditions:
        for anchor in dict.fromkeys(anchor_of(leaf) for leaf in leaves(condition)):
            users.setdefault(anchor, []).append(references[user])
    return users


def _documents(policy: Policy) -> dict[tuple[str, str], list[str]]:
    """Title and date of every document, with the anchors of what comes from it."""
    found: dict[tuple[str, str], list[str]] = {}
    for clause in policy.clauses:
        found.setdefault(_document_of(clause.source), []).append(f"clause-{clause.name}")
    for deadline in policy.deadlines:
        found.setdefault(_document_of(deadline.source), []).append(f"deadline-{deadline.name}")
    return found


def _document_of(source: PolicySource) -> tuple[str, str]:
    return source.document, str(source.dated)


def _source_anchor(number: int) -> str:
    return f"document-{number}"
