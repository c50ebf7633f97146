"""Which moments of a film are looked at."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from consentry.media.sampling import (
    SampleClock,
    Sampler,
    colour_shift,
    covers,
    is_cut,
    largest_difference,
    mean_difference,
)


def kept(seconds: list[float], step: float) -> list[float]:
    clock = SampleClock(step)
    return [second for second in seconds if clock.wants(second)]


def test_first_frame_at_or_after_each_moment() -> None:
    assert kept([0.0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4], 1.0) == [0.0, 1.2, 2.0]
    assert kept([0.3, 0.9, 1.0, 5.5, 5.9, 6.0], 1.0) == [0.3, 1.0, 5.5, 6.0]
    assert kept([1 / 3 * index for index in range(10)], 1.0) == [0.0, 1.0, 2.0, 3.0]


@given(rate=st.floats(1.0, 60.0), step=st.floats(0.5, 10.0), count=st.integers(1, 300), shift=st.floats(0, 5))
def test_every_step_of_a_film_has_its_frame(rate: float, step: float, count: int, shift: float) -> None:
    seconds = [shift + index / rate for index in range(count)]
    found = kept(seconds, step)
    assert found[0] == shift
    assert all(later - earlier <= step + 1 / rate + 1e-5 for earlier, later in pairwise(found))
    assert len(found) <= (seconds[-1] - seconds[0]) / step + 2


def test_gaps() -> None:
    assert covers([0.0, 1.0, 2.0], 1.0, 3.0)
    assert covers([0.0, 2.0], 1.0, 3.0)
    assert not covers([0.0, 2.5], 1.0, 3.0)
    assert not covers([0.0, 1.0], 1.0, 4.0)
    assert not covers([3.0, 4.0], 1.0, 4.0)
    assert not covers([], 1.0, 4.0)


def glance(value: int, *, spot: int | None = None) -> NDArray[np.uint8]:
    """A plain picture, with one cell of another value."""
    picture = np.full((36, 64, 3), value, np.uint8)
    if spot is not None:
        picture[10, 20] = spot
    return picture


def sampled(shown: list[tuple[float, NDArray[np.uint8]]], *, step: float = 1.0, most: int = 100) -> Sampler:
    sampler = Sampler(step, most)
    for second, picture in shown:
        if sampler.wants(second):
            sampler.offer(second, picture, lambda picture=picture: picture)
    return sampler


def spans(sampler: Sampler, end: float) -> list[tuple[float | None, float | None]]:
    return [(frame.second, frame.until) for frame in sampler.frames(end)]


def test_near_identical_frames_are_left_out_and_the_time_is_kept() -> None:
    values = [100, 101, 99, 105, 140, 141, 100]
    sampler = sampled([(float(second), glance(value)) for second, value in enumerate(values)])
    assert spans(sampler, 7.0) == [(0.0, 4.0), (4.0, 6.0), (6.0, 7.0)]
    assert sampler.seconds == [float(second) for second in range(7)]
    assert sampler.left_out == 0


def test_a_change_in_one_cell_is_not_near_identical() -> None:
    assert len(spans(sampled([(0.0, glance(100)), (1.0, glance(100, spot=140))]), 2.0)) == 2


def test_a_slow_change_does_not_go_unseen() -> None:
    # Each frame is like the one before it, but is held against the one that was kept.
    sampler = sampled([(float(second), glance(50 + 5 * second)) for second in range(20)])
    assert len(spans(sampler, 20.0)) == 7


def test_a_cut_between_two_moments_is_looked_at_at_once() -> None:
    shown = [(0.25 * index, glance(200 if 5 <= index < 7 else 30)) for index in range(12)]
    assert spans(sampled(shown), 3.0) == [(0.0, 1.25), (1.25, 1.75), (1.75, 3.0)]


def test_what_a_cut_is() -> None:
    dark, bright = glance(30).astype(np.int16), glance(200).astype(np.int16)
    assert is_cut(dark, bright)
    assert mean_difference(dark, bright) == largest_difference(dark, bright) == 170.0
    assert colour_shift(dark, bright) == 1.0
    stripes = np.zeros((36, 64, 3), np.int16)
    stripes[:, ::2] = 200
    assert not is_cut(stripes, np.roll(stripes, 1, axis=1))  # a camera that moves: other pixels, the same colours
    assert is_cut(dark, bright[:20])  # another size is another picture
    assert largest_difference(dark, bright[:20]) == 255.0


def test_where_there_is_no_room_what_differs_most_and_stands_longest_stays() -> None:
    restless = [(float(second), glance(100 + 20 * (second % 2))) for second in range(40)]
    restless[20] = (20.0, glance(250))
    sampler = sampled(restless, most=10)
    kept = [second for second, _ in spans(sampler, 40.0)]
    assert len(kept) == 10
    assert (kept[0], 20.0 in kept) == (0.0, True)
    assert sampler.left_out == 30
    gaps = np.diff([second for second in [*kept, 40.0] if second is not None])
    assert gaps.max() <= 10.0


@given(
    values=st.lists(st.integers(0, 255), min_size=1, max_size=60),
    most=st.integers(1, 12),
    step=st.floats(0.25, 3.0),
)
def test_kept_frames_are_few_in_order_and_without_gaps(values: list[int], most: int, step: float) -> None:
    sampler = sampled([(0.5 * index, glance(value)) for index, value in enumerate(values)], step=step, most=most)
    end = 0.5 * len(values)
    found = spans(sampler, end)
    assert 1 <= len(found) <= most
    assert found[0][0] == 0.0
    assert found[-1][1] == end
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert all(begin is not None and until is not None and begin < until for begin, until in found)


def test_an_end_before_the_last_frame_is_not_believed() -> None:
    assert spans(sampled([(0.0, glance(0)), (2.0, glance(200))]), 1.0) == [(0.0, 2.0), (2.0, 2.0)]
    assert Sampler(1.0, 5).frames(3.0) == ()
