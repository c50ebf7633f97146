"""Media opened ahead of whoever measures them, and put together to cases, or to parts of cases that have many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from consentry.media import OpenedMedia
from consentry.media.errors import too_many
from consentry.records import Case, Media
from consentry.signals.opened_cases import Begun, OpenedCase, bytes_of, opened_case

Key = TypeVar("Key")
Found = TypeVar("Found")
Refused = TypeVar("Refused", bound=Exception)

FRAME_BYTES: Final = 256 * 1024 * 1024
"""Decoded frames that may wait for the networks; 100 pictures of one megapixel."""
BATCHES_READY: Final = 2
"""As many batches may wait; cases without media take no bytes."""


@dataclass(frozen=True)
class Bounds:
    """How far ahead, and how much at once.

    Attributes:
        opening: Media that are being decoded.
        batch_size: Most cases of one batch.
        frame_bytes: Decoded frames that may wait; decoding goes on when there are fewer.
        batch_bytes: A batch takes no further case, and a part of a case no further medium, when it has so many bytes of
            frames.
        media: Of one case that are opened; those behind them fail.
        references: The same of reference photos.
    """

    opening: int
    batch_size: int = 16
    frame_bytes: int = FRAME_BYTES
    batch_bytes: int = FRAME_BYTES // 4
    media: int = 300
    references: int = 20


@dataclass(eq=False)
class CaseUnderWay(Generic[Key, Found]):
    """A case from the first medium that is opened to the last that is measured.

    Attributes:
        upcoming: Media that are not being opened yet.
        begun: How many are, or have been.
        measured: What was found in its parts, by their numbers.
        parts: How many parts there are; known when no medium is upcoming.
    """

    key: Key
    case: Case
    upcoming: deque[Media]
    begun: int = 0
    references: list[Begun] = field(default_factory=list)
    references_left: int = 0
    references_bytes: int = 0
    measured: dict[int, Found] = field(default_factory=dict)
    parts: int | None = None


@dataclass(eq=False)
class Part(Generic[Key, Found]):
    """Some media of a case, which are measured together.

    Attributes:
        left: How many are still being opened.
        bytes: Of the frames of the others.
    """

    of: CaseUnderWay[Key, Found]
    number: int
    media: list[Begun] = field(default_factory=list)
    left: int = 0
    bytes: int = 0


class OpeningAhead(Generic[Key, Found, Refused]):
    """Cases on their way to the networks.

    Media are begun one after the other, so at most one case is begun in part; all others come to their end by
    themselves, which is why the bounds can never block everything.

    Args:
        cases: Or what stands in place of one.
        open_media: Begins to open one medium.
        bounds: How far ahead.

    Attributes:
        opening: What is being opened, each medium with its part; ``None`` for a reference photo.
        ready: Parts that can be measured.
        refused: What stood in place of a case just now.
    """

    def __init__(
        self,
        cases: Iterator[tuple[Key, Case | Refused]],
        open_media: Callable[[Media], Future[OpenedMedia]],
        bounds: Bounds,
    ) -> None:
        self.opening: dict[Future[OpenedMedia], tuple[CaseUnderWay[Key, Found], Part[Key, Found] | None]] = {}
        self.ready: deque[tuple[Part[Key, Found], OpenedCase]] = deque()
        self.refused: tuple[Key, Refused] | None = None
        self._cases: Iterator[tuple[Key, Case | Refused]] | None = cases
        self._open_media = open_media
        self._bounds = bounds
        self._current: Part[Key, Found] | None = None
        self._closed: list[Part[Key, Found]] = []
        self._held = 0

    @property
    def more(self) -> bool:
        """Whether anything will become ready."""
        return self._cases is not None or self._current is not None or bool(self._closed)

    def begin(self, *, idle: bool) -> None:
        """Begin to open media as far as the bounds allow.

        Args:
            idle: Whether nothing is being measured. If nothing is being opened either, one medium is begun anyhow.
        """
        self.refused = None
        bounds = self._bounds
        while len(self.ready) < BATCHES_READY * bounds.batch_size and len(self.opening) < bounds.opening:
            part, full = self._current, self._held >= bounds.frame_bytes
            stuck = full and idle and not self.ready and not self.opening
            if part is not None and part.media and (stuck or part.bytes >= bounds.batch_bytes):
                self._close(part)
            elif full and not stuck:
                return
            elif part is None:
                if not self._draw():
                    return
            elif part.of.upcoming:
                self._begin_medium(part)
            else:
                self._close(part)

    def take(self, future: Future[OpenedMedia]) -> None:
        """Note that a medium is done."""
        case, part = self.opening.pop(future)
        size = 0 if future.cancelled() or future.exception() is not None else bytes_of(future.result())
        self._held += size
        if part is None:
            case.references_left -= 1
            case.references_bytes += size
        else:
            part.left -= 1
            part.bytes += size
        self._line_up()

    def next_batch(self) -> list[tuple[Part[Key, Found], OpenedCase]]:
        """What goes through the networks next."""
        batch: list[tuple[Part[Key, Found], OpenedCase]] = []
        size = 0
        while self.ready and len(batch) < self._bounds.batch_size and (not batch or size < self._bounds.batch_bytes):
            batch.append(self.ready.popleft())
            size += batch[-1][1].frame_bytes
        return batch

    def measured(self, part: Part[Key, Found], found: Found) -> CaseUnderWay[Key, Found] | None:
        """Note what was found in a part, and hand out its case if that was the last one of it."""
        case = part.of
        case.measured[part.number] = found
        self._held -= part.bytes
        if case.parts != len(case.measured):
            return None
        self._held -= case.references_bytes
        return case

    def _draw(self) -> bool:
        """Take the next case; no if there is none, or if something stands in its place."""
        found = next(self._cases, None) if self._cases is not None else None
        if found is None:
            self._cases = None
            return False
        key, case = found
        if not isinstance(case, Case):
            self.refused = key, case
            return False
        under_way: CaseUnderWay[Key, Found] = CaseUnderWay(key, case, deque(case.post.media))
        self._current = Part(under_way, 0)
        for number, photo in enumerate(case.references):
            if number < self._bounds.references:
                future = self._opened(photo)
                self.opening[future] = under_way, None
                under_way.references_left += 1
            else:
                future = _failed(too_many(photo.media_id, self._bounds.references, "photos_per_report"))
            under_way.references.append((photo, future))
        return True

    def _begin_medium(self, part: Part[Key, Found]) -> None:
        item = part.of.upcoming.popleft()
        part.of.begun += 1
        if part.of.begun > self._bounds.media:
            part.media.append((item, _failed(too_many(item.media_id, self._bounds.media, "media_per_post"))))
            return
        future = self._opened(item)
        self.opening[future] = part.of, part
        part.left += 1
        part.media.append((item, future))

    def _opened(self, item: Media) -> Future[OpenedMedia]:
        try:
            return self._open_media(item)
        except Exception as error:  # noqa: BLE001  it is said of this medium, and the others go on
            return _failed(error)

    def _close(self, part: Part[Key, Found]) -> None:
        """Let no further medium into a part; what is left of its case makes the next one."""
        if part.of.upcoming:
            self._current = Part(part.of, part.number + 1)
        else:
            self._current = None
            part.of.parts = part.number + 1
        self._closed.append(part)
        self._line_up()

    def _line_up(self) -> None:
        """Make ready what is complete."""
        waiting = []
        for part in self._closed:
            if part.left or part.of.references_left:
                waiting.append(part)
                continue
            case = part.of
            place = {"first": part.number == 0, "whole": case.parts == 1}
            self.ready.append((part, opened_case(case.case, part.media, case.references, **place)))
            part.media.clear()
        self._closed = waiting


def _failed(error: Exception) -> Future[OpenedMedia]:
    future: Future[OpenedMedia] = Future()
    future.set_exception(error)
    return future
