"""Cases whose media are decoded ahead of the networks, measured in batches as they become ready.

One slow video holds up its own case only: whatever is decoded is measured meanwhile. How much is decoded ahead is
bounded by bytes, so memory grows neither with the number of cases nor with the number of media of one: a case with many
media is opened and measured in parts, each with the reference photos of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Final, TypeVar

from consentry.media import OpenedMedia
from consentry.pipeline.opening_ahead import Bounds, OpeningAhead, Part
from consentry.records import Case, Media
from consentry.signals.opened_cases import OpenedCase

Key = TypeVar("Key")
Found = TypeVar("Found")
Result = TypeVar("Result")
Refused = TypeVar("Refused", bound=Exception)

MEASURERS: Final = 2
"""Batches under way at a time: while one is prepared in Python, the networks run the other."""


def measured_as_ready(
    cases: Iterable[tuple[Key, Case | Refused]],
    open_media: Callable[[Media], Future[OpenedMedia]],
    measure: Callable[[Sequence[OpenedCase]], Sequence[Found]],
    join: Callable[[Case, Sequence[Found]], Result],
    bounds: Bounds,
) -> Iterator[tuple[Key, Result | Refused]]:
    """Open and measure cases; results come as they are ready, not in the order of the cases.

    Args:
        cases: Drawn from only as far as the bounds allow. An exception in place of a case comes straight back.
        open_media: Begins to open one medium.
        measure: A batch of cases, or parts of cases, to what is found in each; called from several threads.
        join: What was found in all parts of a case, in the order of its media, to the result; called from this thread.
        bounds: How far ahead.

    Raises:
        Exception: What `cases`, `measure` or `join` raises.
    """
    ahead = OpeningAhead[Key, Found, Refused](iter(cases), open_media, bounds)
    measuring: dict[Future[Sequence[Found]], list[Part[Key, Found]]] = {}
    threads = ThreadPoolExecutor(MEASURERS, thread_name_prefix="consentry-measure")

    def measure_next() -> None:
        batch = ahead.next_batch()
        measuring[threads.submit(measure, [opened for _, opened in batch])] = [part for part, _ in batch]

    try:
        while ahead.more or ahead.ready or measuring:
            ahead.begin(idle=not measuring)
            if ahead.refused is not None:
                yield ahead.refused
                continue
            while ahead.ready and len(measuring) < MEASURERS:
                if len(ahead.ready) < bounds.batch_size and measuring and ahead.more:
                    break  # the networks are busy: wait for a fuller batch
                measure_next()
            under_way: list[Future[Any]] = [*ahead.opening, *measuring]
            for future in wait(under_way, return_when=FIRST_COMPLETED).done if under_way else ():
                if future in ahead.opening:
                    ahead.take(future)
                    continue
                for part, found in zip(measuring.pop(future), future.result(), strict=True):
                    case = ahead.measured(part, found)
                    if case is not None:
                        yield case.key, join(case.case, [case.measured[number] for number in range(len(case.measured))])
    finally:
        for waiting in ahead.opening:
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
