"""What of `media/` an assessment shows: two seconds in ten minutes, and media that broke or held up their decoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from consentry import Assessor, Media, Post, Report, RuntimeSettings
from consentry.media import Limits, open_media
from consentry.media import decoder_process as decoder_process_module

REPORT = Report(report_id="report", standing="depicted_person", identity="verified", consent="refused")
SECONDS, RATE, SIZE = 600, 2, (480, 320)
APPEARS = 307.5
FACE = (260, 280, 500, 560)
"""Where the claimant's head is in bedroom.jpg; her reference photo is another picture."""


@pytest.fixture(scope="module")
def demo(repository: Path) -> Path:
    return repository / "data/demo/media"


@pytest.fixture(scope="module")
def assessor() -> Iterator[Assessor]:
    loaded = Assessor.load(settings=RuntimeSettings(threads=1))
    yield loaded
    loaded.close()


def film(path: Path, demo: Path, *, moving: bool) -> Path:
    """Ten minutes of an empty room, by a camera that stands or pans; the claimant's head is seen for two seconds."""
    width, height = SIZE
    with Image.open(demo / "living_room.jpg") as room, Image.open(demo / "bedroom.jpg") as bedroom:
        scene = np.asarray(room.convert("RGB").resize((width + 120, height + 80)))
        head: NDArray[np.uint8] = np.asarray(bedroom.convert("RGB").crop(FACE))
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "26"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for index in range(SECONDS * RATE):
            second = index / RATE
            left, top = (round(60 + 60 * np.sin(second / 3)), round(40 + 40 * np.cos(second / 5))) if moving else (0, 0)
            frame = scene[top : top + height, left : left + width].copy()
            if APPEARS <= second < APPEARS + 2.0:
                frame[20 : 20 + head.shape[0], 120 : 120 + head.shape[1]] = head
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
    return path


@pytest.mark.slow
def test_two_seconds_in_ten_minutes_are_found_and_said(assessor: Assessor, demo: Path, tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", demo, moving=False)
    assessment = assessor.assess(Post(post_id="film", media=(path,)), REPORT, [demo / "reference_collins.jpg"])
    (outcome,) = assessment.signals.media
    assert outcome.duration == pytest.approx(SECONDS, abs=0.5)
    (faces,) = assessment.signals.faces
    assert faces.band == "match"
    found = [face.second for face in faces.faces if face.band == "match"]
    assert found
    assert all(second is not None and APPEARS <= second < APPEARS + 2.0 for second in found)
    (scene,) = assessment.signals.scene
    spans = [(moment.second, moment.until) for moment in scene.timeline]
    assert spans[0][0] == 0.0  # the still room is one frame, though it was looked at 600 times
    assert len(spans) <= 8
    assert spans[-1][1] == pytest.approx(SECONDS, abs=0.5)
    assert [later for _, later in spans[:-1]] == [earlier for earlier, _ in spans[1:]]
    assert any(APPEARS <= second < APPEARS + 0.5 for second, _ in spans)


@pytest.mark.slow
def test_two_seconds_in_ten_restless_minutes_are_looked_at(demo: Path, tmp_path: Path) -> None:
    opened = open_media(Media(path=film(tmp_path / "film.mp4", demo, moving=True)))
    assert SECONDS - 10 <= len(opened.frames) <= Limits().max_frames
    seconds = [frame.second for frame in opened.frames if frame.second is not None]
    assert sum(APPEARS <= second < APPEARS + 2.0 for second in seconds) >= 2
    assert np.diff(seconds).max() <= 2.0  # where the camera turns round, it stands for a moment


@pytest.mark.slow
def test_media_that_break_or_hold_up_their_decoder_are_unknown_and_the_rest_is_measured(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder_process_module, "WORKER_MODULE", "faulty_worker")
    monkeypatch.setattr(decoder_process_module, "KILL_AFTER", 0.1)
    assessor = Assessor.load(settings=RuntimeSettings(threads=1), limits=Limits(max_seconds=6.0))
    codes = {"segfault": "media.decoder_crashed", "kill": "media.decoder_killed", "hang": "media.timeout"}
    hostile = [Media(media_id=f"{order}.mp4", data=order.encode() + b"!") for order in codes]
    # The room shows nobody; but for the hostile media, that would be all there is to say of the claimant.
    posts = [Post(post_id="all", media=(*hostile, demo / "living_room.jpg")), Post(post_id="one", media=hostile[:1])]
    everything, one = assessor.assess_report(REPORT, posts, [demo / "reference_collins.jpg"]).assessments
    assessor.close()
    outcomes = everything.signals.media
    assert [outcome.error and outcome.error.code for outcome in outcomes] == [*codes.values(), None]
    assert [note.code for note in everything.signals.errors] == list(codes.values())
    assert [signal.media_id for signal in everything.signals.scene] == ["living_room.jpg"]
    assert one.signals.scene == ()
    assert {fact.name: fact.value for fact in one.facts}["private_setting"] == "unknown"
    for assessment in (everything, one):
        assert {fact.name: fact.value for fact in assessment.facts}["claimant_depicted"] == "unknown"
        assert assessment.recommendation.action not in ("no_action", "recommend_removal", "recommend_restrict")
