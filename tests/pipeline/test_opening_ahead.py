"""Decoding ahead of the networks: nothing stalls, nothing is lost, and no more is opened than the bounds say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from consentry.media import Frame, MediaError, OpenedMedia
from consentry.pipeline.opening_ahead import Bounds, in_order, measured_as_ready
from consentry.records import Case, Media, Post
from consentry.signals.protocol import OpenedCase


def opened(media: Media) -> OpenedMedia:
    return OpenedMedia(media.media_id, "image", 8, 8, None, (Frame(np.zeros((8, 8, 3), np.uint8)),), 1.0)


def case(number: int, media: int = 1) -> Case:
    return Case(post=Post(post_id=str(number), media=tuple(Path(f"{number}-{item}.jpg") for item in range(media))))


def at_once(media: Media) -> Future[OpenedMedia]:
    future: Future[OpenedMedia] = Future()
    future.set_result(opened(media))
    return future


def names(batch: Sequence[OpenedCase]) -> list[str]:
    return [item.case.post.post_id for item in batch]


def test_one_slow_case_holds_up_no_other() -> None:
    slow: Future[OpenedMedia] = Future()

    def opens(media: Media) -> Future[OpenedMedia]:
        return slow if str(media.path) == "0-0.jpg" else at_once(media)

    cases = ((number, case(number)) for number in range(20))
    found = measured_as_ready(cases, opens, names, Bounds(opening=3, batch_size=4))
    before = [next(found)[0] for _ in range(19)]
    assert sorted(before) == list(range(1, 20))
    slow.set_result(opened(Media(path=Path("0-0.jpg"))))
    assert list(found) == [(0, "0")]


@pytest.mark.parametrize("media", [0, 1, 2])
def test_every_case_comes_once_however_many_media_it_has(media: int) -> None:
    found = measured_as_ready(((n, case(n, media)) for n in range(37)), at_once, names, Bounds(4, batch_size=5))
    assert sorted(found) == [(number, str(number)) for number in range(37)]


@pytest.mark.parametrize("media", [0, 1])
def test_no_more_is_drawn_than_the_bounds_say(media: int) -> None:
    drawn = 0

    def cases() -> Iterator[tuple[int, Case]]:
        nonlocal drawn
        for number in range(10_000):
            drawn += 1
            yield number, case(number, media)

    found = measured_as_ready(cases(), at_once, names, Bounds(opening=3, batch_size=4, frame_bytes=5 * 192))
    for taken in range(1, 50):
        next(found)
        assert drawn <= taken + 40


def test_batches_are_bounded_by_cases_and_by_bytes() -> None:
    sizes: list[int] = []

    def measure(batch: Sequence[OpenedCase]) -> list[str]:
        sizes.append(len(batch))
        return names(batch)

    cases = [(n, case(n)) for n in range(30)]
    assert len(list(measured_as_ready(cases, at_once, measure, Bounds(8, batch_size=4)))) == 30
    assert max(sizes) <= 4
    sizes.clear()
    assert len(list(measured_as_ready(cases, at_once, measure, Bounds(8, batch_size=4, batch_bytes=200)))) == 30
    assert max(sizes) <= 2, "a second picture of 192 bytes fits, a third does not"


def test_what_cannot_be_opened_is_a_note_and_the_rest_is_measured() -> None:
    def opens(media: Media) -> Future[OpenedMedia]:
        if str(media.path).endswith("-1.jpg"):
            failed: Future[OpenedMedia] = Future()
            failed.set_exception(MediaError("It is damaged.", "Send another."))
            return failed
        return at_once(media)

    ((_, found),) = measured_as_ready([(0, case(0, 3))], opens, list, Bounds(2))
    assert isinstance(found, OpenedCase)
    assert (len(found.outcomes), len(found.media), len(found.errors)) == (3, 2, 1)
    assert found.frame_bytes == 2 * 192


def test_errors_of_measuring_reach_the_caller() -> None:
    def measure(batch: Sequence[OpenedCase]) -> list[str]:
        raise ZeroDivisionError(len(batch))

    with pytest.raises(ZeroDivisionError):
        list(measured_as_ready([(0, case(0))], at_once, measure, Bounds(2)))


def test_results_are_put_in_order() -> None:
    assert list(in_order(iter([(2, "c"), (0, "a"), (1, "b"), (3, "d")]))) == ["a", "b", "c", "d"]
