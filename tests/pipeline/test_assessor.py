"""The pipeline on real media: what it measures, that it is the same every time, and that nothing stops it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from consentry import Assessment, Assessor, Case, Fact, Media, Post, Report, RuntimeSettings, json_schema
from consentry.batch import RowError, read_manifest
from consentry.policy import PolicyError, redecide


@pytest.fixture(scope="module")
def assessor(repository: Path) -> Assessor:
    return Assessor.load(bank=repository / "data/demo/bank.csv", settings=RuntimeSettings(threads=2))


@pytest.fixture(scope="module")
def cases(repository: Path) -> dict[str, Case]:
    rows = read_manifest(repository / "data/demo/posts.yaml")
    return {row.post.post_id: row for row in rows if not isinstance(row, RowError)}


@pytest.fixture(scope="module")
def assessments(assessor: Assessor, cases: dict[str, Case]) -> dict[str, Assessment]:
    return {found.post_id: found for found in assessor.assess_many(cases.values())}


GOLDEN = {
    "at-home": ("recommend_restrict", "restrict_media", "match"),
    "at-home-reviewed": ("recommend_removal", "remove_media", "match"),
    "conference-group": ("review", "look_at_exception", "inconclusive"),
    "conference-not-in-it": ("review", "look_at_exception", "no_match"),
    "empty-room": ("review", "look_for_claimant", "no_face"),
    "football-match": ("review", "look_at_exception", None),
    "unverified-reporter": ("request_verification", "verify_identity", None),
    "reward-for-a-name": ("review_urgent", "urgent_bounty", None),
    "contact-details": ("review", "look_at_face", None),
    "out-of-focus": ("review", "look_at_face", "inconclusive"),
    "damaged-file": ("review", "look_at_unread_media", "no_face"),
    "street-video": ("review", "look_for_claimant", "no_face"),
}


@pytest.mark.parametrize("post_id", GOLDEN)
def test_the_demo_posts_get_what_a_reviewer_would_expect(assessments: dict[str, Assessment], post_id: str) -> None:
    assessment = assessments[post_id]
    band = assessment.signals.faces[0].band if assessment.signals.faces else None
    assert (assessment.recommendation.action, assessment.recommendation.rule, band) == GOLDEN[post_id]
    assert assessment.recommendation.requires_human_decision is True


def test_every_demo_post_is_covered(cases: dict[str, Case]) -> None:
    assert set(cases) == set(GOLDEN)


def test_assessments_follow_the_schema_and_survive_json(assessments: dict[str, Assessment]) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    for assessment in assessments.values():
        text = assessment.model_dump_json()
        validator.validate(json.loads(text))
        assert Assessment.model_validate_json(text) == assessment


def test_a_batch_gives_what_one_by_one_gives(
    assessor: Assessor, cases: dict[str, Case], assessments: dict[str, Assessment]
) -> None:
    chosen = ["at-home", "football-match", "damaged-file", "reward-for-a-name"]
    for size in (1, 3):
        again = assessor.assess_many([cases[post_id] for post_id in reversed(chosen)], batch_size=size)
        for found in again:
            assert found.model_dump_json() == assessments[found.post_id].model_dump_json()


def test_nothing_in_nothing_out(assessor: Assessor) -> None:
    assert list(assessor.assess_many([])) == []


def test_an_unreadable_medium_shows_and_the_rest_is_measured(assessments: dict[str, Assessment]) -> None:
    signals = assessments["damaged-file"].signals
    assert [item.frames for item in signals.media] == [0, 1]
    assert signals.media[0].error is not None
    assert signals.errors[0].code == "media.damaged"
    assert [signal.media_id for signal in signals.scene] == ["stock_photo_mirrored.jpg"]
    assert signals.copies[0].matches[0].entry_id == "pexels-4352247"


def test_a_video_has_a_timeline(assessments: dict[str, Assessment]) -> None:
    (scene,) = assessments["street-video"].signals.scene
    assert [moment.second for moment in scene.timeline] == [float(second) for second in range(12)]
    assert assessments["street-video"].signals.media[0].kind == "video"


def test_a_score_says_which_model_and_where(assessments: dict[str, Assessment]) -> None:
    assessment = assessments["at-home"]
    (scene,) = assessment.signals.scene
    assert scene.model.startswith("scene@")
    assert scene.private_context.low <= scene.private_context.probability <= scene.private_context.high
    assert scene.private_context.saliency is not None
    assert max(scene.private_context.saliency.values) == 100
    assert {component.name.split("/")[0] for component in assessment.components} == {
        "bank", "faces", "policy", "scene", "text",
    }  # fmt: skip
    assert all(len(component.sha256) == 64 for component in assessment.components)


def test_media_may_be_bytes(assessor: Assessor, repository: Path, assessments: dict[str, Assessment]) -> None:
    data = (repository / "data/demo/media/football_match.jpg").read_bytes()
    found = assessor.assess(Post(post_id="x", media=(Media(media_id="football_match.jpg", data=data),)))
    assert found.signals.scene == assessments["football-match"].signals.scene


def test_without_a_report_media_are_scored_and_nobody_is_compared(assessor: Assessor, cases: dict[str, Case]) -> None:
    found = assessor.assess(cases["at-home"].post)
    assert found.report_id is None
    assert found.signals.scene
    assert found.signals.faces[0].band is None
    assert found.recommendation.action == "no_action"


def test_a_reference_that_cannot_be_read_is_said_and_costs_nothing_else(
    assessor: Assessor, cases: dict[str, Case], tmp_path: Path, repository: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff broken")
    case = cases["at-home"]
    good = repository / "data/demo/media/reference_collins.jpg"
    found = assessor.assess(case.post, case.report, [broken, good])
    assert (found.signals.references_given, found.signals.references_used) == (2, 1)
    assert [(note.stage, note.media_id) for note in found.signals.errors] == [("references", "broken.jpg")]
    assert found.signals.faces[0].band == "match"


def test_a_reviewers_answer_outranks_the_model(assessor: Assessor, cases: dict[str, Case]) -> None:
    case = cases["at-home"]
    answer = Fact(name="claimant_depicted", value="no", source="reviewer", detail="it is her sister")
    found = assessor.assess(case.post, case.report, case.references, [answer])
    assert found.signals.faces[0].band == "match"
    (fact,) = [fact for fact in found.facts if fact.name == "claimant_depicted"]
    assert (fact.value, fact.source) == ("no", "reviewer")
    assert found.recommendation.action != "recommend_restrict"


class TestWithoutAModel:
    """Promise 3: what could not be measured is unknown, and shows."""

    @pytest.fixture
    def models(self, repository: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(repository / "models", tmp_path / "models"))

    def test_a_damaged_scene_model_leaves_scores_unknown(self, models: Path, cases: dict[str, Case]) -> None:
        graph = next((models / "scene").rglob("*.onnx"))
        graph.write_bytes(graph.read_bytes()[:-1] + b"\0")
        assessor = Assessor.load(models=models, settings=RuntimeSettings(threads=1))
        case = cases["at-home"]
        found = assessor.assess(case.post, case.report, case.references)
        assert found.signals.scene == ()
        assert [note.code for note in found.signals.errors] == ["model.damaged"]
        assert {fact.name: fact.value for fact in found.facts}["private_setting"] == "unknown"
        assert found.recommendation.action == "review"

    def test_a_missing_face_model_leaves_the_claimant_unknown(self, models: Path, cases: dict[str, Case]) -> None:
        shutil.rmtree(models / "faces")
        assessor = Assessor.load(models=models, settings=RuntimeSettings(threads=1))
        case = cases["empty-room"]
        found = assessor.assess(case.post, case.report, case.references)
        assert found.signals.faces == ()
        assert [(note.stage, note.code) for note in found.signals.errors] == [("faces", "model.missing")]
        assert {fact.name: fact.value for fact in found.facts}["claimant_depicted"] == "unknown"
        assert str(models) not in found.model_dump_json()


def test_a_report_is_needed_for_references(assessor: Assessor, cases: dict[str, Case]) -> None:
    with pytest.raises(ValueError, match="belong to a report"):
        assessor.assess(cases["at-home"].post, None, cases["at-home"].references)
    assert Report(report_id="1", standing="other").identity == "unverified"


def test_a_report_about_several_posts(assessor: Assessor, cases: dict[str, Case]) -> None:
    chosen = [cases["empty-room"], cases["contact-details"], cases["damaged-file"]]
    report = Report(report_id="one", standing="depicted_person", identity="verified", consent="refused")
    answer = Fact(name="information", value="home_address", source="reviewer")
    found = assessor.assess_report(
        report, [case.post for case in chosen], chosen[0].references, {"contact-details": [answer]}
    )
    assert [each.post_id for each in found.assessments] == [case.post.post_id for case in chosen]
    assert {each.report_id for each in found.assessments} == {"one"}
    assert [each.recommendation.rule for each in found.assessments] == [
        "look_for_claimant",
        "remove_information",
        "look_at_unread_media",
    ]
    assert found.assessments[0] == assessor.assess(chosen[0].post, report, chosen[0].references)


def test_a_report_about_too_many_posts(assessor: Assessor) -> None:
    report = Report(report_id="one", standing="other")
    with pytest.raises(PolicyError) as caught:
        assessor.assess_report(report, [Post(post_id=str(number), text="x") for number in range(6)])
    assert caught.value.code == "report.too_many_posts"


def test_a_stored_assessment_can_be_decided_again(assessor: Assessor, assessments: dict[str, Assessment]) -> None:
    for assessment in assessments.values():
        stored = Assessment.model_validate_json(assessment.model_dump_json())
        assert redecide(assessor.policy, stored) == assessment.recommendation
