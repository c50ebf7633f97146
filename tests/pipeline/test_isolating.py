"""What breaks over one post costs as little of it as can be, is said, and never ends the others. Promises 3 and 13."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consentry import Assessment, Assessor, Case, Fact, Media, Post, Report, RuntimeSettings
from consentry.batch import RowError, read_manifest
from consentry.defects import CODE, InternalError
from consentry.errors import ConsentryError
from consentry.pipeline.opening_ahead import Bounds
from consentry.policy import PolicyError
from consentry.signals.copies import Bank
from consentry.signals.faces import FaceMatcher
from consentry.signals.scene import SceneScorer
from consentry.signals.text import TextReader

SETTINGS = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def assessor(repository: Path) -> Assessor:
    return Assessor.load(bank=repository / "data/demo/bank.csv", settings=SETTINGS)


@pytest.fixture(scope="module")
def cases(repository: Path) -> dict[str, Case]:
    rows = read_manifest(repository / "data/demo/posts.yaml")
    return {row.post.post_id: row for row in rows if not isinstance(row, RowError)}


@pytest.fixture
def two_media(cases: dict[str, Case], repository: Path) -> Case:
    """A post with two pictures, a report and a reference photo."""
    case = cases["at-home"]
    media = (*case.post.media, Media(path=repository / "data/demo/media/football_match.jpg"))
    return case.model_copy(update={"post": case.post.model_copy(update={"media": media})})


def breaks(method: str, kind: type, over: Callable[..., bool], error: Exception) -> Any:
    """A method that raises over some arguments."""
    sound = getattr(kind, method)

    def broken(*arguments: Any, **named: Any) -> Any:
        if over(*arguments, **named):
            raise error
        return sound(*arguments, **named)

    return broken


def shows(pixels: np.ndarray[Any, Any], case: Case, index: int) -> bool:
    """Whether these are the pixels of a medium of a case; its shape tells."""
    from PIL import Image

    path = case.post.media[index].path
    assert path is not None
    with Image.open(path) as picture:
        width, height = picture.size
    return abs(pixels.shape[1] / pixels.shape[0] - width / height) < 0.01


BROKEN = [
    ("scene", SceneScorer, "score", lambda case: lambda _, frames: any(shows(f, case, 1) for f in frames)),
    (
        "faces",
        FaceMatcher,
        "compare",
        lambda case: lambda _, claims: any(shows(f.pixels, case, 1) for claim in claims for f in claim.frames),
    ),
    ("text", TextReader, "analyse", lambda case: lambda _, text: text == case.post.text),
    ("copies", Bank, "near", lambda _: lambda *_, **__: True),
]


@pytest.mark.parametrize(("stage", "kind", "method", "over"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_model_that_breaks_over_one_medium_costs_that_medium_and_no_other_post(
    assessor: Assessor,
    cases: dict[str, Case],
    two_media: Case,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    kind: type,
    method: str,
    over: Callable[[Case], Callable[..., bool]],
) -> None:
    other = cases["contact-details"]
    sound, whole = assessor.assess_many([other, two_media])
    monkeypatch.setattr(kind, method, breaks(method, kind, over(two_media), KeyError("her words")))
    met: list[tuple[int, InternalError]] = []
    found = dict(
        assessor.assess_as_ready(enumerate([other, two_media]), defects=lambda key, error: met.append((key, error)))
    )
    broken = found[1]
    assert isinstance(broken, Assessment)
    if stage != "copies":
        assert found[0] == sound, "the others are what they would have been"
    notes = [note for note in broken.signals.errors if note.code == CODE]
    media_ids = [item.media_id for item in two_media.post.media]
    expected = {"scene": media_ids[1:], "faces": media_ids[1:], "text": [None], "copies": media_ids}[stage]
    assert [(note.stage, note.media_id) for note in notes] == [(stage, media_id) for media_id in expected]
    assert all("KeyError" in note.message and "her words" not in note.model_dump_json() for note in notes)
    for name in {"scene", "faces", "copies"} - {stage}:
        assert getattr(broken.signals, name) == getattr(whole.signals, name)
    assert broken.signals.media == whole.signals.media
    if stage == "text":
        assert broken.signals.text is None
    else:
        left = [signal.media_id for signal in getattr(broken.signals, stage)]
        assert left == [media_id for media_id in media_ids if media_id not in expected]
        assert broken.signals.text == whole.signals.text
    assert {key for key, _ in met if key == 1}
    assert all("her words" not in error.trace and "KeyError" in error.trace for _, error in met)


def test_what_broke_is_unknown_to_the_policy(
    assessor: Assessor, two_media: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SceneScorer, "score", breaks("score", SceneScorer, lambda *_: True, RuntimeError("x")))
    (found,) = assessor.assess_many([two_media])
    assert {fact.name: fact.value for fact in found.facts}["private_setting"] == "unknown"
    assert found.recommendation.requires_human_decision is True


def test_memory_that_does_not_suffice_is_no_defect(
    assessor: Assessor, two_media: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FaceMatcher, "compare", breaks("compare", FaceMatcher, lambda *_: True, MemoryError()))
    met: list[object] = []
    ((_, found),) = assessor.assess_as_ready([(0, two_media)], defects=lambda *of: met.append(of))
    assert isinstance(found, Assessment)
    assert {note.code for note in found.signals.errors} == {"assess.memory"}
    assert met == []


@pytest.mark.parametrize("batch_bytes", [1, 3_000_000])
def test_a_post_that_is_measured_in_parts_comes_out_the_same(
    assessor: Assessor, cases: dict[str, Case], repository: Path, monkeypatch: pytest.MonkeyPatch, batch_bytes: int
) -> None:
    folder = repository / "data/demo/media"
    names = ["bedroom.jpg", "damaged.jpg", "group_1927.jpg", "gone.jpg", "street.mp4", "football_match.jpg",
             "stock_photo_mirrored.jpg", "living_room.jpg", "bedroom_blurred.jpg"]  # fmt: skip
    case = cases["at-home"]
    many = Case(
        post=case.post.model_copy(update={"media": tuple(Media(path=folder / name) for name in names)}),
        report=case.report,
        references=(*case.references, Media(path=folder / "living_room.jpg"), Media(path=folder / "no.jpg")),
    )
    (whole,) = assessor.assess_many([many])
    monkeypatch.setattr("consentry.pipeline.assessor.Bounds", partial(Bounds, batch_bytes=batch_bytes))
    (cut,) = assessor.assess_many([many])
    assert cut.model_dump_json() == whole.model_dump_json()
    assert len(whole.signals.errors) == 4


class TestCasesThatCannotBeAssessed:
    @pytest.fixture
    def bad(self, cases: dict[str, Case]) -> Case:
        return cases["contact-details"].model_copy(
            update={"facts": (Fact(name="nonsense", value="yes", source="reviewer"),)}
        )

    def test_the_iteration_ends_with_the_error_unless_somebody_takes_it(
        self, assessor: Assessor, cases: dict[str, Case], bad: Case
    ) -> None:
        good = cases["reward-for-a-name"]
        found = assessor.assess_many([good, bad, good])
        assert next(found).post_id == good.post.post_id
        with pytest.raises(PolicyError):
            next(found)
        failed: list[tuple[Case, ConsentryError]] = []
        taken = assessor.assess_many([good, bad, good], failed=lambda *of: failed.append(of))
        assert [one.post_id for one in taken] == [good.post.post_id] * 2
        assert [(case is bad, error.code) for case, error in failed] == [(True, "policy.unknown_name")]

    def test_a_policy_that_breaks_is_an_internal_error_of_that_case(
        self, assessor: Assessor, cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import consentry.pipeline.assembling as module

        sound = module.decide

        def decide(policy: Any, post: Post, *rest: Any) -> Any:
            if post.post_id == "contact-details":
                raise RecursionError
            return sound(policy, post, *rest)

        monkeypatch.setattr(module, "decide", decide)
        chosen = [cases[name] for name in ("reward-for-a-name", "contact-details", "football-match")]
        met: list[InternalError] = []
        found = dict(assessor.assess_as_ready(enumerate(chosen), defects=lambda _, error: met.append(error)))
        assert [isinstance(found[number], Assessment) for number in range(3)] == [True, False, True]
        error = found[1]
        assert isinstance(error, InternalError)
        assert (error.code, isinstance(error.__cause__, RecursionError), met) == (CODE, True, [error])


def test_defects_are_logged_unless_somebody_takes_them(
    assessor: Assessor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(TextReader, "analyse", breaks("analyse", TextReader, lambda *_: True, ValueError("secret")))
    report = Report(report_id="1", standing="other")
    with caplog.at_level(logging.ERROR, "consentry"):
        assessor.assess(Post(post_id="p-17", text="secret words"), report)
    assert "The post p-17: A defect of Consentry (ValueError) kept the words from being read." in caplog.text
    assert "consentry/pipeline/measuring.py" in caplog.text
    assert "secret" not in caplog.text
