"""Backups: nothing in them is readable without keys, they come back whole, and what was purged stays purged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from desk_office import Office, new_office
from sqlalchemy import select

from consentry.desk.audit.verifying import verify
from consentry.desk.cases.ending import withdraw
from consentry.desk.cases.filing import add_media
from consentry.desk.cases.notes import add_note
from consentry.desk.cases.purging import approve_purge, ask_purge
from consentry.desk.cases.reading import get_case
from consentry.desk.errors import DeskError
from consentry.desk.people.accounts import invite
from consentry.desk.settings import DeskSettings
from consentry.desk.store.tables.cases import MediaRow
from consentry.desk.vault.backing_up import back_up, read_backup
from consentry.desk.vault.halves import Halves
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.master import LocalWrapper, MasterKeys
from consentry.desk.vault.media import MediaStore
from consentry.desk.vault.restoring import restore, settle_missing

MASTER = MasterKeys(LocalWrapper(bytes(range(32))))
SHOWN = {b"report-1", b"post-1", b"rosa@desk.example"}
NOTE = "She was crying on the phone."


@pytest.fixture
def office(address: str, tmp_path: Path) -> Iterator[Office]:
    office = new_office(address, tmp_path)
    office.keys = KeyRing(MASTER, office.settings.data / "keys")
    yield office
    office.database.close()


def filed(office: Office, photo: bytes) -> UUID:
    """A case with a picture, a note, and its end."""
    case_id = office.open()
    with office.at(office.intake) as desk:
        kept = MediaStore(office.settings.data / "media").keep(photo, desk.keys.key(desk.session, case_id))
        post = get_case(desk, case_id).posts[0].id
        add_media(
            desk, case_id, post=post, role="post", name="bedroom.jpg", address=kept.address, size=kept.size,
            content_type="image/jpeg",
        )  # fmt: skip
    with office.at(office.anna) as desk:
        add_note(desk, case_id, NOTE)
    with office.at(office.intake) as desk:
        withdraw(desk, case_id)
    return case_id


def purge(office: Office, case_id: UUID) -> None:
    with office.at(office.sam) as desk:
        purge_id = ask_purge(desk, case_id, "case", "She asked us to.").id
    with office.at(office.tess) as desk:
        approve_purge(desk, purge_id)


def elsewhere(office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> DeskSettings:
    """Settings of a machine where nothing is yet."""
    if office.database.is_sqlite:
        return DeskSettings(data=tmp_path / "new")
    from consentry.desk.store.database import Database

    engine = Database(office.settings.address).engine.execution_options(isolation_level="AUTOCOMMIT")
    name = f"restored_{office.database.engine.url.database}"
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    server = request.getfixturevalue("postgres_server")
    return DeskSettings(data=tmp_path / "new", database=server.format(name=name))


def moved(office: Office, settings: DeskSettings) -> Office:
    """The same people at the restored desk."""
    from dataclasses import replace

    from consentry.desk.store.database import Database

    keys = KeyRing(MASTER, settings.data / "keys")
    return replace(office, database=Database(settings.address), settings=settings, keys=keys)


def test_nothing_in_a_backup_is_readable(office: Office, tmp_path: Path, repository: Path) -> None:
    photo = (repository / "data" / "demo" / "media" / "bedroom.jpg").read_bytes()
    filed(office, photo)
    with office.at(office.sam) as desk:
        invite(desk, "rosa@desk.example", ["reviewer"])
    backup = back_up(office.database, office.settings, MASTER, tmp_path / "backup", office.clock)
    assert (backup.media, backup.kind) == (1, "sqlite" if office.database.is_sqlite else "postgresql")
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"backup.json", "database.sealed"}
    words = [NOTE, "That is my bedroom.", "Look who forgot", "bedroom.jpg", "report-1", "post-1", "rosa@desk.example"]
    searched = [word.encode() for word in words] + [photo[at : at + 24] for at in range(0, len(photo) - 24, 997)]
    for path in files:
        content = path.read_bytes()
        assert [each for each in searched if each in content] == []
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    if (
        office.database.is_sqlite
    ):  # a copy of the database by other means tells ids and addresses of colleagues, no words
        for path in tmp_path.glob("desk.sqlite*"):
            assert [each for each in searched if each in path.read_bytes() and each not in SHOWN] == []
    (sheet,) = office.keys.halves.sheets()
    halves = [sheet.read_bytes()[at : at + 32] for at in (0, 32, 64)]
    assert not any(half in path.read_bytes() for half in halves for path in files)
    assert [path.name for path in office.settings.data.iterdir() if path.name.startswith(".backup")] == []


def test_a_backup_comes_back_whole_on_another_machine(
    office: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    case_id = filed(office, b"\xff\xd8\xff of her")
    back_up(office.database, office.settings, MASTER, tmp_path / "backup", office.clock)
    office.keys.halves.mirror(tmp_path / "copy of keys")
    settings = elsewhere(office, tmp_path, request)
    done = restore(settings, MASTER, tmp_path / "backup", keys=tmp_path / "copy of keys")
    assert (done.media, done.missing) == (1, 0)
    restored = moved(office, settings)
    view = restored.seen(case_id)
    assert view.notes[0].text == NOTE
    with restored.looking(office.sam) as desk:
        row = desk.session.scalars(select(MediaRow)).one()
        content = MediaStore(settings.data / "media").read(row.address, desk.keys.key(desk.session, case_id))
        assert content == b"\xff\xd8\xff of her"
        assert verify(desk.session).is_whole
    restored.open()  # and it goes on
    restored.database.close()
    with pytest.raises(DeskError) as caught:
        restore(settings, MASTER, tmp_path / "backup")
    assert caught.value.code == "desk.backup"


def test_a_backup_from_before_a_purge_does_not_bring_the_case_back(
    office: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    gone, stays = filed(office, b"of her"), filed(office, b"of him")
    back_up(office.database, office.settings, MASTER, tmp_path / "backup", office.clock)
    office.keys.halves.mirror(tmp_path / "copy of keys")
    purge(office, gone)
    assert office.keys.halves.mirror(tmp_path / "copy of keys") == (0, 1)
    settings = elsewhere(office, tmp_path, request)
    done = restore(settings, MASTER, tmp_path / "backup", keys=tmp_path / "copy of keys")
    assert (done.media, done.missing) == (2, 1)
    restored = moved(office, settings)
    with pytest.raises(DeskError) as caught:
        restored.seen(gone)
    assert caught.value.code == "desk.purged"
    with restored.looking(office.sam) as desk, pytest.raises(DeskError):
        desk.keys.key(desk.session, gone)
    assert restored.seen(stays).notes[0].text == NOTE
    assert settle_missing(restored.database, settings, office.clock) == 1
    assert settle_missing(restored.database, settings, office.clock) == 0
    assert not restored.seen(gone).readable
    with restored.looking(office.sam) as desk:
        assert verify(desk.session).is_whole
    restored.database.close()


def test_a_backup_follows_what_is_there(office: Office, tmp_path: Path) -> None:
    gone = filed(office, b"of her")
    back_up(office.database, office.settings, MASTER, tmp_path / "backup", office.clock)
    filed(office, b"of him")
    purge(office, gone)
    second = back_up(office.database, office.settings, MASTER, tmp_path / "backup", office.clock)
    assert second.media == 1
    assert len([path for path in (tmp_path / "backup" / "media").rglob("*") if path.is_file()]) == 1
    assert read_backup(tmp_path / "backup") == second


def test_a_backup_needs_its_keys_and_a_place_of_its_own(
    office: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    filed(office, b"of her")
    for place in (office.settings.data / "backup", office.settings.data, office.settings.data.parent):
        with pytest.raises(DeskError):
            back_up(office.database, office.settings, MASTER, place, office.clock)
    folder = tmp_path / "backup"
    back_up(office.database, office.settings, MASTER, folder, office.clock)
    settings = elsewhere(office, tmp_path, request)

    def refused(master: MasterKeys, keys: Path | None) -> str:
        with pytest.raises(DeskError) as caught:
            restore(settings, master, folder, keys=keys)
        return caught.value.code

    assert refused(MASTER, None) == "desk.keys"
    other = MasterKeys(LocalWrapper(bytes(32)))
    assert refused(other, office.keys.halves.folder) == "desk.master_key"
    sealed = folder / "database.sealed"
    sealed.write_bytes(sealed.read_bytes()[:-1])
    assert refused(MASTER, None) == "desk.damaged"
    (folder / "backup.json").unlink()
    assert refused(MASTER, None) == "desk.backup"
    assert list(Halves(settings.data / "keys").sheets()) != []
