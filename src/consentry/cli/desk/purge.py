"""``consentry desk purge``: what is purged by hand, by two people who each log in for it."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, Installation, opened, settings_of
from consentry.cli.output import OUT, plain

if TYPE_CHECKING:
    from consentry.desk.actor import Actor

app = typer.Typer(
    help="Destroying what is kept of a case: one person asks, another one approves. See docs/desk/keeping.md.",
    no_args_is_help=True,
)
AsOption = Annotated[str, typer.Option("--as", help="Your login; the password is asked for.")]
_PLACE = "command line"


class What(StrEnum):
    """How much of a case."""

    CASE = "case"
    CLAIM = "claim"


@app.command("ask")
def ask(
    case: Annotated[UUID, typer.Argument(metavar="CASE", help="Its id.")],
    reason: Annotated[str, typer.Option("--reason", help="For whoever approves.")],
    email: AsOption,
    what: Annotated[What, typer.Option("--what", help="All of it, or the claim's photos and templates.")] = What.CASE,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask for a purge. Nothing is destroyed before somebody else approves it.

    consentry desk purge ask 0197c5d2-8a3f-7c1e-9b1a-5f0c2d9e4a77 --reason "She asked us to." --as sam@example.org
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.cases.purging import ask_purge
    from consentry.desk.desk import Desk

    with closing(installation.database):
        actor = _actor(installation, email)
        with installation.database.writing() as session:
            desk = Desk(session, actor, installation.settings, installation.keys)
            asked = ask_purge(desk, case, what.value, reason)
    OUT.print(
        plain(f"Asked for: {asked.id}. Somebody else approves it before {asked.lapses_at:%Y-%m-%d %H:%M} UTC."),
        soft_wrap=True,
    )


@app.command("approve")
def approve(
    purge: Annotated[UUID, typer.Argument(metavar="PURGE", help="Its id.")],
    email: AsOption,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Approve a purge that somebody else asked for. The keys are destroyed at once, for good.

    consentry desk purge approve 0197c5d2-8a3f-7c1e-9b1a-5f0c2d9e4a77 --as tess@example.org
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.cases.purging import approve_purge
    from consentry.desk.desk import Desk

    with closing(installation.database):
        actor = _actor(installation, email)
        with installation.database.writing() as session:
            done = approve_purge(Desk(session, actor, installation.settings, installation.keys), purge)
    OUT.print(plain(f"Purged: the {done.what} of {done.case_id}."))


@app.command("list")
def list_(database: DatabaseOption = None, data: DataOption = None, config: ConfigOption = None) -> None:
    """List purges that wait for somebody to approve them.

    consentry desk purge list
    """
    installation = opened(settings_of(config, database, data))
    from sqlalchemy import select

    from consentry.desk.store.clock import utc_now
    from consentry.desk.store.tables.keeping import PurgeRow

    with closing(installation.database), installation.database.reading() as session:
        waiting = select(PurgeRow).where(PurgeRow.state == "asked", PurgeRow.lapses_at > utc_now())
        rows = session.scalars(waiting.order_by(PurgeRow.id)).all()
    for row in rows:  # no table: ids that are cut off cannot be copied
        OUT.print(
            plain(f"{row.id}  {row.what} of {row.case_id}, asked by {row.asked_by}, lapses {row.lapses_at:%Y-%m-%d}"),
            soft_wrap=True,
        )
    if not rows:
        OUT.print(plain("No purge waits for anybody."))


@app.command("expired")
def expired(database: DatabaseOption = None, data: DataOption = None, config: ConfigOption = None) -> None:
    """Purge claims and cases whose time is over, and sweep what nothing speaks of. Workers do so every hour.

    consentry desk purge expired
    """
    installation = opened(settings_of(config, database, data))
    from consentry.desk.cases.expiring import purge_expired
    from consentry.desk.vault.sweeping import sweep

    with closing(installation.database):
        gone = purge_expired(installation.database, installation.settings, installation.keys)
        swept = sweep(installation.database, installation.settings, installation.keys)
    OUT.print(plain(f"{gone} claims and cases were purged, {swept} files that nothing speaks of were swept."))


def _actor(installation: Installation, email: str) -> Actor:
    """Somebody who has proved at this moment who they are; failures count as those at a screen do."""
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk
    from consentry.desk.errors import DeskError
    from consentry.desk.people.accounts import email_of
    from consentry.desk.people.passwords import Passwords
    from consentry.desk.people.sessions import actor_of, admit, failed, forgive, password_matches

    settings, database = installation.settings, installation.database
    address = email_of(email)
    password = typer.prompt(f"Password of {address}", hide_input=True)
    with database.writing() as session:
        admit(Desk(session, SYSTEM, settings, installation.keys), address, _PLACE)
    passwords = Passwords(passes=settings.password_passes, memory_kib=settings.password_memory_kib)
    with database.reading() as session:
        user = password_matches(session, address, password, passwords)
        actor = None if user is None else actor_of(user)
    with database.writing() as session:
        desk = Desk(session, SYSTEM, settings, installation.keys)
        if actor is not None:
            forgive(desk, address, _PLACE)
            return actor
        failed(desk, address)
    raise DeskError("The login or the password is wrong.", "Try again.", code="desk.wrong_login")
