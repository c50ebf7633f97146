"""The log takes nothing about people, and whatever is done to it afterwards is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from desk_office import Office
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from consentry.desk.actor import SYSTEM
from consentry.desk.audit.appending import BEGINNING, append, digest_of
from consentry.desk.audit.heads import Head, LogKey, PublicLogKey, sign_head
from consentry.desk.audit.verifying import Verified, verify
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables import Base
from consentry.desk.store.tables.log import EntryRow

Damage = Callable[[Connection], None]


def checked(office: Office, heads: tuple[Head, ...] = (), key: PublicLogKey | None = None) -> Verified:
    with office.database.reading() as session:
        return verify(session, heads, key)


def without_protection(office: Office, damage: Damage) -> None:
    """What somebody does who may do everything in the database."""
    with office.database.engine.begin() as connection:
        if office.database.is_sqlite:
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        damage(connection)


def run(*statements: str) -> Damage:
    def damage(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return damage


@pytest.fixture
def busy(office: Office) -> Office:
    """An office in which a case was decided by two."""
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_removal")
    office.decided(case_id, office.ben, "recommend_removal")
    return office


def test_a_log_that_nobody_touched_is_whole(busy: Office) -> None:
    found = checked(busy)
    assert found.is_whole
    assert found.entries > 5
    with busy.database.reading() as session:
        acts = [row.act for row in session.scalars(select(EntryRow).order_by(EntryRow.number))]
    assert acts == ["case.file", "case.assessed", "case.take", "case.decide", "case.take", "case.decide"]


@pytest.mark.parametrize("statement", ["UPDATE log_entries SET act = 'case.file'", "DELETE FROM log_entries"])
@pytest.mark.parametrize("table", ["log_entries", "decisions", "verdicts", "assessments", "letters"])
def test_the_database_refuses_to_change_or_delete(busy: Office, table: str, statement: str) -> None:
    wanted = statement.replace("log_entries", table).replace("act = 'case.file'", "id = id")
    if table == "log_entries":
        wanted = statement
    with pytest.raises(DBAPIError, match="never changed"), busy.database.writing() as session:
        session.execute(text(wanted))


def test_postgresql_refuses_to_truncate(busy: Office) -> None:
    if busy.database.is_sqlite:
        return  # SQLite has no such statement
    with pytest.raises(DBAPIError, match="never changed"), busy.database.writing() as session:
        session.execute(text("TRUNCATE log_entries CASCADE"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (run("UPDATE log_entries SET act = 'case.close' WHERE number = 3"), "altered"),
        (run("UPDATE log_entries SET actor_kind = 'system' WHERE number = 3"), "altered"),
        (run("UPDATE log_entries SET details = '{}' WHERE number = 4"), "altered"),
        (run("DELETE FROM log_entries WHERE number = 3"), "missing: after 2 comes 4"),
        (
            run(
                "UPDATE log_entries SET number = 1000 WHERE number = 2",
                "UPDATE log_entries SET number = 2 WHERE number = 3",
                "UPDATE log_entries SET number = 3 WHERE number = 1000",
            ),
            "does not follow",
        ),
        (run("DELETE FROM log_entries WHERE number >= 5"), "missing at its end"),
        (run("DELETE FROM log_entries"), "missing at its end"),
        (run("UPDATE verdicts SET action = 'no_action'"), "not what the log says"),
        (run("DELETE FROM letters", "DELETE FROM verdicts"), "not what the log says"),
        (run("DELETE FROM letters", "DELETE FROM verdicts", "DELETE FROM decisions"), "is not there"),
    ],
    ids=["act", "actor", "details", "deleted", "reordered", "cut off", "emptied", "verdict", "verdicts", "decisions"],
)
def test_every_kind_of_damage_is_found(busy: Office, damage: Damage, said: str) -> None:
    without_protection(busy, damage)
    assert said in "".join(problem.what for problem in checked(busy).problems)


def test_an_end_that_was_cut_off_with_great_care_is_found_by_a_head_that_lies_elsewhere(
    busy: Office, tmp_path: Path
) -> None:
    key = LogKey.of(busy.settings)
    with busy.database.writing() as session:
        head = sign_head(session, busy.clock, key, tmp_path / "elsewhere")
    assert head is not None
    without_protection(
        busy,
        run(
            "DELETE FROM log_heads",
            "DELETE FROM letters",
            "DELETE FROM verdicts",
            "DELETE FROM decisions",
            "DELETE FROM log_entries WHERE number > 3",
            "UPDATE log_end SET number = 3, digest = (SELECT digest FROM log_entries WHERE number = 3)",
        ),
    )
    assert checked(busy).is_whole  # nothing in the database tells
    (file,) = (tmp_path / "elsewhere").iterdir()
    kept = Head.read(file)
    assert kept == head
    assert "cut off" in checked(busy, (kept,), key.public).problems[0].what


def test_a_log_that_was_written_anew_is_found_by_a_head(busy: Office) -> None:
    key = LogKey.of(busy.settings)
    with busy.database.writing() as session:
        head = sign_head(session, busy.clock, key)
    assert head is not None

    def anew(connection: Connection) -> None:
        rows = connection.execute(select(EntryRow.__table__).order_by(text("number"))).mappings().all()
        connection.execute(text("DELETE FROM log_heads"))
        connection.execute(text("DELETE FROM log_entries"))
        previous = BEGINNING
        for row in rows:
            entry = dict(row)
            if entry["number"] == 3:
                entry["actor_id"] = new_id()
            entry["previous"] = previous
            previous = entry["digest"] = digest_of(entry, entry["number"], previous)
            connection.execute(EntryRow.__table__.insert().values(**entry))
        connection.execute(text("UPDATE log_end SET digest = :digest"), {"digest": previous})

    without_protection(busy, anew)
    assert checked(busy).is_whole
    assert "signed head" in checked(busy, (head,), key.public).problems[0].what


def test_a_head_that_somebody_else_signed_or_altered_is_none(busy: Office, tmp_path: Path) -> None:
    key = LogKey.of(busy.settings)
    other = LogKey.of(busy.settings.model_copy(update={"log_key_file": tmp_path / "other.pem"}))
    with busy.database.writing() as session:
        head = sign_head(session, busy.clock, key)
        assert sign_head(session, busy.clock, key) is None  # nothing new to sign
    assert head is not None
    assert checked(busy, (head,), key.public).is_whole
    assert PublicLogKey.read(busy.settings.data / "log-key.pub.pem").signed(head)
    for wrong in (
        other.sign(head),
        head.model_copy(update={"number": head.number - 1}),
        head.model_copy(update={"signature": "00"}),
    ):
        assert not key.public.signed(wrong)
    assert not checked(busy, (head,), other.public).is_whole


@pytest.mark.parametrize("value", ["Anna Collins", "a@b.example", "Ä", "", "x" * 200, ["Anna Collins"], b"x", object()])
def test_the_log_takes_no_words(office: Office, value: object) -> None:
    with pytest.raises((ValueError, TypeError)), office.at(SYSTEM) as desk:
        append(desk.session, office.clock, SYSTEM, "case.file", "case", None, detail=value)
    assert checked(office).entries == 0


def test_what_is_undone_is_not_in_the_log(office: Office) -> None:
    with pytest.raises(ZeroDivisionError), office.at(SYSTEM) as desk:
        _ = append(desk.session, office.clock, SYSTEM, "case.file", "case", UUID(int=1)), 1 / len(desk.session.new)
    assert checked(office).entries == 0


def test_nothing_that_anybody_said_is_in_the_log_or_readable_in_the_database(busy: Office) -> None:
    words = ("bedroom", "forgot to lock", "Seen.")
    with busy.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for value in row:
                    shown = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                    assert not any(word in shown for word in words), table.name
