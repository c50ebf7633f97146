"""``consentry bank import`` and ``consentry bank export``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.bank.options import BankArgument, BankKind, as_day, day_option
from consentry.cli.output import ERR, OUT
from consentry.writing import write_text


class ExchangeForm(StrEnum):
    """Formats of python-threatexchange."""

    CSV = "csv"
    LINES = "lines"


def import_(
    bank_file: BankArgument,
    shared: Annotated[Path, typer.Argument(metavar="FILE", help="What was shared; the content tells the format.")],
    bank: Annotated[BankKind, typer.Option("--bank", help="Into which bank; the file does not choose.")],
    where: Annotated[str, typer.Option("--where", help="Where they are, if the file does not say.")] = "",
    since: Annotated[datetime | None, day_option("--since", "Since when, if the file does not say.")] = None,
    expires: Annotated[
        datetime | None, day_option("--expires", "From which day on they no longer count, if the file does not say.")
    ] = None,
) -> None:
    """Take in fingerprints that others share, as python-threatexchange writes them (PDQ and vPDQ).

    What the bank has already is not taken in twice; what is no such fingerprint is left out, and counted.

    consentry bank import bank.csv shared.csv --bank removed --where "shared by a partner" --expires 2024-01-01
    """
    from consentry.signals.copies import CopyBankError, bank_edits, write_bank
    from consentry.signals.copies.bank_file import read_entries
    from consentry.signals.copies.exchange import import_entries

    entries = read_entries(bank_file)[0] if bank_file.exists() else []
    try:
        text = shared.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CopyBankError(
            f"The file {shared} could not be read.", "Give a UTF-8 text file.", code="copies.exchange_unknown"
        ) from error
    found = import_entries(text, bank.value, entries, where=where, since=as_day(since), expires=as_day(expires))
    if found.entries or not bank_file.exists():
        write_bank(bank_file, bank_edits.with_entries(entries, found.entries))
    OUT.print(f"{len(found.entries)} fingerprints taken in, {found.known} known already.")
    for reason, count in sorted(found.left_out.items()):
        ERR.print(f"{count} left out: {reason}.", style="yellow")


def export(
    bank_file: BankArgument,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write. [default: print]")] = None,
    form: Annotated[
        ExchangeForm, typer.Option("--format", help="csv keeps quality and dates as tags; lines is the bare hashes.")
    ] = ExchangeForm.CSV,
    bank: Annotated[BankKind | None, typer.Option("--bank", help="Those of one bank only.")] = None,
    on: Annotated[datetime | None, day_option("--on", "Leave out what has expired on that day.")] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also tell their names and where they are, or the case. Think first.")
    ] = False,
) -> None:
    """Write fingerprints for others, in the formats of python-threatexchange. Disabled entries stay here.

    consentry bank export bank.csv --bank removed --on 2022-01-01 --out shared.csv
    """
    from consentry.signals.copies.bank_file import read_entries
    from consentry.signals.copies.exchange import export_entries

    if details and form is ExchangeForm.LINES:
        raise typer.BadParameter("lines have no room for --details; use --format csv")
    entries = [
        entry
        for entry in read_entries(bank_file)[0]
        if (bank is None or entry.bank == bank.value) and not entry.expired(as_day(on))
    ]
    text = export_entries(entries, form.value, details=details)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_text(out, text)
    OUT.print(f"{sum(not entry.disabled for entry in entries)} fingerprints written to {out}", soft_wrap=True)
