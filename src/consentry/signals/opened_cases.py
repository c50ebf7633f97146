"""A case whose media have been opened: frames where they could be read, and in every other place why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace

from consentry.defects import InternalError, as_known
from consentry.errors import ConsentryError
from consentry.media import OpenedMedia, failed_outcome
from consentry.records import Case, ErrorNote, Media, MediaOutcome

Begun = tuple[Media, "Future[OpenedMedia]"]
"""A medium, and what comes of opening it."""


@dataclass(frozen=True)
class OpenedCase:
    """A case with its media decoded as far as they can be; or, where it has many, a part of one.

    Attributes:
        outcomes: One for every medium of the part, in their order.
        media: Those that could be read.
        references: Those that could be read; the same in every part.
        errors: Why the others could not, and what was read in part only.
        defects: Which of these were defects of ours.
        first: Whether it is the first part of its case, with which the words are looked at.
        whole: Whether it is the only one.
    """

    case: Case
    outcomes: tuple[MediaOutcome, ...]
    media: tuple[OpenedMedia, ...]
    references: tuple[OpenedMedia, ...] = ()
    errors: tuple[ErrorNote, ...] = ()
    defects: tuple[InternalError, ...] = ()
    first: bool = True
    whole: bool = True

    @property
    def frame_bytes(self) -> int:
        """What its pixels take."""
        return sum(map(bytes_of, (*self.media, *self.references)))

    @property
    def speaks(self) -> bool:
        """Whether its words are to be looked at, and there are any."""
        return self.first and bool(self.case.post.text.strip())

    def pieces(self, *, words: bool) -> list[OpenedCase]:
        """The same as pieces that can be measured by themselves: the words, if they are looked at, then each medium.

        What could not be read is in the first piece.

        Args:
            words: Whether the words are looked at.
        """
        bare = replace(self, outcomes=(), errors=(), defects=(), first=False)
        media = [replace(bare, media=(item,)) for item in self.media]
        if words and self.speaks and media:
            return [replace(self, media=()), *media]
        return [replace(self, media=self.media[:1]), *media[1:]]


def bytes_of(opened: OpenedMedia) -> int:
    """What the pixels of a medium take."""
    return sum(frame.pixels.nbytes for frame in opened.frames)


def opened_case(
    case: Case, media: Iterable[Begun], references: Sequence[Begun], *, first: bool, whole: bool
) -> OpenedCase:  # fmt: skip
    """The case, or the part of it, that these media make; all of them must be done. What failed becomes a note."""
    outcomes, read, errors, defects = [], [], [], []
    for item, future in media:
        found = _result(future)
        if isinstance(found, tuple):
            opened, outcome = found
            outcomes.append(outcome)
            read.append(opened)
            if opened.note:
                errors.append(opened.note)
        else:
            outcomes.append(failed_outcome(item.media_id, found))
            errors.append(found.note(stage="media", media_id=item.media_id))
            defects += [found] if isinstance(found, InternalError) else []
    photos = []
    for item, future in references:
        found = _result(future)
        if isinstance(found, tuple):
            photos.append(found[0])
        elif first:
            errors.append(found.note(stage="references", media_id=item.media_id))
            defects += [found] if isinstance(found, InternalError) else []
    return OpenedCase(case, tuple(outcomes), tuple(read), tuple(photos), tuple(errors), tuple(defects), first, whole)


def _result(future: Future[OpenedMedia]) -> tuple[OpenedMedia, MediaOutcome] | ConsentryError:
    # Not raised, so that its traceback is the same however often it is asked for: photos are, by every part of a case.
    error = CancelledError() if future.cancelled() else future.exception()
    if error is None:
        try:
            return future.result(), future.result().outcome()
        except Exception as caught:  # noqa: BLE001  whatever it is, it costs this medium alone
            error = caught
    return as_known(error, "a medium from being opened")
