"""Files that are there whole or not at all, and what is said when a disk takes no more."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from consentry.writing import (
    OutputError,
    check_folder,
    disk_error_in,
    output_error,
    replacing,
    write_bytes,
    write_text,
    writing,
)
from small_disks import small_disk


def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "made" / "file"
    assert write_text(path, "ä\r\n", make_folder=True) == path
    assert path.read_bytes() == "ä\r\n".encode()
    path.chmod(0o640)
    write_bytes(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert [found.name for found in path.parent.iterdir()] == ["file"]


def test_links_stay_links_and_devices_devices(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "there")
    write_bytes(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_bytes() == b"x"
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_bytes(tmp_path / "pipe", b"y")
    assert os.read(reading, 9) == b"y"
    os.close(reading)
    (tmp_path / "void").symlink_to("/dev/null")
    write_bytes(tmp_path / "void", b"z")
    assert Path("/dev/null").is_char_device()


def test_what_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "old")

    def break_off() -> None:
        with replacing(tmp_path / "file") as stream:
            stream.write("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("file", "old")]


def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        path = disk.path / "file"
        write_text(path, "old")
        disk.fill()
        with pytest.raises(OutputError) as full:
            write_bytes(path, bytes(1 << 16))
        assert full.value.code == "output.full"
        assert "file" in full.value.message
        assert path.read_text() == "old"
        assert not list(disk.path.glob(".*")), "what was begun takes no room"
        disk.free()
        write_bytes(path, bytes(1 << 16))


def test_a_disk_that_may_not_be_written(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        write_text(disk.path / "file", "old")
        disk.read_only()
        with pytest.raises(OutputError) as refused:
            write_text(disk.path / "file", "new")
        assert refused.value.code == "output.read_only"
        with pytest.raises(OutputError):
            write_text(disk.path / "folder" / "file", "new", make_folder=True)
        assert [found.name for found in disk.path.iterdir()] == ["file"]


def test_what_is_missing_or_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path, code in ((tmp_path / "gone" / "file", "output.missing"), (tmp_path, "output.in_the_way"),
                       (tmp_path / "file" / "file", "output.in_the_way")):  # fmt: skip
        with pytest.raises(OutputError) as failed:
            write_text(path, "x")
        assert failed.value.code == code


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_number_of_the_system_has_an_error(number: int) -> None:
    found = output_error("place", OSError(number, os.strerror(number)))
    assert found.code.startswith("output.")
    assert os.strerror(number) in found.message
    assert "place" in found.message


def test_an_error_of_ours_passes() -> None:
    with pytest.raises(OutputError, match="mine"), writing("place"):
        raise OutputError("mine", "Do.")
    with pytest.raises(OutputError, match="place cannot be written: odd"), writing("place"):
        raise OSError("odd")


@pytest.mark.parametrize("address", ["s3://bucket/out", "https://host/out", "gs://b"])
def test_an_address_is_no_folder(address: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refused:
        check_folder(Path(address))
    assert refused.value.code == "output.address"
    assert check_folder(tmp_path) == tmp_path


def test_other_libraries_words_for_a_full_disk(tmp_path: Path) -> None:
    """As they really say it: numpy, shutil, safetensors, SQLite."""
    import sqlite3

    import numpy as np

    with small_disk(tmp_path) as disk:
        (tmp_path / "source").mkdir()
        (tmp_path / "source/large").write_bytes(bytes(1 << 21))
        database = sqlite3.connect(disk.path / "database", isolation_level=None)
        database.execute("create table things (thing)")
        disk.fill(leaving=1 << 16)
        with pytest.raises(OSError, match="written") as array:
            np.save(disk.path / "array.npy", np.zeros(1 << 18))
        (disk.path / "array.npy").unlink()
        with pytest.raises(shutil.Error) as copied:
            shutil.copytree(tmp_path / "source", disk.path / "copy")
        shutil.rmtree(disk.path / "copy")
        with pytest.raises(sqlite3.OperationalError) as stored:
            database.execute("insert into things values (?)", (bytes(1 << 20),))
        database.close()
        for error in (array, copied, stored):
            found = disk_error_in(error.value)
            assert found is not None
            assert found.errno == errno.ENOSPC
        assert output_error("place", array.value).code == "output.full"
    assert disk_error_in(ValueError("odd")) is None


def test_safetensors_words_for_a_full_disk(tmp_path: Path) -> None:
    import numpy as np

    save_file = pytest.importorskip("safetensors.numpy").save_file
    with small_disk(tmp_path) as disk:
        disk.fill()
        with pytest.raises(Exception, match="os error 28") as failed:
            save_file({"a": np.zeros(1 << 18)}, disk.path / "weights")
    found = disk_error_in(failed.value)
    assert found is not None
    assert found.errno == errno.ENOSPC


def test_a_library_s_own_error_of_a_full_disk_is_one() -> None:
    with pytest.raises(OutputError, match="room left for place") as full, writing("place"):
        raise RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)")
    assert full.value.code == "output.full"
    with pytest.raises(RuntimeError, match="a defect"), writing("place"):
        raise RuntimeError("a defect")
