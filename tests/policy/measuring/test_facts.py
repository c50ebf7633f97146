"""Whose word counts, and how numbers become facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations
from typing import Any

import pytest
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import PROBABILITIES, answers, examples, posts_with_signals, reports

from consentry.policy import Policy, PolicyError, load_policy
from consentry.policy.measuring.facts import cut_number, cut_word, settle, settle_values
from consentry.policy.measuring.inputs import INPUTS, input_named
from consentry.policy.measuring.measurements import Number, Word
from consentry.policy.measuring.situation import Situation
from consentry.records import Fact, MediaOutcome, Post, Report, SceneScore, SceneSignal, Signals

POLICY = load_policy()
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
PRIVATE = INPUTS["scene.private_context.max"]
SETTING = next(fact for fact in POLICY.facts if fact.name == "private_setting")


def at_home(probability: float = 0.95) -> Situation:
    high = SceneScore(probability=probability, low=0.9, high=1.0, band="high")
    scene = SceneSignal(media_id="a", model="m", private_context=high, public_event=high)
    outcome = MediaOutcome(media_id="a", kind="image", frames=1)
    report = Report(report_id="r", standing="depicted_person", consent="refused", reported_at=EARLY)
    return Situation(Post(post_id="x", media=("a",)), report, Signals(media=(outcome,), scene=(scene,)))


def answer(
    value: str, source: Any, at: datetime | None = None, name: str = "private_setting", detail: str = ""
) -> Fact:
    return Fact(name=name, value=value, source=source, observed_at=at, detail=detail)


def settled(*answers: Fact, name: str = "private_setting") -> Fact:
    return next(fact for fact in settle(POLICY, at_home(), answers) if fact.name == name)


# --- thresholds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.85, 0.85, "yes"),
        (0.85, 1.0, "yes"),
        (0.8499, 1.0, "unknown"),
        (0.84, 0.84, "unknown"),
        (0.15, 0.15, "no"),
        (0.0, 0.15, "no"),
        (0.0, 0.1501, "unknown"),
        (0.0, 1.0, "unknown"),
    ],
)
def test_only_a_whole_interval_beyond_a_threshold_counts(low: float, high: float, expected: str) -> None:
    cut = cut_number(SETTING, PRIVATE, Number(low, high, "" if low == high else "not measured: b"))
    assert cut.value == expected
    assert "scene.private_context.max" in cut.detail


def test_the_detail_says_number_threshold_and_gap() -> None:
    assert cut_number(SETTING, PRIVATE, Number(0.9, 0.9)).detail == "scene.private_context.max is 0.9, yes from 0.85"
    between = cut_number(SETTING, PRIVATE, Number(0.3, 1.0, "not measured: b"))
    expected = "scene.private_context.max is 0.3 to 1 (not measured: b): neither yes from 0.85 nor no up to 0.15"
    assert between.detail == expected
    assert cut_number(SETTING, PRIVATE, Number(0.0, 1.0)).detail.endswith("it was not measured")


def test_a_threshold_may_be_left_out() -> None:
    only_yes, only_no = replace(SETTING, no_at_most=None), replace(SETTING, yes_at_least=None)
    assert cut_number(only_yes, PRIVATE, Number(0.0, 0.0)).value == "unknown"
    assert cut_number(only_no, PRIVATE, Number(1.0, 1.0)).value == "unknown"


def test_nothing_known_is_unknown_for_thresholds_that_no_loader_would_let_pass() -> None:
    for definition in (replace(SETTING, yes_at_least=0.0), replace(SETTING, no_at_most=1.0, yes_at_least=None)):
        assert cut_number(definition, PRIVATE, Number(0.0, 1.0)).value == "unknown"


def test_words_stand_for_yes_and_no() -> None:
    definition = replace(SETTING, measured="faces.band", yes_words=("match",), no_words=("no_match",))
    values = [cut_word(definition, Word(word)).value for word in ("match", "no_match", "no_face", "unknown")]
    assert values == ["yes", "no", "unknown", "unknown"]


# --- sources ----------------------------------------------------------------------------------------------------


def test_the_model_speaks_when_nobody_else_does() -> None:
    fact = settled()
    assert (fact.value, fact.source, fact.observed_at) == ("yes", "model", None)


@pytest.mark.parametrize("source", ["report", "post", "lookup", "reviewer"])
def test_everybody_outranks_the_model(source: str) -> None:
    assert settled(answer("no", source)).value == "no"


def test_ranks() -> None:
    ranked = [answer("yes", "report", LATE), answer("no", "lookup", LATE), answer("yes", "reviewer", EARLY)]
    assert settled(*ranked[:2]).source == "lookup"
    assert settled(*ranked).source == "reviewer"


def test_the_latest_word_of_a_source_counts_in_whatever_order() -> None:
    words = [answer("no", "reviewer", EARLY), answer("yes", "reviewer", LATE), answer("no", "reviewer")]
    assert {settled(*order).value for order in permutations(words)} == {"yes"}


def test_moments_are_compared_across_zones() -> None:
    tokyo = timezone(timedelta(hours=9))
    same = LATE.astimezone(tokyo)
    assert settled(answer("yes", "reviewer", LATE), answer("no", "reviewer", same)).value == "unknown"
    assert settled(answer("no", "reviewer", LATE.replace(tzinfo=None)), answer("yes", "reviewer", EARLY)).value == "no"


def test_a_contradiction_is_unknown_and_says_so() -> None:
    fact = settled(answer("no", "reviewer", LATE), answer("yes", "reviewer", LATE))
    assert (fact.value, fact.source) == ("unknown", "reviewer")
    assert "no and yes" in fact.detail


def test_agreement_is_no_contradiction() -> None:
    twice = [answer("no", "reviewer", LATE, detail="b"), answer("no", "reviewer", LATE, detail="a")]
    assert {settled(*order).detail for order in permutations(twice)} == {"a"}


def test_a_reviewer_can_take_the_model_back() -> None:
    assert settled(answer("unknown", "reviewer")).value == "unknown"


def test_the_reports_own_words_carry_its_date() -> None:
    assert settled(name="consent").observed_at == EARLY
    later = answer("given", "report", LATE, name="consent")
    assert settled(later, name="consent").value == "given"
    same = answer("given", "report", EARLY, name="consent")
    assert settled(same, name="consent").value == "unknown"
    assert settled(answer("given", "report", name="consent"), name="consent").value == "refused"


def test_nobody_has_said_anything() -> None:
    fact = settled(name="public_interest")
    assert (fact.value, fact.source) == ("unknown", "reviewer")
    assert fact.detail == "nobody has answered it yet"


@pytest.mark.parametrize(
    ("fact", "code", "says"),
    [
        (answer("no", "reviewer", name="private_seting"), "policy.unknown_name", "Did you mean 'private_setting'?"),
        (answer("nope", "reviewer"), "policy.unknown_word", "Did you mean 'no'?"),
        (answer("no", "model"), "policy.fact_source", "as a signal"),
    ],
)
def test_answers_that_cannot_be_used(fact: Fact, code: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says.replace("?", "\\?")) as caught:
        settled(fact)
    assert caught.value.code == code


# --- promise 3, for any policy ----------------------------------------------------------------------------------


@examples(40)
@given(hostile_policies())
def test_without_signals_no_fact_of_a_model_is_anything_but_unknown(policy: Policy) -> None:
    post = Post(post_id="x", media=("a", "b"), text="words")
    for definition, fact in zip(policy.facts, settle(policy, Situation(post, None, Signals()), ()), strict=True):
        if definition.measured is not None and input_named(definition.measured).source == "model":
            assert fact.value == "unknown"


@examples(40)
@given(st.data(), hostile_policies(), posts_with_signals())
def test_losing_a_signal_makes_facts_unknown_and_nothing_else(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals]
) -> None:
    post, signals = made
    fields = ("scene", "faces", "copies")
    less = signals.model_copy(
        update={field: tuple(item for item in getattr(signals, field) if data.draw(st.booleans())) for field in fields}
    )
    full, poor = (settle(policy, Situation(post, None, each), ()) for each in (signals, less))
    for before, after in zip(full, poor, strict=True):
        assert after.value in ("unknown", before.value)


@given(PROBABILITIES, PROBABILITIES, PROBABILITIES, PROBABILITIES)
def test_a_wider_interval_never_turns_a_fact(one: float, two: float, three: float, four: float) -> None:
    low, inner_low, inner_high, high = sorted((one, two, three, four))
    inner = cut_number(SETTING, PRIVATE, Number(inner_low, inner_high)).value
    assert cut_number(SETTING, PRIVATE, Number(low, high)).value in ("unknown", inner)


@examples(40)
@given(st.data(), st.just(load_policy()) | hostile_policies(), posts_with_signals(), st.none() | reports())
def test_values_without_words_are_the_same_values(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    situation = Situation(post=made[0], report=report, signals=made[1])
    said = data.draw(answers(policy))
    values, by_model = settle_values(policy, situation, said)
    settled = settle(policy, situation, said)
    assert values == [fact.value for fact in settled]
    # What nobody measures and nobody answered has no source that counts.
    assert by_model == [fact.source == "model" for fact in settled]
