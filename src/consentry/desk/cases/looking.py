"""Looking closer, at faces that are blurred for others or at a reference photo: who does says why, and it is logged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal, get_args
from uuid import UUID

from sqlalchemy import select

from consentry.desk.cases.locating import case_to_read
from consentry.desk.cases.states import require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import MediaRow
from consentry.desk.store.tables.keeping import LookRow
from consentry.records import Record
from consentry.records.words import whole_characters

What = Literal["faces", "claimant", "reference"]
Reason = Literal["identity", "consent", "minor", "public_figure", "context", "danger", "quality", "other"]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
"""Whether it is the claimant; whether somebody consents visibly; whether somebody is a minor; whether somebody is a
public figure; what happens in the picture; whether somebody is in danger; whether the photo is good enough; else."""
LOOKING: Final = ("reviewer", "senior")
LASTS: Final = timedelta(minutes=15)
"""As long as a lease: going back and forth between two pictures is one look."""
LONGEST_WORDS: Final = 1_000


class LookView(Record):
    """A look that was logged.

    Attributes:
        until: Until then who looks need not say again why.
    """

    id: UUID
    medium: UUID
    what: str
    reason: str
    looked_at: datetime
    until: datetime


def look(desk: Desk, case_id: UUID, medium: UUID, what: What, reason: Reason, words: str = "") -> LookView:
    """Say why one has to see what is blurred for everybody else.

    Args:
        desk: A reviewer or a senior.
        case_id: The case.
        medium: One of its media.
        what: Every face, the claimant's face (where the settings hide it), or a reference photo.
        reason: Why, in a word.
        words: More about it; wanted for the reason ``other``.

    Raises:
        DeskError: ``desk.not_found``, ``desk.not_allowed``, ``desk.input``, ``desk.purged``.
    """
    require_role(desk.actor, *LOOKING)
    row = medium_of(desk, case_id, medium)
    if (row.role == "reference") != (what == "reference"):
        raise DeskError(
            "Reference photos are looked at as such, and media of posts are not.",
            "Take 'reference' for a reference photo, 'faces' or 'claimant' for a medium of a post.",
        )
    said = whole_characters(words).strip()
    if len(said) > LONGEST_WORDS or (reason == "other" and not said):
        raise DeskError(
            f"A look needs its reason, with words for 'other', and at most {LONGEST_WORDS:,} characters.",
            "Say why, briefly.",
        )
    found = LookRow(
        id=new_id(), case_id=case_id, media_id=row.id, what=what, reason=reason, words=b"", looked_by=desk.actor.id,
        looked_at=desk.now, until=desk.now + LASTS,
    )  # fmt: skip
    found.words = desk.seal(case_id, f"looks.words:{found.id}", said)
    desk.session.add(found)
    desk.session.flush()
    desk.log("media.looked_at", case_id, medium=row.id, what=what, reason=reason)
    return LookView(
        id=found.id, medium=row.id, what=what, reason=reason, looked_at=found.looked_at, until=found.until
    )  # fmt: skip


def require_look(desk: Desk, medium: UUID, what: What) -> None:
    """Refuse who has not said why, lately, they have to see it.

    Raises:
        DeskError: ``desk.look``.
    """
    require_role(desk.actor, *LOOKING)
    enough = ("faces", "claimant") if what == "claimant" else (what,)
    mine = LookRow.media_id == medium, LookRow.looked_by == desk.actor.id, LookRow.until > desk.now
    if desk.session.scalars(select(LookRow.id).where(*mine, LookRow.what.in_(enough)).limit(1)).first() is None:
        raise DeskError(
            "To see this, say why first; it is logged.",
            "Post a look at this medium, with a reason, to .../looks.",
            code="desk.look",
        )


def medium_of(desk: Desk, case_id: UUID, medium: UUID) -> MediaRow:
    """One of the media of a case that is there.

    Raises:
        DeskError: ``desk.not_found``, ``desk.purged``.
    """
    case = case_to_read(desk, case_id)
    row = desk.session.get(MediaRow, medium)
    if row is None or row.case_id != case.id:
        raise DeskError("The case has no such medium.", "Take its id from the case.", code="desk.not_found")
    if row.removed_at is not None or case.purged_at is not None:
        raise DeskError("The medium was purged.", "What is left of it is its history.", code="desk.purged")
    return row
