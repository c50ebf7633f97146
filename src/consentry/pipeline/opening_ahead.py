"""Cases whose media are decoded ahead of the networks, measured in batches as they become ready.

One slow video holds up its own case only: whatever is decoded is measured meanwhile. How much is decoded ahead is
bounded by bytes, so memory does not grow with the number of cases.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from consentry.media import MediaError, OpenedMedia, failed_outcome
from consentry.records import Case, Media
from consentry.signals.protocol import OpenedCase

Key = TypeVar("Key")
Result = TypeVar("Result")

FRAME_BYTES: Final = 256 * 1024 * 1024
"""Decoded frames that may wait for the networks; 100 pictures of one megapixel."""
MEASURERS: Final = 2
"""Batches under way at a time: while one is prepared in Python, the networks run the other."""


@dataclass(frozen=True)
class Bounds:
    """How far ahead, and how much at once.

    Attributes:
        opening: Cases whose media are being decoded.
        frame_bytes: Decoded frames that may wait; decoding goes on when there are fewer.
        batch_size: Most cases of one batch.
        batch_bytes: A batch takes no further case when it has so many bytes of frames.
    """

    opening: int
    batch_size: int = 16
    frame_bytes: int = FRAME_BYTES
    batch_bytes: int = FRAME_BYTES // 4


@dataclass
class _Opening(Generic[Key]):
    """A case whose media are being decoded."""

    key: Key
    case: Case
    media: tuple[Future[OpenedMedia], ...]
    references: tuple[Future[OpenedMedia], ...]
    left: set[Future[OpenedMedia]] = field(default_factory=set)


def measured_as_ready(
    cases: Iterable[tuple[Key, Case]],
    open_media: Callable[[Media], Future[OpenedMedia]],
    measure: Callable[[Sequence[OpenedCase]], Sequence[Result]],
    bounds: Bounds,
) -> Iterator[tuple[Key, Result]]:
    """Open and measure cases; results come as they are ready, not in the order of the cases.

    Args:
        cases: Drawn from only as far as the bounds allow.
        open_media: Begins to open one medium.
        measure: A batch to its results; called from several threads.
        bounds: How far ahead.

    Raises:
        Exception: What `cases` or `measure` raises.
    """
    remaining: Iterator[tuple[Key, Case]] | None = iter(cases)
    opening: dict[Future[OpenedMedia], _Opening[Key]] = {}
    open_cases = 0
    ready: deque[tuple[Key, OpenedCase]] = deque()
    measuring: dict[Future[Sequence[Result]], list[tuple[Key, OpenedCase]]] = {}
    held = 0
    threads = ThreadPoolExecutor(MEASURERS, thread_name_prefix="consentry-measure")
    try:
        while True:
            while remaining is not None and open_cases < bounds.opening and held < bounds.frame_bytes:
                if len(ready) >= MEASURERS * bounds.batch_size:  # cases without media are ready at once
                    break
                found = next(remaining, None)
                if found is None:
                    remaining = None
                    break
                begun = _begin(*found, open_media)
                if begun.left:
                    opening.update(dict.fromkeys(begun.left, begun))
                    open_cases += 1
                else:
                    ready.append((begun.key, _opened(begun)))
            while ready and len(measuring) < MEASURERS:
                if len(ready) < bounds.batch_size and measuring and (open_cases or remaining is not None):
                    break  # the networks are busy: wait for a fuller batch
                batch = _next_batch(ready, bounds)
                measuring[threads.submit(measure, [opened for _, opened in batch])] = batch
            if not opening and not measuring:
                if remaining is None:
                    return
                continue
            under_way: list[Future[Any]] = [*opening, *measuring]
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                if future in opening:
                    case = opening.pop(future)
                    case.left.discard(future)
                    if not case.left:
                        opened = _opened(case)
                        held += opened.frame_bytes
                        open_cases -= 1
                        ready.append((case.key, opened))
                else:
                    batch = measuring.pop(future)
                    held -= sum(opened.frame_bytes for _, opened in batch)
                    keys = [key for key, _ in batch]
                    batch.clear()  # the frames need not wait for whoever takes the results
                    yield from zip(keys, future.result(), strict=True)
    finally:
        for waiting in opening:
            waiting.cancel()
        threads.shutdown(wait=False, cancel_futures=True)


def in_order(results: Iterable[tuple[int, Result]]) -> Iterator[Result]:
    """Results by their numbers, 0, 1, 2, ...; those that come early wait."""
    early: dict[int, Result] = {}
    following = 0
    for number, result in results:
        early[number] = result
        while following in early:
            yield early.pop(following)
            following += 1


def _next_batch(ready: deque[tuple[Key, OpenedCase]], bounds: Bounds) -> list[tuple[Key, OpenedCase]]:
    batch: list[tuple[Key, OpenedCase]] = []
    size = 0
    while ready and len(batch) < bounds.batch_size and (not batch or size < bounds.batch_bytes):
        batch.append(ready.popleft())
        size += batch[-1][1].frame_bytes
    return batch


def _begin(key: Key, case: Case, open_media: Callable[[Media], Future[OpenedMedia]]) -> _Opening[Key]:
    media, references = tuple(map(open_media, case.post.media)), tuple(map(open_media, case.references))
    return _Opening(key, case, media, references, {*media, *references})


def _opened(opening: _Opening[Key]) -> OpenedCase:
    """The media of one case, all decoded; what failed becomes a note."""
    outcomes, media, references, errors = [], [], [], []
    for item, future in zip(opening.case.post.media, opening.media, strict=True):
        try:
            opened = future.result()
        except MediaError as error:
            outcomes.append(failed_outcome(item.media_id, error))
            errors.append(error.note(stage="media", media_id=item.media_id))
        else:
            outcomes.append(opened.outcome())
            media.append(opened)
            if opened.note:
                errors.append(opened.note)
    for photo, future in zip(opening.case.references, opening.references, strict=True):
        try:
            references.append(future.result())
        except MediaError as error:
            errors.append(error.note(stage="references", media_id=photo.media_id))
    return OpenedCase(opening.case, tuple(outcomes), tuple(media), tuple(references), tuple(errors))
