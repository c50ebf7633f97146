"""Whom the faces of a case are compared with, through the whole pipeline; promises 5 to 7, with attempts on them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from consentry import Assessment, Assessor, Case, Fact, Post, Report, RuntimeSettings
from consentry.media import open_media
from consentry.records import Media
from consentry.signals.faces import FaceMatcher, FacePicture
from consentry.signals.faces.claimants import said_to_be_minor
from consentry.signals.faces.enrolment import ClaimStore
from consentry.signals.faces.keys import MasterKey, new_key

NOW = datetime.now(UTC)
COLLINS = Report(report_id="collins", standing="depicted_person", identity="verified", consent="refused")


@pytest.fixture(scope="module")
def media(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, media: Path) -> ClaimStore:
    """Collins and Curie, each enrolled for a report of their own."""
    store = ClaimStore(tmp_path_factory.mktemp("claims"), MasterKey(new_key()))
    matcher = FaceMatcher.load(RuntimeSettings(threads=1))
    for name in ("collins", "curie"):
        photo = open_media(Media(path=media / f"reference_{name}.jpg"))
        found = matcher.reference_templates([FacePicture(name, photo.frames[0].pixels, photo.scale)])
        store.enrol(name, found.templates, expires=NOW + timedelta(days=1))
    return store


@pytest.fixture(scope="module")
def assessor(store: ClaimStore) -> Iterator[Assessor]:
    assessor = Assessor.load(settings=RuntimeSettings(threads=1), claims=store)
    yield assessor
    assessor.close()


@pytest.fixture(scope="module")
def bedroom(media: Path) -> Post:
    return Post(post_id="bedroom", media=(media / "bedroom.jpg",))


def band(assessment: Assessment) -> str | None:
    return assessment.signals.faces[0].band


def test_enrolled_templates_do_what_photos_do(assessor: Assessor, bedroom: Post, media: Path) -> None:
    by_template = assessor.assess(bedroom, COLLINS, enrolled=True)
    by_photo = assessor.assess(bedroom, COLLINS, [media / "reference_collins.jpg"])
    assert by_template == by_photo
    assert (band(by_template), by_template.signals.references_given, by_template.signals.references_used) == (
        "match", 1, 1,
    )  # fmt: skip


def test_a_report_is_compared_with_its_own_templates_and_no_others(assessor: Assessor, bedroom: Post) -> None:
    """Promise 5: the same store, the same post, another report."""
    curie = COLLINS.model_copy(update={"report_id": "curie"})
    nobody = COLLINS.model_copy(update={"report_id": "somebody else"})
    cases = [Case(post=bedroom, report=report, enrolled=True) for report in (curie, nobody, COLLINS)]
    found = list(assessor.assess_many(cases))
    assert [band(each) for each in found] == ["no_match", None, "match"]
    assert [note.code for note in found[1].signals.errors] == ["enrolment.missing"]
    assert found[1].signals.references_used == 0


def test_a_purged_claim_is_compared_with_nobody(store: ClaimStore, assessor: Assessor, bedroom: Post) -> None:
    templates = store.load("collins")
    store.enrol("gone", templates, expires=NOW + timedelta(days=1))
    gone = COLLINS.model_copy(update={"report_id": "gone"})
    assert band(assessor.assess(bedroom, gone, enrolled=True)) == "match"
    store.purge("gone")
    after = assessor.assess(bedroom, gone, enrolled=True)
    assert (band(after), [note.code for note in after.signals.errors]) == (None, ["enrolment.purged"])
    assert {fact.name: fact.value for fact in after.facts}["claimant_depicted"] == "unknown"


def test_without_a_store_it_is_said(bedroom: Post) -> None:
    assessor = Assessor.load(settings=RuntimeSettings(threads=1))
    found = assessor.assess_report(COLLINS, [bedroom], enrolled=True).assessments[0]
    assert [(note.stage, note.code) for note in found.signals.errors] == [("references", "enrolment.no_store")]
    assert band(found) is None
    assessor.close()


def test_a_case_takes_photos_or_templates_and_needs_a_report(bedroom: Post, media: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        Case(post=bedroom, report=COLLINS, references=(media / "reference_collins.jpg",), enrolled=True)
    with pytest.raises(ValueError, match="belong to a report"):
        Case(post=bedroom, enrolled=True)


class TestMinors:
    """No template is made of somebody who is said to be a minor, and nothing infers that they are."""

    @pytest.mark.parametrize("enrolled", [True, False])
    def test_a_childs_photo_is_not_embedded(
        self, assessor: Assessor, bedroom: Post, media: Path, monkeypatch: pytest.MonkeyPatch, enrolled: bool
    ) -> None:
        monkeypatch.setattr(
            "consentry.signals.faces.embedding.DlibEmbedder.embed", lambda *_: pytest.fail("a face was embedded")
        )
        flagged = Fact(name="apparent_minor", value="yes", source="report", detail="the reporter's child")
        photos = () if enrolled else (media / "reference_collins.jpg",)
        found = assessor.assess(bedroom, COLLINS, photos, [flagged], enrolled=enrolled)
        assert found.recommendation.action == "route_out"
        assert [note.code for note in found.signals.errors] == ["reference.minor"]
        assert (band(found), found.signals.references_used) == (None, 0)

    def test_without_a_photo_there_is_nothing_to_refuse(self, assessor: Assessor, bedroom: Post) -> None:
        flagged = Fact(name="apparent_minor", value="yes", source="report")
        assert assessor.assess(bedroom, COLLINS, (), [flagged]).signals.errors == ()

    def test_whose_word_counts(self) -> None:
        def said(value: str, source: str, day: int | None = None) -> Fact:
            moment = None if day is None else datetime(2026, 1, day, tzinfo=UTC)
            return Fact.model_validate(
                {"name": "apparent_minor", "value": value, "source": source, "observed_at": moment}
            )

        assert not said_to_be_minor([])
        assert not said_to_be_minor([Fact(name="public_figure", value="yes", source="reviewer")])
        assert said_to_be_minor([said("yes", "report")])
        assert not said_to_be_minor([said("yes", "report", 9), said("no", "reviewer", 1)])
        assert said_to_be_minor([said("no", "reviewer", 1), said("yes", "reviewer", 2)])
        # Two who contradict each other: better no template than one of a child.
        assert said_to_be_minor([said("no", "report"), said("yes", "report")])


def test_no_embedding_is_in_an_assessment_a_log_or_on_the_terminal(
    assessor: Assessor,
    bedroom: Post,
    store: ClaimStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Every number of every embedding that is made is looked for wherever something comes out."""
    from consentry.signals.faces.embedding import DlibEmbedder

    made: list[np.ndarray] = []
    embed = DlibEmbedder.embed
    monkeypatch.setattr(DlibEmbedder, "embed", lambda self, chips: (made.append(embed(self, chips)), made[-1])[1])
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.DEBUG):
        assessment = assessor.assess(bedroom, COLLINS, enrolled=True)
    numbers = np.concatenate([*(rows.ravel() for rows in made), *(each.embedding for each in store.load("collins"))])
    assert len(numbers) == 256
    printed = capfd.readouterr()
    shown = "".join([assessment.model_dump_json(), repr(assessment), caplog.text, printed.out, printed.err])
    shown += "".join(path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file())
    long_enough = {f"{abs(float(value)):.6f}" for value in numbers} | {repr(abs(float(value))) for value in numbers}
    assert not [number for number in long_enough if number in shown]
    assert not {"embedding", "template", "distance"} & set(_names(json.loads(assessment.model_dump_json())["signals"]))


def _names(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name != "copies":
                yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
