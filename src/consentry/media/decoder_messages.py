"""What a decoder process and its owner say to each other: lengths, JSON and bare pixels; nothing that runs when read.

A request is a header and one open file (its descriptor travels with the header). An answer is a header and, where the
medium was opened, the pixels of its frames one after the other. A header is four bytes of length and that much JSON.
The owner trusts no answer: a decoder that a file has taken over can say anything, but it cannot make the owner build
an object, wait for ever, take in more pixels than the limits allow, or speak in words of its own choosing at length.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.defects import InternalError, defect, places_of, trace_from
from consentry.media.errors import ERROR_CODES, NOTE_CODES, STAGE, MediaError
from consentry.media.limits import Limits
from consentry.media.opened import Frame, OpenedMedia
from consentry.records import ErrorNote

_LENGTH: Final = struct.Struct("<I")
_MAX_HEADER: Final = 1 << 20
_MAX_WORDS: Final = 600
_BUFFER: Final = 1 << 20
_KIND: Final = re.compile(r"[A-Za-z_][\w.]{0,99}( \(\w{1,20}\))?", re.ASCII)
_FILE: Final = re.compile(r"[\w./<>-]{1,200}", re.ASCII)
_NAME: Final = re.compile(r"[\w<>]{1,100}", re.ASCII)
_MOST_LINKS: Final = 10
_MOST_FRAMES: Final = 40
_LONGEST_WAIT: Final = 1e6
"""Seconds; a socket takes no more."""


class BrokenAnswerError(Exception):
    """An answer that ends early or makes no sense."""


class OtherSideGoneError(BrokenAnswerError):
    """There is nobody left to answer."""


def new_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets with room for a good part of a frame."""
    pair = socket.socketpair()
    for end in pair:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return pair


