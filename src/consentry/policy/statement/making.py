"""From a person's decision and an assessment to the statement of reasons.

What goes in is chosen so that nothing of the case can come out: rules in the words of the policy file, names of facts
with yes or no, kinds of media, two dates. Never the post's or the report's words, a name of a file, an identifier, a
reviewer's remark, who reported, or as whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from consentry.policy.errors import PolicyError, suggestion
from consentry.policy.statement.record import EEA, ContentType, StatementOfReasons, Visibility
from consentry.records import Action, Assessment, ClauseKind, Decision, Fact, Reason

_VISIBILITY: Final[dict[Action, Visibility]] = {
    "recommend_removal": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "recommend_restrict": "DECISION_VISIBILITY_CONTENT_DEMOTED",
}
_GROUNDS: Final[tuple[ClauseKind, ...]] = ("violation", "prohibited_behaviour")
_TOLD_SOURCES: Final = {"model": "found by a model", "lookup": "looked up", "reviewer": "said by a reviewer"}
_KIND: Final[dict[str, ContentType]] = {"image": "CONTENT_TYPE_IMAGE", "video": "CONTENT_TYPE_VIDEO"}


def statement_of_reasons(
    decision: Decision,
    assessment: Assessment,
    *,
    grounds: Sequence[str] = (),
    content_date: date | None = None,
    visibility: Visibility | None = None,
    until: date | None = None,
    reference_url: str | None = None,
    language: str | None = None,
    territorial_scope: Sequence[str] = EEA,
    article_16: bool = False,
) -> StatementOfReasons:
    """The record that Article 17 of the DSA asks for, once a person has restricted or removed a post.

    Args:
        decision: What a named person chose.
        assessment: Of the same post and report.
        grounds: The clauses that the decision rests on, if other than the violations that fired.
        content_date: The day of the post, where the assessment does not hold it.
        visibility: What was done, where it is neither removal nor limited reach: disabled, labelled, ...
        until: The last day of a restriction that ends by itself.
        reference_url: Where the rules can be read.
        language: Of the post, as two capital letters.
        territorial_scope: Countries; the whole European Economic Area unless given.
        article_16: Whether the report was a notice of illegal content under Article 16 of the DSA. A report under the
            platform's own rules, which is what a `Report` is unless said otherwise, is another notification.

    Raises:
        PolicyError: ``policy.statement``: the decision is about something else or restricts nothing, no violation was
            found and none is named, or the day of the post is not known.
    """
    check_same_case(decision, assessment)
    done = visibility or _VISIBILITY.get(decision.action)
    if done is None or decision.action not in _VISIBILITY:
        raise PolicyError(
            f"The decision '{decision.action}' restricts nothing, so there are no reasons to state.",
            "Make a statement for a restriction or a removal; the letters are for every decision.",
            code="policy.statement",
        )
    circumstances = assessment.circumstances
    posted = circumstances.posted_at.date() if circumstances and circumstances.posted_at else content_date
    if posted is None:
        raise PolicyError(
            "The day of the post is not known, and the statement has to hold it.",
            "Give it as the content date (--content-date).",
            code="policy.statement",
        )
    clauses = clauses_behind(assessment, grounds)
    harassing = any(reason.kind == "override" for reason in assessment.recommendation.fired)
    reported = assessment.report_id is not None
    return StatementOfReasons(
        decision_visibility=(done,),
        decision_ground_reference_url=reference_url,
        incompatible_content_ground=_shortened(_ground(assessment, clauses), 500),
        incompatible_content_explanation=_shortened(" ".join(reason.sentence for reason in clauses), 2000),
        content_type=_content_types(assessment),
        category_addition=("STATEMENT_CATEGORY_CYBER_VIOLENCE",) if harassing else (),
        territorial_scope=tuple(territorial_scope),
        content_language=language,
        content_date=posted,
        application_date=decision.decided_at.date(),
        end_date_visibility_restriction=until,
        decision_facts=_shortened(decision_facts(assessment, clauses), 5000),
        source_type=(
            "SOURCE_VOLUNTARY"
            if not reported
            else "SOURCE_ARTICLE_16"
            if article_16
            else "SOURCE_TYPE_OTHER_NOTIFICATION"
        ),
        automated_detection="No" if reported else "Yes",
        puid=reference_of(decision),
    )


def check_same_case(decision: Decision, assessment: Assessment) -> None:
    """Refuse a decision about another post or report.

    Raises:
        PolicyError: ``policy.statement``.
    """
    if (decision.post_id, decision.report_id) != (assessment.post_id, assessment.report_id):
        raise PolicyError(
            f"The decision is about the post '{decision.post_id}' and the report '{decision.report_id}', the "
            f"assessment about '{assessment.post_id}' and '{assessment.report_id}'.",
            "Give the assessment that was decided on.",
            code="policy.statement",
        )


def reference_of(decision: Decision) -> str:
    """A number for the decision that says nothing about it: the same for the same decision."""
    parts = (decision.post_id, decision.report_id or "", decision.action, decision.decided_at.isoformat())
    digest = sha256("\x00".join(parts).encode()).hexdigest()
    return f"consentry-{digest[:32]}"


def clauses_behind(assessment: Assessment, grounds: Sequence[str] = ()) -> tuple[Reason, ...]:
    """The clauses that a restriction rests on: those named, or the violations that fired, the decisive ones first.

    Raises:
        PolicyError: ``policy.statement`` if a name is not among the clauses that fired or were open, or nothing fired.
    """
    found = assessment.recommendation
    if grounds:
        known = {reason.clause: reason for reason in (*found.fired, *found.not_evaluated)}
        for name in grounds:
            if name not in known:
                raise PolicyError(
                    f"'{name}' is not among the clauses that held or were open in this case.",
                    suggestion(name, known),
                    code="policy.statement",
                )
        return tuple(known[name] for name in dict.fromkeys(grounds))
    decisive = {reason.clause for reason in found.decisive}
    violations = [reason for reason in found.fired if reason.kind in _GROUNDS]
    if not violations:
        raise PolicyError(
            "No violation was found in this case, so the decision needs a ground.",
            "Name the clauses that it rests on (--ground).",
            code="policy.statement",
        )
    return tuple(sorted(violations, key=lambda reason: reason.clause not in decisive))


def _ground(assessment: Assessment, clauses: Sequence[Reason]) -> str:
    passages = dict.fromkeys(
        f"{reason.source.document} ({reason.source.dated}), {reason.source.passage}" for reason in clauses
    )
    return f"{'; '.join(passages)}. Applied as {assessment.recommendation.policy}."


def decision_facts(assessment: Assessment, clauses: Sequence[Reason]) -> str:
    """The facts and circumstances, in general words."""
    begin = (
        "The post was reported to the platform."
        if assessment.report_id is not None
        else "The post was found by the platform itself."
    )
    facts: dict[str, Fact] = {fact.name: fact for reason in clauses for fact in reason.facts}
    told = [
        f"{fact.name.replace('_', ' ')}: {fact.value.replace('_', ' ')} ({_TOLD_SOURCES[fact.source]})"
        for fact in facts.values()
        if fact.source in _TOLD_SOURCES
    ]
    fired = {reason.kind for reason in assessment.recommendation.fired}
    harassing = "The post was found to be meant to harass, to intimidate or to silence"
    defeated = ", which defeats the exceptions that would have applied." if "exception" in fired else "."
    parts = [
        begin,
        f"These rules were found to apply: {', '.join(reason.clause.replace('_', ' ') for reason in clauses)}.",
        f"This rests on: {'; '.join(told)}." if told else "",
        f"{harassing}{defeated}" if "override" in fired else "",
        "Models measured what the media and the words show; a person took the decision.",
    ]
    return " ".join(part for part in parts if part)


def _content_types(assessment: Assessment) -> tuple[ContentType, ...]:
    kinds = {_KIND[item.kind] for item in assessment.signals.media if item.kind is not None}
    circumstances = assessment.circumstances
    if (circumstances is not None and circumstances.has_text) or not kinds:
        kinds.add("CONTENT_TYPE_TEXT")
    return tuple(sorted(kinds))


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
