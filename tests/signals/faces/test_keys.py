"""Keys of claims and the master key that wraps them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.faces.keys import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    MasterKey,
    MasterKeyError,
    new_key,
    open_sealed,
    seal,
)
from consentry.writing import OutputError
from small_disks import small_disk


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_is_sealed_can_be_opened_and_nothing_else(content: bytes, context: bytes) -> None:
    key = new_key()
    sealed = seal(key, content, context)
    assert open_sealed(key, sealed, context) == content
    assert open_sealed(new_key(), sealed, context) is None
    assert open_sealed(key, sealed, context + b"x") is None
    if len(content) >= 8:
        assert content not in sealed


@given(st.data())
def test_no_bit_of_it_can_be_changed(data: st.DataObject) -> None:
    key = bytes(32)
    sealed = bytearray(seal(key, b"a template", b"claim"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    assert open_sealed(key, bytes(sealed), b"claim") is None


def test_a_stump_does_not_open() -> None:
    assert open_sealed(bytes(32), b"", b"") is None
    assert open_sealed(bytes(32), bytes(12), b"") is None


def test_the_same_content_never_looks_the_same() -> None:
    assert len({seal(bytes(32), b"a template", b"claim") for _ in range(50)}) == 50


def test_a_master_key_wraps_for_one_context() -> None:
    master, key = MasterKey(new_key()), new_key()
    wrapped = master.wrap(key, b"claim 1")
    assert master.unwrap(wrapped, b"claim 1") == key
    assert key not in wrapped
    for context, altered, code in (
        (b"claim 2", wrapped, "claim_key.damaged"),
        (b"claim 1", wrapped[:-1] + bytes([wrapped[-1] ^ 1]), "claim_key.damaged"),
        (b"claim 1", b"", "claim_key.other"),
    ):
        with pytest.raises(MasterKeyError) as caught:
            master.unwrap(altered, context)
        assert caught.value.code == code
    with pytest.raises(MasterKeyError) as caught:
        MasterKey(new_key()).unwrap(wrapped, b"claim 1")
    assert caught.value.code == "claim_key.other"


def test_a_key_shows_nothing_of_itself() -> None:
    key = new_key()
    assert key.hex()[:8] not in repr(MasterKey(key))
    assert repr(key) not in repr(MasterKey(key))


def test_a_new_key_is_its_owners_alone_and_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key"
    MasterKey.write_new(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_text()
    with pytest.raises(MasterKeyError) as caught:
        MasterKey.write_new(path)
    assert caught.value.code == "claim_key.exists"
    assert path.read_text() == content
    wrapped = MasterKey.from_file(path).wrap(bytes(32), b"")
    assert MasterKey(bytes.fromhex(content.strip())).unwrap(wrapped, b"") == bytes(32)
    with pytest.raises(OutputError) as failed:
        MasterKey.write_new(tmp_path / "nowhere" / "key")
    assert failed.value.code == "output.missing"


def test_half_a_key_is_not_left_behind(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        disk.fill()
        with pytest.raises(OutputError) as failed:
            MasterKey.write_new(disk.path / "key")
        assert failed.value.code == "output.full"
        assert not (disk.path / "key").exists()
        disk.free()
        MasterKey.write_new(disk.path / "key")


def test_where_the_key_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)
    with pytest.raises(MasterKeyError) as caught:
        MasterKey.from_environment()
    assert caught.value.code == "claim_key.missing"
    assert "consentry claim new-key" in caught.value.remedy
    MasterKey.write_new(tmp_path / "key")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "key"))
    wrapped = MasterKey.from_environment().wrap(b"k", b"")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "elsewhere"))
    with pytest.raises(MasterKeyError) as caught:
        MasterKey.from_environment()
    assert caught.value.code == "claim_key.missing"
    monkeypatch.setenv(KEY_VARIABLE, (tmp_path / "key").read_text())
    assert MasterKey.from_environment().unwrap(wrapped, b"") == b"k"


@pytest.mark.parametrize("given_", ["secret", "ab" * 31, "ab" * 33])
def test_what_is_no_key(monkeypatch: pytest.MonkeyPatch, given_: str) -> None:
    monkeypatch.setenv(KEY_VARIABLE, given_)
    with pytest.raises(MasterKeyError) as caught:
        MasterKey.from_environment()
    assert caught.value.code == "claim_key.invalid"
    assert given_ not in str(caught.value)
