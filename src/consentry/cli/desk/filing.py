"""Cases out of a manifest's rows: the demo's posts, and what goes with imported results."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from consentry.cli.desk.options import Installation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from consentry.desk.desk import Desk
    from consentry.desk.vault.media import Kept, MediaStore
    from consentry.records import Case, Media


def desk_of(installation: Installation, session: Session) -> Desk:
    """The desk itself at work, in a transaction."""
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk

    return Desk(session, SYSTEM, installation.settings, installation.keys)


def file_row(installation: Installation, row: Case) -> UUID:
    """Make a case of a manifest's row, with its media in the vault, and have it assessed."""
    from consentry.desk.cases.filing import FiledPost, Filing, file_case, submit
    from consentry.desk.cases.locating import posts_of

    post = FiledPost(
        post_id=row.post.post_id,
        words=row.post.text,
        posted_at=row.post.posted_at,
        account=row.post.account,
        facts=row.facts,
    )
    with installation.database.writing() as session:
        desk = desk_of(installation, session)
        case = file_case(desk, Filing(source="demo", report=row.report, posts=(post,)))
        case_id, (post_row,) = case.id, [each.id for each in posts_of(desk, case.id)]
    keep_media(installation, case_id, post_row, row.post.media)
    keep_media(installation, case_id, None, row.references)
    with installation.database.writing() as session:
        submit(desk_of(installation, session), case_id)
    return case_id


def keep_media(installation: Installation, case_id: UUID, post: UUID | None, media: Iterable[Media]) -> None:
    """Bring media into the vault and note them in the case; reference photos, where no post is given."""
    from consentry.desk.cases.filing import add_media
    from consentry.desk.vault.media import MediaStore

    store = MediaStore(installation.settings.data / "media")
    for medium in media:
        with installation.database.writing() as session:
            desk = desk_of(installation, session)
            if post is None:
                until = desk.now + timedelta(days=installation.settings.claim_days)
                installation.keys.ensure(session, desk.clock, case_id, "claim", expires_at=until)
            key = installation.keys.key(session, case_id, "claim" if post is None else "case")
        kept = _kept(store, key, medium)
        with installation.database.writing() as session:
            add_media(
                desk_of(installation, session),
                case_id,
                post=post,
                role="reference" if post is None else "post",
                name=medium.media_id,
                address=kept.address,
                size=kept.size,
                content_type=mimetypes.guess_type(medium.media_id)[0] or "application/octet-stream",
            )


def _kept(store: MediaStore, key: bytes, medium: Media) -> Kept:
    receiving = store.receive(key)
    try:
        if medium.data is not None:
            receiving.write(medium.data)
        else:
            with Path(str(medium.path)).open("rb") as file:
                while piece := file.read(1 << 20):
                    receiving.write(piece)
        return receiving.finish()
    finally:
        receiving.abandon()
