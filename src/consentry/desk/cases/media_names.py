"""What assessments call the media of a post."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from consentry.desk.desk import Desk
from consentry.desk.store.tables.cases import MediaRow
from consentry.records import Media, Post


def media_ids(desk: Desk, post: UUID) -> dict[UUID, str]:
    """What assessments call the media of a post: their names, with a number where two have one."""
    rows = desk.session.scalars(
        select(MediaRow)
        .where(MediaRow.post_id == post, MediaRow.role == "post", MediaRow.removed_at.is_(None))
        .order_by(MediaRow.position)
    ).all()
    named = [Media(media_id=desk.unseal(row.case_id, f"media.name:{row.id}", row.name), data=b"") for row in rows]
    distinct = Post(post_id="any", media=tuple(named)).media
    return {row.id: medium.media_id for row, medium in zip(rows, distinct, strict=True)}
