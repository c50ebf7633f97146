"""Deciding a stored assessment again, under the same policy or another, without touching the media."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from consentry.policy.deciding.recommending import Decided, decide
from consentry.policy.definitions import Policy
from consentry.policy.errors import PolicyError
from consentry.records import Action, Assessment, Circumstances, Fact, Media, Post, Recommendation

_AT_ONCE: Final = 2000
_WORDS_NOT_KEPT: Final = "(words came with it; they are not stored)"


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


def stored_circumstances(assessment: Assessment) -> Circumstances:
    """What of the post and the report is stored.

    Raises:
        PolicyError: ``policy.not_stored`` if nothing is.
    """
    if assessment.circumstances is None:
        raise PolicyError(
            f"The assessment of the post '{assessment.post_id}' was stored by an older version, which did not keep "
            "what is needed to decide again.",
            "Assess the post again with `consentry score`.",
            code="policy.not_stored",
        )
    return assessment.circumstances


def stored_post(assessment: Assessment) -> Post:
    """The post of an assessment as far as it is stored: without its words and without its media."""
    circumstances = stored_circumstances(assessment)
    # Made of what was checked when it was stored; checking it once more takes longer than deciding.
    return Post.model_construct(
        post_id=assessment.post_id,
        media=tuple(Media.model_construct(media_id=media_id, data=b"") for media_id in circumstances.media_ids),
        text=_WORDS_NOT_KEPT if circumstances.has_text else "",
        posted_at=circumstances.posted_at,
        account=circumstances.account,
    )


def answers_for(policy: Policy, answers: Iterable[Fact]) -> tuple[Fact, ...]:
    """Answers that were given under another policy, as far as this one can use them."""
    words = {fact.name: (*fact.words, "unknown") for fact in policy.facts}
    usable = []
    for answer in answers:
        if answer.name not in words:
            continue
        if answer.value not in words[answer.name]:
            detail = f"'{answer.value}' was answered, which {policy.label} has no word for"
            answer = answer.model_copy(update={"value": "unknown", "detail": detail})
        usable.append(answer)
    return tuple(usable)


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
