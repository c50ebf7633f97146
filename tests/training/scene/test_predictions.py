"""What a scene model says of rows is what the library says of media."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from PIL import Image
from scene_models import plain, write_tiny_model
from scene_pictures import write_manifest

from consentry.media import open_media
from consentry.records import Media
from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer, scene_signal
from consentry.training.data.evaluation_manifest import read_evaluation_manifest
from consentry.training.scene.predictions import predict

ONE_THREAD = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    write_tiny_model(root)
    return root


def test_a_video_is_one_row_scored_as_the_library_does(root: Path, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height = 96, 64
        for index in range(8):
            still = Image.fromarray(plain(90, 100 + 10 * index)).resize((96, 64))
            container.mux(stream.encode(av.VideoFrame.from_image(still)))
        container.mux(stream.encode())
    manifest = write_manifest(tmp_path / "m.csv", [{"path": "clip.mp4", "context": "public_event"}])
    scorer = SceneScorer.load(ONE_THREAD, root)
    (prediction,), skipped = predict(read_evaluation_manifest(manifest).rows, scorer)
    assert skipped == []
    opened = open_media(Media(path=tmp_path / "clip.mp4"))
    assert len(opened.frames) > 2
    readings = scorer.score([frame.pixels for frame in opened.frames])
    signal = scene_signal("clip", [frame.second for frame in opened.frames], readings, scorer.model_id)
    assert prediction.output.probabilities["public_event"] == signal.public_event.probability
    assert prediction.output.probabilities["private_context"] == signal.private_context.probability
    assert prediction.output.loudest["public_event"] == len(readings) - 1
    assert prediction.measured.longest_side == 96
