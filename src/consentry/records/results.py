"""What comes out: an assessment with everything it was made from, and the decision of a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from consentry.records.given import Fact, Post, Report
from consentry.records.recommending import Recommendation
from consentry.records.signals import Signals
from consentry.records.words import (
    LONGEST_ID,
    LONGEST_STATEMENT,
    MOST_POSTS_A_REPORT,
    SCHEMA_VERSION,
    AccountKind,
    Action,
    Record,
)


class ComponentDigest(Record):
    """A model, bank or policy that took part, so that the same answer can be made again."""

    name: str
    version: str
    sha256: str


class Circumstances(Record):
    """What a policy reads of a post and its report: enough to decide again without the words and the media.

    The words of the post and the reporter's statement are not in it.

    Attributes:
        media_ids: The media of the post, in its order.
        has_text: Whether words came with it.
        report: As it came, less the reporter's statement; ``None`` if nobody reported the post.
        answers: What reviewers, look-ups and the report said besides, as it was given.
    """

    account: AccountKind = "unknown"
    posted_at: datetime | None = None
    media_ids: tuple[str, ...] = ()
    has_text: bool = False
    report: Report | None = None
    answers: tuple[Fact, ...] = ()

    @classmethod
    def of(cls, post: Post, report: Report | None, answers: Iterable[Fact] = ()) -> Self:
        """The circumstances of a post and its report."""
        return cls(
            account=post.account,
            posted_at=post.posted_at,
            media_ids=tuple(item.media_id for item in post.media),
            has_text=bool(post.text.strip()),
            report=None if report is None else report.model_copy(update={"statement": ""}),
            answers=tuple(answers),
        )


class Assessment(Record):
    """One post, measured and held against the policy. Holds no time of day and no template of a face.

    Attributes:
        schema_version: Of the version that wrote it; 1.0 had no circumstances and no deadlines,
            1.1 no signals of others, 1.2 no scores of moments.
        circumstances: What is needed to decide again (`consentry.policy.redecide`); ``None`` in files of version 1.0.
        components: Everything that the result depends on besides the input.
    """

    schema_version: Literal["1.0", "1.1", "1.2", "1.3"] = SCHEMA_VERSION
    post_id: str
    report_id: str | None = None
    signals: Signals
    circumstances: Circumstances | None = None
    facts: tuple[Fact, ...]
    recommendation: Recommendation
    components: tuple[ComponentDigest, ...] = ()


class ReportAssessment(Record):
    """What came of one report about one or several posts.

    Attributes:
        assessments: One for each post, in the order of the report; at most `MOST_POSTS_A_REPORT`.
    """

    schema_version: Literal["1.1", "1.2", "1.3"] = SCHEMA_VERSION
    report_id: str
    assessments: tuple[Assessment, ...] = Field(min_length=1, max_length=MOST_POSTS_A_REPORT)

    @model_validator(mode="after")
    def _one_report(self) -> Self:
        if any(assessment.report_id != self.report_id for assessment in self.assessments):
            raise ValueError("every assessment must be of this report")
        return self


class Decision(Record):
    """What a named person chose. The only thing that counts as an outcome.

    Attributes:
        decided_by: A person; Consentry never fills this in.
        reason: Theirs.
    """

    post_id: str
    report_id: str | None = None
    action: Action
    decided_by: str = Field(min_length=1, max_length=LONGEST_ID)
    reason: str = Field(min_length=1, max_length=LONGEST_STATEMENT)
    decided_at: datetime


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an `Assessment`, with the version under ``x-schema-version``."""
    schema = Assessment.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:consentry:assessment:{SCHEMA_VERSION}",
        "x-schema-version": SCHEMA_VERSION,
        **schema,
    }
