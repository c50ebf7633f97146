"""Defects of Consentry itself: what a row gets in place of a traceback, and the traceback without anybody's words.

What can go wrong with a post has an error of its own. Whatever else is raised while one post is worked on is a mistake
of ours (or of a library): it costs that post, or a part of it, is said there with the code `CODE`, and its traceback
goes to whoever runs the program.
"""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

from consentry.errors import ConsentryError

CODE: Final = "internal.defect"
LOGGER: Final = "consentry"
"""Where tracebacks go unless the caller takes them: the batch job writes them beside its results."""
_MOST_FRAMES: Final = 40
"""Of one traceback; an endless recursion has a thousand of the same."""
_MOST_CAUSES: Final = 10
_CAUSE: Final = "which came of:\n"
_WAITING: Final = ("concurrent/futures/", "threading.py")
"""Files of which a traceback says nothing: which line waits for a thread is chance, and the rest must not be."""


Place = tuple[str, list[tuple[str, int, str]]]
"""The kind of an exception; and files, lines and functions that it came through."""


class InternalError(ConsentryError):
    """Something that should not have happened, whatever the post holds.

    Attributes:
        trace: Where it happened, as `trace_of` says it.
    """

    default_code: ClassVar[str] = CODE

    def __init__(self, message: str, remedy: str, *, code: str | None = None, trace: str = "") -> None:
        super().__init__(message, remedy, code=code)
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.message, self.remedy, self.code, self.trace)


class MemoryShortageError(ConsentryError):
    """There was no memory for what one post needs."""

    default_code: ClassVar[str] = "assess.memory"


def as_known(error: BaseException, doing: str) -> ConsentryError:
    """An exception as an error that can stand in a result; one of ours stays what it is.

    Args:
        error: What was raised.
        doing: What failed, to be put behind "a defect of Consentry kept ... from being done", such as
            "faces from being compared".
    """
    if isinstance(error, ConsentryError):
        return error
    if isinstance(error, MemoryError):
        known: ConsentryError = MemoryShortageError(
            f"The memory did not suffice: it kept {doing}.",
            "Give the program more memory, or lower --batch-size, Limits.media_per_post and Limits.max_frames.",
        )
    else:
        known = defect(type(error).__name__, doing, trace_of(error))
    known.__cause__ = error
    return known


def defect(kind: str, doing: str, trace: str) -> InternalError:
    """The error for a defect of ours; arguments as for `as_known`."""
    return InternalError(
        f"A defect of Consentry ({kind}) kept {doing}.",
        "Please report it with its traceback, which was logged (`consentry score` writes it beside the results).",
        trace=trace,
    )


def log(error: InternalError, where: str) -> None:
    """Tell whoever runs the program of a defect."""
    logging.getLogger(LOGGER).error("%s: %s\n%s", where, error.message, error.trace)


def trace_of(error: BaseException) -> str:
    """The traceback of an exception and its causes, without their messages: those may quote what somebody wrote.

    Files are named from the folder that Python found them in, so the same defect reads the same on every machine.
    """
    return _CAUSE.join(
        f"{_kind(link)}\n"
        + "".join(f"{_place(_short(each.filename), each.lineno, each.name)}    {each.line}\n" for each in _frames(link))
        for link in _chain(error)
    )


def places_of(error: BaseException) -> list[Place]:
    """The same as plain data that another process can check, without the lines of code."""
    return [
        (_kind(link), [(_short(each.filename), each.lineno or 0, each.name) for each in _frames(link)])
        for link in _chain(error)
    ]


def trace_from(places: Iterable[Place]) -> str:
    """The traceback that another process gave as `places_of`."""
    return _CAUSE.join(f"{kind}\n{''.join(_place(*frame) for frame in frames)}" for kind, frames in places)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, and what it came of."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen and len(seen) < _MOST_CAUSES:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Where it came through: the outermost places and the innermost ones."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not _short(frame.filename).startswith(_WAITING)
    ]
    return frames if len(frames) <= _MOST_FRAMES else [*frames[: _MOST_FRAMES // 2], *frames[-_MOST_FRAMES // 2 :]]


def _kind(error: BaseException) -> str:
    number = error.errno if isinstance(error, OSError) else None
    name = f" ({errno.errorcode.get(number, number)})" if number is not None else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{name}".removeprefix("builtins.")


def _place(file: str, line: int | None, name: str) -> str:
    return f"  {file}, line {line}, in {name}\n"


def _short(file: str) -> str:
    path = Path(file)
    for folder in sorted(sys.path, key=len, reverse=True):
        if folder and path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name


def _rebuild(message: str, remedy: str, code: str, trace: str) -> InternalError:
    return InternalError(message, remedy, code=code, trace=trace)
