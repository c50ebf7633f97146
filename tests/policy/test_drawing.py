"""A policy as a picture: everything is on it, nothing overlaps, and the bytes are always the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import examples
from test_loading import GOOD

from consentry.policy import Policy, list_policies, load_policy, parse_policy
from consentry.policy.drawing import draw
from consentry.policy.drawing.marks import width_of, wrapped
from consentry.policy.drawing.wording import phrases, plain_name, sentence
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, FactIs, Not, Possible

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own drawing


@pytest.mark.parametrize("name", list_policies())
def test_everything_is_on_it(name: str) -> None:
    policy = load_policy(name)
    picture = draw(policy)
    words = " ".join(" ".join(text.itertext()) for text in parsed(picture).iter(f"{SVG}text"))
    squeezed = re.sub(r"\s+", "", words)
    told = [policy.label, policy.title, policy.sha256[:16]]
    told += [part for line in policy.decisions for part in (plain_name(line.name), line.because)]
    told += [
        part for clause in policy.clauses for part in (plain_name(clause.name), clause.sentence, clause.source.passage)
    ]
    told += [part for fact in policy.facts for part in (fact.ask, fact.why)]
    told += [part for deadline in policy.deadlines for part in (deadline.do, deadline.because)]
    told += [phrase.text for line in policy.decisions for phrase in phrases(line.when)]
    missing = [part for part in told if re.sub(r"\s+", "", part) not in squeezed]
    assert missing == []


@examples(40)
@given(st.just(load_policy()) | hostile_policies())
def test_nothing_leaves_the_page_or_overlaps(policy: Policy) -> None:
    root = parsed(draw(policy))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [box for box in root.iter(f"{SVG}rect") if "x" in box.attrib]
    lines = sorted((float(box.attrib["y"]), float(box.attrib["height"])) for box in boxes if box.attrib["x"] == "40")
    list_boxes = [line for line in lines if line[1] != 42]
    for (top, tall), (following, _) in pairwise(list_boxes):
        assert top + tall < following
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.attrib["y"]) < height
        assert float(text.attrib["x"]) + width_of(text.text or "", float(text.attrib["font-size"])) < width + 60


def test_same_policy_same_bytes() -> None:
    script = (
        "import hashlib; from consentry.policy import load_policy; from consentry.policy.drawing import draw\n"
        "print(hashlib.sha256(draw(load_policy('twitter-private-media-2024-03-21')).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_words_of_a_policy_cannot_become_marks() -> None:
    picture = draw(parse_policy(GOOD.replace("It is a home.", "<script>alert(1)</script> & more")))
    assert "<script>" not in picture
    assert any("<script>" in (text.text or "") for text in parsed(picture).iter(f"{SVG}text"))


def test_conditions_in_words() -> None:
    home, words = ClauseHolds("at_home"), FactIs("consent", ("refused", "withdrawn"))
    condition = AllOf((home, Not(words), Possible(Not(AnyOf((home, FactIs("seen", ("yes",))))))))
    assert sentence(condition) == ("at home and consent is not refused or withdrawn and possibly not (at home or seen)")
    assert [(phrase.depth, phrase.text) for phrase in phrases(condition)] == [
        (0, "all of"),
        (1, "at home"),
        (1, "consent is not refused or withdrawn"),
        (1, "possibly not any of"),
        (2, "at home"),
        (2, "seen"),
    ]
    assert sentence(Always()) == "in every other case"
    assert sentence(AnyOf((AllOf((home, words)), home))) == "(at home and consent is refused or withdrawn) or at home"
    assert sentence(Not(FactIs("seen", ("yes",)))) == "not seen"


@given(st.text(alphabet="abc WXil", max_size=80), st.floats(20, 200))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = wrapped(text, width, 12)
    assert " ".join(lines).split() == text.split()
    assert all(width_of(line, 12) <= width or " " not in line for line in lines)


def test_facts_say_where_they_come_from() -> None:
    root = parsed(draw(load_policy("twitter-private-media-2022-04-05")))
    shown = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "private setting: Was the media taken in a private setting" in shown
    assert "Yes from 0.85. No up to 0.15." in shown
    assert "Yes from 2022-04-05. No up to 2022-04-04." in shown
    assert "Yes if match." in shown
    assert "One of: none, home address" in shown
