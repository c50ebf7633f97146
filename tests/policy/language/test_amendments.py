"""Policies that are based on others: what they add, change and take away, and what is wrong with them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from test_loading import GOOD

from consentry.policy import PolicyError, load_policy, parse_policy
from consentry.policy.language.loading import load_file

OWN = """\
based_on: base.yaml
policy: small-strict
version: 2
title: A smaller policy
effective: {from: 2022-01-01}
change:
  facts:
    at_home: {yes_at_least: 0.6, why: Six in ten.}
  decisions:
    reported_home: {action: recommend_restrict}
remove:
  invariants: [red_is_fine]
add:
  clauses:
    blue:
      kind: violation
      when: {colour: blue}
      sentence: Blue is not fine.
      source: {document: house, passage: third}
  decisions:
    - before: otherwise
      line: look_at_blue
      when: blue
      action: review_urgent
      because: Blue.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def written(folder: Path, text: str, name: str = "own.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_named_changes_and_the_rest_stays(folder: Path) -> None:
    base = load_file(folder / "base.yaml")
    own = load_file(written(folder, OWN))
    assert (own.label, own.region, own.based_on) == ("small-strict 2", "worldwide", "base.yaml")
    assert own.facts[0].yes_at_least == 0.6
    assert own.facts[0].no_at_most == base.facts[0].no_at_most == 0.2
    assert own.facts[1:] == base.facts[1:]
    assert [line.name for line in own.decisions] == ["reported_home", "look_at_blue", "otherwise"]
    assert own.decisions[0].action == "recommend_restrict"
    assert own.decisions[0].when == base.decisions[0].when
    assert [clause.name for clause in own.clauses] == ["home", "red", "blue"]
    assert own.invariants == ()


def test_places_name_the_file_that_says_it(folder: Path) -> None:
    own = load_file(written(folder, OWN))
    assert {fact.file for fact in own.facts} == {"own.yaml", "base.yaml"}
    assert (own.facts[0].file, own.facts[1].file) == ("own.yaml", "base.yaml")
    assert own.clauses[2].file == "own.yaml"


def test_the_digest_knows_every_file(folder: Path) -> None:
    first = load_file(written(folder, OWN)).sha256
    assert load_file(folder / "own.yaml").sha256 == first
    written(folder, GOOD.replace("Homes are private.", "Homes are very private."), "base.yaml")
    assert load_file(folder / "own.yaml").sha256 != first


def test_a_base_that_is_based_on_another(folder: Path) -> None:
    written(folder, OWN)
    text = "based_on: own.yaml\npolicy: third\nversion: 3\ntitle: Third\neffective: {from: 2023-01-01}\n"
    third = load_file(written(folder, text + "region: Iceland\n", "third.yaml"))
    assert third.decisions == load_file(folder / "own.yaml").decisions
    assert third.region == "Iceland"


# (what stands there, what is written instead, the code, the line, what the complaint or its remedy says)
FAULTS = [
    ("at_home: {yes", "at_hme: {yes", "policy.amendment", 8, "Did you mean 'at_home'?"),
    ("reported_home: {action", "reported_hom: {action", "policy.amendment", 10, "Did you mean 'reported_home'?"),
    ("[red_is_fine]", "[red_is_fin]", "policy.amendment", 12, "Did you mean 'red_is_fine'?"),
    ("    blue:\n", "    red:\n", "policy.amendment", 15, "Put what is different under 'change:'"),
    ("before: otherwise", "before: otherwse", "policy.unknown_name", 21, "Did you mean 'otherwise'?"),
    ("    - before: otherwise\n      line", "    - line", "policy.amendment", 21, "has to say where"),
    ("before: otherwise", "before: otherwise\n      after: reported_home", "policy.amendment", 21, "say where"),
    ("{action: recommend_restrict}", "{line: other}", "policy.amendment", 10, "cannot rename"),
    ("{action: recommend_restrict}", "{actin: review}", "policy.unknown_key", 10, "Did you mean 'action'?"),
    ("yes_at_least: 0.6", "yes_at_least: 0.1", "policy.threshold", None, "must be below 'yes_at_least' (0.1)"),
    ("when: blue", "when: blu", "policy.unknown_name", 23, "Did you mean 'blue'?"),
    ("remove:\n  invariants", "remove:\n  invariant", "policy.unknown_key", 12, "Did you mean 'invariants'?"),
    ("change:\n", "chnge:\n", "policy.unknown_key", 6, "Did you mean 'change'?"),
    ("based_on: base.yaml", "based_on: bas.yaml", "policy.not_found", 1, "no file 'bas.yaml'"),
    ("based_on: base.yaml", "based_on: twitter-private-media-2021", "policy.not_found", 1, "Did you mean"),
    ("based_on: base.yaml", "based_on: own.yaml", "policy.cycle", 1, "based on itself"),
    ("[red_is_fine]", "[red_is_fine]\n  clauses: [red]", "policy.unknown_name", None, "no fact and no clause 'red'"),
    ("title: A smaller policy\n", "", "policy.missing_key", 1, "title"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "says"), FAULTS)
def test_faults_are_named(folder: Path, old: str, new: str, code: str, line: int | None, says: str) -> None:
    assert OWN.count(old) == 1, old
    with pytest.raises(PolicyError) as caught:
        load_file(written(folder, OWN.replace(old, new)))
    assert caught.value.code == code, caught.value
    assert says in str(caught.value)
    if line is not None:
        assert caught.value.message.startswith(f"own.yaml, line {line}:"), caught.value.message


def test_a_fault_in_what_is_taken_over_names_the_base(folder: Path) -> None:
    """Removing what another line needs: the complaint names the line that needs it."""
    with pytest.raises(PolicyError) as caught:
        load_file(written(folder, OWN.replace("[red_is_fine]", "[red_is_fine]\n  clauses: [red]")))
    assert caught.value.message.startswith("base.yaml, line 38:")


def test_text_without_a_folder_is_based_on_shipped_policies_only() -> None:
    with pytest.raises(PolicyError, match="cannot be found from here"):
        parse_policy(OWN)
    head = "policy: mine\nversion: 1\ntitle: Mine\neffective: {from: 2026-01-01}\n"
    mine = parse_policy(f"based_on: twitter-private-media-2024-03-21\n{head}")
    assert mine.decisions == load_policy("twitter-private-media-2024-03-21").decisions


def test_too_many_on_top_of_each_other(folder: Path) -> None:
    head = "policy: p\nversion: 1\ntitle: P\neffective: {from: 2022-01-01}\n"
    names = ["base.yaml", *(f"p{index}.yaml" for index in range(12))]
    for below, name in pairwise(names):
        written(folder, f"based_on: {below}\n{head}", name)
    with pytest.raises(PolicyError, match="too many policies") as caught:
        load_file(folder / names[-1])
    assert caught.value.code == "policy.cycle"
    assert load_file(folder / "p5.yaml").decisions
