from __future__ import annotations

import numpy as np
import pytest
from scene_models import calibration

from consentry.signals.scene import Calibration
from consentry.training.scene.figures import certainty, crowd_figures, figures_of, uncalibrated
from consentry.training.scene.outputs import CrowdOutput

THRESHOLDS = {"low": 0.2, "high": 0.7, "decision": 0.4}
CALIBRATION = Calibration.from_description(calibration(1.0, 0.0), THRESHOLDS)


def test_bands_calibration_and_abstention_by_hand() -> None:
    logits = np.array([3.0, 2.0, 0.0, -3.0, -4.0])
    truth = np.array([True, False, True, True, False])
    probabilities = np.array([CALIBRATION.score(float(logit)).probability for logit in logits])
    found = figures_of(truth, probabilities, 2 * logits, CALIBRATION, groups=list("abcde"), bootstrap=50, seed=0)
    assert found["bands"] == {
        "high": 2, "uncertain": 1, "low": 2, "coverage": 0.8, "selective_risk": 0.5, "precision": 0.5, "misses": 0.3333,
    }  # fmt: skip
    assert found["auc"] == pytest.approx(3 / 6 + 0 / 6, abs=0.2)
    assert found["threshold"] == 0.4
    assert found["brier"] == pytest.approx(np.mean((probabilities - truth) ** 2), abs=1e-4)
    assert found["ece_uncalibrated"] != found["ece"]
    for name in ("auc", "average_precision", "balanced_accuracy", "aurc", "brier", "ece", "ece_uncalibrated"):
        assert found[f"{name}_low"] <= found[f"{name}_high"]


def test_certainty_is_a_share_of_the_way_from_the_threshold() -> None:
    assert certainty(np.array([0.0, 0.2, 0.4, 0.7, 1.0]), 0.4) == pytest.approx([1.0, 0.5, 0.0, 0.5, 1.0])
    assert np.isfinite(certainty(np.array([0.0, 1.0]), 0.0)).all()
    assert uncalibrated(np.array([0.0, 1000.0])) == pytest.approx([0.5, 1.0])


def test_crowds_are_measured_where_both_sides_are_known() -> None:
    counts = [0.0, 9.0, None, 99.0]
    expected = [CrowdOutput(0.0, 0), CrowdOutput(999.0, 5), CrowdOutput(1.0, 1), None]  # 9 are a group, level 3
    assert crowd_figures(counts, [None] * 4, groups=list("abcd"), bootstrap=20, seed=0) is None
    found = crowd_figures(counts, expected, groups=list("abcd"), bootstrap=20, seed=0)
    assert found is not None
    assert (found["n"], found["log_count_error"], found["within_one_level"]) == (2, 1.0, 0.5)
    assert found["log_count_error_low"] <= 1.0 <= found["log_count_error_high"]
