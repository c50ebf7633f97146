"""Keys of cases: two halves that are needed both, destroyed with the transaction, wrapped anew when the master is."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from desk_office import Office

from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.vault.halves import ON_A_SHEET, Halves
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.master import LocalWrapper, MasterKeys
from consentry.desk.vault.rotating import rotate, wrapped_by

OLD, NEW = LocalWrapper(bytes(32)), LocalWrapper(bytes(range(32)))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(MasterKeys(OLD), tmp_path / "keys")


def made(office: Office, ring: KeyRing, kind: str = "case") -> UUID:
    case_id = new_id()
    with office.database.writing() as session:
        ring.make(session, office.clock, case_id, kind)
    return case_id


def sealed(office: Office, ring: KeyRing, case_id: UUID, kind: str = "case") -> bytes:
    with office.database.reading() as session:
        return ring.seal(session, case_id, "a.place", b"her words", kind)


def opened(office: Office, ring: KeyRing, case_id: UUID, content: bytes, kind: str = "case") -> bytes:
    with office.database.reading() as session:
        return ring.open(session, case_id, "a.place", content, kind)


def place_of(office: Office, case_id: UUID) -> str:
    with office.database.reading() as session:
        return session.get_one(KeyRow, (case_id, "case")).half or ""


def refused(office: Office, ring: KeyRing, case_id: UUID, content: bytes) -> str:
    with pytest.raises(DeskError) as caught:
        opened(office, ring, case_id, content)
    return caught.value.code


def test_a_key_seals_for_its_case_and_opens_in_another_process(office: Office, ring: KeyRing) -> None:
    case_id, other = made(office, ring), made(office, ring)
    content = sealed(office, ring, case_id)
    assert opened(office, KeyRing(MasterKeys(OLD), ring.halves.folder), case_id, content) == b"her words"
    assert refused(office, ring, other, content) == "desk.damaged"
    assert refused(office, ring, new_id(), content) == "desk.purged"


def test_one_half_alone_opens_nothing(office: Office, ring: KeyRing) -> None:
    """The database with its keys, and the master key: all that a backup and its owner have."""
    case_id = made(office, ring)
    content = sealed(office, ring, case_id)
    for _ in range(2):
        ring.halves.destroy(place_of(office, case_id))
    assert refused(office, ring, case_id, content) == "desk.purged"
    (path,) = ring.halves.sheets()
    path.write_bytes(bytes(range(256)) * 128)  # another half is another key
    assert refused(office, ring, case_id, content) == "desk.damaged"


def test_a_folder_of_keys_that_is_away_is_no_purge(office: Office, ring: KeyRing, tmp_path: Path) -> None:
    case_id = made(office, ring)
    content = sealed(office, ring, case_id)
    ring.halves.folder.rename(tmp_path / "elsewhere")
    assert refused(office, ring, case_id, content) == "desk.keys"
    (tmp_path / "elsewhere").rename(ring.halves.folder)
    (path,) = ring.halves.sheets()
    path.write_bytes(b"short")
    assert refused(office, ring, case_id, content) == "desk.keys"


def test_a_key_is_destroyed_if_and_only_if_the_transaction_is_kept(office: Office, ring: KeyRing) -> None:
    case_id = made(office, ring)
    content = sealed(office, ring, case_id)
    with suppress(ZeroDivisionError), office.database.writing() as session:
        ring.destroy(session, office.clock, case_id, "case")
        with session.begin_nested():
            session.flush()
        raise ZeroDivisionError
    assert opened(office, ring, case_id, content) == b"her words"
    with office.database.writing() as session:
        assert ring.destroy(session, office.clock, case_id, "case")
        assert not ring.destroy(session, office.clock, case_id, "case")
        with session.begin_nested():  # the end of a savepoint is not the end
            session.flush()
        assert ring.halves.read(place_of(office, case_id)) is not None
    assert ring.halves.read(place_of(office, case_id)) is None
    assert refused(office, ring, case_id, content) == "desk.purged"
    with office.database.writing() as session:
        row = session.get_one(KeyRow, (case_id, "case"))
        assert (row.wrapped, row.destroyed_at) == (None, office.clock())
        assert not ring.destroy(session, office.clock, new_id(), "case")


def test_a_claim_s_key_is_made_once_and_a_destroyed_one_is_not_made_again(office: Office, ring: KeyRing) -> None:
    case_id = new_id()
    until = office.clock() + timedelta(days=90)
    for _ in range(2):
        with office.database.writing() as session:
            ring.ensure(session, office.clock, case_id, "claim", expires_at=until)
    content = sealed(office, ring, case_id, "claim")
    assert opened(office, ring, case_id, content, "claim") == b"her words"
    with office.database.writing() as session:
        assert session.get_one(KeyRow, (case_id, "claim")).expires_at == until
        ring.destroy(session, office.clock, case_id, "claim")
    with office.database.writing() as session:
        ring.ensure(session, office.clock, case_id, "claim", expires_at=until)
    with pytest.raises(DeskError):
        sealed(office, ring, case_id, "claim")


def test_rotation_can_be_stopped_and_everything_is_readable_throughout(office: Office, ring: KeyRing) -> None:
    cases = [made(office, ring) for _ in range(5)] + [made(office, ring, "claim")]
    server = made(office, ring, "server")
    kinds = dict.fromkeys(cases, "case") | {cases[-1]: "claim", server: "server"}
    contents = {case_id: sealed(office, ring, case_id, kind) for case_id, kind in kinds.items()}
    with office.database.writing() as session:
        ring.destroy(session, office.clock, cases[0], "case")
    both = MasterKeys(NEW, [OLD])
    during = KeyRing(both, ring.halves.folder)

    def all_readable(readers: KeyRing) -> None:
        for case_id in [*cases[1:], server]:
            assert opened(office, readers, case_id, contents[case_id], kinds[case_id]) == b"her words"

    def stop(done: int, _total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    all_readable(during)
    with pytest.raises(KeyboardInterrupt):
        rotate(office.database, both, office.clock, progress=stop, at_once=2)
    assert wrapped_by(office.database) == {OLD.mark.hex(): 2, NEW.mark.hex(): 4}
    all_readable(during)
    assert rotate(office.database, both, office.clock, at_once=2) == 2
    assert rotate(office.database, both, office.clock) == 0
    assert wrapped_by(office.database) == {NEW.mark.hex(): 6}
    all_readable(KeyRing(MasterKeys(NEW), ring.halves.folder))


def test_a_copy_of_the_folder_of_keys_forgets_what_was_destroyed(tmp_path: Path) -> None:
    here, copy = Halves(tmp_path / "here"), Halves(tmp_path / "copy")
    taken = [here.take() for _ in range(ON_A_SHEET + 2)]
    assert len({half for _, half in taken}) == len({place for place, _ in taken}) == ON_A_SHEET + 2
    assert here.mirror(copy.folder) == (2, 0)
    (first, _), (second, half) = taken[0], taken[-1]
    here.destroy(first)
    Halves(here.folder).take()  # another process begins a sheet of its own
    assert here.mirror(copy.folder) == (1, 1)
    assert here.mirror(copy.folder) == (0, 0)
    assert copy.read(first) is None
    assert copy.read(second) == here.read(second) == half
    here.destroy("0" * 32 + ":0")  # is gone already
    for path in (*here.sheets(), *copy.sheets()):
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["", "../../etc/passwd:1", "0" * 32, "0" * 32 + ":1024", "0" * 31 + ":1"])
def test_a_place_is_never_a_way_out_of_the_folder(tmp_path: Path, place: str) -> None:
    with pytest.raises(ValueError, match="the place of a half"):
        Halves(tmp_path).read(place)
