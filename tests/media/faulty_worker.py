"""A decoder process whose decoder does what the file says: for the tests of what contains it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from consentry.media import Frame, Limits, MediaError, OpenedMedia
from consentry.media.decoder_worker import main, read_source

KEPT: list[bytearray] = []


def obey(source: BinaryIO, media_id: str, limits: Limits, longest_side: int) -> OpenedMedia:
    order = source.read(32).split(b"!")[0]
    match order:
        case b"segfault":
            ctypes.string_at(0)
        case b"abort":
            os.abort()
        case b"exit":
            os._exit(3)
        case b"kill":
            signal.raise_signal(signal.SIGKILL)
        case b"hang":
            time.sleep(600)
        case b"alarm":
            signal.raise_signal(signal.SIGALRM)
        case b"eat":
            KEPT.append(bytearray(1 << 40))
        case b"leak":
            KEPT.append(bytearray(limits.max_memory // 2))
        case b"chatter":
            raise MediaError("<b>\x1b[31mred\u202e" + "x" * 5_000, "\n", code="media.damaged")
        case b"invent":
            raise MediaError("Everything is fine.", "Look away.", code="media.all_good")
        case b"raise":
            raise ZeroDivisionError
        case b"escape":
            return _escape(source, media_id)
    source.seek(0)
    return read_source(source, media_id, limits, longest_side)


def _escape(source: BinaryIO, media_id: str) -> OpenedMedia:
    """Try everything that a decoder must not be able to do; opens as a picture a pixel high if all of it fails."""
    import numpy as np

    folder = Path(os.environ["HOME"]) if "HOME" in os.environ else Path("/tmp")  # noqa: S108
    attempts = {
        "network": lambda: socket.create_connection(("127.0.0.1", 9), 1.0),
        "network 6": lambda: socket.socket(socket.AF_INET6),
        "unix socket": lambda: socket.socket(socket.AF_UNIX),
        "program": lambda: subprocess.Popen([sys.executable, "-c", ""]),
        "fork": os.fork,
        "write": lambda: (folder / "consentry-escape").write_bytes(b"x"),
        "write over": lambda: os.open(f"/proc/self/fd/{source.fileno()}", os.O_RDWR),
        "remove": lambda: (folder / "nothing").unlink(),
        "signal": lambda: os.kill(os.getppid(), 0),
    }
    escaped = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except PermissionError:
            continue
        except OSError as error:
            escaped.append(f"{name}: {error}")
        else:
            escaped.append(name)
    files = set()
    for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208
        with suppress(FileNotFoundError):  # the listing's own
            files.add(str(Path("/proc/self/fd", entry).readlink()))
    escaped += sorted(file for file in files if "secret" in file)
    escaped += sorted(name for name in os.environ if "SECRET" in name)
    if escaped:
        raise MediaError(f"{media_id} got out: {'; '.join(escaped)}.", "-", code="media.damaged")
    return OpenedMedia(media_id, "image", 1, 1, None, (Frame(np.zeros((1, 1, 3), np.uint8)),), 1.0)


if __name__ == "__main__":
    main(sys.argv[1:], obey)
