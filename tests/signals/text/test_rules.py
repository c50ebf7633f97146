"""Every rule by its own examples, and all of them by the written cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from consentry.signals.text import analyse_text
from consentry.signals.text.rules import OFFICIAL_PROBABILITY, Rule
from consentry.signals.text.rules import RULES as SPOKEN_RULES
from consentry.signals.text.seeking import RULES as SEEKING_RULES

RULES = (*SPOKEN_RULES, *SEEKING_RULES)

BEHAVIOUR = {"reward_offer", "exposure_threat"}
FLOOR = {"reward_offers": 0.9, "exposure_threats": 0.9, "hard_negatives": 0.9}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_finds_and_passes_its_own_examples(rule: Rule) -> None:
    assert rule.finds
    assert rule.passes
    for text in rule.finds:
        assert rule.compiled.search(text), text
        assert rule.kind in {finding.kind for finding in analyse_text(text).findings}
    for text in rule.passes:
        assert not rule.compiled.search(text), text


def test_names_are_unique_and_name_their_kind() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(rule.name.startswith(f"{rule.kind}/") for rule in RULES)
    assert all(0 < rule.probability < 1 for rule in RULES)


@pytest.mark.parametrize("name", FLOOR)
def test_written_cases(repository: Path, name: str) -> None:
    texts = yaml.safe_load((repository / "data" / "text_cases" / f"{name}.yaml").read_text(encoding="utf-8"))
    # Many a threat comes with a demand; the two are counted each for itself.
    wanted = set() if name == "hard_negatives" else {name.removesuffix("s")}
    right = [{finding.kind for finding in analyse_text(text).findings} & BEHAVIOUR == wanted for text in texts]
    assert sum(right) / len(texts) >= FLOOR[name]


@pytest.mark.parametrize(
    ("name", "kind", "least"), [("money_demands", "money_demand", 0.5), ("calls_to_find", "call_to_find", 0.4)]
)
def test_written_cases_of_demands_and_calls(repository: Path, name: str, kind: str, least: float) -> None:
    folder = repository / "data" / "text_cases"
    texts = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    others = yaml.safe_load((folder / "everyday.yaml").read_text(encoding="utf-8"))
    others += yaml.safe_load((folder / "other_languages.yaml").read_text(encoding="utf-8"))
    found = [kind in {finding.kind for finding in analyse_text(text).findings} for text in texts]
    assert sum(found) / len(texts) >= least
    assert not [text for text in others if kind in {finding.kind for finding in analyse_text(text).findings}]


@pytest.mark.parametrize(
    "text",
    [
        "I'll leak your nudes",
        "I’ll leak your nudes",
        "Ill leak ur nudes",
        "I WILL LEAK YOUR NUDES!!!",
        "i  will\nleak your nudes",
        "we're gonna leak your nudes",
        "I'm about to leak all of your private photos",
    ],
)
def test_ways_to_say_it(text: str) -> None:
    assert [finding.kind for finding in analyse_text(text).findings] == ["exposure_threat"]


@pytest.mark.parametrize(
    "text",
    [
        "I will never leak your nudes",
        "I won't leak your nudes",
        "I'm not going to post your address",
        "I can't post your address",
        "He said he would leak my nudes",
        "they leaked her nudes",
        "I post pictures of my cat",
    ],
)
def test_what_is_denied_past_or_told_of_others(text: str) -> None:
    assert analyse_text(text).findings == ()


def test_appeal_of_an_authority_counts_for_less() -> None:
    plain = "$5,000 reward for the name of this man"
    (offer,) = analyse_text(plain).findings
    (appeal,) = analyse_text(f"Police: {plain}").findings
    assert appeal.probability == OFFICIAL_PROBABILITY < offer.probability
    (threat,) = analyse_text("I will dox you and the police").findings
    assert threat.probability > OFFICIAL_PROBABILITY


def test_nothing_in_a_pattern_is_repeated_without_end_and_then_given_back() -> None:
    # Repetitions that can be cut short and tried again are what makes a pattern explode; those of a single letter
    # ("doxxx") are harmless.
    for rule in RULES:
        pattern = re.sub(r"\[[^\]]*\]", "[]", rule.pattern).replace("++", "")
        assert not re.search(r"(?:\\\w|[^\w])[*+]", pattern.replace(r"\$", "")), rule.name
