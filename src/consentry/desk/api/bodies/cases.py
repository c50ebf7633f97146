"""What comes in about cases. What goes out is `consentry.desk.cases.views`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from consentry.desk.api.bodies.common import Body, View, check_moment
from consentry.desk.cases.appeals import Party
from consentry.desk.cases.deciding import Verdict
from consentry.desk.cases.filing import FiledPost, Filing
from consentry.records import MOST_POSTS_A_REPORT, Authority, Consent, Identity, Report, Standing
from consentry.records.words import LONGEST_DETAIL, LONGEST_STATEMENT, LONGEST_WORD

Reason = Annotated[str, Field(min_length=1, max_length=LONGEST_STATEMENT)]
Team = Literal["intimate_media", "child_safety", "terrorism", "other"]
_ID = "0197c5d2-8a3f-7c1e-9b1a-5f0c2d9e4a77"


class NewCase(Body):
    """A report with the posts that it names; their media are uploaded to the case that is made of it.

    Attributes:
        report: ``None`` for a post that the platform itself came across.
        article_16: Whether it is a notice of illegal content under Article 16 of the DSA.
        submit: Whether it is assessed at once, since no media are to come.
        source: Whether a program made it, or somebody filled in a form.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "report": {
                        "report_id": "R-2041",
                        "standing": "depicted_person",
                        "identity": "verified",
                        "consent": "refused",
                        "statement": "That is my bedroom.",
                    },
                    "posts": [
                        {
                            "post_id": "P-77",
                            "words": "Look who forgot to lock the door.",
                            "posted_at": "2026-11-29T18:00:00Z",
                            "account": "private_individual",
                        }
                    ],
                }
            ]
        }
    )

    report: Report | None = None
    posts: Annotated[list[FiledPost], Field(min_length=1, max_length=MOST_POSTS_A_REPORT)]
    article_16: bool = False
    submit: bool = False
    source: Literal["api", "form"] = "api"

    @model_validator(mode="after")
    def _makes_a_case(self) -> Self:
        said = [self.report.reported_at] if self.report is not None else []
        for post in self.posts:
            said += [post.posted_at, *(fact.observed_at for fact in post.facts)]
        for moment in said:
            check_moment(moment)
        self.filing()
        return self

    def filing(self) -> Filing:
        """What is filed."""
        return Filing(source=self.source, report=self.report, posts=tuple(self.posts), article_16=self.article_16)


class ReportChanged(Body):
    """What became known of a report; what is left out stays as it was."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"identity": "verified"}]})

    standing: Standing | None = None
    authority: Authority | None = None
    identity: Identity | None = None
    consent: Consent | None = None


class MediumAt(Body):
    """A medium that lies at an address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"address": "https://example.org/photo.jpg"}]})

    address: Annotated[str, Field(min_length=8, max_length=2000, pattern=r"^https?://[!-~]+$")]
    name: Annotated[str, Field(max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class Answered(Body):
    """An answer to a question: a fact, and what it is."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_WORD)]
    value: Annotated[str, Field(min_length=1, max_length=LONGEST_WORD)]
    source: Literal["reviewer", "lookup"] = "reviewer"
    detail: Annotated[str, Field(max_length=LONGEST_DETAIL)] = ""


class Answers(Body):
    """Answers to questions about one post."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answers": [{"name": "sexual_or_intimate_media", "value": "no"}]}]}
    )

    answers: Annotated[list[Answered], Field(min_length=1, max_length=100)]


class NewNote(Body):
    """A remark for colleagues."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The reporter called; she is safe."}]})

    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class NewRisk(NewNote):
    """A danger that somebody has noticed: 0 none, 1 some, 2 serious, 3 somebody's life or safety."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": 2, "text": "The post gives her address."}]})

    level: Annotated[int, Field(ge=0, le=3)]


class NewDecision(Body):
    """What somebody decides: a verdict for each post, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "verdicts": [{"post": _ID, "action": "recommend_restrict", "clauses": ["private_media"]}],
                    "reason": "Her bedroom, and she did not agree.",
                }
            ]
        }
    )

    verdicts: Annotated[list[Verdict], Field(min_length=1, max_length=MOST_POSTS_A_REPORT)]
    reason: Reason


class Returning(Body):
    """Why a case comes back from another team."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Nothing intimate is in it."}]})

    reason: Reason


class NewAppeal(Body):
    """An objection to a decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"party": "uploader", "reason": "I have her consent."}]})

    party: Party
    reason: Reason


class Routing(Body):
    """The team that a case is handed to, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"team": "child_safety", "reason": "A minor, I think."}]})

    team: Team
    reason: Annotated[str, Field(min_length=1, max_length=10_000)]


class QueueChoice(Body):
    """Which of the waiting cases; everything unless said otherwise."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"appeals": False}]})

    action: Annotated[str | None, Field(max_length=40)] = None
    least_risk: Annotated[int | None, Field(ge=0, le=3)] = None
    standing: Annotated[str | None, Field(max_length=40)] = None
    identity: Annotated[str | None, Field(max_length=20)] = None
    source: Annotated[str | None, Field(max_length=20)] = None
    due_before: Annotated[datetime | None, AfterValidator(check_moment)] = None
    appeals: bool | None = None
    for_senior: bool | None = None
    set_aside: bool | None = None


class LeaseView(View):
    """Until when a case is somebody's."""

    case: UUID
    lease_until: datetime


class DecisionMade(View):
    """A decision, and whether it took effect or somebody else is asked now."""

    id: UUID
    case: UUID
    effective: bool
    state: str


class AppealMade(View):
    """An appeal that was taken in."""

    id: UUID
    case: UUID
    round: int
    state: str
