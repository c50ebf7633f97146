from __future__ import annotations

import os
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scene_models import plain, write_tiny_model

from consentry.runtime import RuntimeSettings
from consentry.signals.scene import SceneScorer
from consentry.training.errors import TrainingError
from consentry.training.registry import tracking
from consentry.training.registry.aliases import fetch, set_alias
from consentry.training.registry.tracking import CHALLENGER, CHAMPION, TrackedData, log_run, mlflow_at
from consentry.training.scene.registered_model import RegisteredSceneModel, log_scene_model
from consentry.version import __version__


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models")).path


def png(pixels: np.ndarray) -> bytes:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def run(uri: str, folder: Path, **options: object) -> str:
    return log_run(
        uri, "scene", name="scene@tiny", parameters={"seed": 0}, metrics={"auc": 0.9}, tags={"model_sha256": "ab"},
        log_model=partial(log_scene_model, folder=folder, register_as="scene"), register_as="scene", **options,  # type: ignore[arg-type]
    )  # fmt: skip


def commit_of_checkout() -> str | None:
    """What git says of the folder that Consentry's source lies in; nothing where that is no checkout."""
    folder = Path(tracking.__file__).parent
    told = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


@pytest.mark.filterwarnings("ignore")  # MLflow's own
def test_a_run_its_model_and_the_registry(mlflow_uri: str, folder: Path, tmp_path: Path) -> None:
    uri = mlflow_uri
    (tmp_path / "card.md").write_text("# Card\n")
    run_id = run(
        uri,
        folder,
        history={"val.auc": [0.7, 0.8, 0.9]},
        data=[TrackedData("scenes", "c" * 64, "train")],
        artifacts=[tmp_path / "card.md"],
    )
    with mlflow_at(uri) as mlflow:
        client = mlflow.MlflowClient()
        logged = client.get_run(run_id)
        assert logged.info.status == "FINISHED"
        assert logged.data.params == {"seed": "0"}
        assert logged.data.metrics["auc"] == 0.9
        assert [(found.step, found.value) for found in client.get_metric_history(run_id, "val.auc")] == [
            (1, 0.7), (2, 0.8), (3, 0.9),
        ]  # fmt: skip
        assert logged.data.tags["consentry_version"] == __version__
        assert logged.data.tags["model_sha256"] == "ab"
        assert logged.data.tags.get("mlflow.source.git.commit") == commit_of_checkout()
        (used,) = logged.inputs.dataset_inputs
        assert (used.dataset.name, used.dataset.digest) == ("scenes", "c" * 36)
        assert [artifact.path for artifact in client.list_artifacts(run_id)] == ["card.md"]

        import pandas as pd

        loaded = mlflow.pyfunc.load_model(f"models:/scene@{CHALLENGER}")
        scores = loaded.predict(pd.DataFrame({"image": [png(plain(175, 127)), png(plain(127, 127))]}))
        assert scores["private_context"].tolist() == [0.9526, 0.5]
        assert scores["private_context_band"].tolist() == ["high", "uncertain"]
        assert loaded.metadata.signature.inputs.input_names() == ["image"]
        assert len(loaded.predict(loaded.input_example)) == 1

    (tmp_path / "a").mkdir()
    found = fetch(uri, "scene", CHALLENGER, tmp_path / "a")
    assert found is not None
    assert (found.version, found.folder.name) == ("1", "scene")
    assert (found.folder / "graph.onnx").read_bytes() == (folder / "graph.onnx").read_bytes()
    assert fetch(uri, "scene", CHAMPION, tmp_path) is None
    assert fetch(uri, "nobody", CHAMPION, tmp_path) is None
    set_alias(uri, "scene", CHAMPION, "1", tags={"promotion": "because"})
    run(uri, folder)
    with mlflow_at(uri) as mlflow:
        client = mlflow.MlflowClient()
        assert str(client.get_model_version_by_alias("scene", CHALLENGER).version) == "2"
        champion = client.get_model_version_by_alias("scene", CHAMPION)
        assert (str(champion.version), champion.tags["promotion"]) == ("1", "because")
    with pytest.raises(TrainingError) as caught:
        set_alias(uri, "scene", CHAMPION, "77", tags={})
    assert caught.value.code == "training.registry"
    assert not list(tmp_path.rglob("*.pkl"))  # nothing is pickled


@pytest.mark.filterwarnings("ignore")
def test_a_registry_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(TrainingError) as caught:
        fetch("no-such-scheme://nowhere", "scene", CHALLENGER, tmp_path)
    assert caught.value.code == "training.registry"


@pytest.mark.filterwarnings("ignore")
def test_where_mlflow_keeps_things_is_as_before(mlflow_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow

    uri = mlflow_uri
    before = mlflow.get_tracking_uri()
    with mlflow_at(uri):
        assert mlflow.get_tracking_uri() == mlflow.get_registry_uri() == uri
    assert mlflow.get_tracking_uri() == before
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "sqlite:///elsewhere.db")  # MLflow sets it, too; here it is unset again
    mlflow.set_registry_uri("sqlite:///elsewhere.db")
    with mlflow_at(uri):
        assert mlflow.get_registry_uri() == uri
    assert mlflow.get_registry_uri() == "sqlite:///elsewhere.db"
    mlflow.set_registry_uri(None)


def test_a_registered_model_takes_files_and_arrays(folder: Path) -> None:
    model = RegisteredSceneModel(SceneScorer.load(RuntimeSettings(threads=1), folder.parent))
    pixels = plain(175, 127)
    expected = [0.9526, 0.9526]
    assert model.predict([pixels, png(pixels)])["private_context"].tolist() == expected
    assert model.predict(np.stack([pixels, pixels]))["private_context"].tolist() == expected
    assert list(model.predict([]).columns) == [
        "private_context", "private_context_band", "public_event", "public_event_band",
    ]  # fmt: skip
