"""Private information of every kind: the written cases, one number one kind, and floors on the labelled sets."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from consentry.signals.text import analyse_text
from consentry.signals.text.analysis import CUE_KINDS, KINDS

BEHAVIOURS = ("reward_offer", "exposure_threat", "money_demand", "call_to_find")
FLOOR = 0.85
"""Of each kind's F1 on the written cases, both halves together."""


@pytest.fixture(scope="module")
def benchmark_module(repository: Path) -> ModuleType:
    path = repository / "benchmarks" / "text_private_information.py"
    spec = importlib.util.spec_from_file_location("text_private_information", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def found(text: str) -> list[tuple[str, str]]:
    return [(finding.kind, text[finding.start : finding.end]) for finding in analyse_text(text).findings]


def test_every_kind_is_found_in_the_written_cases(benchmark_module: ModuleType) -> None:
    texts = [*benchmark_module.written("development"), *benchmark_module.written("held_out")]
    kinds = [kind for kind in KINDS if kind not in (*BEHAVIOURS, *CUE_KINDS)]
    table = benchmark_module.counts(texts, benchmark_module.ours, kinds, show="").sum(axis=0)
    scores = dict(zip(kinds, benchmark_module.figures(table)[:, 2], strict=True))
    assert all(table[:, 2] >= 3)
    assert {kind: score for kind, score in scores.items() if not score >= FLOOR} == {}


@pytest.mark.shared
@pytest.mark.slow
def test_floors_on_the_labelled_sets(benchmark_module: ModuleType, shared_data: Path) -> None:
    texts = benchmark_module.synthetic(shared_data / "text" / "presidio_synth_dataset_v2.json", "development")
    kinds = ["email", "phone", "postal_address", "payment_card"]
    table = benchmark_module.counts(texts, benchmark_module.ours, kinds, show="").sum(axis=0)
    assert (benchmark_module.figures(table)[:, 2] > [0.95, 0.9, 0.85, 0.95]).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111", [("payment_card", "4111 1111 1111 1111")]),
        ("GB82WEST12345698765432", [("bank_account", "GB82WEST12345698765432")]),
        ("IBANGB82WEST12345698765432", [("bank_account", "GB82WEST12345698765432")]),
        ("524-71-3907", [("identity_number", "524-71-3907")]),
        ("48.858222, 2.294500", [("location", "48.858222, 2.294500")]),
        ("91.858222, 2.294500", []),
        ("6502530000@example.org", [("email", "6502530000@example.org")]),
        ("I can't reach 86.231.85.193", []),
        ("phone: 668 5702", [("phone", "668 5702")]),
        ("9761 9808 office", [("phone", "9761 9808")]),
        ("14 Example Road, Apt 4B", [("postal_address", "14 Example Road, Apt 4B")]),
        ("10 years on the road", []),
        ("Hauptstraße 12, 10115 Berlin", [("postal_address", "Hauptstraße 12, 10115 Berlin")]),
        ("Georg-Friedrich-Händel-Straße 5", [("postal_address", "Georg-Friedrich-Händel-Straße 5")]),
        ("at 10115-straat 5", []),
        ("rue de l'Hôtel de Ville 12", [("postal_address", "rue de l'Hôtel de Ville 12")]),
        ("c/ Mayor 5, 28013 Madrid", [("postal_address", "c/ Mayor 5, 28013 Madrid")]),
        ("7 Main Street, Stoke-on-Trent 12345", [("postal_address", "7 Main Street, Stoke-on-Trent 12345")]),
        ("we passed room AB12 CDE", []),
        ("she drives a BMW, AB12 CDE", [("licence_plate", "AB12 CDE")]),
        ("go the gulls", []),
        ("password: required", []),
        ("password: hunter22", [("credentials", "hunter22")]),
        ("the password is wrong", []),
        ("her password is \"swordfish\"", [("credentials", "\"swordfish\"")]),
        ("8FVC9G8F+6XQ", [("location", "8FVC9G8F+6XQ")]),
        ("W9999999+99", []),
        ("I have diabetes", []),
    ],
)  # fmt: skip
def test_passages(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_a_number_is_of_one_kind() -> None:
    for text in ("4111 1111 1111 1111", "+44 20 7031 3000", "DE89 3704 0044 0532 0130 00", "524-71-3907"):
        assert len(found(f"look: {text} there")) == 1
