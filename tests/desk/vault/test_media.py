"""Media in the vault: encrypted as they come, named by their content, whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.desk.errors import DeskError
from consentry.desk.vault.media import MediaStore
from consentry.media import open_media
from consentry.records import Media

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
CONTENT = b"\xff\xd8\xff\xe0 what a camera wrote, and more of it " * 5000


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def test_what_came_in_pieces_is_read_again(store: MediaStore) -> None:
    receiving = store.receive(KEY)
    for start in range(0, len(CONTENT), 70_001):
        receiving.write(CONTENT[start : start + 70_001])
    kept = receiving.finish()
    receiving.abandon()  # does no harm afterwards
    assert kept.size == len(CONTENT)
    assert store.read(kept.address, KEY) == CONTENT
    with store.plain(kept.address, KEY) as path:
        assert path.read_bytes() == CONTENT
    assert not path.exists()


def test_nothing_of_a_medium_is_readable_and_its_name_tells_nobody_what_it_is(store: MediaStore) -> None:
    kept, same, elsewhere = store.keep(CONTENT, KEY), store.keep(CONTENT, KEY), store.keep(CONTENT, OTHER)
    assert kept == same
    assert kept.address != elsewhere.address
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert all(CONTENT[:24] not in path.read_bytes() and path.stat().st_mode & 0o077 == 0 for path in files)


def test_what_was_abandoned_leaves_nothing(store: MediaStore) -> None:
    receiving = store.receive(KEY)
    receiving.write(CONTENT)
    receiving.abandon()
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


def test_a_medium_that_is_missing_altered_or_another_one_is_refused(store: MediaStore) -> None:
    one, two = store.keep(b"one", KEY), store.keep(b"two", KEY)
    store.path(one.address).write_bytes(store.path(two.address).read_bytes())
    store.path(two.address).unlink()
    for address in (one.address, two.address, "0" * 64):
        with pytest.raises(DeskError) as refused:
            store.read(address, KEY)
        assert refused.value.code == "desk.damaged"
        with pytest.raises(DeskError), store.plain(address, KEY):
            raise AssertionError("it must not be handed on")
    with pytest.raises(DeskError):
        store.read(store.keep(b"three", KEY).address, OTHER)
    store.remove(two.address)  # is gone already


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/x"])
def test_an_address_is_never_a_way_out_of_the_folder(store: MediaStore, address: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.path(address)


def test_a_decoder_takes_a_medium_out_of_the_vault(store: MediaStore, repository: Path) -> None:
    photo = repository / "data" / "demo" / "media" / "bedroom.jpg"
    kept = store.keep(photo.read_bytes(), KEY)
    with store.plain(kept.address, KEY) as path:
        assert open_media(Media(media_id="a.jpg", path=path)).frames[0].pixels.ndim == 3
