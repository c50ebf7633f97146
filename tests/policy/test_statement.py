"""Statements of reasons and letters: complete, in the database's words, and without anything of the case."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import answers, examples, posts_with_signals, reports
from pydantic import ValidationError

from consentry.policy import PolicyError, decide, list_policies, load_policy
from consentry.policy.cases.files import as_assessment, parse_cases
from consentry.policy.statement import (
    StatementOfReasons,
    letter_to_reporter,
    letter_to_uploader,
    statement_of_reasons,
)
from consentry.policy.statement.letters import complaints_until
from consentry.policy.statement.record import EEA
from consentry.records import (
    Action,
    Assessment,
    Circumstances,
    CopyMatch,
    CopySignal,
    Decision,
    ErrorNote,
    Fact,
    MediaOutcome,
    Post,
    Report,
    Signals,
)

ALL = {name: load_policy(name) for name in list_policies()}
POLICY = load_policy()
DECIDED = datetime(2026, 3, 31, 12, tzinfo=UTC)
CASE = """
case: leaked
post: {media: [party.mp4], text: look at her, posted_at: "2026-03-01T10:00:00Z"}
report: {standing: depicted_person, identity: verified, consent: refused, reported_at: "2026-03-02T10:00:00Z"}
signals:
  references: 2
  media: {party.mp4: {private_context: 0.96, public_event: 0.03, face: match, copies: nothing_found}}
  text: nothing_found
