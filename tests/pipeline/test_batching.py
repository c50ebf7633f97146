"""Decoding ahead of the networks: nothing stalls, nothing is lost, and no more is opened than the bounds say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

from consentry.defects import CODE
from consentry.media import Frame, MediaError, OpenedMedia
from consentry.pipeline.batching import in_order, measured_as_ready
from consentry.pipeline.opening_ahead import Bounds
from consentry.records import Case, Media, Post, Report
from consentry.signals.opened_cases import OpenedCase


def opened(media: Media) -> OpenedMedia:
    return OpenedMedia(media.media_id, "image", 8, 8, None, (Frame(np.zeros((8, 8, 3), np.uint8)),), 1.0)


def case(number: int, media: int = 1) -> Case:
    return Case(post=Post(post_id=str(number), media=tuple(Path(f"{number}-{item}.jpg") for item in range(media))))


def at_once(media: Media) -> Future[OpenedMedia]:
    future: Future[OpenedMedia] = Future()
    future.set_result(opened(media))
    return future


def the_one(_: Case, parts: Sequence[str]) -> str:
    (part,) = parts
    return part


def all_parts(_: Case, parts: Sequence[OpenedCase]) -> list[OpenedCase]:
    return list(parts)


def names(batch: Sequence[OpenedCase]) -> list[str]:
    return [item.case.post.post_id for item in batch]


def test_one_slow_case_holds_up_no_other() -> None:
    slow: Future[OpenedMedia] = Future()

    def opens(media: Media) -> Future[OpenedMedia]:
        return slow if str(media.path) == "0-0.jpg" else at_once(media)

    cases = ((number, case(number)) for number in range(20))
    found = measured_as_ready(cases, opens, names, the_one, Bounds(opening=3, batch_size=4))
    before = [next(found)[0] for _ in range(19)]
    assert sorted(before) == list(range(1, 20))
    slow.set_result(opened(Media(path=Path("0-0.jpg"))))
    assert list(found) == [(0, "0")]


@pytest.mark.parametrize("media", [0, 1, 2])
def test_every_case_comes_once_however_many_media_it_has(media: int) -> None:
    found = measured_as_ready(
        ((n, case(n, media)) for n in range(37)), at_once, names, the_one, Bounds(4, batch_size=5)
    )
    assert sorted(found) == [(number, str(number)) for number in range(37)]


@pytest.mark.parametrize("media", [0, 1])
def test_no_more_is_drawn_than_the_bounds_say(media: int) -> None:
    drawn = 0

    def cases() -> Iterator[tuple[int, Case]]:
        nonlocal drawn
        for number in range(10_000):
            drawn += 1
            yield number, case(number, media)

    found = measured_as_ready(cases(), at_once, names, the_one, Bounds(opening=3, batch_size=4, frame_bytes=5 * 192))
    for taken in range(1, 50):
        next(found)
        assert drawn <= taken + 40


def test_batches_are_bounded_by_cases_and_by_bytes() -> None:
    sizes: list[int] = []

    def measure(batch: Sequence[OpenedCase]) -> list[str]:
        sizes.append(len(batch))
        return names(batch)

    cases = [(n, case(n)) for n in range(30)]
    assert len(list(measured_as_ready(cases, at_once, measure, the_one, Bounds(8, batch_size=4)))) == 30
    assert max(sizes) <= 4
    sizes.clear()
    bounds = Bounds(8, batch_size=4, batch_bytes=200)
    assert len(list(measured_as_ready(cases, at_once, measure, the_one, bounds))) == 30
    assert max(sizes) <= 2, "a second picture of 192 bytes fits, a third does not"


def test_what_cannot_be_opened_is_a_note_and_the_rest_is_measured() -> None:
    def opens(media: Media) -> Future[OpenedMedia]:
        if str(media.path).endswith("-1.jpg"):
            failed: Future[OpenedMedia] = Future()
            failed.set_exception(MediaError("It is damaged.", "Send another."))
            return failed
        return at_once(media)

    ((_, (found,)),) = measured_as_ready([(0, case(0, 3))], opens, list, all_parts, Bounds(2))
    assert (len(found.outcomes), len(found.media), len(found.errors)) == (3, 2, 1)
    assert found.frame_bytes == 2 * 192


def test_errors_of_measuring_reach_the_caller() -> None:
    def measure(batch: Sequence[OpenedCase]) -> list[str]:
        raise ZeroDivisionError(len(batch))

    with pytest.raises(ZeroDivisionError):
        list(measured_as_ready([(0, case(0))], at_once, measure, the_one, Bounds(2)))


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), MemoryError(), ZeroDivisionError(), KeyError("x")])
@pytest.mark.parametrize("at", ["begin", "end"])
def test_whatever_is_raised_over_a_medium_costs_that_medium(error: Exception, at: str) -> None:
    def opens(media: Media) -> Future[OpenedMedia]:
        if not str(media.path).endswith("-1.jpg"):
            return at_once(media)
        if at == "begin":
            raise error
        failed: Future[OpenedMedia] = Future()
        failed.set_exception(error)
        return failed

    cases = [(0, case(0, 3)), (1, case(1, 1))]
    found = dict(measured_as_ready(cases, opens, list, all_parts, Bounds(2, batch_size=1)))
    (broken,), (whole,) = found[0], found[1]
    code = "assess.memory" if isinstance(error, MemoryError) else CODE
    assert [item.frames for item in broken.outcomes] == [1, 0, 1]
    assert [(note.code, note.media_id) for note in broken.errors] == [(code, "0-1.jpg")]
    assert len(broken.defects) == (code == CODE)
    assert whole.errors == ()


def test_what_stands_in_place_of_a_case_comes_straight_back() -> None:
    refused = [(number, MediaError("No case.", "-")) for number in range(5)]
    found = list(measured_as_ready([*refused, (5, case(5)), *refused], at_once, names, the_one, Bounds(2)))
    assert found[:5] == refused
    assert sorted(found[5:], key=str) == sorted([(5, "5"), *refused], key=str)


class Counting:
    """Opens media on demand, and says how many are held open at a time."""

    def __init__(self) -> None:
        self.open = self.most = 0

    def opens(self, media: Media) -> Future[OpenedMedia]:
        self.open += 1
        self.most = max(self.most, self.open)
        return at_once(media)

    def measure(self, batch: Sequence[OpenedCase]) -> list[tuple[str, list[str], int, bool]]:
        found = [
            (item.case.post.post_id, [one.media_id for one in item.media], len(item.references), item.first)
            for item in batch
        ]
        self.open -= sum(len(item.media) for item in batch)
        return found


def test_a_case_with_many_media_is_measured_in_parts_that_do_not_pile_up() -> None:
    counting = Counting()
    several = Case(
        post=Post(post_id="many", media=tuple(Path(f"{number}.jpg") for number in range(300))),
        report=Report(report_id="1", standing="other"),
        references=(Path("her.jpg"), Path("her2.jpg")),
    )
    bounds = Bounds(opening=4, frame_bytes=20 * 192, batch_bytes=5 * 192)
    cases = [("few", case(1, 2)), ("many", several), ("after", case(2, 7))]
    found = dict(measured_as_ready(cases, counting.opens, counting.measure, lambda _, parts: list(parts), bounds))
    assert set(found) == {"few", "many", "after"}
    media = [media_id for _, part, _, _ in found["many"] for media_id in part]
    assert media == [item.media_id for item in several.post.media], "each once, in order"
    assert all(references == 2 for _, _, references, _ in found["many"])
    assert [first for _, _, _, first in found["many"]] == [True] + [False] * (len(found["many"]) - 1)
    assert all(len(part) <= 5 + bounds.opening for _, part, _, _ in found["many"])
    assert counting.most <= 20 + 2 * bounds.opening + 4


@pytest.mark.parametrize("size", [1, 40, 10_000])
@pytest.mark.parametrize("references", [0, 3])
def test_bounds_that_are_too_small_for_anything_block_nothing(size: int, references: int) -> None:
    report = Report(report_id="1", standing="other")
    cases = [
        (
            number,
            Case(
                post=Post(post_id=str(number), media=tuple(Path(f"{number}-{item}.jpg") for item in range(number % 9))),
                report=report,
                references=tuple(Path(f"r{item}.jpg") for item in range(references)),
            ),
        )
        for number in range(40)
    ]
    bounds = Bounds(opening=1, batch_size=1, frame_bytes=size, batch_bytes=size)
    found = dict(measured_as_ready(cases, at_once, list, all_parts, bounds))
    assert [sum(len(part.media) for part in found[number]) for number in range(40)] == [n % 9 for n in range(40)]


def test_media_beyond_the_limit_are_not_opened_and_say_so() -> None:
    opened_ones: list[str] = []

    def opens(media: Media) -> Future[OpenedMedia]:
        opened_ones.append(media.media_id)
        return at_once(media)

    many = Case(
        post=Post(post_id="1", media=tuple(Path(f"{number}.jpg") for number in range(7))),
        report=Report(report_id="1", standing="other"),
        references=tuple(Path(f"r{number}.jpg") for number in range(4)),
    )
    bounds = Bounds(2, media=5, references=3)
    ((_, (found,)),) = measured_as_ready([(0, many)], opens, list, all_parts, bounds)
    assert sorted(opened_ones) == ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "r0.jpg", "r1.jpg", "r2.jpg"]
    assert [item.frames for item in found.outcomes] == [1, 1, 1, 1, 1, 0, 0]
    assert [(note.stage, note.code, note.media_id) for note in found.errors] == [
        ("media", "media.too_many", "5.jpg"),
        ("media", "media.too_many", "6.jpg"),
        ("references", "media.too_many", "r3.jpg"),
    ]
    assert "photos_per_report" in found.errors[-1].remedy


def test_results_are_put_in_order() -> None:
    assert list(in_order(iter([(2, "c"), (0, "a"), (1, "b"), (3, "d")]))) == ["a", "b", "c", "d"]
