"""The log and exports, as they come in and go out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from consentry.desk.api.bodies.common import Body, Moment, View, check_moment
from consentry.desk.audit.heads import Head
from consentry.desk.cases.filing import FiledPost
from consentry.desk.store.tables.log import EntryRow
from consentry.records import MOST_POSTS_A_REPORT, Assessment
from consentry.records.words import LONGEST_STATEMENT


class EntryView(View):
    """An entry of the log: ids, codes and digests, and nothing that anybody said."""

    number: int
    at: Moment
    actor_kind: str
    actor_id: UUID
    act: str
    subject_kind: str
    subject_id: UUID | None
    details: dict[str, Any]
    previous: str
    digest: str


class HeadGiven(Body):
    """A signed head that was stored elsewhere, as the desk wrote it."""

    number: Annotated[int, Field(ge=1, lt=2**63)]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    signed_at: datetime
    key_id: Annotated[str, Field(pattern="^[0-9a-f]{1,64}$")]
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]

    def head(self) -> Head:
        """As the log knows it."""
        return Head.model_validate(self.model_dump())


class Verification(Body):
    """What the log is held against besides itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"heads": []}]})

    heads: Annotated[list[HeadGiven], Field(max_length=1000)] = Field(default=[])


class ProblemFound(View):
    """Something in the log that is not as it was written."""

    number: int
    what: str


class Verdict(View):
    """Whether the log is whole."""

    whole: bool
    entries: int
    digest: str
    problems: list[ProblemFound]


class Imported(Body):
    """The assessments of one report that a batch job made, with what it does not keep: words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"assessments": [], "posts": [], "statement": ""}]})

    assessments: Annotated[list[Assessment], Field(min_length=1, max_length=MOST_POSTS_A_REPORT)]
    posts: Annotated[list[FiledPost], Field(max_length=MOST_POSTS_A_REPORT)] = Field(default=[])
    statement: Annotated[str, Field(max_length=LONGEST_STATEMENT)] = ""

    @model_validator(mode="after")
    def _moments_that_can_be_counted_from(self) -> Self:
        for each in self.assessments:
            held = each.circumstances
            said = [fact.observed_at for fact in each.facts]
            if held is not None:
                said += [fact.observed_at for fact in held.answers]
                said += [held.posted_at, held.report.reported_at if held.report is not None else None]
            for moment in said:
                check_moment(moment)
        for post in self.posts:
            check_moment(post.posted_at)
        return self


def entry_view(row: EntryRow) -> EntryView:
    """An entry as it is shown."""
    return EntryView.model_validate({name: getattr(row, name) for name in EntryView.model_fields})
