from __future__ import annotations

import sys

import numpy as np
import pytest

from consentry.training.errors import TrainingError
from consentry.training.measures.intervals import binomial_bounds
from consentry.training.measures.operating_points import (
    TARGETS,
    OperatingPoint,
    Target,
    observed,
    operating_points,
    points_of_model,
)


def population(count: int, seed: int, *, share: float = 0.35) -> tuple[np.ndarray, np.ndarray]:
    """Rows of two overlapping classes, probabilities calibrated and rounded as they are served."""
    generator = np.random.default_rng(seed)
    truth = generator.random(count) < share
    log_odds = np.log(share / (1 - share)) + 4.5 * (generator.normal(size=count) * 0.47 + (truth - 0.5))
    return truth, np.round(1 / (1 + np.exp(-log_odds)), 4)


def test_thresholds_keep_their_targets_and_could_not_go_further() -> None:
    truth, probabilities = population(3000, 1)
    points = operating_points(truth, probabilities)
    assert [(point.quantity, point.level) for point in points] == [
        (target.quantity, target.level) for target in TARGETS
    ]
    misses, _, alarms, precision, _ = points
    assert misses.threshold is not None
    missed = int((probabilities[truth] < misses.threshold).sum())
    assert misses.measured == pytest.approx(missed / truth.sum(), abs=1e-4)
    assert misses.relevant == truth.sum()
    # An exact binomial bound agrees, and no longer does a little higher.
    assert binomial_bounds(missed, int(truth.sum()))[1] <= 0.055
    higher = int((probabilities[truth] < misses.threshold + 0.03).sum())
    assert binomial_bounds(higher, int(truth.sum()))[1] > 0.05
    assert alarms.threshold is not None
    assert (probabilities[~truth] >= alarms.threshold).mean() < 0.05
    assert precision.threshold is not None
    assert truth[probabilities >= precision.threshold].mean() > 0.9
    assert "at most 5\u00a0% of private context pictures are missed, with 95\u00a0% confidence" in misses.sentence(
        "private_context"
    )
    assert "at least 90\u00a0% of what is called public event is so" in precision.sentence("public_event")
    assert "taken for public event" in alarms.promise("public_event")


def test_more_rows_allow_bolder_thresholds_and_more_confidence_more_careful_ones() -> None:
    target = [Target("misses", 0.05)]
    few, many = (operating_points(*population(count, 3), targets=target)[0] for count in (400, 6000))
    assert few.threshold is not None
    assert many.threshold is not None
    assert few.threshold < many.threshold
    (careful,) = operating_points(*population(6000, 3), targets=target, confidence=0.999)
    assert careful.threshold is not None
    assert careful.threshold < many.threshold


@pytest.mark.parametrize(
    ("truth", "probabilities"),
    [([], []), ([True] * 5, [0.9] * 5), ([False] * 5, [0.1] * 5), ([True, False] * 10, [0.9, 0.1] * 10)],
)
def test_too_few_rows_guarantee_nothing(truth: list[bool], probabilities: list[float]) -> None:
    points = operating_points(np.array(truth, dtype=np.bool_), np.array(probabilities, dtype=np.float64))
    assert all(point.threshold is point.measured is None for point in points)
    assert "More pictures are needed" in points[0].sentence("private_context")
    assert observed(points[0], np.array([True]), np.array([0.5])) is None


def test_one_row_of_a_group_counts() -> None:
    truth, probabilities = population(300, 4)
    copied = operating_points(np.repeat(truth, 10), np.repeat(probabilities, 10), groups=np.repeat(np.arange(300), 10))
    assert copied == operating_points(truth, probabilities)
    believed = operating_points(np.repeat(truth, 10), np.repeat(probabilities, 10))
    assert believed[0].rows == 3000
    with pytest.raises(ValueError, match="truths"):
        operating_points(truth, probabilities[:3])


def test_what_is_observed_elsewhere_says_whether_the_target_is_kept() -> None:
    point = OperatingPoint("misses", 0.1, 0.95, 0.5, 100, 40, 0.05)
    truth = np.array([True] * 20 + [False] * 5)
    kept = observed(point, truth, np.array([0.9] * 19 + [0.1] + [0.2] * 5))
    assert kept is not None
    assert (kept["value"], kept["n"], kept["holds"]) == (0.05, 20, True)
    broken = observed(point, truth, np.array([0.9] * 10 + [0.1] * 15))
    assert broken is not None
    assert (broken["value"], broken["holds"]) == (0.5, False)
    assert observed(point, ~truth[:20], np.ones(20)) is None
    precision = OperatingPoint("precision", 0.9, 0.95, 0.5, 100, 40, 0.95)
    found = observed(precision, truth, np.ones(25))
    assert found is not None
    assert (found["value"], found["holds"]) == (0.8, False)


def test_a_model_carries_its_points_as_json() -> None:
    truth, probabilities = population(800, 5)
    points = operating_points(truth, probabilities)
    carried = {"operating_points": {"private_context": [point.as_dict() for point in points]}}
    assert points_of_model(carried) == {"private_context": points, "public_event": []}
    assert points_of_model({}) == {"private_context": [], "public_event": []}


def test_without_mapie_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mapie.risk_control", None)
    with pytest.raises(TrainingError, match="MAPIE"):
        operating_points(*population(50, 1))


def violations(draws: int, *, target: Target, rows: int) -> tuple[int, int]:
    """How often a guarantee was broken on the population at large, and how often one was given."""
    truth, probabilities = population(200_000, 999)
    broken = given = 0
    for seed in range(draws):
        (point,) = operating_points(*population(rows, seed), targets=[target], confidence=0.9)
        if point.threshold is None:
            continue
        given += 1
        found = observed(point, truth, probabilities)
        broken += found is not None and not found["holds"]
    return broken, given


def test_the_guarantee_holds_over_some_draws() -> None:
    broken, given = violations(40, target=Target("misses", 0.1), rows=500)
    assert given == 40
    assert broken <= 9  # more has a probability below 0.01 if the confidence is 90 %


@pytest.mark.slow
@pytest.mark.parametrize("target", [Target("misses", 0.05), Target("false_alarms", 0.05), Target("precision", 0.9)])
def test_the_guarantee_holds_over_many_draws(target: Target) -> None:
    broken, given = violations(300, target=target, rows=1500)
    assert given > 250
    # Its upper limit of confidence is 10 %; the exact bound allows for chance among 300 draws.
    assert binomial_bounds(broken, given, level=0.999)[0] <= 0.1
    assert broken / given <= 0.13
