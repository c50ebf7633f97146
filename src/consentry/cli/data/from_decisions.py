"""``consentry data from-decisions``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.column_option import renamed
from consentry.cli.options import QuietOption
from consentry.cli.output import OUT, plain


def from_decisions(
    files: Annotated[
        list[Path], typer.Argument(help="JSONL with assessments and decisions, in any order and in any of the files.")
    ],
    posts: Annotated[Path, typer.Option("--posts", help="The manifest of posts, which says where the media lie.")],
    out: Annotated[Path, typer.Option("--out", help="The manifest of pictures, as CSV.")],
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
    """
    from consentry.batch.manifest.cases import read_manifest
    from consentry.batch.manifest.columns import BY_NAME, Reading
    from consentry.records import Case
    from consentry.training.data.decided_cases import read_decided, rows_from_decisions
    from consentry.training.data.manifest import write_manifest

    assessments, decisions = read_decided(files)
    reading = Reading(tuple(ignore_column or ()), renamed(column, tuple(BY_NAME)))
    known = {row.post.post_id: row.post for row in read_manifest(posts, reading) if isinstance(row, Case)}
    found = rows_from_decisions(assessments, decisions, known)
    write_manifest(out, found.rows)
    if quiet:
        return
    for reason, count in found.left_out.items():
        OUT.print(plain(f"left out: {count} media: {reason}"), soft_wrap=True)
    OUT.print(
        plain(f"{len(found.rows)} media with a label are in {out}; `consentry data split` gives them splits."),
        soft_wrap=True,
    )
