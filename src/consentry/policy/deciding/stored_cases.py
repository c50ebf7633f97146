"""The case that a stored assessment was made from, as far as it is kept: enough to decide again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from consentry.policy.definitions import Policy
from consentry.policy.errors import PolicyError
from consentry.records import Assessment, Circumstances, Fact, Media, Post

_WORDS_NOT_KEPT: Final = "(words came with it; they are not stored)"


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
