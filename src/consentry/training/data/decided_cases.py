"""Reviewers' decisions as training data: a manifest of the media of decided cases, labelled by what a person answered.

A row comes into being only where a named human decided the case and a reviewer answered what the media show. What a
model measured is never a label: a model that learns from its own scores only grows surer of its mistakes.

Media that a reviewer called intimate, or that seem to show a minor, and everything that was routed out, are left out,
always: such media do not belong in a training set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from consentry.records import Assessment, Decision, Fact, Post
from consentry.tables import BadRow, TableError, opened, read_table
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError

PRIVATE: Final = "private_setting"
EVENT: Final = "public_event"
NEVER: Final = ("intimate_media", "apparent_minor")
"""Facts which, answered yes, keep media out of training."""

SOURCE: Final = "decided_cases"
LICENCE: Final = "media of a reported case: for training under your own rules, not for redistribution"


@dataclass(frozen=True)
class DecidedRows:
    """What decided cases give.

    Attributes:
        rows: One for each medium with a label, by post and medium. The group is the report (or the post, without one);
            extra columns say which post, report and medium it was, which answers made the label, under which policy,
            what was decided and when. Who decided is left out: training has no use for a name.
        left_out: Why other media gave no row, and how many.
    """

    rows: tuple[Row, ...]
    left_out: Mapping[str, int]


def read_decided(paths: Iterable[Path]) -> tuple[list[Assessment], list[Decision]]:
    """Assessments and decisions from JSONL files.

    Args:
        paths: Files with an `Assessment`, a `Decision`, or an object ``{"assessment": ..., "decision": ...}`` a line,
            in any order.

    Raises:
        TrainingError: ``training.manifest``, naming the row.
    """
    assessments: list[Assessment] = []
    decisions: list[Decision] = []
    for path in paths:
        try:
            with opened(str(path)) as stream:
                for number, row in enumerate(read_table(stream, path.name, "json_lines"), 1):
                    where = f"{path}, row {number}"
                    if isinstance(row, BadRow):
                        raise _neither(where, row.reason)
                    _take_in(row, where, assessments, decisions)
        except OSError as error:
            raise TrainingError(
                f"{path} cannot be read: {error}.", "Give a JSONL file.", code="training.manifest"
            ) from error
        except TableError as error:
            raise TrainingError(error.message, error.remedy, code="training.manifest") from error
    return assessments, decisions


def rows_from_decisions(
    assessments: Iterable[Assessment], decisions: Iterable[Decision], posts: Mapping[str, Post]
) -> DecidedRows:
    """Rows of a manifest from decided cases.

    Args:
        assessments: The last of a case counts.
        decisions: The latest of a case counts.
        posts: Where the media lie, by post.
    """
    final: dict[tuple[str, str | None], Decision] = {}
    for decision in sorted(decisions, key=lambda item: _instant(item.decided_at)):
        final[decision.post_id, decision.report_id] = decision
    cases = {(item.post_id, item.report_id): item for item in assessments}
    rows: dict[tuple[str, str], Row] = {}
    labels: dict[tuple[str, str], set[str]] = {}
    left_out: Counter[str] = Counter()
    for key, assessment in sorted(cases.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        media = _media_of(assessment)
        if key not in final:
            left_out["no human has decided"] += len(media)
            continue
        answers = _answers(assessment)
        context, reason = _label(answers, final[key], len(media))
        paths = {item.media_id: item.path for item in posts[key[0]].media} if key[0] in posts else {}
        for medium in media:
            path = paths.get(medium)
            if not context:
                left_out[reason] += 1
            elif path is None:
                left_out["the file is not known"] += 1
            else:
                rows[key[0], medium] = _row(path, context, answers, assessment, final[key], medium)
                labels.setdefault((key[0], medium), set()).add(context)
    for place, contexts in labels.items():
        if len(contexts) > 1:
            del rows[place]
            left_out["two reports led to two labels"] += 1
    return DecidedRows(tuple(rows.values()), dict(sorted(left_out.items())))


def _take_in(
    found: dict[str, Any], where: str, assessments: list[Assessment], decisions: list[Decision]
) -> None:  # fmt: skip
    try:
        parts = [found[name] for name in ("assessment", "decision") if found.get(name)] or [found]
        for part in parts:
            if "decided_by" in part:
                decisions.append(Decision.model_validate(part))
            else:
                assessments.append(Assessment.model_validate(part))
    except (ValueError, AttributeError, TypeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        what = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}" if first else str(error)
        raise _neither(where, what) from error


def _neither(where: str, what: str) -> TrainingError:
    return TrainingError(
        f"{where} is neither an assessment nor a decision: {what.removesuffix('.')}.",
        "Give what `consentry score` wrote, and decisions as JSON objects, one a line.",
        code="training.manifest",
    )


def _instant(moment: datetime) -> datetime:
    """Moments without a zone are taken as UTC, so that all can be compared."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _media_of(assessment: Assessment) -> tuple[str, ...]:
    if assessment.circumstances is not None:
        return assessment.circumstances.media_ids
    return tuple(item.media_id for item in assessment.signals.media)


def _answers(assessment: Assessment) -> dict[str, str]:
    """What reviewers answered, by fact; nothing that a model, a look-up or the report said."""
    given: Sequence[Fact] = assessment.facts
    if assessment.circumstances is not None:
        given = (*assessment.circumstances.answers, *given)
    return {fact.name: fact.value for fact in given if fact.source == "reviewer"}


def _label(answers: Mapping[str, str], decision: Decision, media: int) -> tuple[str, str]:
    """The context that answers give the media of a post, or the reason why they give none."""
    if decision.action == "route_out" or any(answers.get(name) == "yes" for name in NEVER):
        return "", "intimate, a minor, or routed out"
    private, event = answers.get(PRIVATE, "unknown"), answers.get(EVENT, "unknown")
    if private == event == "yes":
        return "", "answered both private and public event"
    if event == "yes":  # asked of all media of the post together
        return "public_event", ""
    if private == "yes":
        return ("private", "") if media == 1 else ("", "one of several media is private, and nobody said which")
    if private == event == "no":
        return ("neutral", "") if media == 1 else ("", "not all of several media are of an event")
    return "", "no reviewer has said what the media show"


def _row(
    path: Path, context: str, answers: Mapping[str, str], assessment: Assessment, decision: Decision, medium: str
) -> Row:
    used = {name: answers[name] for name in (PRIVATE, EVENT) if name in answers}
    return Row(
        path=path,
        name=path.as_posix(),
        context=context,
        group=assessment.report_id or assessment.post_id,
        source=SOURCE,
        licence=LICENCE,
        extra={
            "post_id": assessment.post_id,
            "report_id": assessment.report_id or "",
            "media_id": medium,
            "answers": " ".join(f"{name}={value}" for name, value in used.items()),
            "policy": assessment.recommendation.policy,
            "action": decision.action,
            "decided_at": decision.decided_at.isoformat(),
        },
    )
