"""Deciding a stored assessment again, under the same policy or another, without touching the media."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from consentry.policy.deciding.recommending import Decided, decide
from consentry.policy.deciding.stored_cases import answers_for, stored_circumstances, stored_post
from consentry.policy.definitions import Policy
from consentry.records import Action, Assessment, Recommendation

_AT_ONCE: Final = 2000


def redecide(policy: Policy, assessment: Assessment) -> Recommendation:
    """What a policy recommends for what an assessment measured.

    Under the policy that the assessment was made with, this is the assessment's own recommendation, byte for byte.

    Args:
        policy: Any policy. Answers about facts that it does not have are left aside; an answer in a word that it
            does not have counts as *unknown*, because a person would have to be asked again.
        assessment: From `consentry.Assessor`, or read back by `consentry.batch.results.stored.read_assessments`.

    Raises:
        PolicyError: ``policy.not_stored`` for an assessment of schema 1.0, which does not hold what is needed.
    """
    return redecided(policy, assessment).recommendation


def redecided(policy: Policy, assessment: Assessment) -> Decided:
    """As `redecide`, with the facts as the policy cuts them."""
    circumstances = stored_circumstances(assessment)
    return decide(
        policy,
        stored_post(assessment),
        circumstances.report,
        assessment.signals,
        answers_for(policy, circumstances.answers),
    )


@dataclass
class Replayed:
    """What changes when assessments are decided again.

    Attributes:
        total: How many were decided.
        pairs: How often each pair of the action then and the action now occurs, the equal ones among them.
        changed: For each pair that differs, the posts, in the order they came.
    """

    total: int = 0
    pairs: Counter[tuple[Action, Action]] = field(default_factory=Counter)
    changed: dict[tuple[Action, Action], list[str]] = field(default_factory=dict)

    @property
    def differing(self) -> int:
        """How many assessments get another action."""
        return sum(count for (then, now), count in self.pairs.items() if then != now)

    def add(self, post_id: str, then: Action, now: Action) -> None:
        """Count one assessment."""
        self.total += 1
        self.pairs[then, now] += 1
        if then != now:
            self.changed.setdefault((then, now), []).append(post_id)


def replay(policy: Policy, assessments: Iterable[Assessment], *, before: Policy | None = None) -> Replayed:
    """Decide stored assessments again and count what changes; in columns, so that many take little time.

    Args:
        policy: The policy to decide by.
        assessments: As stored.
        before: Compare with what this policy gives; with the stored recommendations unless given.

    Raises:
        PolicyError: ``policy.not_stored``; see `redecide`.
    """
    from consentry.policy.deciding.columns import (  # numpy, which nothing else here needs
        assessment_columns,
        decide_columns,
    )

    found = Replayed()
    remaining = iter(assessments)
    while chunk := list(islice(remaining, _AT_ONCE)):
        now = decide_columns(policy, assessment_columns(policy, chunk)).actions
        if before is None:
            then = [assessment.recommendation.action for assessment in chunk]
        else:
            then = decide_columns(before, assessment_columns(before, chunk)).actions
        for assessment, old, new in zip(chunk, then, now, strict=True):
            found.add(assessment.post_id, old, new)
    return found
