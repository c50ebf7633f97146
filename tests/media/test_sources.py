"""What may be opened at all, and the door as a whole."""

from __future__ import annotations

import os
import socket
from io import RawIOBase
from pathlib import Path

import numpy as np
import pytest
from media_files import encoded, quadrants
from PIL import Image

from consentry.media import Limits, MediaError, failed_outcome, open_media
from consentry.media.errors import ERROR_CODES, NOTE_CODES
from consentry.media.geometry import require_size
from consentry.records import Media, MediaOutcome


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(Image.fromarray(quadrants()), "PNG"))
    return path


def error_of(path: Path | str, **arguments: object) -> MediaError:
    with pytest.raises(MediaError) as caught:
        open_media(Media(path=Path(path)), **arguments)  # type: ignore[arg-type]
    return caught.value


def test_path_and_bytes_give_the_same(picture: Path) -> None:
    by_path = open_media(Media(path=picture))
    by_bytes = open_media(Media(media_id="picture.png", data=picture.read_bytes()))
    assert np.array_equal(by_path.frames[0].pixels, by_bytes.frames[0].pixels)
    assert by_path.outcome() == by_bytes.outcome()
    assert by_path.outcome() == MediaOutcome(media_id="picture.png", kind="image", width=96, height=64, frames=1)


class Trickle(RawIOBase):
    """A file object that cannot seek and gives a few bytes at a time, for ever."""

    def __init__(self, content: bytes, *, endless: bool = False) -> None:
        self.content, self.endless, self.given = content, endless, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self.content[self.given : self.given + min(size, 100)]
        self.given += 100
        return piece or (b"x" * min(size, 100) if self.endless else b"")


def test_a_file_object_gives_the_same(picture: Path) -> None:
    by_path = open_media(Media(path=picture))
    with picture.open("rb") as file:
        by_file = open_media(file, media_id="picture.png")
        assert by_file.outcome() == by_path.outcome()
        with pytest.raises(MediaError) as caught:
            open_media(file)  # from where it stands: the end
        assert (caught.value.code, "medium" in caught.value.message) == ("media.empty", True)
    trickle = open_media(Trickle(picture.read_bytes()), media_id="picture.png")
    assert np.array_equal(trickle.frames[0].pixels, by_path.frames[0].pixels)
    with pytest.raises(MediaError) as caught:
        open_media(file)
    assert caught.value.code == "media.unreadable"  # closed


def test_an_endless_file_object_is_read_up_to_the_limit() -> None:
    endless = Trickle(b"", endless=True)
    with pytest.raises(MediaError) as caught:
        open_media(endless, limits=Limits(max_bytes=1000))
    assert caught.value.code == "media.too_large"
    assert endless.given <= 1200


def test_name_does_not_decide_the_format(picture: Path, tmp_path: Path) -> None:
    for name in ("picture.jpg", "film.mp4", "playlist.m3u8", "nothing"):
        renamed = tmp_path / name
        renamed.write_bytes(picture.read_bytes())
        assert open_media(Media(path=renamed)).kind == "image"
    words = tmp_path / "words.jpg"
    words.write_text("These are words and not a picture. " * 100)
    assert error_of(words).code == "media.unknown_format"


def test_what_is_not_a_regular_file(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.jpg"
    os.mkfifo(fifo)
    assert error_of(fifo).code == "media.not_a_file"  # and it came back, though nobody writes to it
    assert error_of(tmp_path).code == "media.not_a_file"
    assert error_of("/dev/zero").code == "media.not_a_file"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.jpg"))
        assert error_of(tmp_path / "socket.jpg").code == "media.not_a_file"


def test_file_exchanged_for_a_fifo_after_it_was_looked_at(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo = tmp_path / "fifo.png"
    os.mkfifo(fifo)
    regular = picture.stat()
    monkeypatch.setattr(Path, "stat", lambda self, **_: regular)
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208
    assert error_of(fifo).code == "media.not_a_file"
    assert set(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_links(picture: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.png"
    link.symlink_to(picture)
    assert open_media(Media(path=link)).width == 96
    nowhere = tmp_path / "nowhere.png"
    nowhere.symlink_to(tmp_path / "gone.png")
    assert error_of(nowhere).code == "media.not_found"
    circle = tmp_path / "circle.png"
    circle.symlink_to(circle)
    assert error_of(circle).code == "media.unreadable"
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    link_to_fifo = tmp_path / "to_fifo.png"
    link_to_fifo.symlink_to(fifo)
    assert error_of(link_to_fifo).code == "media.not_a_file"


def test_missing_impossible_and_empty(picture: Path, tmp_path: Path) -> None:
    assert error_of(tmp_path / "gone.jpg").code == "media.not_found"
    assert error_of(picture / "below_a_file.jpg").code == "media.not_found"
    assert error_of("nul\0byte.jpg").code == "media.unreadable"
    with pytest.raises(MediaError) as caught:
        open_media(Media(media_id="long", path=Path("x" * 5000)))
    assert caught.value.code == "media.unreadable"
    (tmp_path / "empty.jpg").touch()
    assert error_of(tmp_path / "empty.jpg").code == "media.empty"
    with pytest.raises(MediaError, match="empty"):
        open_media(Media(media_id="nothing", data=b""))


@pytest.mark.parametrize("address", ["http://203.0.113.1/a.jpg", "https://example.org/a.mp4", "rtsp://203.0.113.1/x"])
def test_network_addresses_are_refused(address: str) -> None:
    assert error_of(address).code == "media.address"


def test_bytes_are_counted_before_anything_is_read(picture: Path) -> None:
    size = picture.stat().st_size
    assert open_media(Media(path=picture), limits=Limits(max_bytes=size)).width == 96
    assert error_of(picture, limits=Limits(max_bytes=size - 1)).code == "media.too_large"


def test_failure_as_an_outcome(tmp_path: Path) -> None:
    error = error_of(tmp_path / "gone.jpg")
    outcome = failed_outcome("gone.jpg", error)
    assert (outcome.kind, outcome.frames) == (None, 0)
    assert outcome.error is not None
    assert (outcome.error.stage, outcome.error.code, outcome.error.media_id) == ("media", "media.not_found", "gone.jpg")
    assert str(tmp_path) not in outcome.model_dump_json()


def test_arguments_that_make_no_sense(picture: Path) -> None:
    with pytest.raises(ValueError, match="longest_side"):
        open_media(Media(path=picture), longest_side=0)
    for field in ("max_bytes", "max_pixels", "max_frames", "frames_per_second", "max_duration"):
        with pytest.raises(ValueError, match=field):
            Limits(**{field: 0})
    with pytest.raises(ValueError, match="max_duration"):
        Limits(max_duration=float("nan"))


def test_the_document_lists_every_code_and_every_limit(repository: Path) -> None:
    text = (repository / "docs/media.md").read_text()
    assert [code for code in ERROR_CODES | NOTE_CODES if f"`{code}`" not in text] == []
    limits = Limits()
    assert [name for name in limits.__slots__ if f"`{name}`" not in text] == []
    assert f"| {limits.max_seconds:g} |" in text
    assert f"| {limits.max_frames} |" in text


def test_a_size_of_nothing_is_damage() -> None:
    for width, height in ((0, 5), (5, 0), (-1, 5)):
        with pytest.raises(MediaError) as caught:
            require_size("picture", width, height, Limits())
        assert caught.value.code == "media.damaged"
