"""What the policy makes of it: reasons, questions, deadlines, a recommendation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from consentry.records.given import Fact
from consentry.records.words import Action, ClauseKind, CountedFrom, Record, YesNo


class PolicySource(Record):
    """The passage of a policy document that a clause stands for."""

    document: str
    dated: date
    passage: str = ""


class Reason(Record):
    """A clause of the policy and what became of it.

    Attributes:
        clause: Its name in the policy file.
        outcome: Three-valued.
        sentence: What the clause says, in words.
        facts: The facts that it was decided by.
        missing: The unknown facts that kept it from being decided.
    """

    clause: str
    kind: ClauseKind
    outcome: YesNo
    sentence: str
    source: PolicySource
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()


class Change(Record):
    """A single fact that would change the recommendation.

    Attributes:
        fact: Its name.
        from_value: What it is now.
        to_value: What it would have to be.
        action: What would be recommended then.
    """

    fact: str
    from_value: str
    to_value: str
    action: Action


class Question(Record):
    """An unknown fact put to the reviewer, because its answer could change the action.

    Attributes:
        ask: The question in words.
        could_lead_to: For each possible answer, the action that would follow.
    """

    fact: str
    ask: str
    could_lead_to: tuple[Change, ...]


class Deadline(Record):
    """Something that has to be done by a certain moment, as the policy says.

    Attributes:
        deadline: Its name in the policy file.
        do: What has to be done, in words.
        counted_from: From which moment the time runs.
        within: How long it runs, in words: ``48 hours``, ``6 months``.
        due_at: The last moment; ``None`` while the moment that it is counted from is not known.
        because: Why there is this deadline.
        source: Where it stands.
    """

    deadline: str
    do: str
    counted_from: CountedFrom
    within: str
    due_at: datetime | None = None
    because: str
    source: PolicySource


class Recommendation(Record):
    """What the policy advises, and why. It is never an action: a person decides.

    Attributes:
        policy: Name and version.
        rule: The line of the decision list that was taken.
        because: That line in words.
        decisive: The clauses that it was taken for.
        fired: Every clause that holds, the decisive ones among them.
        not_evaluated: Clauses that could not be decided, and what is missing.
        questions: For the reviewer, the most consequential first.
        would_change: Known facts which, if they were otherwise, would change the action.
        guardrails: What the evaluator itself forbade, whatever the policy said.
        deadlines: What has to be done by when, the soonest first; those without a date last.
        requires_human_decision: Always true.
    """

    action: Action
    policy: str
    rule: str
    because: str
    decisive: tuple[Reason, ...] = ()
    fired: tuple[Reason, ...] = ()
    not_evaluated: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    would_change: tuple[Change, ...] = ()
    guardrails: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    requires_human_decision: Literal[True] = True
