"""``consentry data from-decisions``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consentry.cli.column_option import renamed
from consentry.cli.desk.options import ConfigOption, DatabaseOption
from consentry.cli.options import QuietOption
from consentry.cli.output import OUT, plain

if TYPE_CHECKING:
    from consentry.training.data.decided_cases import DecidedRows


def from_decisions(
    out: Annotated[Path, typer.Option("--out", help="The manifest of pictures, as CSV.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="JSONL with assessments and decisions, in any order and in any of the files."),
    ] = None,
    posts: Annotated[
        Path | None, typer.Option("--posts", help="The manifest of posts, which says where the media lie.")
    ] = None,
    desk: Annotated[
        Path | None, typer.Option("--desk", help="In place of files: the data folder of a desk (docs/desk/).")
    ] = None,
    media: Annotated[
        Path | None, typer.Option("--media", help="With --desk: where the pictures are written to, in the clear.")
    ] = None,
    database: DatabaseOption = None,
    config: ConfigOption = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="What a column is called in --posts, such as post_id=id; repeat for more."),
    ] = None,
    ignore_column: Annotated[
        list[str] | None, typer.Option("--ignore-column", help="A column of --posts to leave aside; repeat.")
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Make training data of decided cases: what reviewers answered becomes the label.

    Only cases that a named human has decided, and only what a reviewer answered about private_setting and
    public_event; never a model's score. Media that are intimate, seem to show a minor, or were routed out stay out.
    docs/training.md says in which way such data are biased.

    consentry data from-decisions assessments.jsonl decisions.jsonl --posts posts.yaml --out decided.csv

    consentry data from-decisions --desk /var/lib/consentry --media pictures/ --out decided.csv
    """
    if bool(files) == (desk is not None):
        raise typer.BadParameter("name files with --posts, or a desk with --desk and --media")
    if (posts is None) == bool(files) or (media is None) == (desk is not None):
        raise typer.BadParameter("--posts goes with files, --media with --desk")
    if posts is not None:
        found = _of_files(files or [], posts, column, ignore_column)
    else:
        from consentry.cli.desk.training import decided_of_desk

        found = decided_of_desk(config, database, desk or Path(), media or Path())
    from consentry.training.data.manifest import write_manifest

    write_manifest(out, found.rows)
    if quiet:
        return
    for reason, count in found.left_out.items():
        OUT.print(plain(f"left out: {count} media: {reason}"), soft_wrap=True)
    OUT.print(
        plain(f"{len(found.rows)} media with a label are in {out}; `consentry data split` gives them splits."),
        soft_wrap=True,
    )


def _of_files(
    files: list[Path], posts: Path, column: list[str] | None, ignore_column: list[str] | None
) -> DecidedRows:  # fmt: skip
    from consentry.batch.manifest.cases import read_manifest
    from consentry.batch.manifest.columns import BY_NAME, Reading
    from consentry.records import Case
    from consentry.training.data.decided_cases import read_decided, rows_from_decisions

    assessments, decisions = read_decided(files)
    reading = Reading(tuple(ignore_column or ()), renamed(column, tuple(BY_NAME)))
    known = {row.post.post_id: row.post for row in read_manifest(posts, reading) if isinstance(row, Case)}
    return rows_from_decisions(assessments, decisions, known)
