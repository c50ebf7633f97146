from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from consentry.training.measures.intervals import Interval
from consentry.training.registry.gates import GateSettings, Limit, NoWorse, check_limit, check_no_worse
from consentry.training.scene.config import SHIPPED_CONFIG, SceneConfig

AUC = Limit(split="test", head="private_context", metric="auc", at_least=0.9)
ECE = Limit(split="test", head="private_context", metric="ece", at_most=0.03)


@pytest.mark.parametrize(
    ("limit", "value", "passed"),
    [
        (AUC, 0.9, True),
        (AUC, 0.8999, False),
        (AUC, None, False),
        (ECE, 0.03, True),
        (ECE, 0.0301, False),
        (ECE, None, False),
    ],
)
def test_limits_are_held_to_the_figure(limit: Limit, value: float | None, passed: bool) -> None:
    result = check_limit(limit, {limit.metric: value, f"{limit.metric}_low": 0.1, f"{limit.metric}_high": 0.2})
    assert result.passed is passed
    assert result.value == value
    assert (result.low, result.high) == (0.1, 0.2)


def test_what_was_not_measured_does_not_pass() -> None:
    crowd = Limit(split="test", head="crowd", metric="log_count_error", at_most=0.2)
    result = check_limit(crowd, None)
    assert not result.passed
    assert result.gate == "crowd: log count error at most 0.2 on test"
    assert not check_no_worse(NoWorse(split="test", head="public_event"), None).passed
    undefined = Interval(math.nan, math.nan, math.nan)
    assert not check_no_worse(NoWorse(split="test", head="public_event"), undefined).passed


@pytest.mark.parametrize(("low", "passed"), [(0.001, True), (-0.0049, True), (-0.0051, False)])
def test_the_lower_end_of_the_gain_has_to_be_within_the_margin(low: float, passed: bool) -> None:
    gate = NoWorse(split="test_ood", head="public_event", metric="auc", margin=0.005)
    result = check_no_worse(gate, Interval(0.002, low, 0.01))
    assert result.passed is passed
    assert result.required == -0.005
    assert "AUC no more than 0.005 worse than the champion's on test_ood" in result.gate


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": [{"split": "test", "head": "private_context", "metric": "auc"}]},
        {"limits": [{"split": "test", "head": "private_context", "metric": "auc", "at_least": 1, "at_most": 2}]},
        {"limits": [{"split": "test", "head": "age", "metric": "auc", "at_least": 1}]},
        {"no_worse": [{"split": "test", "head": "public_event", "margin": -0.1}]},
        {"margins": 3},
    ],
)
def test_gates_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GateSettings.model_validate(wrong)


def test_the_defaults_can_be_measured_on_one_test_split() -> None:
    gates = GateSettings()
    assert gates.splits() == ("test",)
    assert {(limit.head, limit.metric) for limit in gates.limits} == {
        (head, metric) for head in ("private_context", "public_event") for metric in ("auc", "balanced_accuracy", "ece")
    }
    assert SceneConfig.read().gates == gates  # the example says what holds without it


def test_what_the_shipped_model_is_held_to() -> None:
    gates = SceneConfig.read(SHIPPED_CONFIG).gates
    assert gates.splits() == ("test", "test_ood")
    floors = {(limit.split, limit.head): limit.at_least for limit in gates.limits if limit.metric == "auc"}
    assert floors == {
        ("test", "private_context"): 0.985,
        ("test_ood", "private_context"): 0.97,
        ("test", "public_event"): 0.975,
        ("test_ood", "public_event"): 0.94,
    }
    assert {limit.metric for limit in gates.limits if limit.head == "crowd"} == {"log_count_error", "within_one_level"}
    assert len(gates.no_worse) == 4
