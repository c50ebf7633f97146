"""From a case to what its faces are compared with: photos of the claimant, or templates enrolled for the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from consentry.errors import ConsentryError
from consentry.media import OpenedMedia
from consentry.records import ErrorNote, Fact, weight_of
from consentry.signals.faces.claim_files import EnrolmentError
from consentry.signals.faces.claims import Claim, FacePicture
from consentry.signals.faces.enrolment import ClaimStore
from consentry.signals.faces.references import minor_refused
from consentry.signals.opened_cases import OpenedCase

MINOR_FACT: Final = "apparent_minor"
"""If anybody says yes to it, no template is made: media of minors are routed out before faces would count."""


@dataclass(frozen=True, eq=False)
class Claimant:
    """Whom the faces of one case are compared with.

    Attributes:
        claim: The frames, and photos or templates.
        given: How many of them came with the case.
        notes: Why there are none, if there should be.
    """

    claim: Claim
    given: int
    notes: tuple[ErrorNote, ...] = ()


def claimant_of(opened: OpenedCase, store: ClaimStore | None) -> Claimant:
    """What the faces of a case are compared with; templates are those of its own report and of no other.

    Args:
        opened: The case with its media decoded.
        store: Where templates are kept.
    """
    case = opened.case
    frames = pictures_of(opened.media)
    if (case.references or case.enrolled) and said_to_be_minor(case.facts):
        return Claimant(Claim(frames), len(case.references), minor_refused().refused)
    if not case.enrolled or case.report is None:
        return Claimant(Claim(frames, pictures_of(opened.references)), len(case.references))
    try:
        if store is None:
            raise EnrolmentError(
                "The references of this report are enrolled, and no store of claims was given.",
                "Name the store with --claims, or Assessor.load(claims=...).",
                code="enrolment.no_store",
            )
        enrolled = store.load(case.report.report_id)
    except ConsentryError as error:
        return Claimant(Claim(frames), 0, (error.note(stage="references"),))
    return Claimant(Claim(frames, enrolled=enrolled), len(enrolled))


def pictures_of(media: Sequence[OpenedMedia]) -> tuple[FacePicture, ...]:
    """Every frame of some media."""
    return tuple(
        FacePicture(item.media_id, frame.pixels, item.scale, frame.second) for item in media for frame in item.frames
    )


def said_to_be_minor(facts: Iterable[Fact]) -> bool:
    """Whether the weightiest, and among those the latest, answer about `MINOR_FACT` is yes. Nothing infers it."""
    said = [fact for fact in facts if fact.name == MINOR_FACT]
    if not said:
        return False
    best = max(weight_of(fact) for fact in said)
    return any(fact.value == "yes" for fact in said if weight_of(fact) == best)
