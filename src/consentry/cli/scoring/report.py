"""What ``consentry score`` prints: the columns that it takes, and what a run came to."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from consentry.batch.manifest.columns import ALL_COLUMNS
from consentry.batch.results.files import INTERNAL_LOG
from consentry.batch.results.store import Store
from consentry.batch.results.summary import Summary
from consentry.cli.output import ACTION_STYLES, ERR, OUT, plain
from consentry.cli.scoring.progress import duration

_SHOWN = 40
"""Longer runs print counts only; the table of posts would scroll away."""
_POST_COLUMNS = ("post_id", "status", "action", "rule", "private_context", "public_event", "face_band",
                 "open_questions", "error_code", "row")  # fmt: skip


def columns_as_json() -> list[dict[str, object]]:
    """The columns of a manifest, for programs."""
    return [
        {"name": column.name, "takes": column.takes, "means": column.means, "required": column.name == "post_id"}
        for column in ALL_COLUMNS
    ]


def print_columns() -> None:
    """The columns of a manifest, as a table."""
    table = Table("column", "takes", "what it says", box=None, pad_edge=False)
    for column in ALL_COLUMNS:
        table.add_row(column.name, column.takes, column.means)
    OUT.print(table)
    OUT.print(
        "\nOnly post_id is needed. Paths are relative to the file that they stand in. Case does not matter in names of"
        "\ncolumns; --column post_id=id says that yours has another, --ignore-column that one is to be left aside."
        "\nA folder or glob of media needs no manifest: every medium is a post of its own."
    )


def print_summary(summary: Summary, out: Path) -> None:
    """Posts if they are few, counts, errors, times."""
    if summary.rows <= _SHOWN:
        OUT.print(_posts(Store(out)))
        OUT.print()
    table = Table("recommended", "posts", "share", box=None, pad_edge=False)
    for action, count in summary.actions.most_common():
        table.add_row(
            plain(action.replace("_", " "), ACTION_STYLES[action]), f"{count:,}", f"{count / summary.rows:.1%}"
        )
    for name, count in (("no case", summary.rejected), ("failed", summary.failed)):
        if count:
            table.add_row(plain(name, "red"), f"{count:,}", f"{count / summary.rows:.1%}")
    OUT.print(table)
    if summary.errors:
        errors = Table("\nerror", "\nrows", "\nsuch as", box=None, pad_edge=False)
        for code, found in sorted(summary.errors.items(), key=lambda item: -item[1].rows):
            errors.add_row(plain(code, "red"), f"{found.rows:,}", plain(", ".join(found.posts)))
        OUT.print(errors)
    timing = summary.timing
    if timing is not None and timing.seconds:
        times = timing.durations.percentiles()
        OUT.print(
            f"\n{summary.rows:,} rows in {duration(timing.seconds)}, {timing.rate:,.1f} a second. From "
            f"reading a row to its assessment, waiting for its batch included: half within {times['p50']:.2f} s, 95 % "
            f"within {times['p95']:.2f} s, 99 % within {times['p99']:.2f} s."
        )
    if summary.resumed:
        ERR.print(f"{summary.resumed:,} of the rows were there already.")
    if summary.with_errors:
        ERR.print(
            f"{summary.with_errors:,} rows have errors; error_code and error_message in the results say which. "
            "--retry-errors assesses them again.",
            style="yellow",
            soft_wrap=True,
        )


def print_defects(summary: Summary, out: Path) -> None:
    """Say that something in Consentry itself must be mended."""
    ERR.print(
        f"{summary.internal:,} of the rows met a defect of Consentry; what it kept from being measured is unknown "
        "there, and the results are complete otherwise. Please report the tracebacks in",
        style="red",
        soft_wrap=True,
    )
    ERR.print(plain(str(out / INTERNAL_LOG)), soft_wrap=True)


def _posts(store: Store) -> Table:
    table = Table(
        "post", "private", "event", "claimant", "recommended", "decided by", "questions", box=None, pad_edge=False
    )
    for _, row in store.rows(_POST_COLUMNS):
        action = row["action"]
        shown = plain(action.replace("_", " "), ACTION_STYLES[action]) if action else plain(row["error_code"], "red")
        table.add_row(
            plain(row["post_id"] or f"row {row['row']}"),
            "–" if row["private_context"] is None else f"{row['private_context']:.2f}",
            "–" if row["public_event"] is None else f"{row['public_event']:.2f}",
            (row["face_band"] or "–").replace("_", " "),
            shown,
            plain((row["rule"] or row["status"]).replace("_", " ")),
            str(row["open_questions"] or ""),
        )
    return table
