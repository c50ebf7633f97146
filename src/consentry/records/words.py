"""The closed lists of words that records use, and what all records have in common."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

SCHEMA_VERSION: Final = "1.3"
"""Raised in its first part when a field changes meaning or goes away, in its second when one is added."""

MOST_POSTS_A_REPORT: Final = 5
"""How many posts one report may name; the report form of the private information and media policy takes as many."""


def whole_characters(value: Any) -> Any:
    """Words that every file can hold: half a character, as cutting an emoji in two leaves, becomes �."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain_name(value: Any) -> Any:
    """A name that every file can hold: what is no character in it, as in a file's name in Latin-1, is written out."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(whole_characters)]
Name = Annotated[str, BeforeValidator(plain_name)]
LONGEST_ID: Final = 1_024
"""Characters of a `post_id` or `report_id`: they are columns, titles and keys. Object stores allow as many bytes."""
LONGEST_MEDIA_ID: Final = 4_096
"""The same of a medium, which may be a whole path; systems allow as many bytes."""
LONGEST_STATEMENT: Final = 100_000
"""Characters of a reporter's own words: some fifty pages."""
MOST_FACTS: Final = 1_000
"""Answers, look-ups and statements that come with one case; policies have some seventy facts."""
LONGEST_WORD: Final = 256
"""Characters of the name and of the value of a fact that comes with a case."""
LONGEST_DETAIL: Final = 10_000
"""Characters that say why: they are kept with every assessment."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Box = tuple[Probability, Probability, Probability, Probability]
"""Left, top, right, bottom as fractions of the upright picture."""

YesNo = Literal["yes", "no", "unknown"]
Standing = Literal["depicted_person", "authorised_representative", "other"]
Authority = Literal["parent_guardian", "lawyer", "legal_representative"]
Identity = Literal["unverified", "pending", "verified", "rejected", "expired"]
Consent = Literal["refused", "withdrawn", "given", "unknown"]
AccountKind = Literal["private_individual", "public_figure", "media_outlet", "organisation", "government", "unknown"]
SceneBand = Literal["low", "uncertain", "high"]
CrowdLevel = Literal["none", "one", "few", "group", "crowd", "dense_crowd"]
FaceBand = Literal["match", "inconclusive", "no_match", "no_face"]
FactSource = Literal["model", "report", "post", "lookup", "reviewer"]
CountedFrom = Literal["post", "report", "decision"]
ClauseKind = Literal["violation", "prohibited_behaviour", "exception", "override", "gate", "routing"]
Action = Literal[
    "no_action",
    "request_verification",
    "review",
    "review_urgent",
    "recommend_restrict",
    "recommend_removal",
    "route_out",
]


class Record(BaseModel):
    """What all records have in common: frozen, no unknown fields, no NaN."""

    # Validators are built when a record is first used: importing the vocabulary stays cheap.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
