"""``consentry desk users``: accounts, for whoever runs the desk; the first of them is made here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.desk.options import ConfigOption, DatabaseOption, DataOption, opened, settings_of
from consentry.cli.output import OUT, plain

if TYPE_CHECKING:
    from consentry.desk.desk import Desk
    from consentry.desk.store.tables.people import UserRow

app = typer.Typer(
    help="Accounts: invitations, programs and their tokens. See docs/desk/roles.md.", no_args_is_help=True
)
AccountArgument = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its e-mail, or the name of a program.")]


@app.command("invite")
def invite(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    roles: Annotated[list[str], typer.Option("--role", help="intake, reviewer, senior, policy, admin or auditor.")],
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Invite somebody. The secret that is printed works once; bring it to them yourself.

    consentry desk users invite ana@example.org --role reviewer --role senior
    """
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk
    from consentry.desk.people.accounts import invite as invited

    desk = opened(settings_of(config, database, data))
    with desk.database.writing() as session:
        row, secret = invited(Desk(session, SYSTEM, desk.settings, desk.keys), email, roles)
    desk.database.close()
    OUT.print(plain(f"{row.email} can join until {row.expires_at:%Y-%m-%d %H:%M} UTC, with this secret:"))
    OUT.print(plain(secret), soft_wrap=True)


@app.command("join")
def join(
    secret: Annotated[str, typer.Argument(metavar="SECRET", help="Of the invitation.")],
    name: Annotated[str, typer.Option("--name", help="That colleagues know.")],
    password: Annotated[
        str | None, typer.Option("--password", help="Asked for unless given; others on this machine can see what is.")
    ] = None,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Take an invitation at this machine, instead of by the API.

    consentry desk users join cdi_... --name "Ana Costa"
    """
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk
    from consentry.desk.people.accounts import accept
    from consentry.desk.people.passwords import Passwords

    desk = opened(settings_of(config, database, data))
    settings = desk.settings
    typed = password or typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    passwords = Passwords(passes=settings.password_passes, memory_kib=settings.password_memory_kib)
    with desk.database.writing() as session:
        row = accept(Desk(session, SYSTEM, settings, desk.keys), secret, name, typed, passwords)
    desk.database.close()
    OUT.print(plain(f"{row.email} can log in now, as {', '.join(row.roles)}."))


@app.command("service")
def service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits, dots and dashes.")],
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Make an account for a program; give it a token then.

    consentry desk users service report-form
    """
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk
    from consentry.desk.people.accounts import make_service

    desk = opened(settings_of(config, database, data))
    with desk.database.writing() as session:
        row = make_service(Desk(session, SYSTEM, desk.settings, desk.keys), name)
    desk.database.close()
    OUT.print(plain(f"The program {row.email} has an account."))


@app.command("token")
def token(
    account: AccountArgument,
    scopes: Annotated[list[str], typer.Option("--scope", help="An act it may do, such as cases.file; repeat.")],
    name: Annotated[str, typer.Option("--name", help="What people call it.")] = "made at the command line",
    days: Annotated[int, typer.Option("--days", min=1, help="How long it lasts.")] = 90,
    database: DatabaseOption = None,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a token for an account. It is printed this once.

    consentry desk users token report-form --scope cases.file --scope cases.change --scope cases.read
    """
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk
    from consentry.desk.people.tokens import make_token

    desk = opened(settings_of(config, database, data))
    with desk.database.writing() as session:
        at = Desk(session, SYSTEM, desk.settings, desk.keys)
        row, secret = make_token(at, _account(at, account), name, scopes, days)
    desk.database.close()
    OUT.print(plain(f"This token lasts until {row.expires_at:%Y-%m-%d}:"))
    OUT.print(plain(secret), soft_wrap=True)


@app.command("list")
def list_users(database: DatabaseOption = None, data: DataOption = None, config: ConfigOption = None) -> None:
    """All accounts, with their roles.

    consentry desk users list
    """
    from sqlalchemy import select

    from consentry.desk.store.tables.people import UserRow

    desk = opened(settings_of(config, database, data))
    table = Table("account", "name", "roles", "since", "closed")
    with desk.database.reading() as session:
        for row in session.scalars(select(UserRow).order_by(UserRow.id)):
            closed = "" if row.closed_at is None else f"{row.closed_at:%Y-%m-%d}"
            cells = (row.email, row.name, ", ".join(row.roles), f"{row.made_at:%Y-%m-%d}", closed)
            table.add_row(*(plain(cell) for cell in cells))
    desk.database.close()
    OUT.print(table)


@app.command("close")
def close(
    account: AccountArgument, database: DatabaseOption = None, data: DataOption = None, config: ConfigOption = None
) -> None:
    """Close an account: its sessions and tokens end at once.

    consentry desk users close ana@example.org
    """
    from consentry.desk.actor import SYSTEM
    from consentry.desk.desk import Desk
    from consentry.desk.people.accounts import close as closed

    desk = opened(settings_of(config, database, data))
    with desk.database.writing() as session:
        at = Desk(session, SYSTEM, desk.settings, desk.keys)
        closed(at, _account(at, account))
    desk.database.close()
    OUT.print(plain(f"{account} is closed."))


def _account(desk: Desk, name: str) -> UserRow:
    from sqlalchemy import select

    from consentry.desk.people.accounts import not_found
    from consentry.desk.store.tables.people import UserRow

    row = desk.session.scalars(select(UserRow).where(UserRow.email == name.strip().lower())).first()
    if row is None:
        raise not_found("account")
    return row
