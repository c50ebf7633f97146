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
from pathlib import Path
from typing import ClassVar, Final

from consentry.errors import ConsentryError

CODE: Final = "internal.defect"
LOGGER: Final = "consentry"
"""Where tracebacks go unless the caller takes them: the batch job writes them beside its results."""
_MOST_FRAMES: Final = 40
"""Of one traceback; an endless recursion has a thousand of the same."""
_WAITING: Final = ("concurrent/futures/", "threading.py")
"""Files of which a traceback says nothing: which line waits for a thread is chance, and the rest must not be."""


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
        known = InternalError(
            f"A defect of Consentry ({type(error).__name__}) kept {doing}.",
            "Please report it with its traceback, which was logged (`consentry score` writes it beside the results).",
            trace=trace_of(error),
        )
    known.__cause__ = error
    return known


def log(error: InternalError, where: str) -> None:
    """Tell whoever runs the program of a defect."""
    logging.getLogger(LOGGER).error("%s: %s\n%s", where, error.message, error.trace)


def trace_of(error: BaseException) -> str:
    """The traceback of an exception and its causes, without their messages: those may quote what somebody wrote.

    Files are named from the folder that Python found them in, so the same defect reads the same on every machine.
    """
    parts: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        parts.append(_of_one(link))
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "which came of:\n".join(parts)


def _of_one(error: BaseException) -> str:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not _short(frame.filename).startswith(_WAITING)
    ]
    left_out = len(frames) - _MOST_FRAMES
    lines = []
    for index, frame in enumerate(frames):
        if left_out > 0 and _MOST_FRAMES // 2 <= index < _MOST_FRAMES // 2 + left_out:
            if index == _MOST_FRAMES // 2:
                lines.append(f"  ... {left_out} more ...\n")
            continue
        lines.append(f"  {_short(frame.filename)}, line {frame.lineno}, in {frame.name}\n    {frame.line}\n")
    number = error.errno if isinstance(error, OSError) else None
    name = f" ({errno.errorcode.get(number, number)})" if number is not None else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{name}\n{''.join(lines)}".replace("builtins.", "", 1)


def _short(file: str) -> str:
    path = Path(file)
    for folder in sorted(sys.path, key=len, reverse=True):
        if folder and path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name


def _rebuild(message: str, remedy: str, code: str, trace: str) -> InternalError:
    return InternalError(message, remedy, code=code, trace=trace)
