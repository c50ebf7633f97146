"""Films of which a part matters: what shows nothing, and the moments at which the claimant is seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from consentry import Assessment, Assessor, Media, Post, Report, RuntimeSettings
from consentry.batch.results.table import COLUMNS, table_row
from consentry.batch.scoring import Outcome

RATE = 4
REPORT = Report(report_id="r", standing="depicted_person", identity="verified", consent="refused")


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.load(settings=RuntimeSettings(threads=2))


def write_film(path: Path, parts: list[tuple[Path | None, int]]) -> Path:
    """Pictures held still for some seconds each; none is black."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = 640, 480, "yuv420p"
        video.time_base = Fraction(1, RATE)
        for source, seconds in parts:
            pixels = np.zeros((480, 640, 3), np.uint8)
            if source is not None:
                with Image.open(source) as picture:
                    pixels = np.asarray(picture.convert("RGB").resize((640, 480)))
            for _ in range(seconds * RATE):
                container.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(video.encode())
    return path


def assessed(assessor: Assessor, medium: Path, repository: Path) -> Assessment:
    reference = Media(path=repository / "data/demo/media/reference_collins.jpg")
    return assessor.assess(Post(post_id="p", media=(Media(path=medium),)), REPORT, [reference])


def test_black_takes_nothing_from_what_follows(assessor: Assessor, repository: Path) -> None:
    found = assessed(assessor, Path(__file__).parent / "films/black_then_private.mp4", repository)
    (scene,) = found.signals.scene
    assert scene.private_context.probability > 0.86
    assert [moment.shows_nothing for moment in scene.timeline] == [True, False]
    assert scene.private_context.while_claimant is not None
    assert scene.private_context.while_claimant.spans == ((10.0, 11.0),)
    assert found.recommendation.action == "recommend_restrict"


def test_half_a_minute_of_football_hides_no_bedroom(assessor: Assessor, repository: Path, tmp_path: Path) -> None:
    media = repository / "data/demo/media"
    parts = [(media / "football_match.jpg", 16), (media / "bedroom.jpg", 3), (media / "football_match.jpg", 14)]
    found = assessed(assessor, write_film(tmp_path / "film.mp4", list(parts)), repository)
    (scene,) = found.signals.scene
    assert scene.private_context.probability < 0.1
    assert scene.private_context.while_claimant is not None
    assert scene.private_context.while_claimant.probability > 0.86
    assert scene.private_context.while_claimant.spans == ((16.0, 19.0),)
    assert scene.private_context.stretch is not None
    assert scene.private_context.stretch.spans == ((16.0, 19.0),)
    assert scene.public_event.while_claimant is not None
    assert scene.public_event.while_claimant.probability < 0.1 < 0.9 < scene.public_event.probability
    assert (found.recommendation.action, found.recommendation.rule) == ("recommend_restrict", "restrict_media")
    row = table_row(Outcome(1, "p", found))
    assert list(row)[: len(COLUMNS)] == list(COLUMNS)
    assert row["private_while_claimant"] == scene.private_context.while_claimant.probability
    assert row["event_while_claimant"] == scene.public_event.while_claimant.probability
    assert (row["private_stretch"], row["private_stretch_at"]) == (scene.private_context.stretch.probability, 16.0)


@pytest.mark.parametrize("name", ["black.mp4", "black.png"])
def test_what_shows_nothing_at_all_is_unknown(assessor: Assessor, repository: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".png":
        Image.new("RGB", (320, 240)).save(path)
    else:
        write_film(path, [(None, 5)])
    found = assessed(assessor, path, repository)
    assert found.signals.scene == ()
    assert [note.code for note in found.signals.errors if note.stage == "scene"] == ["signal.shows_nothing"]
    facts = {fact.name: fact.value for fact in found.facts}
    assert facts["private_setting"] == facts["public_event"] == "unknown"
    assert facts["private_moment"] == ("no" if path.suffix == ".png" else "unknown")
    assert Assessment.model_validate_json(found.model_dump_json()) == found


def test_assessments_of_older_versions_are_read(assessor: Assessor, repository: Path, tmp_path: Path) -> None:
    """Without scores of moments, a film counts as a whole."""
    from consentry.policy import load_policy, redecide

    media = repository / "data/demo/media"
    film = write_film(tmp_path / "film.mp4", [(media / "football_match.jpg", 9), (media / "bedroom.jpg", 2)])
    new = assessed(assessor, film, repository).model_dump(mode="json")
    for scene in new["signals"]["scene"]:
        for score in ("private_context", "public_event"):
            scene[score].pop("while_claimant", None)
            scene[score].pop("stretch", None)
    old = Assessment.model_validate(new | {"schema_version": "1.2"})
    assert old.schema_version == "1.2"
    assert redecide(load_policy(), old).action == "review"
