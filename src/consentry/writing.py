"""What happens when something cannot be written: one error for it, whatever command or job wrote.

A disk that is full, a folder that cannot be written or is gone is nothing that a program can mend, and nothing that it
may break down over: the error says which it was, and what was there before is still there.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from consentry.errors import ConsentryError

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


class OutputError(ConsentryError):
    """Something cannot be written. Its codes: ``consentry errors output``."""

    default_code = "output.failed"


_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_MISSING: Final = frozenset({errno.ENOENT, errno.ESTALE, errno.ENODEV, errno.ENOTCONN})
_IN_THE_WAY: Final = frozenset({errno.EISDIR, errno.ENOTDIR, errno.EEXIST})
_CLOSED: Final = frozenset({errno.EPIPE, errno.EBADF})
_QUOTED: Final = re.compile(r"\[Errno (\d+)\]|\(os error (\d+)\)")
_CUT_SHORT: Final = re.compile(r"^\d+ requested and \d+ written$")
_WORDS: Final = {
    "database or disk is full": errno.ENOSPC,
    "attempt to write a readonly database": errno.EROFS,
    "disk I/O error": errno.EIO,
}


def output_error(place: Path | str, error: OSError) -> OutputError:
    """What the system said, as an error of ours.

    Args:
        place: The file or folder that was written to, as messages name it.
        error: Of the system.
    """
    number = error.errno or _number_in(str(error))
    said = os.strerror(number) if number else str(error)
    if number in _FULL:
        return OutputError(
            f"There is no room left for {place}: {said}.",
            "Make room, then run the same command again.",
            code="output.full",
        )
    if number in _READ_ONLY:
        return OutputError(
            f"{place} may not be written: {said}.",
            "Check its permissions and whether its disk is mounted for writing, then run the same command again.",
            code="output.read_only",
        )
    if number in _MISSING:
        return OutputError(
            f"The folder of {place} is not there, or no longer: {said}.",
            "Make it, or bring its disk back, then run the same command again.",
            code="output.missing",
        )
    if number in _IN_THE_WAY:
        return OutputError(
            f"{place} cannot be written, since something else lies there: {said}.",
            "Give another name, or move what is there.",
            code="output.in_the_way",
        )
    if number in _CLOSED:
        return OutputError(
            f"Nobody takes what is written to {place}: {said}.",
            "See where the command's output goes.",
            code="output.closed",
        )
    return OutputError(
        f"{place} cannot be written: {said}.", "See that its disk works, then run the same command again."
    )


def disk_error_in(error: BaseException) -> OSError | None:
    """The full or read-only disk behind an error of any library: its cause, or what its text quotes of the system."""
    seen: BaseException | None = error
    while seen is not None:
        number = seen.errno if isinstance(seen, OSError) else None
        number = number or _number_in(str(seen))
        if number in _FULL | {errno.EROFS, errno.EIO}:
            name = seen.filename if isinstance(seen, OSError) else None
            return OSError(number, os.strerror(number), *([name] if name is not None else []))
        seen = seen.__cause__ or seen.__context__
    return None


def _number_in(text: str) -> int | None:
    """The system's number of an error in what a library says: numpy, shutil, Rust's libraries and SQLite have words."""
    if found := _QUOTED.search(text):
        return int(found[1] or found[2])
    if _CUT_SHORT.search(text):
        return errno.ENOSPC
    return next((number for words, number in _WORDS.items() if words in text), None)


@contextmanager
def writing(place: Path | str) -> Iterator[None]:
    """A block that writes to a file or folder: what the system says against it becomes an `OutputError`.

    So does what a library says of a full disk in an error of its own.

    Raises:
        OutputError: As `output_error` says.
    """
    try:
        yield
    except ConsentryError:
        raise
    except OSError as error:
        raise output_error(place, error) from error
    except Exception as error:
        disk = disk_error_in(error)
        if disk is None:
            raise
        raise output_error(place, disk) from error


def check_folder(folder: Path) -> Path:
    """Hold a folder for results against addresses, which would otherwise become folders of odd names.

    Raises:
        OutputError: ``output.address``.
    """
    if _ADDRESS.match(str(folder)):
        raise OutputError(
            "Results are written to a folder of this machine, not to an address.",
            "Give a folder with --out, and copy it when it is done; a mounted bucket is a folder too.",
            code="output.address",
        )
    return folder


@contextmanager
def replacing(path: Path, *, make_folder: bool = False) -> Iterator[io.TextIOWrapper]:
    """A file to write, as UTF-8, that takes its place when the block is done: all of it, on the disk, or none.

    What is no regular file (a terminal, a pipe, ``/dev/stdout``) is written to as it is.

    Args:
        path: Where it is to be.
        make_folder: Whether its folder is made if it is not there.

    Raises:
        OutputError: As `output_error` says.
    """
    real = Path(os.path.realpath(path))  # a link stays one
    with writing(path):
        if make_folder:
            real.parent.mkdir(parents=True, exist_ok=True)
        if real.exists() and not real.is_file():
            with real.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
            return
        temporary = real.with_name(f".{real.name}.tmp")  # what a killed program left there, the next one uses up
        try:
            with temporary.open("w", encoding="utf-8", newline="\n") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if real.exists():
                temporary.chmod(stat.S_IMODE(real.stat().st_mode))
            temporary.replace(real)
        except BaseException:
            discard(temporary)
            raise
        _bring_to_disk(real.parent)


def write_bytes(path: Path, content: bytes, *, make_folder: bool = False) -> Path:
    """A file with a content; see `replacing`.

    Raises:
        OutputError: As `output_error` says.
    """
    with replacing(path, make_folder=make_folder) as stream:
        stream.buffer.write(content)
    return path


def write_text(path: Path, text: str, *, make_folder: bool = False) -> Path:
    """The same with text; its line ends stay as they are.

    Raises:
        OutputError: As `output_error` says.
    """
    return write_bytes(path, text.encode(), make_folder=make_folder)


def discard(temporary: Path) -> None:
    """Remove what could not be finished, so that it takes no room."""
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _bring_to_disk(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that knows no such thing
            raise
    finally:
        os.close(descriptor)
