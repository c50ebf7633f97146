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
from consentry.desk.vault.halves import Halves
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
    ring.halves.destroy(case_id, "case")
    ring.halves.destroy(case_id, "case")
    assert refused(office, ring, case_id, content) == "desk.purged"
    ring.halves.make(case_id, "case")  # another half is another key
    assert refused(office, ring, case_id, content) == "desk.damaged"


def test_a_folder_of_keys_that_is_away_is_no_purge(office: Office, ring: KeyRing, tmp_path: Path) -> None:
    case_id = made(office, ring)
    content = sealed(office, ring, case_id)
    ring.halves.folder.rename(tmp_path / "elsewhere")
    assert refused(office, ring, case_id, content) == "desk.keys"
    (tmp_path / "elsewhere").rename(ring.halves.folder)
    (path,) = ring.halves.folder.glob("??/*")
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
        assert list(ring.halves.all()) == [(case_id, "case")]
    assert list(ring.halves.all()) == []
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
    assert list(ring.halves.all()) != []


def test_a_copy_of_the_folder_of_keys_forgets_what_was_destroyed(tmp_path: Path) -> None:
    here, copy = Halves(tmp_path / "here"), Halves(tmp_path / "copy")
    ids = [new_id() for _ in range(3)]
    for case_id in ids:
        here.make(case_id, "case")
    assert here.mirror(copy.folder) == (3, 0)
    here.destroy(ids[0], "case")
    here.make(ids[1], "claim")
    assert here.mirror(copy.folder) == (1, 1)
    assert sorted(copy.all()) == sorted(here.all())
    assert copy.read(ids[1], "claim") == here.read(ids[1], "claim")
    assert here.make(ids[1], "case") == copy.read(ids[1], "case")  # never over one that is there
