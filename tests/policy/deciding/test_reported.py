"""One report, up to five posts, a recommendation for each."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from consentry.policy import PolicyError, ReportedPost, decide, decide_report, load_policy
from consentry.policy.cases.files import as_assessment, parse_cases
from consentry.records import Fact, Post, Report, ReportAssessment, Signals

POLICY = load_policy()
REPORT = Report(report_id="r", standing="depicted_person", identity="verified", consent="refused")


def posts(count: int) -> list[ReportedPost]:
    answers = (Fact(name="information", value="home_address", source="reviewer"),)
    return [
        ReportedPost(Post(post_id=str(index), text="words"), Signals(), answers if index % 2 else ())
        for index in range(count)
    ]


def test_each_post_is_decided_for_itself() -> None:
    found = decide_report(POLICY, REPORT, posts(5))
    assert [each.recommendation.action for each in found] == ["review", "recommend_removal"] * 2 + ["review"]
    for each, reported in zip(found, posts(5), strict=True):
        assert each == decide(POLICY, reported.post, REPORT, reported.signals, reported.facts)


def test_the_sixth_post_is_one_too_many() -> None:
    with pytest.raises(PolicyError, match="names 6 posts; one report may name 5") as caught:
        decide_report(POLICY, REPORT, posts(6))
    assert caught.value.code == "report.too_many_posts"


def test_a_post_is_named_once() -> None:
    with pytest.raises(PolicyError, match="the post '0' twice") as caught:
        decide_report(POLICY, REPORT, [*posts(2), *posts(1)])
    assert caught.value.code == "report.repeated_post"


ENTRY = "    - post: {text: words}\n      answers: {information: none}\n      expect: {action: review}\n"


def test_written_cases_with_several_posts() -> None:
    text = f"case: party\ntitle: A party\nreport: {{standing: other}}\nposts:\n{ENTRY * 5}"
    cases = parse_cases(text)
    assert [case.name for case in cases] == [f"party/{number}" for number in range(1, 6)]
    assert {case.report_name for case in cases} == {"party"}
    assert {case.report.report_id for case in cases if case.report} == {"party"}
    assert {case.title for case in cases} == {"A party"}
    with pytest.raises(PolicyError, match="line 5: The report 'party' names 6 posts") as caught:
        parse_cases(text + ENTRY, "own.yaml")
    assert caught.value.code == "report.too_many_posts"
    with pytest.raises(PolicyError, match="has no key 'title'"):
        parse_cases(text.replace("    - post: {text: words}\n", "    - title: x\n      post: {text: words}\n", 1))


def test_the_record_of_a_report_holds_its_own_assessments() -> None:
    cases = parse_cases(f"case: party\nreport: {{standing: other}}\nposts:\n{ENTRY * 2}")
    found = tuple(as_assessment(POLICY, case) for case in cases)
    assert ReportAssessment(report_id="party", assessments=found).assessments == found
    for wrong in ({"report_id": "other", "assessments": found}, {"report_id": "party", "assessments": found * 3}):
        with pytest.raises(ValidationError):
            ReportAssessment.model_validate(wrong)
