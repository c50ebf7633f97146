"""One decoder process: ``python -m consentry.media.decoder_worker DESCRIPTOR LIMITS``, started by a `DecoderPool`.

It loads both decoding libraries, gives up everything that decoding does not need, says that it is ready, and then
answers requests until its owner hangs up. Each request brings an open file; no path ever gets here.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final, NamedTuple

from consentry.media.confinement import address_space, limit_resources, shut_network_and_writing
from consentry.media.decoder_messages import (
    BrokenAnswerError,
    receive_request,
    send_defect,
    send_error,
    send_header,
    send_opened,
)
from consentry.media.errors import MediaError, took_too_much_memory, unreadable
from consentry.media.limits import Limits
from consentry.media.opened import OpenedMedia
from consentry.media.opening import read_source

KILL_AFTER: Final = 5.0
"""Seconds after `Limits.max_seconds` at which a decoder that does not look at the clock is killed."""

_WORN_SHARE: Final = 0.25
"""A process that keeps this share of its memory after a file is replaced, so that no file finds less than another."""

_LONGEST_ALARM: Final = 1e8
_SERVED: Final = 5_000
"""As many files, and a process is replaced whatever it keeps."""

Reader = Callable[[BinaryIO, str, Limits, int], OpenedMedia]


def main(arguments: list[str], read: Reader | None = None) -> None:
    """Serve until the owner hangs up.

    Args:
        arguments: The number of the socket's descriptor, and the limits as JSON.
        read: Reads one medium; `read_source` unless given.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner's business
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process
    limits = Limits(**json.loads(arguments[1]))
    with socket.socket(fileno=int(arguments[0])) as end:
        load_decoders()
        limit_resources(limits.max_memory)
        send_header(end, {"ready": True, "shut": shut_network_and_writing()})
        serve(end, limits, read or read_source)


def serve(end: socket.socket, limits: Limits, read: Reader) -> None:
    """Answer requests until the owner hangs up."""
    most_kept = _memory_in_use() + int(_WORN_SHARE * limits.max_memory)
    served = 0
    while True:
        try:
            request = receive_request(end)
        except (OSError, BrokenAnswerError):
            return
        if request is None:
            return
        header, descriptor = request
        # Should the owner be killed at the very moment that a decoder hangs, the kernel ends this process all the same.
        signal.setitimer(signal.ITIMER_REAL, min(limits.max_seconds + 2 * KILL_AFTER, _LONGEST_ALARM))
        answer = _answer(header, descriptor, limits, read)
        served += 1
        worn = served >= _SERVED or _memory_in_use() > most_kept
        try:
            if isinstance(answer, _Broken):
                send_defect(end, answer.error)
            elif isinstance(answer, MediaError):
                send_error(end, answer, worn=worn or answer.code == "media.memory")
            else:
                send_opened(end, answer, worn=worn)
        except OSError:
            return
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        del answer


class _Broken(NamedTuple):
    """A defect of ours."""

    error: Exception


def _answer(
    header: dict[str, Any], descriptor: int, limits: Limits, read: Reader
) -> OpenedMedia | MediaError | _Broken:
    media_id = str(header["media_id"])
    try:
        with os.fdopen(descriptor, "rb") as source:
            return read(source, media_id, limits, int(header["longest_side"]))
    except MediaError as error:
        return error
    except MemoryError:
        return took_too_much_memory(media_id)
    except OSError as error:
        return unreadable(media_id, error)
    except Exception as error:  # noqa: BLE001  decoders raise `MediaError`s; whatever else comes is a mistake of ours
        return _Broken(error)


def load_decoders() -> None:
    """Load what the decoders load late, while files may still be opened and memory is not yet bounded."""
    import pi_heif.as_plugin
    from PIL import Image

    import consentry.media.images
    import consentry.media.videos  # noqa: F401

    Image.init()
    pi_heif.options.DECODE_THREADS = 1  # as many processes as cores are at work already


def _memory_in_use() -> int:
    return address_space() if sys.platform == "linux" else 0


if __name__ == "__main__":
    main(sys.argv[1:])
