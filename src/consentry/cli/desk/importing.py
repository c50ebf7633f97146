"""``consentry desk import``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consentry.cli.desk.filing import desk_of, keep_media
from consentry.cli.desk.options import (
    ConfigOption,
    DatabaseOption,
    DataOption,
    Installation,
    opened,
    settings_of,
)
from consentry.cli.options import QuietOption
from consentry.cli.output import OUT, plain

if TYPE_CHECKING:
    from consentry.records import Assessment, Case

_AT_ONCE = 100
"""Cases in one transaction."""


def import_(
    results: Annotated[Path, typer.Argument(help="What `consentry score` wrote: the folder, a shard, or JSON lines.")],
    posts: Annotated[
        Path | None,
        typer.Option("--posts", help="The manifest of the job: brings words, media and reference photos along."),
    ] = None,
    action: Annotated[
        list[str] | None,
        typer.Option("--action", help="Only what was recommended this; repeat. [default: all but no_action]"),
    ] = None,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Make cases of a night's results. What was imported before is left alone, so it can be run again after a stop.

    consentry desk import results/ --posts posts.yaml --action review_urgent --action recommend_removal
    """
    installation = opened(settings_of(config, database, data))
    from typing import get_args

    from consentry.batch.manifest.cases import read_manifest
    from consentry.desk.cases.importing import read_results, wanted
    from consentry.records import Action, Case

    known = set(get_args(Action))
    if unknown := sorted(set(action or ()) - known):
        raise typer.BadParameter(f"--action {unknown[0]}: use one of {', '.join(sorted(known))}")
    actions = set(action) if action else known - {"no_action"}
    rows = {row.post.post_id: row for row in read_manifest(posts) if isinstance(row, Case)} if posts else {}
    chosen = (group for group in read_results(results) if wanted(group, actions))
    counts: Counter[str] = Counter()
    while chunk := list(islice(chosen, _AT_ONCE)):
        counts.update(_imported(installation, chunk, rows))
    installation.database.close()
    if not quiet:
        OUT.print(plain(f"{counts['new']} cases were made, {counts['there']} were there already."))


def _imported(
    installation: Installation, chunk: list[tuple[Assessment, ...]], rows: dict[str, Case]
) -> Iterator[str]:  # fmt: skip
    from consentry.desk.cases.importing import import_case
    from consentry.desk.cases.locating import posts_of
    from consentry.desk.errors import DeskError

    made = []
    posts = {name: row.post for name, row in rows.items()}
    with installation.database.writing() as session:
        desk = desk_of(installation, session)
        for group in chunk:
            first = rows.get(group[0].post_id)
            statement = first.report.statement if first is not None and first.report is not None else ""
            try:
                case = import_case(desk, group, posts, statement)
            except DeskError as error:
                if error.code != "desk.duplicate":
                    raise
                yield "there"
                continue
            made.append((case.id, [(post.id, rows.get(post.post_id)) for post in posts_of(desk, case.id)]))
    for case_id, parts in made:
        for post, row in parts:
            keep_media(installation, case_id, post, row.post.media if row else ())
        first = parts[0][1]
        keep_media(installation, case_id, None, first.references if first else ())
        yield "new"
