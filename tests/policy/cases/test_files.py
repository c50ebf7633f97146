"""The written form of cases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from consentry.policy import PolicyError, decide, load_policy
from consentry.policy.cases.files import parse_cases, read_cases, unmet

WHOLE = """\
case: whole
title: Everything that can be said
policy: twitter-private-media-2022-04-05
post: {media: [a.jpg, b.mp4], text: "two   words", account: media_outlet, posted_at: "2026-01-01T10:00:00"}
report:
  standing: authorised_representative
  authority: lawyer
  identity: pending
  consent: withdrawn
  reported_at: "2026-01-02"
  statement: Please.
  window_days: 7
  reports_by_reporter: 3
  rejected_reports_by_reporter: 1
  reports_against_account: 40
signals:
  references: 2
  media:
    a.jpg: {private_context: 0.9, public_event: [0.4, uncertain], face: [no_match, 0.1], copies: removed}
    b.mp4: {unreadable: yes}
  text: {phone: 0.9, reward_offer: 0.7}
answers: {public_interest: no}
lookups: {public_figure: yes}
expect:
  action: review
  rule: otherwise
  decisive: [one]
  fired: one
  asks: [two, three]
  guardrails: 1
  deadlines: {look: "2026-01-03T10:00:00Z", appeal: "2026-07-03"}
