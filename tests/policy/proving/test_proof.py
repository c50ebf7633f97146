"""Everything that ships is proved, and every planted fault is found, with a case that the evaluator confirms."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from small_policy import REMOVE, small

from consentry.policy import Policy, decide, list_policies, load_policy
from consentry.policy.cases.files import parse_cases
from consentry.policy.logic.conditions import ClauseHolds, Possible
from consentry.policy.proving import Finding, Proof, case_file, prove

LATEST = "twitter-private-media-2024-03-21"
"""The last of its line; all the others are proved among the slow tests."""


@pytest.mark.parametrize(
    "name", [name if name == LATEST else pytest.param(name, marks=pytest.mark.slow) for name in list_policies()]
)
def test_every_policy_that_ships_is_proved(name: str) -> None:
    policy = load_policy(name)
    proof = prove(policy)
    assert [(finding.subject, finding.detail) for finding in proof.refuted] == []
    assert proof.holds
    subjects = {finding.subject for finding in proof.findings}
    assert {clause.name for clause in policy.clauses} <= subjects
    assert {line.name for line in policy.decisions} <= subjects
    assert {invariant.name for invariant in policy.invariants} <= subjects
    (promise,) = [finding for finding in proof.of("promises") if finding.subject == "promise_4"]
    assert promise.detail == "The file itself asks for as much; the guardrail has nothing to do."


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    proof = prove(small(), progress=lambda *step: told.append(step))
    assert told[0][1] == 0
    assert told[-1] == ("Proving small 1", len(proof.findings), len(proof.findings))


def test_the_same_policy_gives_the_same_proof() -> None:
    policy = small((REMOVE, REMOVE.replace("proven, violation", "violation")))
    assert json.dumps(prove(policy).as_json()) == json.dumps(prove(policy).as_json())


# --- planted faults -----------------------------------------------------------------------------------------------


def refuted(policy: Policy, *subjects: str) -> list[Finding]:
    """The findings against a policy: about these subjects, each with cases that the evaluator confirms."""
    proof = prove(policy)
    assert [finding.subject for finding in proof.refuted] == list(subjects)
    assert not proof.holds
    for finding in proof.refuted:
        _confirmed(policy, proof, finding)
    return list(proof.refuted)


def _confirmed(policy: Policy, proof: Proof, finding: Finding) -> None:
    """What is printed, read back from a file, comes out as the finding says."""
    if not finding.cases:
        assert finding.group in ("clauses", "decisions")  # that nothing makes a thing happen has no example
        return
    read = parse_cases(case_file(finding.cases))
    for case, shown in zip(read, finding.cases, strict=True):
        found = decide(policy, case.post, case.report, case.signals, case.facts).recommendation
        assert (found.action, found.rule) == (shown.action, shown.rule)
    described = next(item for item in proof.as_json()["findings"] if item["subject"] == finding.subject)
    assert [case["case"] for case in described["cases"]] == [case.written for case in finding.cases]


def test_a_removed_gate() -> None:
    policy = small((REMOVE, REMOVE.replace("proven, violation", "violation")))
    finding, *_ = refuted(policy, "removal_needs_proof")
    (case,) = finding.cases
    assert case.action == "recommend_removal"
    assert finding.line > 0
    promise = next(finding for finding in prove(policy).of("promises") if finding.subject == "promise_2")
    assert promise.holds
    assert promise.detail == "The file does not ask for as much: the guardrail does the work."
    assert promise.examples[0].rule == "remove"
    assert promise.examples[0].action != "recommend_removal"


def test_a_swapped_order() -> None:
    route = "  - {line: route, when: minor_routing, action: route_out, because: x}\n"
    # With the routing below the removal, more evidence turns a routed minor into a removal, too.
    swapped = small((route, ""), (REMOVE, REMOVE + route))
    finding, *_ = refuted(swapped, "minors_first", "face_match", "identity")
    (case,) = finding.cases
    assert case.rule == "remove"
    assert "minor: yes" in case.written


def test_a_dead_clause() -> None:
    policy = small(("{all: [claimant, private_setting]}", "{all: [claimant, private_setting, {not: claimant}]}"))
    proof = prove(policy)
    found = {finding.subject: finding.detail for finding in proof.refuted}
    assert found["violation"] == "It can never be yes: 'claimant' and not 'claimant' cannot hold together."
    assert found["remove"].startswith("It is dead: what it asks for can never hold")


def test_a_clause_that_always_holds() -> None:
    policy = small(("when: {any: [excuse, public_event]}", "when: {any: [excuse, {not: excuse}, public_event]}"))
    found = {finding.subject: finding.detail for finding in prove(policy).refuted}
    assert found["excused"] == "It can never be no: 'excuse' and not 'excuse' cannot fail together."


def test_a_clause_that_clashes_with_words() -> None:
    both = "{all: [{identity: [verified, pending]}, {any: [own_report, {not: own_report}]}, {identity: rejected}]}"
    policy = small(("when: {all: [own_report, {identity: verified}]}", f"when: {both}"))
    found = {finding.subject: finding.detail for finding in prove(policy).refuted}
    assert found["proven"] == (
        "It can never be yes: 'identity: verified or pending' and 'identity: rejected' cannot hold together."
    )


def test_a_shadowed_line_names_what_shadows_it() -> None:
    early = "  - {line: early, when: own_report, action: request_verification, because: x}\n"
    late = "  - {line: late, when: {any: [own_report, excused]}, action: review, because: x}\n"
    verify = "  - line: verify\n"
    policy = small((verify, early + late + verify))
    found = {finding.subject: finding.detail for finding in prove(policy).refuted}
    assert found["verify"] == "It is shadowed: whenever it would hold, 'early' is taken before it."
    assert found["late"] == "It is shadowed: whenever it would hold, 'close' or 'early' is taken before it."


def test_a_dead_line_of_clashing_parts() -> None:
    clashing = "{all: [{any: [excuse, minor]}, {not: excuse}, {not: minor}]}"
    dead = f"  - {{line: dead, when: {clashing}, action: review, because: x}}\n"
    (finding,) = refuted(small((REMOVE, dead + REMOVE)), "dead")
    assert finding.detail.startswith("It is dead: what it asks for can never hold: a part of it and not 'excuse' and")


def test_a_non_monotone_threshold() -> None:
    close_match = (
        "  close_match: {from: faces.match_probability, yes_at_least: 0.9, no_at_most: 0.6, why: x, ask: Close?}\n"
    )
    restrict = "{all: [proven, violation, {possible: {not: excused}}]}"
    policy = small(
        ("  excuse: {ask", close_match + "  excuse: {ask"),
        (restrict, "{all: [proven, violation, {not: close_match}, {possible: {not: excused}}]}"),
    )
    (finding,) = refuted(policy, "face_match")
    before, after = finding.cases
    assert (before.action, after.action) == ("recommend_restrict", "review")
    assert "match, 0" in before.written
    assert "match, 0" in after.written


def test_a_verified_identity_that_loses() -> None:
    trusting = "  - {line: trusting, when: {all: [proven, {possible: violation}]}, action: no_action, because: x}\n"
    (finding,) = refuted(small(("  - line: verify\n", trusting + "  - line: verify\n")), "identity")
    before, after = finding.cases
    assert (before.action, after.action) == ("request_verification", "no_action")
    assert "identity: verified" in after.written


def test_a_broken_invariant() -> None:
    never = "  never: {if: own_report, then: {never: [recommend_restrict]}, because: No.}\n"
    (finding,) = refuted(small(("invariants:\n", "invariants:\n" + never)), "never")
    (case,) = finding.cases
    assert finding.detail == "recommend_restrict comes out, by the line 'restrict'."
    # The shortest: a proven report, and two facts. The exceptions are unknown, which is why it is not a removal.
    (read,) = parse_cases(case.written)
    assert read.report is not None
    assert len(read.facts) + len(read.signals.media) + len(read.signals.scene) <= 2


def test_a_removal_that_rests_on_an_unknown() -> None:
    hasty = "{possible: {not: excuse}}, {not: public_event}"
    (finding,) = refuted(small((REMOVE, REMOVE.replace("{not: excused}", hasty))), "learning_removal")
    before, after = finding.cases
    assert before.action == "recommend_removal"
    assert after.action == "no_action"


def test_a_list_without_a_last_line() -> None:
    """The loader refuses it; a policy that is put together by hand may still come without one."""
    policy = small()
    (finding,) = prove(replace(policy, decisions=policy.decisions[:-1])).findings
    (case,) = finding.cases
    assert case.action is None
    assert case.written.startswith("case: nothing-results")
    assert "'verify'" in finding.detail


def test_a_clause_that_an_answer_turns() -> None:
    """The loader refuses `possible` in a clause, for this reason."""
    policy = small()
    hopeful = tuple(
        replace(clause, when=Possible(ClauseHolds("proven"))) if clause.name == "excused" else clause
        for clause in policy.clauses
    )
    proof = prove(replace(policy, clauses=hopeful))
    (finding,) = [finding for finding in proof.refuted if finding.subject == "learning_clauses"]
    assert finding.detail == "Turned by an answer: 'excused'."
    assert len(finding.cases) == 2


def test_an_invariant_that_says_nothing_is_told() -> None:
    empty = "  empty: {if: {all: [minor, {not: minor}]}, then: {only: [review]}, because: Never.}\n"
    proof = prove(small(("invariants:\n", "invariants:\n" + empty)))
    (finding,) = [finding for finding in proof.findings if finding.subject == "empty"]
    assert finding.holds
    assert finding.detail == "It says nothing: what it is about can never hold."


def test_a_removal_that_the_guardrails_always_lower_is_told() -> None:
    excused = "  - {line: close, when: excused, action: no_action, because: x}\n"
    never = (
        "  - {line: never, when: {all: [{possible: excused}, {possible: {not: excused}}, proven]}, "
        "action: recommend_removal, because: x}\n"
    )
    proof = prove(small((excused, excused + never)))
    (finding,) = [finding for finding in proof.findings if finding.subject == "never"]
    assert finding.holds
    assert finding.detail == "The guardrails lower it in every case: it never comes out as a removal."
    (promise,) = [finding for finding in proof.findings if finding.subject == "promise_3_removal"]
    assert promise.holds
    assert promise.detail == "The file does not ask for as much: the guardrail does the work."


def test_a_policy_that_reads_no_media() -> None:
    policy = small(
        ("  claimant: {from: faces.band, yes: [match], ask: Is it them?}\n", "  claimant: {ask: Is it them?}\n"),
        (
            "    from: scene.private_context.max\n    yes_at_least: 0.85\n    no_at_most: 0.15\n    why: It says so.\n",
            "",
        ),
        ("{from: scene.public_event.min, yes_at_least: 0.9, why: It says so., ask: At an event?}", "{ask: Event?}"),
    )
    details = {finding.subject: finding.detail for finding in prove(policy).findings if finding.holds}
    assert details["promise_4"] == "The policy reads no scene score."
    assert details["face_match"] == "The policy reads no face comparison."
