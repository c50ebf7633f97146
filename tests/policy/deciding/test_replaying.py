"""A stored assessment is decided again as if its media were there."""

from __future__ import annotations

import pytest
from hostile_policies import hostile_policies
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports

from consentry.policy import Policy, PolicyError, decide, load_policy, redecide, replay
from consentry.policy.deciding.replaying import redecided
from consentry.policy.deciding.stored_cases import answers_for
from consentry.records import Assessment, Circumstances, Fact, Post, Report, Signals

POLICY = load_policy("twitter-private-media-2024-03-21")
OLDER = load_policy("twitter-private-media-2021-11-30")


def stored(policy: Policy, post: Post, report: Report | None, signals: Signals, facts: list[Fact]) -> Assessment:
    """As the pipeline stores it, through JSON and back."""
    decided = decide(policy, post, report, signals, facts)
    assessment = Assessment(
        post_id=post.post_id,
        report_id=report.report_id if report else None,
        signals=signals,
        circumstances=Circumstances.of(post, report, facts),
        facts=decided.facts,
        recommendation=decided.recommendation,
        components=(policy.digest,),
    )
    return Assessment.model_validate_json(assessment.model_dump_json())


@examples(30)
@given(st.data(), st.just(POLICY) | hostile_policies(), posts_with_signals(), st.none() | reports())
def test_the_same_policy_says_the_same_again(
    data: st.DataObject, policy: Policy, made: tuple[Post, Signals], report: Report | None
) -> None:
    assessment = stored(policy, made[0], report, made[1], data.draw(answers(policy)))
    again = redecided(policy, assessment)
    assert again.recommendation == assessment.recommendation
    assert again.facts == assessment.facts


@examples(15)
@given(st.data(), posts_with_signals(), st.none() | reports())
def test_another_policy_says_what_it_would_have_said(
    data: st.DataObject, made: tuple[Post, Signals], report: Report | None
) -> None:
    given_answers = data.draw(answers(OLDER))  # all of them known to the newer policy
    assessment = stored(OLDER, made[0], report, made[1], given_answers)
    expected = decide(POLICY, made[0], report, made[1], given_answers).recommendation
    assert redecide(POLICY, assessment) == expected
    counted = replay(POLICY, [assessment])
    assert counted.pairs == {(assessment.recommendation.action, expected.action): 1}


def test_the_words_and_the_statement_are_not_stored() -> None:
    post = Post(post_id="1", text="a secret", posted_at=None)
    report = Report(report_id="1", standing="other", statement="another secret")
    assert "secret" not in stored(POLICY, post, report, Signals(), []).model_dump_json()


def test_answers_that_the_other_policy_has_no_place_for() -> None:
    given_answers = [
        Fact(name="unmasks_user", value="yes", source="reviewer"),
        Fact(name="public_figure", value="no", source="lookup"),
        Fact(name="information", value="password", source="reviewer"),
    ]
    kept = answers_for(OLDER, given_answers)
    assert [(fact.name, fact.value) for fact in kept] == [("public_figure", "no"), ("information", "unknown")]
    assert "password" in kept[1].detail


def test_results_of_the_older_version_cannot_be_decided_again() -> None:
    old = stored(POLICY, Post(post_id="p"), None, Signals(), []).model_copy(update={"circumstances": None})
    with pytest.raises(PolicyError, match="'p' was stored by an older version") as caught:
        redecide(POLICY, old)
    assert caught.value.code == "policy.not_stored"


def test_changes_are_counted_by_pair() -> None:
    report = Report(report_id="1", standing="depicted_person", identity="verified")
    unmasked = [Fact(name="unmasks_user", value="yes", source="reviewer")]
    unmasked += [Fact(name="identity_known", value="no", source="reviewer")]
    rows = [
        stored(POLICY, Post(post_id=f"p{index}", text="x"), report, Signals(), unmasked if index < 3 else [])
        for index in range(5)
    ]
    found = replay(OLDER, rows)
    assert (found.total, found.differing) == (5, 3)
    assert found.pairs == {("recommend_removal", "review"): 3, ("review", "review"): 2}
    assert found.changed == {("recommend_removal", "review"): ["p0", "p1", "p2"]}
    between = replay(OLDER, rows, before=POLICY)
    assert between == found
    assert replay(OLDER, []).pairs == {}