"""


def test_everything_that_can_be_said() -> None:
    (case,) = parse_cases(WHOLE)
    assert (case.name, case.title) == ("whole", "Everything that can be said")
    assert [item.media_id for item in case.post.media] == ["a.jpg", "b.mp4"]
    assert case.post.account == "media_outlet"
    assert case.report is not None
    assert case.report.reported_at == datetime(2026, 1, 2)  # noqa: DTZ001 - as written, without a zone
    assert case.report.authority == "lawyer"
    assert (case.policy, case.report_name) == ("twitter-private-media-2022-04-05", "whole")
    assert (case.report.window_days, case.report.reports_by_reporter) == (7, 3)
    assert (case.report.rejected_reports_by_reporter, case.report.reports_against_account) == (1, 40)
    signals = case.signals
    assert (signals.references_given, signals.references_used) == (2, 2)
    assert [outcome.error is None for outcome in signals.media] == [True, False]
    assert len(signals.scene) == len(signals.faces) == len(signals.copies) == 1
    assert signals.scene[0].private_context.band == "high"
    assert (signals.scene[0].public_event.probability, signals.scene[0].public_event.band) == (0.4, "uncertain")
    assert signals.faces[0].match_probability == 0.1
    assert signals.copies[0].matches[0].bank == "removed"
    assert signals.text is not None
    assert {finding.kind: finding.probability for finding in signals.text.findings} == {
        "phone": 0.9,
        "reward_offer": 0.7,
    }
    assert [(fact.name, fact.value, fact.source) for fact in case.facts] == [
        ("public_interest", "no", "reviewer"),
        ("public_figure", "yes", "lookup"),
    ]
    assert case.expected is not None
    assert (case.expected.fired, case.expected.asks) == (("one",), ("two", "three"))
    assert case.expected.guardrails == 1
    assert [name for name, _ in case.expected.deadlines] == ["look", "appeal"]
    assert case.expected.deadlines[0][1] == datetime(2026, 1, 3, 10, tzinfo=UTC)


def test_what_is_left_out_was_not_measured() -> None:
    (case,) = parse_cases("case: bare\npost: {media: [a.jpg]}\nreport: none\n")
    assert case.report is None
    assert case.signals.media == case.signals.scene == ()
    assert case.signals.text is None
    assert case.expected is None


@pytest.mark.parametrize(
    ("medium", "bands"),
    [
        (
            "{private_context: 0.1, public_event: uncertain, face: no_face, copies: not_comparable}",
            ("low", "uncertain"),
        ),
        ("{private_context: [high, 0.4], public_event: 0.5, face: match, copies: public}", ("high", "high")),
        ("{private_context: 1, public_event: 0, face: inconclusive, copies: nothing_found}", ("high", "low")),
    ],
)
def test_short_forms_of_a_medium(medium: str, bands: tuple[str, str]) -> None:
    (case,) = parse_cases(
        f"case: x\npost: {{media: [a.jpg]}}\nsignals:\n  media:\n    a.jpg: {medium}\n  text: nothing_found\n"
    )
    scene = case.signals.scene[0]
    assert (scene.private_context.band, scene.public_event.band) == bands
    assert case.signals.text is not None
    assert case.signals.text.findings == ()
    assert len(case.signals.faces) == len(case.signals.copies) == 1


def test_a_readable_medium_without_signals() -> None:
    (case,) = parse_cases("case: x\npost: {media: [a.jpg]}\nsignals: {media: {a.jpg: {unreadable: no}}}\n")
    assert case.signals.media[0].frames == 1
    assert case.signals.scene == case.signals.faces == case.signals.copies == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "says"),
    [
        ("title:", "titel:", "policy.unknown_key", 2, "Did you mean 'title'?"),
        ("case: whole\n", "", "policy.missing_key", 1, "lacks 'case'"),
        ("account: media_outlet", "account: newspaper", "policy.case", 4, "'account' is not right"),
        ("standing: authorised", "standing: unauthorised", "policy.case", 6, "'standing' is not right"),
        ("standing: authorised_representative", "standing: other", "policy.case", 6, "authority is only for"),
        ("references: 2", "references: 1.5", "policy.wrong_type", 17, "whole number"),
        ("references: 2", "references: -1", "policy.wrong_type", 17, "whole number"),
        ("    b.mp4:", "    c.mp4:", "policy.unknown_name", 20, "The post has: a.jpg, b.mp4."),
        ("face: [no_match", "face: [nomatch", "policy.unknown_word", 19, "Did you mean 'no_match'?"),
        ("face: [no_match, 0.1]", "face: [no_match, 1.1]", "policy.case", 19, "between 0 and 1"),
        ("private_context: 0.9, ", "", "policy.case", 19, "without the other"),
        ("copies: removed", "copies: remove", "policy.unknown_word", 19, "Did you mean 'removed'?"),
        ("reward_offer: 0.7", "reward: 0.7", "policy.unknown_word", 21, "Did you mean 'reward_offer'?"),
        ("text: {phone: 0.9, reward_offer: 0.7}", "text: clean", "policy.wrong_type", 21, "nothing_found"),
        ("\n  reports_by_reporter: 3", "\n  reports_by_reporter: -3", "policy.case", 6, "'reports_by_reporter' is not"),
        ("2026-01-03T10:00:00Z", "soon", "policy.case", 31, "must be a moment"),
        ("action: review", "action: reviw", "policy.unknown_word", 25, "Did you mean 'review'?"),
    ],
)
def test_faults_are_named(old: str, new: str, code: str, line: int, says: str) -> None:
    assert WHOLE.count(old) == 1
    with pytest.raises(PolicyError) as caught:
        parse_cases(WHOLE.replace(old, new), "own.yaml")
    assert caught.value.code == code
    assert caught.value.message.startswith(f"own.yaml, line {line}:"), caught.value.message
    assert says in str(caught.value)


def test_names_are_different() -> None:
    with pytest.raises(PolicyError, match="'x' is there twice"):
        parse_cases("- {case: x, post: {}}\n- {case: x, post: {}}\n")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(WHOLE, encoding="utf-8")
    assert read_cases(path) == parse_cases(WHOLE)
    for missing in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(PolicyError, match="cannot be read") as caught:
            read_cases(missing)
        assert caught.value.code == "policy.not_found"


def test_what_an_expectation_does_not_meet_is_said() -> None:
    text = 'case: x\npost: {text: words, posted_at: "2026-01-01"}\nreport: {standing: other}\n'
    expect = """expect:
  action: no_action
  rule: nothing
  decisive: [bounty]
  asks: [colour]
  guardrails: 1
  deadlines: {appeal_6_months: "2026-01-01", urgent_24_hours: "2026-01-01T00:00:00"}
"""
    (case,) = parse_cases(text + "signals: {text: {reward_offer: 0.9}}\n" + expect)
    found = decide(load_policy(), case.post, case.report, case.signals).recommendation
    assert case.expected is not None
    complaints = "\n".join(unmet(case.expected, found))
    for part in (
        "no_action was expected, review_urgent came out (line urgent_bounty)",
        "the line nothing was expected",
        "colour is not among: asks",
        "1 guardrails were expected",
        "the deadline appeal_6_months does not run (urgent_24_hours)",
        "the deadline urgent_24_hours was expected at 2026-01-01 00:00:00, and is at no known date",
    ):
        assert part in complaints
    assert "bounty is not" not in complaints
    (met,) = parse_cases(text + "expect: {action: review}\n")
    assert met.expected is not None
    assert unmet(met.expected, decide(load_policy(), met.post, met.report, met.signals).recommendation) == ()


def test_true_and_false_are_taken_for_yes_and_no() -> None:
    text = """\
case: a
post: {}
answers: {public_interest: true, minor: False}
lookups: {public_figure: Yes}
"""
    (case,) = parse_cases(text)
    assert {fact.name: fact.value for fact in case.facts} == {
        "public_interest": "yes",
        "minor": "no",
        "public_figure": "yes",
    }
