"""The smallest change to another action: confirmed by trying every smaller one."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports
from small_policy import small

from consentry.policy import Policy, PolicyError, decide, load_policy
from consentry.policy.cases.files import as_assessment, parse_cases, read_cases
from consentry.policy.proving import EncodingError, counterfactuals, explain
from consentry.policy.proving.counterfactuals import RECORD_INPUTS, Counterfactual
from consentry.records import Action, Assessment, Circumstances, Fact, Post, Recommendation, Report, Signals

CASES = Path(__file__).resolve().parents[3] / "data" / "cases"
SMALL = small()
CASE = """
case: at-home
post: {media: [a.jpg]}
report: {standing: depicted_person}
signals:
  references: 1
  media:
    a.jpg: {private_context: 0.95, public_event: 0.95, face: match}
"""


def assessed(policy: Policy, written: str) -> Assessment:
    (case,) = parse_cases(written)
    return as_assessment(policy, case)


def by_action(policy: Policy, assessment: Assessment) -> dict[Action, Counterfactual]:
    return {item.action: item for item in explain(policy, assessment).counterfactuals}


def test_each_other_action_has_its_smallest_change() -> None:
    explanation = explain(SMALL, assessed(SMALL, CASE))
    assert explanation.decided.recommendation.rule == "close"
    shown = {
        item.action: [(step.fact, step.from_value, step.to_value, step.by) for step in item.steps]
        for item in explanation.counterfactuals
    }
    assert shown == {
        "route_out": [("minor", "unknown", "yes", "reviewer")],
        # An answered event is no excuse; what else could be one is still open, so the report has to be proved next.
        "request_verification": [("public_event", "yes", "no", "reviewer")],
        "review": [("private_setting", "yes", "no", "reviewer"), ("public_event", "yes", "no", "reviewer")],
        "recommend_restrict": [
            ("report.identity", "unverified", "verified", "report"),
            ("public_event", "yes", "no", "reviewer"),
        ],
        "recommend_removal": [
            ("report.identity", "unverified", "verified", "report"),
            ("public_event", "yes", "no", "reviewer"),
            ("excuse", "unknown", "no", "reviewer"),
        ],
    }
    assert [len(item.steps) for item in explanation.counterfactuals] == [1, 1, 2, 2, 3]
    described = explanation.counterfactuals[0].as_json()
    assert described["steps"][0]["ask"] in ("At an event?", "A minor?")


def test_what_the_report_says_changes_with_the_report_alone() -> None:
    found = by_action(SMALL, assessed(SMALL, CASE))
    for item in found.values():
        for step in item.steps:
            assert (step.by == "report") == (step.fact in RECORD_INPUTS)
            assert step.fact not in ("standing", "identity")


def test_an_answer_that_overruled_the_report_does_not_prove_it() -> None:
    """A reviewer said `verified`; the report does not. The guardrail asks the report, and so does the explanation."""
    overruled = CASE.replace("public_event: 0.95", "public_event: 0.1") + (
        "answers: {identity: verified, public_event: no, excuse: no}\n"
    )
    assessment = assessed(SMALL, overruled)
    assert assessment.recommendation.guardrails
    removal = by_action(SMALL, assessment)["recommend_removal"]
    assert [(step.fact, step.to_value) for step in removal.steps] == [("report.identity", "verified")]


def test_without_a_report_there_is_one_to_be_made() -> None:
    unreported = CASE.replace("report: {standing: depicted_person}\n", "")
    found = by_action(SMALL, assessed(SMALL, unreported + "answers: {public_event: no, excuse: no}\n"))
    steps = [(step.fact, step.from_value, step.to_value) for step in found["recommend_removal"].steps]
    assert steps == [
        ("report.standing", "none", "depicted_person"),
        ("report.identity", "unverified", "verified"),
    ]


def test_taking_the_report_back_is_one_step() -> None:
    proven = CASE.replace("depicted_person}", "authorised_representative, authority: lawyer, identity: verified}")
    found = by_action(SMALL, assessed(SMALL, proven + "answers: {public_event: no, excuse: no}\n"))
    assert len(found["review"].steps) == 1


def test_what_the_platform_knows_is_not_answered_otherwise() -> None:
    policy = load_policy()
    (case,) = [case for case in read_cases(CASES / "media.yaml") if case.name == "friends-private-video"]
    for item in explain(policy, as_assessment(policy, case)).counterfactuals:
        assert {step.fact for step in item.steps}.isdisjoint(
            {"has_media", "posted_at", "standing", "identity", "consent"}
        )


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    explain(SMALL, assessed(SMALL, CASE), progress=lambda *step: told.append(step))
    assert told[0][1:] == (0, 6)
    assert told[-1][1:] == (6, 6)


def test_an_assessment_that_holds_too_little_is_refused() -> None:
    stored = assessed(SMALL, CASE).model_copy(update={"circumstances": None})
    with pytest.raises(PolicyError) as caught:
        explain(SMALL, stored)
    assert caught.value.code == "policy.not_stored"


def test_what_the_evaluator_does_not_confirm_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = assessed(SMALL, CASE)
    as_it_is = decide(SMALL, *_parts(assessment))
    monkeypatch.setattr(counterfactuals, "decide", lambda *_: as_it_is)
    with pytest.raises(EncodingError) as caught:
        explain(SMALL, assessment)
    assert caught.value.code == "proving.disagreement"


def _parts(assessment: Assessment) -> tuple[Post, Report | None, Signals, tuple[Fact, ...]]:
    from consentry.policy.deciding.stored_cases import stored_circumstances, stored_post

    circumstances = stored_circumstances(assessment)
    return stored_post(assessment), circumstances.report, assessment.signals, circumstances.answers


# --- smallest, by trying all smaller ones -------------------------------------------------------------------------


@examples(6)
@given(st.data(), posts_with_signals(), reports())
def test_no_smaller_change_reaches_the_action(data: st.DataObject, made: tuple[Post, Signals], report: Report) -> None:
    said = data.draw(answers(SMALL, without=("standing", "identity")))
    decided = decide(SMALL, made[0], report, made[1], said)
    assessment = Assessment(
        post_id="post",
        signals=made[1],
        circumstances=Circumstances.of(made[0], report, said),
        facts=decided.facts,
        recommendation=decided.recommendation,
    )
    explained = {item.action: len(item.steps) for item in explain(SMALL, assessment).counterfactuals}
    reached = _reached(made[0], report, made[1], said, decided.recommendation, most=2)
    for action, steps in reached.items():
        assert explained[action] == steps
    assert all(steps > 2 for action, steps in explained.items() if action not in reached)


def _reached(
    post: Post, report: Report, signals: Signals, said: list[Fact], now: Recommendation, *, most: int
) -> dict[Action, int]:
    """With how many changes each action is reached, tried one by one: the definition, without a solver."""
    settled = {fact.name: fact.value for fact in decide(SMALL, post, report, signals, said).facts}
    words = {fact.name: fact.words for fact in SMALL.facts if fact.name not in ("standing", "identity")}
    items = [*words, "identity", "standing"]
    options: dict[str, list[str]] = {name: [w for w in words[name] if w != settled[name]] for name in words}
    options["identity"] = [
        w for w in ("unverified", "pending", "verified", "rejected", "expired") if w != report.identity
    ]
    options["standing"] = [
        w for w in ("depicted_person", "authorised_representative", "other", "none") if w != report.standing
    ]
    reached: dict[Action, int] = {}
    for size in range(1, most + 1):
        for chosen in combinations(items, size):
            for values in product(*(options[name] for name in chosen)):
                change = dict(zip(chosen, values, strict=True))
                changed = _changed(report, change)
                answered = [fact for fact in said if fact.name not in change]
                answered += [Fact(name=n, value=v, source="reviewer") for n, v in change.items() if n in words]
                action = decide(SMALL, post, changed, signals, answered).recommendation.action
                if action != now.action:
                    reached.setdefault(action, size)
    return reached


def _changed(report: Report, change: dict[str, str]) -> Report | None:
    standing = change.get("standing", report.standing)
    if standing == "none":
        return None
    fields = report.model_dump() | {"standing": standing, "identity": change.get("identity", report.identity)}
    if standing != "authorised_representative":
        fields["authority"] = None
    return Report.model_validate(fields)
