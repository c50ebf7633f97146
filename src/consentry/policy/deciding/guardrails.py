"""What no policy can do, whatever its file says: the house promises 1 to 4, enforced after the decision list.

The guardrails read the records themselves (the report, the origin of a fact), never a policy's names, which a file
is free to choose. Each can only lower ``recommend_removal``; none ever raises an action. And none buries what else the
policy says of the post: if the decision list, read on past its removals, gives a restriction or an urgent review, the
removal is lowered to that.

Promise 1, *no output is an action*: a `Recommendation` cannot be made without ``requires_human_decision``, and this
package reads policy files and nothing else: it writes, sends and starts nothing.

Promise 2, *no removal without proof*: ``recommend_removal`` needs a `Report` by the depicted person or an authorised
representative whose identity is ``verified``. The `Report` record is asked. A fact from outside cannot stand in for
it, not even a reviewer's: a check of identity that succeeded belongs into the report.

Promise 3, *unknown is never no*: what was not measured is unknown before any threshold sees it (`measured_signals`,
`facts.cut_number`). And a decision list is read with the same care: if an earlier line that leads to something milder
could not be ruled out, because something it asks for is unknown, then going on to a later ``recommend_removal`` would
take that unknown for a no. Such a removal is lowered to a review.

Promise 4, *the public-event score alone never leads to removal, neither high nor low*: ``recommend_removal`` may not
hinge on that score. Let E be the facts that the policy reads from ``scene.public_event.*`` and that nobody has
answered instead of the model. With everything else as it is, the decision list is walked again for every
combination of yes, no and unknown for E, and only if ``recommend_removal`` comes out each time, and promise 3 leaves it
alone each time, does it stand. So a
removal that needs the score to be high, to be low, or merely to be there, becomes a review; one that a person's
answer supports, or for which the score makes no difference, is left alone. Every combination is tried, also those
that no single score could give, so the rule errs on the side of the review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from consentry.policy.definitions import SEVERITY, Policy
from consentry.policy.logic.program import UNKNOWN_CODE, Outcome
from consentry.records import Action, Identity, Report, Standing

EVENT_SCORE: Final = "scene.public_event."
"""How the inputs begin that promise 4 speaks of."""

PROVING: Final = ("depicted_person", "authorised_representative")
"""Standings on which a removal may be recommended, once the identity is verified."""
YES_NO_UNKNOWN: Final = (0, 1, UNKNOWN_CODE)
"""What a fact that cuts a number can be; the guardrail of promise 4 tries each."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What the guardrails know besides the facts.

    Attributes:
        standing: From the report record; ``None`` without a report.
        identity: From the report record.
        event_scores: Indices of the facts whose value is the model's public-event score.
    """

    standing: Standing | None
    identity: Identity | None
    event_scores: tuple[int, ...]

    @classmethod
    def of(cls, report: Report | None, event_scores: tuple[int, ...]) -> Standpoint:
        """The standpoint that a report gives."""
        if report is None:
            return cls(None, None, event_scores)
        return cls(report.standing, report.identity, event_scores)

    @property
    def proven(self) -> bool:
        """Whether promise 2 allows a removal to be recommended."""
        return self.standing in PROVING and self.identity == "verified"


@dataclass(frozen=True, slots=True)
class Guarded:
    """An action that the promises allow, and a sentence for each promise that lowered it."""

    action: Action
    sentences: tuple[str, ...] = ()


def guard(policy: Policy, values: Sequence[int], outcome: Outcome, standpoint: Standpoint) -> Guarded:
    """Hold what a policy decided against the promises.

    Args:
        policy: The policy.
        values: The codes of its facts.
        outcome: What its decision list gave for them.
        standpoint: What the report record and the facts' origins say.
    """
    line = policy.decisions[outcome.line]
    if line.action != "recommend_removal":
        return Guarded(line.action)
    sentences = []
    lowered: Action = "review"
    if not standpoint.proven:
        if standpoint.standing in PROVING and standpoint.identity != "rejected":
            lowered = "request_verification"
        sentences.append(
            "Removal is not recommended: it takes a report by the depicted person or an authorised representative "
            f"whose identity is verified; {_shortfall(standpoint)}."
        )
    if milder := _passed_over(policy, outcome):
        sentences.append(
            f"Removal is not recommended: the earlier decision line '{milder[0]}' leads to something milder and could "
            "not be ruled out; an unknown is not a no."
        )
    if hinges_on_event_score(policy, values, standpoint.event_scores):
        sentences.append(
            "Removal is not recommended: it would hinge on the public-event score alone; a person has to say whether "
            "this is a public event."
        )
    if not sentences:
        return Guarded(line.action)
    return Guarded(_read_on(policy, values, outcome) or lowered, tuple(sentences))


def _read_on(policy: Policy, values: Sequence[int], outcome: Outcome) -> Action | None:
    """What the list gives if it is read on past its removals, if that is more than a review; else nothing."""
    for index in policy.program.holding_after(values, outcome):
        action = policy.decisions[index].action
        if SEVERITY[action] < SEVERITY["recommend_removal"]:
            return action if SEVERITY[action] > SEVERITY["review"] else None
    return None


def _shortfall(standpoint: Standpoint) -> str:
    if standpoint.standing is None:
        return "nobody has reported this post"
    if standpoint.standing not in PROVING:
        return "the reporter is neither"
    return f"the identity is {standpoint.identity}"


def _passed_over(policy: Policy, outcome: Outcome) -> list[str]:
    """Undecided earlier lines that are milder than removal; a routing line is not milder, it is a stricter queue."""
    lines = (policy.decisions[index] for index in outcome.undecided)
    return [line.name for line in lines if SEVERITY[line.action] < SEVERITY["recommend_removal"]]


def hinges_on_event_score(policy: Policy, values: Sequence[int], event_scores: tuple[int, ...]) -> bool:
    """Whether some other value of the facts cut from the public-event score gives another action than removal.

    With another score an earlier and milder line may be open that this one rules out; promise 3 would lower the removal
    there, so here it would hinge on the score. Without such a score nothing hinges on it.
    """
    if not event_scores:
        return False
    changed = list(values)
    for combination in product(YES_NO_UNKNOWN, repeat=len(event_scores)):
        for index, code in zip(event_scores, combination, strict=True):
            changed[index] = code
        outcome = policy.program.run(changed)
        if policy.decisions[outcome.line].action != "recommend_removal" or _passed_over(policy, outcome):
            return True
    return False
