"""What goes in: a post with its media, a report about it, facts that people answered or looked up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from consentry.records.words import (
    LONGEST_DETAIL,
    LONGEST_ID,
    LONGEST_MEDIA_ID,
    LONGEST_STATEMENT,
    LONGEST_WORD,
    MOST_FACTS,
    AccountKind,
    Authority,
    Consent,
    FactSource,
    Identity,
    Name,
    Record,
    Standing,
    Words,
)


class Media(Record):
    """One image or video, as a path or as bytes (exactly one of the two).

    Attributes:
        media_id: How results speak of it; the file's name unless given.
        path: Where it lies.
        data: Its bytes, for callers that hold them in memory.
    """

    media_id: Name = Field(default="", max_length=LONGEST_MEDIA_ID)
    path: Path | None = None
    data: bytes | None = Field(default=None, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _name_after_file(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("media_id") and value.get("path"):
            return {**value, "media_id": Path(value["path"]).name or str(value["path"])}
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.data is None):
            raise ValueError("give either a path or data, not both and not neither")
        if not self.media_id:
            raise ValueError("media given as bytes needs a media_id")
        return self


def _as_media(value: object) -> object:
    return {"path": value} if isinstance(value, str | Path) else value


def _distinct_ids(media: tuple[Media, ...]) -> tuple[Media, ...]:
    """Two files of one name in one post get a number, so that every result names one medium."""
    seen: dict[str, int] = {}
    named = []
    taken = {item.media_id for item in media}
    for item in media:
        seen[item.media_id] = count = seen.get(item.media_id, 0) + 1
        if count > 1:
            candidate = f"{item.media_id}#{count}"
            while candidate in taken:
                count += 1
                candidate = f"{item.media_id}#{count}"
            taken.add(candidate)
            seen[item.media_id] = count  # so that however many there are, each number is tried once
            item = item.model_copy(update={"media_id": candidate})
        named.append(item)
    return tuple(named)


MediaInput = Annotated[Media, BeforeValidator(_as_media)]


class Post(Record):
    """What was published.

    Attributes:
        post_id: The platform's name for it.
        media: Images and videos; a path or a string stands for `Media` with that path.
        text: The words that came with the media, of any length; how far they are searched is a limit of the assessor.
        posted_at: When, if known.
        account: The kind of account that published it.
    """

    post_id: Name = Field(min_length=1, max_length=LONGEST_ID)
    media: tuple[MediaInput, ...] = ()
    text: Words = ""
    posted_at: datetime | None = None
    account: AccountKind = "unknown"

    @model_validator(mode="after")
    def _media_have_distinct_ids(self) -> Self:
        object.__setattr__(self, "media", _distinct_ids(self.media))
        return self


class Report(Record):
    """What the reporter says, and what became of the check of their identity.

    Proving identity is somebody else's job; its outcome is taken as a fact.

    Attributes:
        standing: As whom they report.
        authority: On what grounds a representative speaks; ``None`` if not stated.
        identity: Outcome of the identity check of the depicted person (and of the representative's authority).
        consent: What the depicted person says of the publication.
        reported_at: When the report came in. Deadlines are counted from it, never from the clock.
        statement: The reporter's own words, for the reviewer.
        window_days: Over how many days up to this report the three counts below run.
        reports_by_reporter: Reports by this reporter in the window, this one among them; ``None`` if not counted.
        rejected_reports_by_reporter: How many of the reporter's reports in the window a person has rejected.
        reports_against_account: Reports by anybody in the window against the account that published the post.
    """

    report_id: Name = Field(min_length=1, max_length=LONGEST_ID)
    standing: Standing
    authority: Authority | None = None
    identity: Identity = "unverified"
    consent: Consent = "unknown"
    reported_at: datetime | None = None
    statement: Words = Field(default="", max_length=LONGEST_STATEMENT)
    window_days: int | None = Field(default=None, ge=1)
    reports_by_reporter: int | None = Field(default=None, ge=0)
    rejected_reports_by_reporter: int | None = Field(default=None, ge=0)
    reports_against_account: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _authority_belongs_to_representatives(self) -> Self:
        if self.authority is not None and self.standing != "authorised_representative":
            raise ValueError("authority is only for an authorised_representative")
        return self


def _yes_or_no(value: Any) -> Any:
    """True and false, as programs, YAML and spreadsheets write them, for yes and no."""
    word = str(value).casefold() if isinstance(value, bool | str) else None
    if word in {"true", "false"}:
        return "yes" if word == "true" else "no"
    return word if word in {"yes", "no", "unknown"} else value


class Fact(Record):
    """A named thing that is yes, no or unknown, or one of a closed list of words.

    Attributes:
        value: ``yes``, ``no``, ``unknown`` or a word of the fact's list; true and false are taken for yes and no.
        source: Where it comes from. A reviewer's answer outranks a look-up, which outranks a model.
        observed_at: When a reviewer or a look-up said so.
        detail: Why, in words: the number and the threshold that it was held against, or who said so.
    """

    name: Name
    value: Annotated[Name, BeforeValidator(_yes_or_no)]
    source: FactSource
    observed_at: datetime | None = None
    detail: Words = ""


SOURCE_RANK: Final[dict[FactSource, int]] = {"model": 0, "report": 1, "post": 1, "lookup": 2, "reviewer": 3}
"""Whose word about a fact counts for more."""

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def weight_of(fact: Fact) -> tuple[int, datetime]:
    """What an answer counts against others: rank first, then the moment; none at all is before every other."""
    return SOURCE_RANK[fact.source], with_zone(fact.observed_at) if fact.observed_at else _BEGINNING


def with_zone(moment: datetime) -> datetime:
    """A moment that can be compared with others: one without a zone is taken as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Case(Record):
    """Everything about one post that an assessment is made from.

    Attributes:
        report: ``None`` scores the media alone.
        references: Verified photos of the depicted person. They belong to this report, and serve it alone.
        enrolled: Whether templates that were enrolled for this report take the place of photos.
        facts: What reviewers answered, look-ups found or the report says besides; outranks what models say. They are
            kept with the assessment, so there is an end to how many and how long they may be.
    """

    post: Post
    report: Report | None = None
    references: tuple[MediaInput, ...] = ()
    enrolled: bool = False
    facts: tuple[Fact, ...] = Field(default=(), max_length=MOST_FACTS)

    @model_validator(mode="after")
    def _facts_come_to_an_end(self) -> Self:
        for number, fact in enumerate(self.facts, 1):
            for what, said, most in (
                ("name", fact.name, LONGEST_WORD),
                ("value", fact.value, LONGEST_WORD),
                ("detail", fact.detail, LONGEST_DETAIL),
            ):
                if len(said) > most:
                    raise ValueError(f"the {what} of fact {number} has {len(said):,} characters, {most:,} are allowed")
        return self

    @model_validator(mode="after")
    def _references_belong_to_a_report(self) -> Self:
        if self.references and self.enrolled:
            raise ValueError("give reference photos or enrolled templates, not both")
        if (self.references or self.enrolled) and self.report is None:
            raise ValueError("reference photos belong to a report; without one, faces are compared with nothing")
        object.__setattr__(self, "references", _distinct_ids(self.references))
        return self
