"""The loop of a decoder process, in this one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from media_files import encoded, quadrants
from PIL import Image

from consentry.media import Limits, MediaError, OpenedMedia, decoder_worker
from consentry.media.decoder_messages import new_pair, receive_answer, receive_header, send_header
from consentry.media.opening import read_source

LIMITS = Limits()
Asker = Callable[[Path], tuple[OpenedMedia | MediaError, bool]]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(Image.fromarray(quadrants()), "PNG"))
    return path


def failing(_: BinaryIO, media_id: str, __: Limits, ___: int) -> OpenedMedia:
    if media_id == "memory.png":
        raise MemoryError
    raise MediaError("It is torn.", "Mend it.", code="media.damaged")


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Iterator[Asker]:
    """Hand a file to a loop that runs in a thread."""
    ours, theirs = new_pair()
    thread = threading.Thread(target=decoder_worker.serve, args=(theirs, LIMITS, request.param))
    thread.start()

    def asker(path: Path) -> tuple[OpenedMedia | MediaError, bool]:
        with path.open("rb") as file:
            send_header(ours, {"media_id": path.name, "longest_side": 64}, (file.fileno(),))
            return receive_answer(ours, path.name, LIMITS, 64, time.monotonic() + 30.0)

    with ours, theirs:
        yield asker
        ours.close()
        thread.join(30.0)
        assert not thread.is_alive()  # it ends when its owner hangs up


@pytest.mark.parametrize("ask", [read_source], indirect=True)
def test_it_answers_one_request_after_the_other(ask: Asker, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        found, worn = ask(picture)
        assert isinstance(found, OpenedMedia)
        assert (found.width, worn) == (96, False)
    monkeypatch.setattr(decoder_worker, "_SERVED", 3)
    assert ask(picture)[1] is True


@pytest.mark.parametrize("ask", [failing], indirect=True)
def test_what_fails_is_an_answer_too(ask: Asker, picture: Path) -> None:
    found, worn = ask(picture)
    assert isinstance(found, MediaError)
    assert (found.code, worn) == ("media.damaged", False)
    short = picture.rename(picture.with_name("memory.png"))
    found, worn = ask(short)
    assert isinstance(found, MediaError)
    assert (found.code, worn) == ("media.memory", True)  # another process may have more


@pytest.mark.parametrize("nonsense", [b"\xff\xff\xff\xff", b"\3\0\0\0{{{", b"\0"])
def test_it_ends_at_a_request_that_makes_no_sense(picture: Path, nonsense: bytes) -> None:
    ours, theirs = new_pair()
    with ours, theirs, picture.open("rb") as file:
        socket.send_fds(ours, [nonsense], [file.fileno()])
        decoder_worker.serve(theirs, LIMITS, read_source)


def test_it_ends_when_nobody_waits_for_its_answer(picture: Path) -> None:
    ours, theirs = new_pair()

    def read(source: BinaryIO, media_id: str, limits: Limits, longest_side: int) -> OpenedMedia:
        ours.close()
        return read_source(source, media_id, limits, longest_side)

    with ours, theirs, picture.open("rb") as file:
        send_header(ours, {"media_id": "a", "longest_side": 64}, (file.fileno(),))
        decoder_worker.serve(theirs, LIMITS, read)


@pytest.mark.parametrize("ask", [read_source], indirect=True)
def test_it_ends_when_nobody_ever_asks(ask: Asker) -> None:
    """The fixture hangs up, and waits for the end."""


def test_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_worker, "limit_resources", lambda memory: None)
    monkeypatch.setattr(decoder_worker, "shut_network_and_writing", lambda: False)
    monkeypatch.setattr(decoder_worker.signal, "signal", lambda *_: None)
    ours, theirs = new_pair()
    with ours:
        thread = threading.Thread(target=decoder_worker.main, args=([str(theirs.detach()), '{"max_frames": 3}'],))
        thread.start()
        assert receive_header(ours, time.monotonic() + 60.0) == {"ready": True, "shut": False}
    thread.join(30.0)
    assert not thread.is_alive()
