"""Who keeps a promise, the file or the guardrail; and what would come out if the guardrail were taken away."""

from __future__ import annotations

import pytest
from small_policy import REMOVE, small

from consentry.policy import Policy, decide
from consentry.policy.cases.files import parse_cases
from consentry.policy.deciding import guardrails
from consentry.policy.proving import EncodingError, Finding, prove
from consentry.policy.proving.encoding import Encoding
from consentry.policy.proving.world import make_world

EVENT = "{from: scene.public_event.min, yes_at_least: 0.9, why: It says so., ask: At an event?}"
LOW_EVENT = EVENT.replace("yes_at_least: 0.9", "yes_at_least: 0.9, no_at_most: 0.1")


def finding(policy: Policy, subject: str) -> Finding:
    (found,) = [finding for finding in prove(policy).findings if finding.subject == subject]
    return found


def test_a_score_that_could_rule_an_exception_out_takes_the_guardrail() -> None:
    found = finding(small((EVENT, LOW_EVENT)), "promise_4")
    assert found.holds
    assert found.detail == "The file does not ask for as much: the guardrail does the work."
    first, second = found.examples
    assert (first.rule, second.rule) == ("remove", "restrict")
    assert first.action != "recommend_removal"  # the guardrail at work


def test_without_the_guardrail_the_prover_finds_the_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guardrails, "hinges_on_event_score", lambda *_: False)
    monkeypatch.setattr(Encoding, "_hinges", False)
    found = finding(small((EVENT, LOW_EVENT)), "promise_4")
    assert not found.holds
    assert [case.action for case in found.cases] == ["recommend_removal", "recommend_restrict"]


def test_a_guardrail_that_the_solver_does_not_know_of_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoding that is not the evaluator's is an error, not a proof."""
    monkeypatch.setattr(Encoding, "_hinges", False)
    with pytest.raises(EncodingError):
        prove(small((EVENT, LOW_EVENT)))


def test_a_removal_that_hinges_on_a_line_being_ruled_out_by_the_score() -> None:
    """Found by proving promise 4: a low score rules out a milder line that any other score would leave open."""
    close = "  - {line: event_close, when: {all: [public_event, excuse]}, action: no_action, because: x}\n"
    policy = small((EVENT, LOW_EVENT), (REMOVE, close + REMOVE.replace("{not: excused}", "own_report")))
    assert finding(policy, "promise_4").holds
    (case,) = parse_cases("""
case: low-score
post: {media: [a.jpg]}
report: {standing: depicted_person, identity: verified}
signals:
  references: 1
  media: {a.jpg: {private_context: 0.95, public_event: 0.02, face: match}}
""")
    decided = decide(policy, case.post, case.report, case.signals).recommendation
    assert decided.rule == "remove"
    assert decided.action == "recommend_restrict"
    assert "hinge on the public-event score" in decided.guardrails[0]


def test_a_lowered_removal_does_not_bury_what_else_the_list_says() -> None:
    """Found by proving invariants: a threat was lowered to a request for papers because a removal stood before it."""
    urgent = "  - {line: urgent, when: {any: [excuse, minor]}, action: review_urgent, because: x}\n"
    policy = small(
        (REMOVE, "  - {line: remove, when: excuse, action: recommend_removal, because: x}\n"),
        ("  - {line: close, when: excused,", urgent + "  - {line: close, when: excused,"),
    )
    (case,) = parse_cases("{case: x, post: {}, report: {standing: depicted_person}, answers: {excuse: yes}}")
    decided = decide(policy, case.post, case.report, case.signals, case.facts).recommendation
    assert (decided.rule, decided.action) == ("remove", "review_urgent")
    (example,) = finding(policy, "promise_2").examples
    assert example.action == "review_urgent"
    assert len(decided.guardrails) == 1


def test_an_invariant_that_the_guardrails_keep_is_told() -> None:
    close = "  - {line: close, when: excused, action: no_action, because: x}\n"
    hasty = "  - {line: hasty, when: {all: [{possible: excused}, proven]}, action: recommend_removal, because: x}\n"
    kept = "  kept: {if: {possible: excused}, then: {never: [recommend_removal]}, because: Kept.}\n"
    found = finding(small((close, close + hasty), ("invariants:\n", "invariants:\n" + kept)), "kept")
    assert found.holds
    assert found.detail == "The file does not ask for as much: the guardrail does the work."


def test_a_policy_without_removals_has_nothing_to_guard() -> None:
    policy = small((REMOVE, ""))
    encoding = Encoding(policy, make_world([policy]))
    assert encoding.lowered.hinges is False
    assert encoding.lowered.passed_over is False
    assert encoding.action("recommend_removal") is False
    found = finding(policy, "promise_2")
    assert found.detail == "The file itself asks for as much; the guardrail has nothing to do."
    assert found.examples == ()


def test_the_number_of_faces_stays_the_same_when_a_match_gets_surer() -> None:
    crowd = "  crowd: {from: faces.count, yes_at_least: 5, no_at_most: 2, why: x, ask: Many?}\n"
    policy = small(
        ("  excuse: {ask", crowd + "  excuse: {ask"),
        ("when: {any: [excuse, public_event]}", "when: {any: [excuse, public_event, crowd]}"),
    )
    assert finding(policy, "face_match").holds


def test_an_input_that_the_prover_does_not_know_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from consentry.policy.proving import world

    monkeypatch.setattr(world, "TextVariables", None)
    policy = small()
    monkeypatch.setattr(world, "_any_of", lambda *_: False)
    with pytest.raises(EncodingError, match=r"does not know the input 'faces\.band'"):
        make_world([policy])
