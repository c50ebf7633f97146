"""The whole way: the same every time, and never surer than what is known."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports

from consentry.policy import (
    DEFAULT_POLICY,
    Decided,
    Policy,
    PolicyError,
    broken_invariants,
    decide,
    list_policies,
    load_policy,
    parse_policy,
)
from consentry.policy.language.loading import SHIPPED
from consentry.policy.language.versions import policy_text
from consentry.policy.logic.kleene import UNKNOWN
from consentry.policy.logic.program import UNKNOWN_CODE
from consentry.records import Fact, Post, Report, Signals

POLICY = load_policy()
ALL = [load_policy(name) for name in list_policies()]
AGAIN = load_policy()
TEXT = (SHIPPED / "twitter-private-media-2021-11-30.yaml").read_text(encoding="utf-8")
RAW = yaml.load(TEXT, Loader=yaml.BaseLoader)  # noqa: S506 - words only, and our own file


def as_bytes(decided: Decided) -> bytes:
    facts = [fact.model_dump_json() for fact in decided.facts]
    return "\n".join([*facts, decided.recommendation.model_dump_json()]).encode()


@examples(20)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_same_input_same_bytes(data: st.DataObject, made: tuple[Post, Signals], report: Report | None) -> None:
    given_answers = data.draw(answers(POLICY))
    one = decide(POLICY, made[0], report, made[1], given_answers)
    other = decide(AGAIN, made[0], report, made[1], reversed(given_answers))
    assert as_bytes(one) == as_bytes(other)


def test_same_bytes_in_another_process(repository: Path) -> None:
    """Hash seeds must not matter: nothing may depend on the order of a set."""
    script = (
        "import functools, hashlib, sys; from pathlib import Path\n"
        "from consentry.policy import decide, load_policy; from consentry.policy.cases.files import read_cases\n"
        "load_policy = functools.cache(load_policy)\n"
        "digest = hashlib.sha256()\n"
        "for path in sorted(Path(sys.argv[1]).glob('*.yaml')):\n"
        "    for case in read_cases(path):\n"
        "        policy = load_policy(case.policy or None)\n"
        "        decided = decide(policy, case.post, case.report, case.signals, case.facts)\n"
        "        digest.update(decided.recommendation.model_dump_json().encode())\n"
        "print(digest.hexdigest())\n"
    )
    command = [sys.executable, "-c", script, str(repository / "data" / "cases")]
    runs = {
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": each}
        ).stdout
        for each in ("0", "1", "4711")
    }
    assert len(runs) == 1


@examples(50)
@given(st.data(), st.sampled_from(ALL) | hostile_policies())
def test_forgetting_a_fact_never_turns_a_clause(data: st.DataObject, policy: Policy) -> None:
    values = [data.draw(st.integers(UNKNOWN_CODE, len(fact.words) - 1)) for fact in policy.facts]
    before = policy.program.clause_truths(values)
    for index in range(len(values)):
        after = policy.program.clause_truths([*values[:index], UNKNOWN_CODE, *values[index + 1 :]])
        assert all(new in (UNKNOWN, old) for old, new in zip(before, after, strict=True))


def _shuffled(name: str, order: Callable[[list[str]], list[str]]) -> tuple[Policy, Policy]:
    """A policy, and the same with its clauses in another order."""
    raw = yaml.load(policy_text(name).whole(), Loader=yaml.BaseLoader)  # noqa: S506 - words only, and our own file
    clauses = {clause: raw["clauses"][clause] for clause in order(list(raw["clauses"]))}
    return load_policy(name), parse_policy(json.dumps({**raw, "clauses": clauses}))


SHUFFLED = [
    _shuffled(name, order)
    for name in (DEFAULT_POLICY, "twitter-private-media-2024-03-21")
    for order in (lambda names: names[::-1], sorted, lambda names: names[1::2] + names[::2])
]


@examples(20)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_the_order_of_clauses_changes_nothing(
    data: st.DataObject, made: tuple[Post, Signals], report: Report | None
) -> None:
    policy, shuffled = data.draw(st.sampled_from(SHUFFLED))
    given_answers = data.draw(answers(policy))
    one = decide(policy, made[0], report, made[1], given_answers).recommendation
    other = decide(shuffled, made[0], report, made[1], given_answers).recommendation
    listed = {"fired", "not_evaluated"}
    assert one.model_dump(exclude=listed) == other.model_dump(exclude=listed)
    assert {reason.clause: reason for reason in one.fired} == {reason.clause: reason for reason in other.fired}
    assert {reason.clause for reason in one.not_evaluated} == {reason.clause for reason in other.not_evaluated}


@examples(15)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_what_goes_in_stays_as_it_was(data: st.DataObject, made: tuple[Post, Signals], report: Report | None) -> None:
    given_answers = data.draw(answers(POLICY))
    before = (made[0].model_copy(deep=True), made[1].model_copy(deep=True), list(given_answers))
    decide(POLICY, made[0], report, made[1], given_answers)
    assert before == (made[0], made[1], given_answers)


def test_a_result_is_frozen() -> None:
    decided = decide(POLICY, Post(post_id="x"), None, Signals())
    with pytest.raises(AttributeError):
        decided.facts = ()  # type: ignore[misc]
    assert [fact.name for fact in decided.facts] == [fact.name for fact in POLICY.facts]
    assert decided.recommendation.policy == "twitter-private-media 2021-11-30"


def test_an_answer_with_a_misspelt_name() -> None:
    with pytest.raises(PolicyError, match="Did you mean 'public_interest'"):
        decide(
            POLICY, Post(post_id="x"), None, Signals(), [Fact(name="public_intrest", value="yes", source="reviewer")]
        )


def test_a_broken_invariant_is_found() -> None:
    """Swap two lines, and the file breaks its own word."""
    lines = RAW["decisions"]
    first = [line for line in lines if line["line"] == "remove_information"]
    swapped = parse_policy(json.dumps({**RAW, "decisions": [*first, *(line for line in lines if line not in first)]}))
    report = Report(report_id="r", standing="depicted_person", identity="verified")
    facts = [
        Fact(name="information", value="home_address", source="reviewer"),
        Fact(name="apparent_minor", value="yes", source="reviewer"),
    ]
    post = Post(post_id="x", text="words")
    assert [broken.name for broken in broken_invariants(swapped, decide(swapped, post, report, Signals(), facts))] == [
        "minors_first"
    ]
    assert broken_invariants(POLICY, decide(POLICY, post, report, Signals(), facts)) == ()
