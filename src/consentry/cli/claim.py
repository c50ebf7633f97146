"""``consentry claim``: reference photos of a claim, kept as encrypted templates."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.opening import opened_each
from consentry.cli.options import EmbedderOption, JsonOption, ModelsOption
from consentry.cli.output import ERR, OUT, plain

if TYPE_CHECKING:
    from consentry.records import ErrorNote

app = typer.Typer(
    help="Reference photos of a claim, kept as encrypted templates for that claim alone. See docs/claims.md.",
    no_args_is_help=True,
)
StoreArgument = Annotated[Path, typer.Argument(metavar="STORE", help="Folder of enrolled claims; made if need be.")]
ClaimArgument = Annotated[str, typer.Argument(metavar="CLAIM", help="The id of the report.")]
DAYS = 90
"""How long templates are kept unless something else is said; a report is seldom open for longer."""


@app.command("new-key")
def new_key(path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the key goes.")]) -> None:
    """Make the master key that all claims' keys are wrapped under. Keep it apart from the store.

    consentry claim new-key claims.key && export CONSENTRY_CLAIM_KEY_FILE=claims.key
    """
    from consentry.signals.faces.keys import KEY_FILE_VARIABLE, MasterKey

    MasterKey.write_new(path)
    OUT.print(plain(f"A new key is in {path}. Name it with: export {KEY_FILE_VARIABLE}={path}"), soft_wrap=True)


@app.command("enrol")
def enrol(
    store: StoreArgument,
    claim: ClaimArgument,
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Verified photos of the claimant.")],
    expires: Annotated[
        datetime | None,
        typer.Option("--expires", formats=["%Y-%m-%d"], help="From which day on they are refused (UTC). [90 days]"),
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", help="What they may be used for. [default: the review of reports]")
    ] = None,
    embedder: EmbedderOption = "dlib",
    models: ModelsOption = None,
) -> None:
    """Look at reference photos, say at once which cannot be used, and keep templates of the others.

    The photos themselves are not kept. Needs the master key (see `consentry claim new-key`).

    consentry claim enrol claims/ report-17 anna_1.jpg anna_2.jpg --expires 2027-03-01
    """
    from datetime import UTC, timedelta

    from consentry.media import Limits
    from consentry.signals.faces import FaceMatcher, FacePicture
    from consentry.signals.faces.enrolment import PURPOSE, ClaimStore
    from consentry.signals.faces.keys import MasterKey

    keeper = ClaimStore(store, MasterKey.from_environment())
    matcher = FaceMatcher.load(root=models, embedder=embedder)
    found = matcher.reference_templates(
        [FacePicture(item.media_id, item.frames[0].pixels, item.scale) for _, item in opened_each(photos, Limits())]
    )
    _tell(found.refused)
    until = expires.replace(tzinfo=UTC) if expires else datetime.now(UTC).replace(microsecond=0) + timedelta(days=DAYS)
    enrolment = keeper.enrol(claim, found.templates, expires=until, purpose=purpose or PURPOSE)
    OUT.print(
        plain(
            f"{claim}: templates of {enrolment.templates} of {len(photos)} photos are kept "
            f"until {enrolment.expires:%Y-%m-%d}."
        )
    )


@app.command("list")
def list_(store: StoreArgument, as_json: JsonOption = False) -> None:
    """List what is enrolled. Nothing is decrypted, and no key is needed.

    consentry claim list claims/
    """
    from consentry.signals.faces.enrolment import ClaimStore

    found = ClaimStore(store).enrolments()
    if as_json:
        typer.echo(json.dumps([enrolment.model_dump(mode="json") for enrolment in found], indent=2))
        return
    table = Table("claim", "photos", "enrolled", "expires", "embedder", "purpose", "state", box=None, pad_edge=False)
    for enrolment in found:
        table.add_row(
            plain(enrolment.claim),
            str(enrolment.templates),
            f"{enrolment.enrolled:%Y-%m-%d}",
            f"{enrolment.expires:%Y-%m-%d}",
            plain(enrolment.embedder),
            plain(enrolment.purpose),
            enrolment.state,
        )
    OUT.print(table)


@app.command("purge")
def purge(
    store: StoreArgument,
    claims: Annotated[list[str] | None, typer.Argument(metavar="[CLAIM...]", help="Ids of reports.")] = None,
    expired: Annotated[bool, typer.Option("--expired", help="All claims whose time is over.")] = False,
) -> None:
    """Destroy the keys of claims: their templates cannot be read any more, nor any copy of them.

    consentry claim purge claims/ report-17

    consentry claim purge claims/ --expired
    """
    if bool(claims) == expired:
        raise typer.BadParameter("name claims, or give --expired")
    from consentry.signals.faces.enrolment import ClaimStore

    keeper = ClaimStore(store)
    for claim in claims or []:
        keeper.purge(claim)
    gone = keeper.purge_expired() if expired else claims or []
    OUT.print(plain(f"purged: {', '.join(gone)}" if gone else "nothing to purge"))


def _tell(refused: tuple[ErrorNote, ...]) -> None:
    for note in refused:
        ERR.print(plain(f"{note.message} {note.remedy}", "yellow"))
