"""Training data out of a desk: the labels that its reviewers gave, and the pictures that they belong to."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING

from consentry.cli.desk.filing import desk_of
from consentry.cli.desk.options import opened, settings_of

if TYPE_CHECKING:
    from consentry.desk.store.tables.cases import MediaRow
    from consentry.records import Post
    from consentry.training.data.decided_cases import DecidedRows


def decided_of_desk(config: Path | None, database: str | None, data: Path, folder: Path) -> DecidedRows:
    """The rows of a training manifest, and their pictures in a folder; the log says that they were taken out.

    Args:
        config: Settings of the desk.
        database: Its address.
        data: Its folder.
        folder: Where pictures with a label are written to, in the clear; no others leave the vault.

    Raises:
        ConsentryError: The desk cannot be opened, or a picture not be written.
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.audit.appending import append
    from consentry.desk.cases.decided import decided_posts
    from consentry.desk.vault.media import MediaStore
    from consentry.records import Media
    from consentry.training.data.decided_cases import rows_from_decisions
    from consentry.writing import write_bytes

    store = MediaStore(installation.settings.data / "media")
    assessments, decisions = [], []
    posts: dict[str, Post] = {}
    rows: dict[Path, MediaRow] = {}
    with installation.database.writing() as session:
        desk = desk_of(installation, session)
        for found in decided_posts(desk):
            assessments.append(found.assessment)
            decisions.append(found.decision)
            places = {name: folder / _file_name(row) for name, row in found.media.items()}
            rows |= {place: found.media[name] for name, place in places.items()}
            media = tuple(Media(media_id=name, path=place) for name, place in places.items())
            posts[found.assessment.post_id] = _post(found.assessment.post_id, media)
        made = rows_from_decisions(assessments, decisions, posts)
        keys = {row.path: installation.keys.key(session, rows[row.path].case_id) for row in made.rows}
        append(session, desk.clock, desk.actor, "desk.taken_out_for_training", "desk", None, media=len(made.rows))
    for path, key in keys.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, store.read(rows[path].address, key))
    installation.database.close()
    return made


def _post(post_id: str, media: tuple[object, ...]) -> Post:
    from consentry.records import Post

    return Post.model_validate({"post_id": post_id, "media": media})


def _file_name(row: MediaRow) -> str:
    """By the row: what media were called is nobody's business."""
    return f"{row.id}{mimetypes.guess_extension(row.content_type) or ''}"
