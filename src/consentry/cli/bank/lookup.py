"""``consentry bank lookup``."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.bank.options import BankArgument, as_day, day_option
from consentry.cli.opening import opened_each
from consentry.cli.options import JsonOption
from consentry.cli.output import ERR, EXIT_UNREADABLE, OUT, plain

if TYPE_CHECKING:
    from consentry.records import CopyMatch, CopySignal
    from consentry.signals.copies import Bank

_FARTHEST = 90
"""Unrelated pictures differ in 128 bits on average, and hardly ever in fewer than 90."""


def lookup(
    bank_file: BankArgument,
    media: Annotated[list[Path] | None, typer.Argument(metavar="[MEDIA...]", help="Images or videos.")] = None,
    hashes: Annotated[
        list[str] | None, typer.Option("--hash", help="A PDQ fingerprint in place of a picture; repeat for more.")
    ] = None,
    on: Annotated[datetime | None, day_option("--on", "The day on which entries must not have expired.")] = None,
    distance: Annotated[
        int, typer.Option("--distance", min=0, max=_FARTHEST, help="Bits that may differ; over 31 is a look around.")
    ] = 31,
    as_json: JsonOption = False,
) -> None:
    """Say what a bank knows of media: the entry, its distance, and for a video at which second and how much of it.

    A match is evidence, never proof: look at both.

    consentry bank lookup bank.csv photo.jpg clip.mp4 --on 2022-01-01
    """
    from consentry.media import Limits
    from consentry.signals.copies import Bank, lookup_prints
    from consentry.signals.copies.bank_edits import kept_picture
    from consentry.signals.copies.signal import compare

    if not media and not hashes:
        raise typer.BadParameter("give media, --hash, or both")
    bank, day = Bank.load(bank_file), as_day(on)
    signals = [_of_hash(written, bank, day, distance) for written in hashes or ()]
    for _, opened in opened_each(media or (), Limits()):
        prints = lookup_prints(opened.frames)
        seconds = [frame.second for frame in opened.frames]
        signals.append(compare(opened.media_id, prints, seconds, bank, on=day, distance=distance))
    if day is None and any(entry.expires for entry in bank.entries):
        ERR.print("Entries that expire count as in force: say with --on for which day to ask.", style="yellow")
    if as_json:
        typer.echo(json.dumps([signal.model_dump(mode="json") for signal in signals], indent=2, ensure_ascii=False))
    elif signals:
        OUT.print(_table(signals))
        for match in (match for signal in signals for match in signal.matches + signal.parts):
            if picture := kept_picture(bank_file, match.picture):
                OUT.print(plain(f"{match.entry_id}: {picture}"), soft_wrap=True)
    if not signals:
        raise typer.Exit(EXIT_UNREADABLE)


def _of_hash(written: str, bank: Bank, on: date | None, distance: int) -> CopySignal:
    from consentry.signals.copies import Fingerprint
    from consentry.signals.copies.bank_file import hash_bits
    from consentry.signals.copies.signal import compare

    try:
        bits = hash_bits(written.strip())
    except ValueError as error:
        raise typer.BadParameter(f"--hash {written!r}: {error}") from error
    # A bare fingerprint cannot be turned, and whoever has it has thrown out those of low quality.
    query = Fingerprint(bits=bits, quality=100, variants=(bits,) * 8)
    return compare(written, [query], [None], bank, on=on, distance=distance)


def _table(signals: list[CopySignal]) -> Table:
    columns = ("medium", "bank", "entry", "bits apart", "how much", "edit", "where or case")
    table = Table(*columns, box=None, pad_edge=False)
    for signal in signals:
        nothing = "nothing known" if signal.comparable else f"too plain to compare (quality {signal.quality})"
        if not signal.matches + signal.parts:
            table.add_row(plain(signal.media_id), nothing, "", "", "", "", "")
        for match in signal.matches + signal.parts:
            table.add_row(
                plain(signal.media_id),
                match.bank,
                plain(match.entry_id),
                str(match.distance),
                ("a part: " if match in signal.parts else "") + _shares(match),
                _edits(match),
                plain(match.where + (f" (since {match.since})" if match.since else "")),
            )
    return table


def _edits(match: CopyMatch) -> str:
    turned = [] if match.transform == "none" else [match.transform.replace("_", " ")]
    return ", ".join(turned + (["border added"] if match.border_removed else []))


def _shares(match: CopyMatch) -> str:
    """Of a video: how much of it, and how much of the entry, with the second of the nearest frames."""
    said = []
    if match.share_of_medium is not None:
        said.append(f"{match.share_of_medium:.0%} (at {match.second or 0.0:.0f} s)")
    if match.share_of_entry is not None:
        said.append(f"{match.share_of_entry:.0%} of the entry (at {match.entry_second or 0.0:.0f} s)")
    return ", ".join(said) or "the picture"
