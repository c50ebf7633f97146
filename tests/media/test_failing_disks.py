"""Whatever the system says while a medium is opened, sought or read: it becomes an error of that medium.

Errors are put in place of what the system calls give, one call after the other, so that no place is forgotten; the rest
is real: files that cannot be read, that shrink, grow or are exchanged, and folders that vanish.
"""

from __future__ import annotations

import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from media_files import encoded, quadrants, textured, video
from PIL import Image

from consentry.media import DecoderPool, Limits, MediaError, OpenedMedia, open_media
from consentry.media import containment as containment_module
from consentry.media import decoder_process as decoder_process_module
from consentry.media import sources as sources_module
from consentry.media.decoder_worker import _answer
from consentry.media.opening import read_source
from consentry.records import Media

NUMBERS = (errno.EIO, errno.ESTALE, errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENOMEM, errno.ENXIO,
           errno.ETIMEDOUT, errno.EINVAL, errno.ELOOP, errno.ENAMETOOLONG)  # fmt: skip


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(Image.fromarray(quadrants()), "PNG"))
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    """One that opens in this process, where system calls can be replaced."""
    with DecoderPool(workers=1, limits=Limits(), contained=False) as found:
        yield found


def error_of(opening: Callable[[], Any]) -> MediaError:
    with pytest.raises(MediaError) as caught:
        opening()
    assert caught.value.message.endswith(".")
    assert caught.value.remedy
    return caught.value


def outcome_of(opening: Callable[[], OpenedMedia]) -> OpenedMedia | MediaError:
    try:
        return opening()
    except MediaError as error:
        return error


def failing(number: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


class FaultyFile(io.BufferedReader):
    """A real file of which some method fails from its nth call on."""

    def __init__(self, path: Path, method: str, call: int, number: int) -> None:
        super().__init__(io.FileIO(path))  # type: ignore[arg-type]
        self._faulty, self._left, self._number = method, call, number

    def _count(self, method: str) -> None:
        if method == self._faulty:
            self._left -= 1
            if self._left < 0:
                raise OSError(self._number, os.strerror(self._number))

    def read(self, size: int | None = -1) -> bytes:
        self._count("read")
        return super().read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._count("seek")
        return super().seek(offset, whence)

    def fileno(self) -> int:
        self._count("fileno")
        return super().fileno()

    def close(self) -> None:
        super().close()
        self._count("close")


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("call", ["os.open", "os.fstat", "os.fdopen", "Path.stat"])
def test_errors_of_opening(picture: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str) -> None:
    place, name = call.split(".")
    with monkeypatch.context() as patched:
        patched.setattr(Path if place == "Path" else sources_module.os, name, failing(number))
        error = error_of(lambda: open_media(Media(path=picture)))
    assert error.code == "media.unreadable"
    assert os.strerror(number) in error.message
    assert open_media(Media(path=picture)).width == 96


@pytest.mark.parametrize("call", range(4))
@pytest.mark.parametrize("method", ["read", "seek", "fileno"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOSPC, errno.EACCES])
def test_errors_of_seeking_and_reading(
    picture: Path, monkeypatch: pytest.MonkeyPatch, number: int, method: str, call: int
) -> None:
    monkeypatch.setattr(sources_module, "_open_file", lambda *_: FaultyFile(picture, method, call, number))
    found = outcome_of(lambda: open_media(Media(path=picture)))
    if isinstance(found, MediaError):
        assert found.code == "media.unreadable"
        assert os.strerror(number) in found.message
    else:
        assert call >= {"read": 2, "seek": 3, "fileno": 2}[method], "it got along without that call"
        assert found.width == 96


def test_a_share_that_is_gone_when_the_file_is_closed(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "_open_file", lambda *_: FaultyFile(picture, "close", 0, errno.EIO))
    assert open_media(Media(path=picture)).width == 96


def contents(folder: Path) -> dict[str, bytes]:
    found = {name: encoded(textured(400, 300), name) for name in ("JPEG", "PNG", "WEBP", "AVIF")}
    frames = [textured(200, 150, seed) for seed in range(6)]
    found["GIF"] = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=900)
    for name, codec in (("a.mp4", "libx264"), ("b.webm", "libvpx-vp9"), ("c.avi", "mjpeg"), ("d.ts", "mpeg2video")):
        found[name] = video(folder / name, codec=codec).read_bytes()
    return found


class FailsBehind(io.BytesIO):
    """A disk that can be read up to a place."""

    def __init__(self, content: bytes, good: int) -> None:
        super().__init__(content)
        self._good = good

    def read(self, size: int | None = -1) -> bytes:
        end = len(self.getvalue()) if size is None or size < 0 else self.tell() + size
        if end > self._good:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(size)


