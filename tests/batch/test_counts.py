"""What is counted of a run, how its times add up, which cases are chosen, and how they are drawn."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_jobs import empty_row

from consentry.batch.page import plots
from consentry.batch.page.choosing import OF_EACH_ACTION, choose, interest
from consentry.batch.results.summary import Summary, timing_of
from consentry.batch.times import Durations, ShardTimes, bounds

SECONDS = st.lists(st.floats(0.001, 9_000), min_size=1, max_size=60)


@given(SECONDS, SECONDS)
def test_durations_add_up_in_any_order(first: list[float], second: list[float]) -> None:
    together = Durations.of(first + second)
    assert Durations.of(first) + Durations.of(second) == together == Durations.of(second) + Durations.of(first)


@given(SECONDS)
def test_percentiles_are_right_within_a_step(seconds: list[float]) -> None:
    found = Durations.of(seconds).percentile(50)
    assert found is not None
    assert (found + 1e-4) / statistics.median_low(seconds) >= 0.999
    assert (found - 1e-4) / statistics.median_low(seconds) <= 1.13


def test_no_durations_and_the_ends_of_the_scale() -> None:
    assert Durations().percentile(50) is None
    assert Durations.of([0.0, 1e9]).counts.keys() == {0, 140}
    assert math.isclose(bounds(20)[0], 0.01)


def test_shard_times_survive_their_file() -> None:
    times = ShardTimes(3, 1.5, 1000.0, Durations.of([0.1, 0.2, 0.3]))
    assert ShardTimes.from_json(times.as_json()) == times


@pytest.mark.parametrize("shards", [1, 399, 5_000])
def test_timing_keeps_its_sums_and_a_bounded_curve(shards: int) -> None:
    timing = timing_of(ShardTimes(10, 0.5, 0.0, Durations.of([0.1] * 10)) for _ in range(shards))
    assert (timing.rows, timing.seconds) == (10 * shards, 0.5 * shards)
    assert timing.rate == pytest.approx(20)
    assert len(timing.curve) <= 400
    assert all(rate == pytest.approx(20) for _, rate in timing.curve)


def test_a_summary_counts_each_kind_of_row_once() -> None:
    summary = Summary()
    summary.add(empty_row(row=1, post_id="a", status="assessed", action="no_action", media=2, unread_media=2,
                          error_code="media.missing", error_message="gone", error_codes=["media.missing"]))  # fmt: skip
    summary.add(empty_row(row=2, status="rejected", error_code="manifest.row", error_message="bad"))
    summary.add(empty_row(row=3, post_id="c", status="failed", error_code="internal.defect", error_message="x",
                          error_codes=["internal.defect"]))  # fmt: skip
    assert (summary.rows, summary.assessed, summary.rejected, summary.failed) == (3, 1, 1, 1)
    assert (summary.internal, summary.as_json()["internal_log"]) == (1, "internal-errors.log")
    assert (summary.with_errors, summary.with_media, summary.media, summary.unreadable) == (3, 1, 2, 1)
    assert summary.errors["manifest.row"].posts == ["row 2"]
    assert summary.as_json()["actions"] == {"no_action": 1}


def rows_with(actions: list[str]) -> list[tuple[int, dict[str, object]]]:
    return [(row // 4, empty_row(row=row + 1, action=action)) for row, action in enumerate(actions)]


def test_the_most_serious_come_first_but_every_action_has_places() -> None:
    rows = rows_with(["no_action"] * 50 + ["route_out"] * 300)
    chosen = choose(rows, most=100)
    assert len(chosen) == 100
    assert sum(row <= 50 for row in chosen) == OF_EACH_ACTION
    assert min(list(chosen)[:90]) > 50
    assert all(shard == (row - 1) // 4 for row, shard in chosen.items())


def test_what_there_is_to_see_decides_among_equals() -> None:
    rows = rows_with(["no_action"] * 5)
    rows[3][1]["face_band"] = "match"
    assert list(choose(rows, most=2)) == [4, 1]
    assert choose([(0, empty_row(row=1))]) == {}
    assert interest(empty_row(copy_removed=True)) > interest(empty_row(copy_public=True)) > interest(empty_row())


def test_plots_escape_names_and_give_shares() -> None:
    drawn = plots.bars({"<b>": 3, "other_name": 1}, 4)
    assert "<b>" not in drawn
    assert "&lt;b&gt;" in drawn
    assert "3 (75.0%)" in drawn
    assert "other name" in drawn


def test_plots_of_nothing_are_empty() -> None:
    assert plots.curve([(1.0, 2.0)], "posts") == ""
    assert plots.histogram(Durations()) == ""
    assert "<polyline" in plots.curve([(1.0, 2.0), (2.0, 0.0)], "posts")
    assert plots.histogram(Durations.of([0.1, 10])).count("<rect") == 2


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.25, "250 ms"), (2, "2.0 s"), (60, "60 s"), (600, "10 min"), (9_000, "2.5 h")]
)
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert plots.words(seconds) == said
