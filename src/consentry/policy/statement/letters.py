"""Two plain letters: to who posted, and to who reported. Neither tells the one anything about the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from consentry.policy.definitions import Span
from consentry.policy.errors import PolicyError
from consentry.policy.language.deadlines import after, counted_from_decision
from consentry.policy.statement.making import check_same_case, clauses_behind, reference_of
from consentry.records import Action, Assessment, Decision, Reason

_DONE: Final[dict[Action, str]] = {
    "no_action": "The post stays as it is.",
    "request_verification": "Nothing has been done to the post so far. Proof of identity has been asked for.",
    "review": "Nothing has been done to the post so far. It is still being looked at.",
    "review_urgent": "Nothing has been done to the post so far. It is being looked at with priority.",
    "recommend_restrict": "Fewer people are shown the post for now.",
    "recommend_removal": "The post has been taken down.",
    "route_out": "The case has been handed to the team that is responsible for cases of this kind.",
}
_RESTRICTING: Final = ("recommend_restrict", "recommend_removal")
_CLOSING: Final = ("no_action", *_RESTRICTING)
_HELPED: Final = (
    "Software helped with it: it measured what the pictures and the words show, and recommended what to look at. "
    "It did not decide."
)
_COMPARED: Final = "The photos that came with the report were compared with this post and with nothing else."
_AT_LEAST: Final = Span(6, "months")
"""How long complaints can be made at the least: Article 20(1) of the DSA."""


def letter_to_uploader(decision: Decision, assessment: Assessment, *, grounds: Sequence[str] = ()) -> str:
    """What was done to somebody's post, under which rule, and what they can do about it.

    It does not say who reported the post, nor as whom.

    Args:
        decision: What a named person chose; neither their name nor their remarks are repeated.
        assessment: Of the same post and report.
        grounds: The clauses that a restriction rests on, if other than the violations that fired.

    Raises:
        PolicyError: ``policy.statement``; see `statement_of_reasons`.
    """
    check_same_case(decision, assessment)
    lines = [
        *_head(decision),
        "this is about something that you posted. "
        + ("It was reported to us, and" if assessment.report_id is not None else "We came across it ourselves, and")
        + " a person here has looked at it and decided:",
        "",
        f"    {_DONE[decision.action]}",
        "",
    ]
    if decision.action in _RESTRICTING:
        lines += ["These are the rules that we found it to go against:", ""]
        lines += [f"  - {reason.sentence} ({_source(reason)})" for reason in clauses_behind(assessment, grounds)]
        lines += [""]
    if decision.action == "no_action":
        return _letter([*lines, _HELPED, "", "There is nothing that you have to do."])
    return _letter([*lines, _HELPED, "", *_redress(decision, assessment)])


def letter_to_reporter(decision: Decision, assessment: Assessment) -> str:
    """What became of somebody's report, and what they can do about it. It says nothing about who posted.

    Raises:
        PolicyError: ``policy.statement`` if nobody reported the post, or the decision is about another one.
    """
    check_same_case(decision, assessment)
    if assessment.report_id is None:
        raise PolicyError(
            "Nobody reported this post, so there is nobody to write to.",
            "Write to the uploader alone.",
            code="policy.statement",
        )
    lines = [
        *_head(decision),
        "thank you for your report. A person here has looked at it and decided:",
        "",
        f"    {_DONE[decision.action]}",
        "",
    ]
    # Why something is still looked at is not for letters: it may be that the report itself is doubted.
    if decision.action == assessment.recommendation.action and decision.action in _CLOSING:
        lines += ["The reason is this:", "", f"    {assessment.recommendation.because}", ""]
    compared = f" {_COMPARED}" if assessment.signals.references_given else ""
    return _letter([*lines, f"{_HELPED}{compared}", "", *_redress(decision, assessment)])


def complaints_until(decision: Decision, assessment: Assessment) -> date:
    """The last day for complaints: as the policy says, and six months at the least."""
    least = after(decision.decided_at, _AT_LEAST)
    counted = counted_from_decision(assessment.recommendation.deadlines, decision.decided_at)
    ends = [each.due_at for each in counted if each.counted_from == "decision" and each.due_at is not None]
    return max([least, *ends]).date()


def _head(decision: Decision) -> list[str]:
    date_line = f"Date: {decision.decided_at.date().isoformat()}"
    return [f"Reference: {reference_of(decision)}", date_line, "", "Hello,", ""]


def _redress(decision: Decision, assessment: Assessment) -> list[str]:
    if decision.action not in _CLOSING:
        return ["You will hear from us again once it is settled."]
    return [
        "If you think that this is wrong:",
        "",
        f"  - You can complain to us, free of charge, until {complaints_until(decision, assessment).isoformat()}. "
        "Another person will look at it.",
        "  - In the European Union you can turn to a certified body for out-of-court dispute settlement.",
        "  - You can go to court.",
    ]


def _source(reason: Reason) -> str:
    return f"{reason.source.document}, {reason.source.dated}: {reason.source.passage}"


def _letter(lines: list[str]) -> str:
    return "\n".join([*lines, "", "The review team", ""])
