"""Nothing of a policy is left out when it is read out, as text and as a page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from amended_policies import policy_files
from hypothesis import given
from policy_strategies import examples

from consentry.policy import Policy, list_policies
from consentry.policy.definitions import FactDefinition
from consentry.policy.language.loading import PolicyText, read_text
from consentry.policy.language.sections import ACTIONS
from consentry.policy.language.versions import policy_text
from consentry.policy.logic.conditions import Condition, FactIs, leaves
from consentry.policy.measuring.inputs import input_named
from consentry.policy.prose import as_page, as_text, told


def words_of(name: str) -> str:
    return name.replace("_", " ")


def entries_of_text(text: str) -> dict[str, str]:
    """What stands below each numbered heading, by letter and name in the file; without space, which lines break."""
    parts = re.split(r"^([DCFTI])\d+\. ((?:.|\n(?= {4}\S+\]))*?)\[([a-z0-9_]+)\](.*)$", text, flags=re.MULTILINE)
    found = {}
    for letter, title, name, kind, body in zip(*(parts[at::5] for at in range(1, 6)), strict=True):
        found[f"{letter} {name}"] = squeezed(f"{title}{kind}{body}")
    return found


def entries_of_page(page: str) -> dict[str, str]:
    letters = {"line": "D", "clause": "C", "fact": "F", "deadline": "T", "invariant": "I"}
    found = {}
    for kind, name, body in re.findall(r'<article id="([a-z]+)-([a-z0-9_]+)"[^>]*>(.*?)</article>', page, re.DOTALL):
        if kind in letters:
            found[f"{letters[kind]} {name}"] = squeezed(unescape(re.sub("<[^>]*>", "", body)))
    return found


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def parts_of_condition(condition: Condition) -> Iterator[str]:
    for leaf in leaves(condition):
        if isinstance(leaf, FactIs):
            yield words_of(leaf.fact)
            yield from (words_of(word) for word in leaf.words if leaf.words != ("yes",))
        else:
            yield words_of(leaf.clause)


def parts_of_fact(fact: FactDefinition) -> Iterator[str]:
    yield from (fact.ask, fact.why)
    if fact.measured is None:
        yield "a person or a look-up"
    else:
        yield from (input_named(fact.measured).about, fact.measured)
    for word, cut in (("Yes: from", fact.yes_at_least), ("No: up to", fact.no_at_most)):
        if cut is not None:
            yield f"{word} {date.fromordinal(int(cut)) if fact.is_day else format(cut, 'g')}"
    for word, listed in (("Yes: if", fact.yes_words), ("No: if", fact.no_words)):
        if listed:
            yield f"{word} {' or '.join(words_of(each) for each in listed)}"
    if fact.words != ("yes", "no"):
        yield from (words_of(word) for word in fact.words)


def everything(policy: Policy) -> Iterator[tuple[str, list[str]]]:
    """Every entry, with all that has to be read out of it."""
    for line in policy.decisions:
        yield f"D {line.name}", [words_of(line.action), line.because, *parts_of_condition(line.when)]
    for clause in policy.clauses:
        source = [clause.source.document, str(clause.source.dated), clause.source.passage or ""]
        yield f"C {clause.name}", [words_of(clause.kind), clause.sentence, *source, *parts_of_condition(clause.when)]
    for fact in policy.facts:
        yield f"F {fact.name}", list(parts_of_fact(fact))
    for due in policy.deadlines:
        said = [due.do, due.because, str(due.within), due.counted_from, due.source.document, due.source.passage or ""]
        yield f"T {due.name}", [*said, *(words_of(action) for action in due.actions), *parts_of_condition(due.when)]
    for invariant in policy.invariants:
        yield f"I {invariant.name}", [invariant.because, *parts_of_condition(invariant.condition)]


def left_out(text: PolicyText) -> list[str]:
    policy, document = text.policy(), told(text)
    missing = []
    for form, found in (("text", entries_of_text(as_text(document))), ("html", entries_of_page(as_page(document)))):
        wanted = dict(everything(policy))
        if list(found) != list(wanted):
            missing.append(f"{form}: {list(found)} are not {list(wanted)}")
            continue
        for entry, parts in wanted.items():
            # Inputs that are yes or no are told as 'if so' and 'if not'.
            told_of = found[entry].replace("Yes:ifso", "Yes:ifyes").replace("No:ifnot", "No:ifno")
            missing += [f"{form}: {entry}: {part}" for part in parts if squeezed(part) not in told_of]
    return missing


@pytest.mark.parametrize("name", list_policies())
def test_everything_of_the_policies_that_ship_is_read_out(name: str) -> None:
    text = policy_text(name)
    assert left_out(text) == []
    policy = text.policy()
    head = [policy.title, policy.label, policy.region, str(policy.effective_from), policy.sha256, policy.based_on]
    for form in (as_text(told(text)), unescape(as_page(told(text)))):
        assert [part for part in head if squeezed(part) not in squeezed(form)] == []
        assert [
            line for each in text.chain for line in each.own.place.content.splitlines()[:3] if line[2:] not in form
        ] == []


@examples(40)
@given(policy_files())
def test_everything_of_any_policy_is_read_out(file: str) -> None:
    assert left_out(read_text(file)) == []


def test_an_invariant_names_what_it_refuses_or_else_what_it_allows() -> None:
    text = policy_text("twitter-private-media-2021-11-30")
    found = entries_of_text(as_text(told(text)))
    for invariant in text.policy().invariants:
        entry = found[f"I {invariant.name}"]
        named = "thenonly:" if len(invariant.actions) <= len(ACTIONS) // 2 else "thennever:"
        assert named in entry
        listed = entry.partition(named)[2].partition("because")[0]
        told_of = {action for action in ACTIONS if squeezed(words_of(action)) in re.split(",|or", listed)}
        only = len(invariant.actions) <= len(ACTIONS) // 2
        assert told_of == (invariant.actions if only else set(ACTIONS) - invariant.actions)


def test_the_same_policy_the_same_bytes() -> None:
    script = (
        "import hashlib\nfrom consentry.policy.prose import *\n"
        "from consentry.policy.language.versions import policy_text\n"
        "document = told(policy_text('twitter-private-media-strict-2024-03-21'))\n"
        "print(hashlib.sha256((as_text(document) + as_page(document)).encode()).hexdigest())"
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


def test_lines_of_text_fit() -> None:
    for name in list_policies():
        lines = as_text(told(policy_text(name))).partition("What stands at the head")[0].splitlines()
        assert max(len(line) for line in lines) <= 96
