from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scene_models import plain, write_tiny_model

from consentry.runtime import ModelError, RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.calibration import sigmoid

ONE_THREAD = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> SceneScorer:
    root = tmp_path_factory.mktemp("models")
    write_tiny_model(root)
    return SceneScorer.load(ONE_THREAD, root)


def test_scores_worked_out_by_hand(scorer: SceneScorer) -> None:
    (reading,) = scorer.score([plain(175, 127)])
    assert reading.logits == pytest.approx((3.0, 0.0))
    assert reading.score("private_context").probability == round(sigmoid(3.0), 4)
    assert reading.score("private_context").band == "high"
    assert reading.score("public_event").probability == round(sigmoid(-1.0), 4)
    assert reading.score("public_event").band == "uncertain"
    assert scorer.model_id == "scene@tiny"


def test_maps_show_where_and_average_to_the_logit(scorer: SceneScorer) -> None:
    picture = plain(0, 0, height=40, width=60)
    picture[:20, :30, 0] = 255
    (reading,) = scorer.score([picture])
    grid = reading.activation_map("private_context")
    assert grid.shape == (4, 4)
    assert grid[0, 0] > 0 > grid[3, 3]
    assert float(grid.mean()) == pytest.approx(reading.logit("private_context"), abs=1e-5)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9), st.data())
def test_what_comes_in_the_same_call_changes_nothing(
    scorer: SceneScorer, seeds: list[int], data: st.DataObject
) -> None:
    pictures = []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        height, width = generator.integers(1, 40, 2)
        pictures.append(generator.integers(0, 256, (height, width, 3), dtype=np.uint8))
    cut = data.draw(st.integers(0, len(pictures)))
    together = scorer.score(pictures)
    apart = [*scorer.score(pictures[:cut]), *scorer.score(pictures[cut:])]
    for one, other in zip(together, apart, strict=True):
        assert one.logits == other.logits
        assert one.activation_maps.tobytes() == other.activation_maps.tobytes()


def test_more_pictures_than_fit_at_once_keep_their_order(scorer: SceneScorer) -> None:
    readings = scorer.score([plain(value, 255 - value) for value in range(150)])
    logits = [reading.logit("private_context") for reading in readings]
    assert logits == sorted(logits)
    assert len(set(logits)) == 150
    assert scorer.score([]) == []


def test_what_is_no_picture_is_refused(scorer: SceneScorer) -> None:
    with pytest.raises(ValueError, match="expected"):
        scorer.score([np.zeros((3, 3), dtype=np.uint8)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preprocessing": {"side": 8, "description": "something else"}}, "another preprocessing"),
        ({"heads": ["public_event", "private_context"]}, "other heads"),
        ({"preprocessing": {"side": "large", "description": ""}}, "makes no sense"),
        ({"preprocessing": 3}, "makes no sense"),
        ({"calibration": {}}, "incomplete"),
        ({"thresholds": {"private_context": {"low": 1, "high": 0, "decision": 0}}}, "makes no sense"),
    ],
)
def test_models_made_for_something_else_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    write_tiny_model(tmp_path, **changes)
    with pytest.raises(ModelError, match=message) as caught:
        SceneScorer.load(ONE_THREAD, tmp_path)
    assert caught.value.code == "model.invalid"


def test_a_graph_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path)
    with (folder.path / "graph.onnx").open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(ModelError) as caught:
        SceneScorer.load(ONE_THREAD, tmp_path)
    assert caught.value.code == "model.damaged"


def test_serving_imports_no_torch_and_no_scikit_learn(tmp_path: Path) -> None:
    write_tiny_model(tmp_path)
    program = (
        "import json, sys, numpy, pathlib\n"
        "from consentry.signals.scene import SceneScorer, scene_signal\n"
        "light = 'PIL' not in sys.modules and 'openvino' not in sys.modules\n"
        f"scorer = SceneScorer.load(root=pathlib.Path({str(tmp_path)!r}))\n"
        "readings = scorer.score([numpy.zeros((9, 9, 3), numpy.uint8)])\n"
        "scene_signal('x', [None], readings, scorer.model_id)\n"
        "print(json.dumps([light, 'torch' in sys.modules, 'sklearn' in sys.modules, 'scipy' in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [True, False, False, False]
