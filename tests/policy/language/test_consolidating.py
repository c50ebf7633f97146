"""A policy that is based on others, as one text: the same policy, with its authors' lines and comments."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from amended_policies import amendments, policy_files
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import examples

from consentry.policy import Policy, PolicyError, list_policies, parse_policy
from consentry.policy.language.loading import PolicyText, read_file, read_text
from consentry.policy.language.versions import policy_text
from consentry.policy.language.written import Items, Table, Text, Written, read_yaml

BASE = """\
# The head of the base.

# It has two paragraphs.
policy: small
version: 1
title: A small policy
region: worldwide   # everywhere
effective: {from: 2021-11-30}
documents:
  house: {title: House rules, dated: 2021-11-30}
# What is asked.
facts:
  # --- places ---
  # Homes only.
  at_home:
    from: scene.private_context.max
    # Nine in ten would be too many.
    yes_at_least: 0.8  # not more
    why: |
      Eight in ten.
        # no comment
    ask: Is it at home?
    # Nobody says no.

  # --- people ---
  standing:
    from: report.standing
    ask: "Who # reports?"
clauses: {home: {kind: violation, when: at_home, sentence: Homes are private., source: {document: house, passage: 1}}}
decisions:
  # --- first ---
  - line: reported
    # Anybody.
    when: {all: [home, {not: {standing: none}}]}
    action: review_urgent
    because: It is a home.

  # --- last ---
  # Above the last.
  - line: otherwise
    when: always
    action: review
    because: Somebody should look.
"""
OWN = """\
# The head of the amendment.
based_on: base.yaml
policy: small
version: 2
title: Stricter
effective:
  from: 2022-01-01

# All that is new.
change:
  facts:
    # Stricter at home.
    at_home:
      # Seven in ten.
      yes_at_least: 0.7
add:
  # Anybody may be asked.
  facts:
    asked:
      ask: Was anybody asked?   # by phone
      # Trailing.
  decisions:
    # Before the last.
    - line: nobody
      before: otherwise
      # Only so.
      when: {all: [home, {not: asked}]}
      action: review_urgent
      because: >-
        Nobody
        was asked.
remove:
  decisions: [reported]
"""
WHOLE = """\
# The whole of own.yaml
# based on base.yaml
#
# Below are the heads of these files. 'Added by' and 'Changed by' stand above what follows.
# Removed by own.yaml: decisions reported.

# --- own.yaml -------------------------------------------------------------------------------------
# The head of the amendment.

# --- base.yaml ------------------------------------------------------------------------------------
# The head of the base.

# It has two paragraphs.
policy: small
version: 2
title: Stricter
region: worldwide   # everywhere
effective:
  from: 2022-01-01
documents:
  house: {title: House rules, dated: 2021-11-30}
# What is asked.
facts:
  # --- places ---
  # Homes only.
  # All that is new.
  # Stricter at home.
  # Changed by own.yaml.
  at_home:
    from: scene.private_context.max
    # Seven in ten.
    yes_at_least: 0.7
    why: |
      Eight in ten.
        # no comment
    ask: Is it at home?
    # Nobody says no.

  # --- people ---
  standing:
    from: report.standing
    ask: "Who # reports?"
  # Anybody may be asked.
  # Added by own.yaml.
  asked:
    ask: Was anybody asked?   # by phone
    # Trailing.
clauses: {home: {kind: violation, when: at_home, sentence: Homes are private., source: {document: house, passage: 1}}}
decisions:
  # Before the last.
  # Added by own.yaml.
  - line: nobody
    # Only so.
    when: {all: [home, {not: asked}]}
    action: review_urgent
    because: >-
      Nobody
      was asked.

  # --- last ---
  # Above the last.
  - line: otherwise
    when: always
    action: review
    because: Somebody should look.
