"""Connected regions against a slow flood fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from consentry.signals.text import regions as regions_module
from consentry.signals.text.regions import regions


def flooded(mask: np.ndarray) -> set[tuple[int, int, int, int, int]]:
    seen, found = np.zeros_like(mask), set()
    for start in zip(*np.nonzero(mask), strict=True):
        if seen[start]:
            continue
        waiting, members = [start], []
        seen[start] = True
        while waiting:
            row, column = waiting.pop()
            members.append((row, column))
            for other in ((row + a, column + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
                inside = 0 <= other[0] < mask.shape[0] and 0 <= other[1] < mask.shape[1]
                if inside and mask[other] and not seen[other]:
                    seen[other] = True
                    waiting.append(other)
        rows, columns = zip(*members, strict=True)
        found.add((int(min(columns)), int(min(rows)), int(max(columns)) + 1, int(max(rows)) + 1, len(members)))
    return found


@settings(max_examples=150, deadline=None, derandomize=True)
@given(mask=arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_as_a_flood_fill_finds_them(mask: np.ndarray) -> None:
    found = regions(mask.astype(np.float32), 0.5)
    assert {(r.left, r.top, r.right, r.bottom, r.area) for r in found} == flooded(mask)
    assert len(found) == len(flooded(mask))


def test_strength_is_the_mean_over_the_region() -> None:
    scores = np.zeros((4, 6), dtype=np.float32)
    scores[1, 1:3] = 0.5, 0.9
    scores[2, 1] = 0.4
    scores[1, 4] = 0.8
    first, second = sorted(regions(scores, 0.3), key=lambda region: region.left)
    assert first.strength == pytest.approx(0.6)
    assert (second.left, second.top, second.right, second.bottom) == (4, 1, 5, 2)


def test_nothing() -> None:
    assert regions(np.zeros((3, 3), dtype=np.float32), 0.3) == []


def test_how_they_lie_is_measured_for_those_that_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map of a quarter million specks must not cost a quarter million fits."""
    measured = []
    monkeypatch.setattr(regions_module, "_along", lambda *runs: measured.append(runs))
    scores = np.zeros((200, 200), dtype=np.float32)
    scores[::2, ::2] = 0.9
    found = regions(scores, 0.5)
    assert len(found) == 100 * 100
    assert measured == []
    _ = found[0].along
    assert len(measured) == 1
