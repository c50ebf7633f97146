"""Two policies differ in what the solver says, and in nothing else."""

from __future__ import annotations

import json

import pytest
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports
from small_policy import REMOVE, small

from consentry.policy import Policy, decide, load_policy
from consentry.policy.cases.files import parse_cases
from consentry.policy.deciding.stored_cases import answers_for
from consentry.policy.proving import case_file, differences
from consentry.records import Post, Report, Signals

SMALL = small()


def test_a_policy_does_not_differ_from_itself() -> None:
    told: list[tuple[str, int, int]] = []
    assert differences(SMALL, SMALL, progress=lambda *step: told.append(step)) == ()
    assert told[0][1:] == (0, 42)
    assert told[-1][1:] == (42, 42)


def test_each_possible_change_has_a_case_that_both_evaluators_confirm() -> None:
    old, new = load_policy(), load_policy("twitter-private-media-2022-04-05")
    found = differences(old, new)
    pairs = [difference.pair for difference in found]
    assert len(set(pairs)) == len(pairs)
    assert ("recommend_restrict", "recommend_removal") in pairs
    assert all("route_out" not in pair for pair in pairs)
    cases = parse_cases(case_file([difference.old for difference in found]))
    for difference, case in zip(found, cases, strict=True):
        for policy, shown in ((old, difference.old), (new, difference.new)):
            facts = answers_for(policy, case.facts)
            assert decide(policy, case.post, case.report, case.signals, facts).recommendation.action == shown.action
    prisoners = next(difference for difference in found if "prisoners_of_war" in difference.only_new)
    assert f"# only {new.label} asks" in prisoners.old.written
    described = json.loads(json.dumps(prisoners.as_json()))
    assert described["answers_only_new"] == list(prisoners.only_new)
    assert described["old"] == {"action": prisoners.old.action, "rule": prisoners.old.rule}


def test_a_moved_threshold_is_found_with_a_number_between() -> None:
    stricter = small(("yes_at_least: 0.85", "yes_at_least: 0.95"))
    (removal, *_) = [d for d in differences(SMALL, stricter) if d.pair == ("recommend_removal", "review")]
    (case,) = parse_cases(removal.old.written)
    assert 0.85 <= max(signal.private_context.probability for signal in case.signals.scene) < 0.95


def test_a_fact_that_went_away_is_named() -> None:
    with_vip = small(
        ("  excuse: {ask: An excuse?}", "  excuse: {ask: An excuse?}\n  vip: {ask: Very important?}"),
        (REMOVE, "  - {line: vips, when: vip, action: route_out, because: x}\n" + REMOVE),
    )
    found = differences(with_vip, SMALL)
    assert {difference.pair[0] for difference in found} == {"route_out"}
    assert all(difference.only_old == ("vip",) for difference in found)
    assert all("vip: yes  # only small 1 asks" in difference.old.written for difference in found)


def test_words_that_only_one_policy_has_count_as_unknown_for_the_other() -> None:
    kinds = "  excuse: {ask: An excuse?}\n  kind: {words: [%s], ask: What kind?}"
    urgent = "  - {line: kinds, when: {kind: b}, action: review_urgent, because: x}\n"
    old = small(("  excuse: {ask: An excuse?}", kinds % "a, b"), (REMOVE, urgent + REMOVE))
    new = small(("  excuse: {ask: An excuse?}", kinds % "b, c"), (REMOVE, urgent.replace("b}", "c}") + REMOVE))
    pairs = {difference.pair: difference.old.written for difference in differences(old, new)}
    assert "kind: b" in pairs["review_urgent", "review"]
    assert "kind: c" in pairs["review", "review_urgent"]


def test_a_fact_that_became_measured_may_still_be_said_to_be_unknown() -> None:
    measured = small(
        ("  excuse: {ask: An excuse?}", "  excuse: {from: copies.public.all, yes: [yes], ask: An excuse?}")
    )
    found = {difference.pair: difference for difference in differences(SMALL, measured)}
    assert "{copies: public}" in found["review", "no_action"].old.written
    assert ("no_action", "review") not in found  # whoever answers, answers for both


@examples(3)
@given(st.data(), hostile_policies(), hostile_policies(), posts_with_signals(), st.none() | reports())
def test_no_other_change_is_ever_seen(
    data: st.DataObject, old: Policy, new: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    possible = {difference.pair for difference in differences(old, new)}
    for _ in range(10):
        said = [*data.draw(answers(old)), *data.draw(answers(new))]
        pair = tuple(
            decide(policy, made[0], report, made[1], answers_for(policy, said)).recommendation.action
            for policy in (old, new)
        )
        assert pair[0] == pair[1] or pair in possible


def test_a_disagreement_is_never_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    from consentry.policy.proving import EncodingError, counterexamples

    stricter = small(("yes_at_least: 0.85", "yes_at_least: 0.95"))
    monkeypatch.setattr(counterexamples, "decide", lambda _policy, *rest: decide(SMALL, *rest))
    with pytest.raises(EncodingError, match=r"'private_setting' is .* for the solver, .* for the evaluator"):
        differences(SMALL, stricter)
