from __future__ import annotations

import re

import pytest

from consentry.training.measures.charts import count_chart


def _circles(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="2"', svg)]


def test_counts_lie_on_logarithmic_axes() -> None:
    svg = count_chart([(0, 0), (9, 9), (99, 99), (999, 9), (10**6, 1)], title="people")
    none, nine, hundred, far, beyond = _circles(svg)
    assert nine[0] - none[0] == pytest.approx(hundred[0] - nine[0], abs=0.2)
    assert none[1] - nine[1] == pytest.approx(nine[1] - hundred[1], abs=0.2)
    assert far[1] == nine[1]
    assert far[0] > hundred[0]
    assert beyond[0] == pytest.approx(none[0] + 4 * (nine[0] - none[0]), abs=0.2)  # held at the end of the axis
    for tick in ("0", "10", "100", "1,000", "10,000"):
        assert svg.count(f">{tick}</text>") == 2


def test_a_title_is_text() -> None:
    assert "&lt;b&gt;" in count_chart([], title="<b>")
