"""``consentry bank add``, ``list``, ``disable`` and ``expire``."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.bank.options import BankArgument, BankKind, as_day, day_option
from consentry.cli.opening import opened_each
from consentry.cli.options import JsonOption
from consentry.cli.output import EXIT_UNREADABLE, OUT, plain

if TYPE_CHECKING:
    from consentry.signals.copies import BankEntry


class State(StrEnum):
    """Whether an entry takes part in a search."""

    IN_FORCE = "in force"
    DISABLED = "disabled"
    EXPIRED = "expired"


def add(
    bank_file: BankArgument,
    media: Annotated[list[Path], typer.Argument(metavar="MEDIA...", help="Images or videos.")],
    bank: Annotated[BankKind, typer.Option("--bank", help="Known to be public elsewhere, or removed before.")],
    entry: Annotated[
        str | None, typer.Option("--entry", help="Name of the entry, for one medium. [default: its file name]")
    ] = None,
    where: Annotated[str, typer.Option("--where", help="Where else it is, or the case in which it was removed.")] = "",
    since: Annotated[datetime | None, day_option("--since", "Since when.")] = None,
    expires: Annotated[datetime | None, day_option("--expires", "From which day on it no longer counts.")] = None,
    keep_picture: Annotated[
        bool, typer.Option("--keep-picture", help="Keep a small picture beside the bank, for reviewers to compare.")
    ] = False,
) -> None:
    """Put media into a bank; the file is made if it is not there.

    What cannot be read is said and left out. Exit code 3: none could be read.

    consentry bank add bank.csv photo.jpg --bank public --where "The Daily, page 3" --since 2021-05-06
    """
    from consentry.signals.copies import bank_edits, write_bank
    from consentry.signals.copies.bank_file import read_entries

    if entry is not None and len(media) > 1:
        raise typer.BadParameter("--entry names one entry; give one medium with it")
    entries = read_entries(bank_file)[0] if bank_file.exists() else []
    new, pictures = [], []
    for path, item in opened_each(media, bank_edits.BANK_LIMITS):
        name = entry or path.name
        new.append(
            bank_edits.entry_of(item, bank.value, name, where=where, since=as_day(since), expires=as_day(expires))
        )
        if keep_picture:
            pictures.append(bank_edits.small_picture(item))
    if not new:
        raise typer.Exit(EXIT_UNREADABLE)
    bank_edits.with_entries(entries, new)  # before a picture is kept, which would overwrite that of another entry
    if keep_picture:
        new = [
            made._replace(picture=bank_edits.keep_picture(bank_file, made.entry_id, picture))
            for made, picture in zip(new, pictures, strict=True)
        ]
    write_bank(bank_file, bank_edits.with_entries(entries, new))
    for made in new:
        OUT.print(plain(f"{made.entry_id}: {_kind(made)}, in the bank {made.bank}"))


def list_(
    bank_file: BankArgument,
    bank: Annotated[BankKind | None, typer.Option("--bank", help="Those of one bank only.")] = None,
    on: Annotated[datetime | None, day_option("--on", "Say what has expired on that day.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the entries of a bank, the disabled and expired ones too.

    consentry bank list bank.csv --on 2022-01-01
    """
    from consentry.signals.copies.bank_file import read_entries

    day = as_day(on)
    entries = [found for found in read_entries(bank_file)[0] if bank is None or found.bank == bank.value]
    if as_json:
        typer.echo(json.dumps([_described(found, day) for found in entries], indent=2, ensure_ascii=False))
        return
    table = Table(
        "entry", "bank", "what", "quality", "where or case", "since", "expires", "state", box=None, pad_edge=False
    )
    for found in entries:
        table.add_row(
            plain(found.entry_id),
            found.bank,
            _kind(found),
            "" if found.quality is None else str(found.quality),
            plain(found.where),
            str(found.since or ""),
            str(found.expires or ""),
            _state(found, day).value,
        )
    OUT.print(table)
    OUT.print(f"{len(entries)} entries, {sum(_state(found, day) is State.IN_FORCE for found in entries)} in force.")


def disable(
    bank_file: BankArgument,
    entries: Annotated[list[str], typer.Argument(metavar="ENTRY...", help="Names of entries.")],
    undo: Annotated[bool, typer.Option("--undo", help="Take them into the search again.")] = False,
) -> None:
    """Leave entries out of the search without losing them.

    consentry bank disable bank.csv photo.jpg
    """
    from consentry.signals.copies import bank_edits, write_bank
    from consentry.signals.copies.bank_file import read_entries

    write_bank(bank_file, bank_edits.with_disabled(read_entries(bank_file)[0], entries, disabled=not undo))
    OUT.print(plain(f"{'in force again' if undo else 'disabled'}: {', '.join(entries)}"))


def expire(
    bank_file: BankArgument,
    entries: Annotated[list[str] | None, typer.Argument(metavar="[ENTRY...]", help="Names of entries.")] = None,
    on: Annotated[datetime | None, day_option("--on", "From which day on they no longer count.")] = None,
    never: Annotated[bool, typer.Option("--never", help="They count for good.")] = False,
    remove_expired: Annotated[
        datetime | None,
        day_option("--remove-expired", "Take out what has expired on that day, and name the pictures kept of it."),
    ] = None,
) -> None:
    """Say when entries stop counting, or take out those that have.

    Expiry is held against the date of the report or the post, never against the clock.

    consentry bank expire bank.csv photo.jpg --on 2023-01-01

    consentry bank expire bank.csv --remove-expired 2023-06-30
    """
    from consentry.signals.copies import bank_edits, write_bank
    from consentry.signals.copies.bank_file import read_entries

    if remove_expired is not None:
        if entries or on or never:
            raise typer.BadParameter("--remove-expired goes over the whole bank; give it alone")
        kept, gone = bank_edits.without_expired(read_entries(bank_file)[0], remove_expired.date())
        write_bank(bank_file, kept)
        OUT.print(f"{len(gone)} entries taken out, {len(kept)} entries left.")
        pictures = [found for entry in gone if (found := bank_edits.kept_picture(bank_file, entry.picture))]
        if pictures:  # Consentry deletes no file; that is for people to do
            OUT.print("Delete the pictures that were kept of them:")
            for picture in pictures:
                OUT.print(plain(str(picture)), soft_wrap=True)
        return
    if not entries or (on is None) == (not never):
        raise typer.BadParameter("name the entries, and give either --on or --never")
    write_bank(bank_file, bank_edits.with_expiry(read_entries(bank_file)[0], entries, as_day(on)))
    OUT.print(plain(f"{'never expires' if on is None else f'expires on {as_day(on)}'}: {', '.join(entries)}"))


def _kind(entry: BankEntry) -> str:
    return f"video, {len(entry.frames)} frames" if entry.frames else "image"


def _state(entry: BankEntry, on: date | None) -> State:
    if entry.disabled:
        return State.DISABLED
    return State.EXPIRED if entry.expired(on) else State.IN_FORCE


def _described(entry: BankEntry, on: date | None) -> dict[str, object]:
    return {
        "entry_id": entry.entry_id,
        "bank": entry.bank,
        "kind": "video" if entry.frames else "image",
        "frames": len(entry.frames) or 1,
        "quality": entry.quality,
        "where": entry.where,
        "since": entry.since.isoformat() if entry.since else None,
        "expires": entry.expires.isoformat() if entry.expires else None,
        "picture": entry.picture,
        "state": _state(entry, on).value,
    }