def test_a_disk_that_fails_in_the_middle_is_not_taken_for_a_damaged_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    unreadable = 0
    for name, content in contents(tmp_path).items():
        for good in (0, 10, 40, len(content) // 3, len(content) // 2, len(content) - 1):
            source = FailsBehind(content, good)
            found = outcome_of(lambda source=source, name=name: read_source(source, name, Limits(), 128))
            if isinstance(found, MediaError):
                assert (found.code, found.message) == (
                    "media.unreadable",
                    f"{name} could not be read: Input/output error.",
                )
                unreadable += 1
    assert unreadable > 40
    assert "Traceback" not in capfd.readouterr().err, "PyAV prints what it cannot hand on"


def test_a_place_that_no_file_has_is_the_fault_of_the_content(picture: Path) -> None:
    source = sources_module.WatchedSource(io.BytesIO(b"abc"))
    assert (source.readable(), source.seekable(), source.read(2), source.tell()) == (True, True, b"ab", 2)
    with picture.open("rb") as file:
        watched = sources_module.WatchedSource(file)
        with pytest.raises(OSError, match="Invalid argument"):
            watched.seek(-5)
        assert watched.failure is None


class Turning:
    """Something that happens to a file while it is decoded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, happen: Callable[[], object]) -> None:
        sound = read_source

        def read(source: BinaryIO, *arguments: Any) -> Any:
            happen()
            return sound(source, *arguments)

        monkeypatch.setattr("consentry.media.opening.read_source", read)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(encoded(textured(1200, 900), "JPEG"))
    length = int(path.stat().st_size * share)
    Turning(monkeypatch, lambda: os.truncate(path, length))
    assert error_of(lambda: open_media(Media(path=path))).code == "media.changed"


def test_a_file_that_is_written_to_while_it_is_read(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def extend() -> None:
        with picture.open("ab") as file:
            file.write(b"more")

    Turning(monkeypatch, extend)
    error = error_of(lambda: open_media(Media(path=picture)))
    assert (error.code, error.message) == ("media.changed", "picture.png was changed while it was read.")


def test_a_file_that_is_exchanged_or_removed_while_it_is_read_is_read_as_it_was(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.png"
    other.write_bytes(b"something else")
    Turning(monkeypatch, lambda: other.replace(picture) if other.exists() else picture.unlink())
    assert open_media(Media(path=picture)).width == 96
    picture.write_bytes(encoded(Image.fromarray(quadrants()), "PNG"))
    assert open_media(Media(path=picture)).width == 96
    assert error_of(lambda: open_media(Media(path=picture))).code == "media.not_found"


def test_a_folder_that_vanishes(tmp_path: Path, pool: DecoderPool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    item = Media(path=folder / "picture.jpg")
    folder.rmdir()
    assert error_of(lambda: pool.open(item).result()).code == "media.not_found"


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/proc/self/mem", {"media.unreadable"}),
        ("/proc/self/pagemap", {"media.unreadable", "media.empty"}),
        ("/proc/self/status", {"media.empty", "media.unreadable"}),
        ("/proc/kcore", {"media.too_large", "media.unreadable", "media.not_found"}),
        ("/sys/kernel/notes", {"media.unknown_format", "media.not_found", "media.empty"}),
    ],
)
def test_files_that_are_no_files(path: str, codes: set[str]) -> None:
    with DecoderPool(workers=1, limits=Limits()) as contained:
        assert error_of(lambda: contained.open(Media(path=Path(path))).result()).code in codes
    assert error_of(lambda: open_media(Media(path=Path(path)))).code in codes


class Full(io.BytesIO):
    """A temporary file on a full disk."""

    def write(self, _: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestWithoutRoom:
    """Bytes in memory, or fetched ones, have to be copied to where a decoder process can read them."""

    def test_there_is_none_for_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(containment_module, "_unnamed_file", failing(errno.EMFILE))
        self.check("Too many open files")

    def test_there_is_none_for_its_content(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(containment_module, "_unnamed_file", Full)
        self.check("No space left on device")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_there_is_none_when_it_is_written_to_the_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(containment_module, "_unnamed_file", partial(Path("/dev/full").open, "wb"))
        self.check("No space left on device")

    def test_a_system_without_files_in_memory_uses_a_temporary_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delattr(os, "memfd_create", raising=False)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        self.check("No such file")

    def check(self, reason: str) -> None:
        data = encoded(Image.fromarray(quadrants()), "PNG")
        with DecoderPool(workers=1, limits=Limits()) as contained:
            error = error_of(lambda: contained.open(Media(media_id="x", data=data)).result())
        assert error.code == "media.no_room"
        assert reason in error.message


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_no_line_to_a_decoder_can_be_opened(picture: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    with DecoderPool(workers=1, limits=Limits()) as contained:
        with monkeypatch.context() as patched:
            patched.setattr(decoder_process_module, "new_pair", failing(number))
            assert error_of(lambda: contained.open(Media(path=picture)).result()).code == "media.decoder_unavailable"
        assert contained.open(Media(path=picture)).result().width == 96


def test_no_memory_for_the_frames_of_a_decoder(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    with DecoderPool(workers=1, limits=Limits()) as contained:
        with monkeypatch.context() as patched:
            patched.setattr(decoder_process_module, "receive_answer", no_memory)
            assert error_of(lambda: contained.open(Media(path=picture)).result()).code == "media.memory"
        assert not contained._processes, "the line was out of step"
        assert contained.open(Media(path=picture)).result().width == 96


@pytest.mark.parametrize(
    ("raised", "code"),
    [(OSError(errno.EIO, "x"), "media.unreadable"), (MemoryError(), "media.memory"), (MediaError("It.", "-"), None)],
)
def test_errors_in_a_decoder_process(picture: Path, raised: Exception, code: str | None) -> None:
    def read(*_: object) -> Any:
        raise raised

    answer = _answer({"media_id": "x", "longest_side": 64}, os.open(picture, os.O_RDONLY), Limits(), read)
    assert isinstance(answer, MediaError)
    assert answer.code == (code or "media.unreadable")
