"""Which moments of a film are looked at."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from consentry.media.sampling import SampleClock, covers


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
