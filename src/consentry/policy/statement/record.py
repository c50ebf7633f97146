"""The statement of reasons, with the field names and words of the DSA Transparency Database.

Fields, closed lists and lengths are those of the database's API documentation (Article 17 and 24(5) of Regulation (EU)
2022/2065; the version of July 2025, in which the categories were renamed). Only what a decision under a policy on
private information and media can need is here; the database takes a record without the rest.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from consentry.records import Record

EEA: Final = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
"""The countries of the European Economic Area, as the database writes them."""

Visibility = Literal[
    "DECISION_VISIBILITY_CONTENT_REMOVED",
    "DECISION_VISIBILITY_CONTENT_DISABLED",
    "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_LABELLED",
]
ContentType = Literal["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_TEXT", "CONTENT_TYPE_VIDEO"]
Category = Literal["STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", "STATEMENT_CATEGORY_CYBER_VIOLENCE"]
Country = Annotated[str, Field(pattern=f"^({'|'.join(EEA)})$")]
_ADDITION: Final = {"category_addition"}
Language = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class StatementOfReasons(Record):
    """One record for the database. It may hold no personal data, and holds none of the case.

    Attributes:
        puid: Unique on the platform; made of a digest, so that nothing can be read from it.
        decision_facts: What the decision rests on: rules and facts in general words.
        content_date: The day of the post.
        application_date: The day from which the decision applies.
    """

    decision_visibility: tuple[Visibility, ...] = Field(min_length=1)
    decision_ground: Literal["DECISION_GROUND_INCOMPATIBLE_CONTENT"] = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    decision_ground_reference_url: str | None = Field(default=None, pattern="^https://")
    incompatible_content_ground: str = Field(min_length=1, max_length=500)
    incompatible_content_explanation: str = Field(min_length=1, max_length=2000)
    content_type: tuple[ContentType, ...] = Field(min_length=1)
    category: Category = "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"
    category_addition: tuple[Category, ...] = ()
    territorial_scope: tuple[Country, ...] = Field(default=EEA, min_length=1)
    content_language: Language | None = None
    content_date: date
    application_date: date
    end_date_visibility_restriction: date | None = None
    decision_facts: str = Field(min_length=1, max_length=5000)
    source_type: Literal["SOURCE_ARTICLE_16", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"]
    automated_detection: Literal["Yes", "No"]
    automated_decision: Literal["AUTOMATED_DECISION_PARTIALLY"] = "AUTOMATED_DECISION_PARTIALLY"
    puid: str = Field(pattern="^[A-Za-z0-9_-]{1,500}$")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        end = self.end_date_visibility_restriction
        if end is not None and end < self.application_date:
            raise ValueError("the restriction ends before it begins")
        return self

    def payload(self) -> dict[str, Any]:
        """The body that the database's API takes: fields without a value are left out."""
        return self.model_dump(mode="json", exclude_none=True, exclude=None if self.category_addition else _ADDITION)