"""


def assessed(extra: str = "", case: str = CASE) -> Assessment:
    (written,) = parse_cases(case + extra)
    return as_assessment(POLICY, written)


def decided(assessment: Assessment, action: Action = "recommend_removal", **fields: Any) -> Decision:
    return Decision(
        post_id=assessment.post_id,
        report_id=assessment.report_id,
        action=action,
        decided_by="Jane Reviewer",
        reason="I saw it.",
        decided_at=DECIDED,
        **fields,
    )


def test_a_removal_in_the_words_of_the_database() -> None:
    assessment = assessed("answers: {intent_to_harass: yes, public_figure: yes}")
    made = statement_of_reasons(
        decided(assessment), assessment, reference_url="https://example.org/rules", language="EN"
    )
    payload = made.payload()
    assert payload["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert payload["decision_ground"] == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert payload["category"] == "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS"
    assert payload["category_addition"] == ["STATEMENT_CATEGORY_CYBER_VIOLENCE"]
    assert payload["content_type"] == ["CONTENT_TYPE_TEXT", "CONTENT_TYPE_VIDEO"]
    assert (payload["content_date"], payload["application_date"]) == ("2026-03-01", "2026-03-31")
    assert payload["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"
    assert payload["automated_detection"] == "No"
    assert payload["automated_decision"] == "AUTOMATED_DECISION_PARTIALLY"
    assert payload["territorial_scope"] == list(EEA)
    assert payload["content_language"] == "EN"
    assert "Media of a private individual shared without the permission" in payload["incompatible_content_explanation"]
    assert "2021-11-30" in payload["incompatible_content_ground"]
    assert "which defeats the exceptions" in payload["decision_facts"]
    assert "claimant depicted: yes (found by a model)" in payload["decision_facts"]
    assert "end_date_visibility_restriction" not in payload
    assert StatementOfReasons.model_validate(payload) == made


def test_a_restriction_and_its_end() -> None:
    assessment = assessed()
    decision = decided(assessment, "recommend_restrict")
    assert assessment.recommendation.action == "recommend_restrict"
    made = statement_of_reasons(decision, assessment, until=date(2026, 4, 30))
    assert made.decision_visibility == ("DECISION_VISIBILITY_CONTENT_DEMOTED",)
    assert made.payload()["end_date_visibility_restriction"] == "2026-04-30"
    assert "category_addition" not in made.payload()
    labelled = statement_of_reasons(decision, assessment, visibility="DECISION_VISIBILITY_CONTENT_LABELLED")
    assert labelled.decision_visibility == ("DECISION_VISIBILITY_CONTENT_LABELLED",)
    with pytest.raises(ValidationError, match="ends before it begins"):
        statement_of_reasons(decision, assessment, until=date(2026, 3, 1))


def test_what_the_platform_found_itself() -> None:
    unreported = "case: x\npost: {text: pay or else}\nsignals: {text: {exposure_threat: 0.9}}\n"
    assessment = assessed(case=unreported)
    made = statement_of_reasons(decided(assessment), assessment, content_date=date(2026, 1, 1))
    assert (made.source_type, made.automated_detection) == ("SOURCE_VOLUNTARY", "Yes")
    assert made.content_type == ("CONTENT_TYPE_TEXT",)
    assert "We came across it ourselves" in letter_to_uploader(decided(assessment), assessment)
    with pytest.raises(PolicyError, match="Nobody reported this post"):
        letter_to_reporter(decided(assessment), assessment)


def test_grounds_of_ones_own() -> None:
    clean = CASE.replace("consent: refused", "consent: given")
    assessment = assessed(case=clean)
    decision = decided(assessment, "recommend_restrict")
    with pytest.raises(PolicyError, match="No violation was found") as caught:
        statement_of_reasons(decision, assessment)
    assert caught.value.code == "policy.statement"
    with pytest.raises(PolicyError, match="Did you mean 'home_address_shared'"):
        statement_of_reasons(decision, assessment, grounds=["home_adress_shared"])
    made = statement_of_reasons(decision, assessment, grounds=["home_address_shared", "home_address_shared"])
    assert made.incompatible_content_explanation.startswith("A home address")
    assert "A home address" in letter_to_uploader(decision, assessment, grounds=["home_address_shared"])


def test_a_notice_of_illegal_content_is_named_as_one() -> None:
    assessment = assessed()
    made = statement_of_reasons(decided(assessment), assessment, article_16=True)
    assert made.source_type == "SOURCE_ARTICLE_16"


def test_what_stays_open_is_not_explained_by_doubts_about_the_report() -> None:
    """The line of a wave of reports says why somebody looks; the reporter is not told that they are doubted."""
    counted = CASE.replace("consent: refused", "consent: refused, reports_against_account: 500")
    assessment = assessed(case=counted.replace("identity: verified", "identity: unverified"))
    assert "good faith" in assessment.recommendation.because
    letter = letter_to_reporter(decided(assessment, "review"), assessment)
    assert "good faith" not in letter
    assert "You will hear from us again" in letter


def test_whose_post_stays_has_nothing_to_complain_about() -> None:
    assessment = assessed()
    uploader = letter_to_uploader(decided(assessment, "no_action"), assessment)
    assert "There is nothing that you have to do." in uploader
    assert "court" not in uploader
    assert "court" in letter_to_reporter(decided(assessment, "no_action"), assessment)


def test_what_cannot_be_stated() -> None:
    assessment = assessed()
    for action in ("no_action", "review", "route_out"):
        with pytest.raises(PolicyError, match="restricts nothing"):
            statement_of_reasons(decided(assessment, action), assessment)
    undated = assessed(case=CASE.replace(', posted_at: "2026-03-01T10:00:00Z"', ""))
    with pytest.raises(PolicyError, match="day of the post is not known"):
        statement_of_reasons(decided(undated), undated)
    other = decided(assessment).model_copy(update={"post_id": "another"})
    for write in (statement_of_reasons, letter_to_uploader, letter_to_reporter):
        with pytest.raises(PolicyError, match="The decision is about the post 'another'"):
            write(other, assessment)


def test_letters() -> None:
    assessment = assessed()
    uploader = letter_to_uploader(decided(assessment), assessment)
    reporter = letter_to_reporter(decided(assessment), assessment)
    for letter in (uploader, reporter):
        assert "The post has been taken down." in letter
        assert "until 2026-09-30" in letter  # six months from 31 March
        assert "It did not decide." in letter
        assert "court" in letter
    assert "Media of a private individual" in uploader
    assert "The photos that came with the report" in reporter
    assert "The reason is this" not in reporter  # the person decided otherwise than was recommended
    agreed = letter_to_reporter(decided(assessment, "recommend_restrict"), assessment)
    assert assessment.recommendation.because in agreed


@pytest.mark.parametrize("action", ["request_verification", "review", "review_urgent", "route_out"])
def test_letters_while_it_is_not_settled(action: Action) -> None:
    assessment = assessed()
    for letter in (letter_to_uploader, letter_to_reporter):
        assert "You will hear from us again" in letter(decided(assessment, action), assessment)


def test_complaints_can_be_made_for_six_months_at_the_least() -> None:
    assessment = assessed()
    assert complaints_until(decided(assessment), assessment) == date(2026, 9, 30)
    longer = assessment.recommendation.deadlines[-1].model_copy(update={"within": "12 months"})
    recommendation = assessment.recommendation.model_copy(update={"deadlines": (longer,)})
    assert complaints_until(
        decided(assessment), assessment.model_copy(update={"recommendation": recommendation})
    ) == date(2027, 3, 31)


def test_every_policy_fits_into_the_fields() -> None:
    """The longest that can be: every violation of the policy at once."""
    for policy in ALL.values():
        assert sum(len(clause.sentence) + 1 for clause in policy.clauses if clause.kind == "violation") < 5000


MARK = "Zq7Xsecret"


def marked(post: Post, signals: Signals) -> tuple[Post, Signals]:
    """The same with a secret word wherever words can stand."""
    names = {item.media_id: f"{MARK}-{item.media_id}" for item in post.media}
    note = ErrorNote(stage="media", code="x.y", message=MARK, remedy=MARK, media_id=MARK)
    media = tuple(MediaOutcome(media_id=name, kind="video", frames=1) for name in names.values())
    copies = tuple(
        CopySignal(
            media_id=name,
            model=MARK,
            quality=90,
            comparable=True,
            matches=(CopyMatch(bank="public", entry_id=MARK, distance=1, where=MARK),),
        )
        for name in names.values()
    )
    other = post.model_copy(
        update={
            "post_id": f"{MARK}-post",
            "text": MARK,
            "media": tuple(item.model_copy(update={"media_id": names[item.media_id]}) for item in post.media),
        }
    )
    return other, signals.model_copy(update={"media": media, "copies": copies, "errors": (note,)})


@examples(25)
@given(st.data(), posts_with_signals(), st.none() | reports(), st.sampled_from(sorted(ALL)))
def test_nothing_of_the_case_leaks(
    data: st.DataObject, made: tuple[Post, Signals], report: Report | None, name: str
) -> None:
    policy = ALL[name]
    post, signals = marked(*made)
    if report is not None:
        report = report.model_copy(update={"report_id": f"{MARK}-report", "statement": MARK})
    facts = [fact.model_copy(update={"detail": MARK}) for fact in data.draw(answers(policy))]
    violating = [Fact(name="information", value="home_address", source="reviewer", detail=MARK)]
    found = decide(policy, post, report, signals, [*facts, *violating])
    assessment = Assessment(
        post_id=post.post_id,
        report_id=report.report_id if report else None,
        signals=signals,
        circumstances=Circumstances.of(post, report, facts),
        facts=found.facts,
        recommendation=found.recommendation,
    )
    action = data.draw(st.sampled_from(("recommend_removal", "recommend_restrict")))
    decision = decided(assessment, action).model_copy(update={"decided_by": MARK, "reason": MARK})
    grounds = ("home_address_shared",) if not _violated(assessment) else ()
    if grounds and not _listed(assessment, grounds[0]):
        return
    texts = [
        statement_of_reasons(decision, assessment, grounds=grounds, content_date=date(2026, 1, 1)).model_dump_json(),
        letter_to_uploader(decision, assessment, grounds=grounds),
    ]
    if report is not None:
        texts.append(letter_to_reporter(decision, assessment))
    for text in texts:
        assert MARK not in text
        assert not re.search(r"[\w.-]+@[\w-]+\.\w+|\.jpg|\.mp4", text)
    uploader = texts[1] + texts[0]
    assert "depicted_person" not in uploader
    assert "authorised_representative" not in uploader


def _violated(assessment: Assessment) -> bool:
    return any(reason.kind in ("violation", "prohibited_behaviour") for reason in assessment.recommendation.fired)


def _listed(assessment: Assessment, clause: str) -> bool:
    found = assessment.recommendation
    return any(reason.clause == clause for reason in (*found.fired, *found.not_evaluated))