"""


def amended_text(base: str, own: str) -> PolicyText:
    with TemporaryDirectory() as folder:
        (Path(folder) / "base.yaml").write_text(base, encoding="utf-8", newline="")
        (Path(folder) / "own.yaml").write_text(own, encoding="utf-8", newline="")
        return read_file(Path(folder) / "own.yaml")


def plain(written: Written) -> object:
    """A tree without places, its order kept."""
    match written:
        case Text(text):
            return " ".join(text.split())
        case Items(items):
            return [plain(item) for item in items]
        case Table(entries):
            return [(key, plain(value)) for key, value in entries.items()]


def without_places(policy: Policy) -> Policy:
    parts = ("facts", "clauses", "decisions", "invariants", "deadlines")
    moved = {part: tuple(replace(each, line=0, file="") for each in getattr(policy, part)) for part in parts}
    return replace(policy, **moved, sha256="", based_on="")


def test_an_example() -> None:
    assert amended_text(BASE, OWN).whole() == WHOLE


def test_lines_that_end_as_on_windows() -> None:
    assert amended_text(BASE.replace("\n", "\r\n"), OWN.replace("\n", "\r\n")).whole() == WHOLE


def test_a_policy_that_stands_by_itself_is_left_alone() -> None:
    assert read_text(BASE).whole() == read_text(BASE).as_written == BASE


def test_a_heading_stays_as_long_as_something_stands_below_it() -> None:
    late = "  - line: late\n    when: at_home\n    action: review\n    because: Late.\n"
    whole = amended_text(BASE.replace("\n  # --- last ---\n", late), OWN).whole()
    assert "line: reported" not in whole
    assert "  # --- first ---\n  - line: late\n" in whole, whole
    assert "# --- first ---" not in amended_text(BASE, OWN).whole()


@pytest.mark.parametrize("name", list_policies())
def test_policies_that_ship(name: str) -> None:
    text = policy_text(name)
    whole = text.whole()
    assert without_places(parse_policy(whole)) == without_places(text.policy())
    comments = [line.strip() for each in text.chain for line in each.as_written.splitlines() if line.strip()[:1] == "#"]
    lost = [comment for comment in dict.fromkeys(comments) if comment not in whole]
    # What stands above a key whose value is changed goes with it.
    gone = {"twitter-private-media-strict-2024-03-21": 2}
    assert len(lost) == gone.get(name, 0), lost
    for file in (each.own.place.file for each in text.chain[:-1]):
        assert re.search(rf"# (Added|Changed) by {file}\.", whole)


@examples(60)
@given(st.data(), policy_files())
def test_it_says_the_same_however_it_was_written(data: st.DataObject, base: str) -> None:
    text = amended_text(base, data.draw(amendments(base)))
    whole = text.whole()
    assert plain(read_yaml(whole, "whole")) == plain(text.table)
    try:
        policy = text.policy()
    except PolicyError:  # a random amendment may leave what is not used any more
        return
    assert without_places(parse_policy(whole)) == without_places(policy)


@examples(60)
@given(policy_files())
def test_comments_are_kept_whatever_the_style(base: str) -> None:
    own = "based_on: base.yaml\npolicy: p\nversion: 2\ntitle: T\neffective: {from: 2022-01-01}\nadd:\n"
    text = amended_text(base, own + "  facts:\n    # Mine.\n    mine: {ask: Mine?}   # behind\n")
    whole = text.whole()
    assert "could not be kept" not in whole
    assert re.search(r"  # Mine\.\n  # Added by own\.yaml\.\n  mine: \{ask: Mine\?\}   # behind\n", whole)
    behind_header = base.partition("documents:")[2]
    comments = re.findall(r"^ *(# (?:remark|--- heading) \d+)$", behind_header, re.MULTILINE)
    kept = [line.strip() for line in whole.splitlines()]
    assert [comment for comment in comments if comment not in kept] == []


def test_what_cannot_be_kept_with_its_comments_is_kept_without() -> None:
    base = BASE.replace("  at_home:\n    from", "  ? at_home\n  : from")
    text = amended_text(
        base, OWN.replace("    at_home:\n", "    standing:\n").replace("yes_at_least: 0.7", "ask: Who?")
    )
    assert text.whole().startswith("# The comments of its files could not be kept.\n")
    assert plain(read_yaml(text.whole(), "whole")) == plain(text.table)