def send_header(end: socket.socket, header: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
    """Send a header, with open files if there are any."""
    body = json.dumps(header, allow_nan=False).encode()
    message = _LENGTH.pack(len(body)) + body
    sent = socket.send_fds(end, [message], list(descriptors)) if descriptors else 0
    end.sendall(message[sent:])


def receive_header(end: socket.socket, deadline: float | None = None) -> dict[str, Any]:
    """The next header.

    Raises:
        TimeoutError: It was not there at `deadline`, a time of `time.monotonic`.
        BrokenAnswerError: The other side is gone, or speaks nonsense.
    """
    length = bytearray(_LENGTH.size)
    _receive_into(end, memoryview(length), deadline)
    return _receive_body(end, length, deadline)


def receive_request(end: socket.socket) -> tuple[dict[str, Any], int] | None:
    """The next request and its open file; ``None`` when the owner is gone."""
    length, descriptors, _, _ = socket.recv_fds(end, _LENGTH.size, 1)
    if len(length) != _LENGTH.size or len(descriptors) != 1:
        return None
    return _receive_body(end, length, None), descriptors[0]


def send_opened(end: socket.socket, opened: OpenedMedia, *, worn: bool) -> None:
    """Send an opened medium; `worn` asks for this process to be replaced."""
    send_header(
        end,
        {
            "worn": worn,
            "kind": opened.kind,
            "width": opened.width,
            "height": opened.height,
            "duration": opened.duration,
            "scale": opened.scale,
            "note": opened.note and [opened.note.code, opened.note.message, opened.note.remedy],
            "missing": opened.missing,
            "frames": [[*frame.pixels.shape[:2], frame.second, frame.until] for frame in opened.frames],
        },
    )
    for frame in opened.frames:
        end.sendall(frame.pixels.data.cast("B"))


def send_error(end: socket.socket, error: MediaError, *, worn: bool) -> None:
    """Send why a medium could not be opened."""
    send_header(end, {"worn": worn, "error": [error.code, error.message, error.remedy]})


def send_defect(end: socket.socket, error: BaseException) -> None:
    """Send where something broke that no file should break; this process asks to be replaced."""
    send_header(end, {"worn": True, "defect": places_of(error)})


def receive_answer(
    end: socket.socket, media_id: str, limits: Limits, longest_side: int, deadline: float
) -> tuple[OpenedMedia | MediaError | InternalError, bool]:
    """What came of a request, and whether the process asks to be replaced.

    Raises:
        TimeoutError: It was not there at `deadline`.
        BrokenAnswerError: The other side is gone, or its answer is not one that a sound decoder gives.
    """
    header = receive_header(end, deadline)
    try:
        worn = header["worn"] is True
        if "error" in header:
            code, message, remedy = _words(header["error"], ERROR_CODES)
            return MediaError(message, remedy, code=code), worn
        if "defect" in header:
            return _defect(header["defect"]), True
        kind, note = header["kind"], header["note"]
        shapes = [_shape(entry, longest_side) for entry in header["frames"]]
        if kind not in ("image", "video") or not 1 <= len(shapes) <= (limits.max_frames if kind == "video" else 1):
            raise BrokenAnswerError("no such kind of medium, or too many frames")
        width, height = int(header["width"]), int(header["height"])
        if min(width, height) < 1:
            raise BrokenAnswerError("a medium without pixels")
        duration, scale = _seconds(header["duration"]), float(header["scale"])
        if not 0.0 < scale <= 1.0:
            raise BrokenAnswerError("an impossible scale")
        missing = None if header["missing"] is None else float(header["missing"])
        if missing is not None and not 0.0 <= missing <= 1.0:
            raise BrokenAnswerError("an impossible share")
        error = None
        if note is not None:
            code, message, remedy = _words(note, NOTE_CODES)
            error = ErrorNote(stage=STAGE, code=code, message=message, remedy=remedy, media_id=media_id)
        frames = tuple(
            Frame(_receive_pixels(end, rows, columns, deadline), second, until)
            for rows, columns, second, until in shapes
        )
    except (KeyError, TypeError, ValueError, OverflowError) as caught:
        raise BrokenAnswerError("not the answer of a decoder") from caught
    return OpenedMedia(media_id, kind, width, height, duration, frames, scale, error, missing), worn


def _receive_body(end: socket.socket, length: bytes | bytearray, deadline: float | None) -> dict[str, Any]:
    (size,) = _LENGTH.unpack(length)
    if size > _MAX_HEADER:
        raise BrokenAnswerError("a header of absurd length")
    body = bytearray(size)
    _receive_into(end, memoryview(body), deadline)
    try:
        header = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenAnswerError("a header that is not JSON") from error
    if not isinstance(header, dict):
        raise BrokenAnswerError("a header that is not an object")
    return header


def _receive_pixels(end: socket.socket, rows: int, columns: int, deadline: float) -> NDArray[np.uint8]:
    pixels = np.empty((rows, columns, 3), np.uint8)
    _receive_into(end, pixels.data.cast("B"), deadline)
    return pixels


def _receive_into(end: socket.socket, room: memoryview, deadline: float | None) -> None:
    filled = 0
    while filled < len(room):
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0.0:
                raise TimeoutError
            end.settimeout(min(left, _LONGEST_WAIT))
        try:
            count = end.recv_into(room[filled:])
        except ConnectionError as error:
            raise OtherSideGoneError("the other side is gone") from error
        if count == 0:
            raise OtherSideGoneError("the other side is gone")
        filled += count


def _shape(entry: Any, longest_side: int) -> tuple[int, int, float | None, float | None]:
    rows, columns, second, until = entry
    if not all(type(side) is int and 1 <= side <= longest_side for side in (rows, columns)):
        raise BrokenAnswerError("a frame of a size that was not asked for")
    return rows, columns, _seconds(second), _seconds(until)


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    seconds = float(value)
    if not 0.0 <= seconds < 1e12:
        raise BrokenAnswerError("an impossible time")
    return seconds


def _words(entry: Any, codes: frozenset[str]) -> tuple[str, str, str]:
    code, message, remedy = entry
    if code not in codes or not isinstance(message, str) or not isinstance(remedy, str):
        raise BrokenAnswerError("an error that does not exist")
    return code, _printable(message), _printable(remedy)


def _defect(entry: Any) -> InternalError:
    """A defect of ours in a decoder: kinds of errors, files and lines, checked for being no more than that."""
    places = []
    for kind, frames in entry[:_MOST_LINKS]:
        if not _KIND.fullmatch(kind) or len(frames) > _MOST_FRAMES:
            raise BrokenAnswerError("an error of no kind")
        for file, line, name in frames:
            if not (_FILE.fullmatch(file) and type(line) is int and 0 <= line < 1e6 and _NAME.fullmatch(name)):
                raise BrokenAnswerError("an error from nowhere")
        places.append((kind, frames))
    if not places:
        raise BrokenAnswerError("an error without a kind")
    return defect(places[0][0], "a medium from being decoded", trace_from(places))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:_MAX_WORDS])
