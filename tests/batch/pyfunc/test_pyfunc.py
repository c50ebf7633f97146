"""The scorer as MLflow, Spark and servers see it."""

from __future__ import annotations

import json
import pickletools
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from consentry import Assessor, RuntimeSettings
from consentry.batch.pyfunc.export import export_pyfunc
from consentry.batch.pyfunc.model import INPUTS, ExportError, PostScorer, _load_pyfunc, output_kinds
from consentry.batch.results.table import COLUMNS
from consentry.cli.app import app
from consentry.records import Assessment
from consentry.writing import OutputError
from small_disks import small_disk

pytestmark = [
    # MLflow's own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow"),
    pytest.mark.filterwarnings("ignore::FutureWarning:mlflow"),
    pytest.mark.filterwarnings("ignore::UserWarning:mlflow"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pydantic"),
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The model that the command writes, with a bank, able to read the demo's media alone."""
    out = tmp_path_factory.mktemp("export") / "scorer"
    demo = repository / "data/demo"
    result = CliRunner().invoke(
        app, ["export", "pyfunc", str(out), "--media-from", str(demo / "media"), "--bank", str(demo / "bank.csv")]
    )
    assert result.exit_code == 0, result.output
    assert "models serve" in result.output
    return out


@pytest.fixture(scope="module")
def model(exported: Path) -> Any:
    import mlflow.pyfunc

    return mlflow.pyfunc.load_model(str(exported))


@pytest.fixture
def posts(repository: Path) -> pd.DataFrame:
    media = repository / "data/demo/media"
    report = json.dumps({"standing": "depicted_person", "identity": "verified", "consent": "refused"})
    return pd.DataFrame(
        {
            "post_id": ["room", "gone", "bad report", "outside", "words"],
            "media": [str(media / "living_room.jpg"), str(media / "gone.jpg"), None, "/etc/hostname", None],
            "text": [None, "", "hello", None, "$500 for her name"],
            "report": [report, None, "{not json", None, float("nan")],
        },
        index=[10, 11, 12, 13, 14],
    )


def test_a_table_of_posts_gives_a_table_of_results(model: Any, posts: pd.DataFrame) -> None:
    found = model.predict(posts)
    assert list(found.index) == [10, 11, 12, 13, 14]
    assert list(found.columns) == list(output_kinds()) == [name for name in COLUMNS if name not in ("row", "traceback")]
    assert list(found.status) == ["assessed", "assessed", "rejected", "rejected", "assessed"]
    assert list(found.error_code) == ["", "media.not_found", "manifest.row", "manifest.row", ""]
    assert "outside of what this model may read" in found.error_message[13]
    assert found.private_context[10] > 0.8
    assert found.private_context.astype(float).max() <= 1
    assert found.private_context.isna().tolist() == [False, True, True, True, True]
    assert found.copy_public[10] in {"yes", "no"}
    assert found.copy_public[12] == "unknown", "what was not looked up is unknown, not no"
    assert found.decisive[14]
    assessment = Assessment.model_validate_json(found.assessment[10])
    assert assessment.recommendation.requires_human_decision
    assert assessment.recommendation.action == found.action[10]
    assert found.assessment[12] == ""


def test_answers_are_those_of_the_library(model: Any, repository: Path, posts: pd.DataFrame) -> None:
    demo = repository / "data/demo"
    assessor = Assessor.load(settings=RuntimeSettings(threads=1), bank=demo / "bank.csv")
    direct = PostScorer(assessor).predict(posts.iloc[[0, 1, 4]])
    assert model.predict(posts).assessment[[10, 11, 14]].tolist() == direct.assessment.tolist()


def test_the_folder_is_complete_and_holds_no_pickle(exported: Path) -> None:
    files = [path for path in exported.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"model.json", "embedding.onnx", "bank.csv", "settings.json"} <= names
    assert "recognition.onnx" not in names, "it reads no pictures, so it needs no model that does"
    for path in files:
        assert path.suffix not in {".pkl", ".pt", ".bin", ".joblib"}
        assert not zipfile.is_zipfile(path)
        if path.read_bytes()[:1] == b"\x80":  # a pickle of protocol 2 or later begins so
            with pytest.raises(ValueError, match=r"."):
                list(pickletools.genops(path.read_bytes()))
    requirements = (exported / "requirements.txt").read_text()
    assert "consentry==" in requirements
    assert "cloudpickle" not in requirements
    assert "torch" not in requirements


def test_signature_and_example(model: Any) -> None:
    assert model.metadata.signature.inputs.input_names() == list(INPUTS)
    assert model.metadata.signature.inputs.required_input_names() == ["post_id"]
    assert model.metadata.signature.outputs.input_names() == list(output_kinds())
    assert model.predict(model.input_example).action.tolist() == ["review_urgent"]


def test_the_server_answers_in_strict_json(model: Any, posts: pd.DataFrame) -> None:
    """The application that ``mlflow models serve`` runs."""
    from fastapi.testclient import TestClient
    from mlflow.pyfunc.scoring_server import init

    client = TestClient(init(model))
    assert client.get("/ping").status_code == 200
    records = [{k: v for k, v in row.items() if isinstance(v, str)} for row in posts.to_dict("records")]
    answer = client.post("/invocations", json={"dataframe_records": records})
    assert answer.status_code == 200, answer.text
    rows = json.loads(answer.text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))["predictions"]
    assert [row["status"] for row in rows] == ["assessed", "assessed", "rejected", "rejected", "assessed"]
    assert rows[1]["private_context"] is None


def test_nothing_that_is_missing_gets_a_value_in_spark(model: Any, posts: pd.DataFrame) -> None:
    """The conversion that `mlflow.pyfunc.spark_udf` does to each column of its result."""
    import numpy as np

    found = model.predict(posts)
    for name, kind in output_kinds().items():
        if kind == "number":
            assert found[name].isna().equals(found[name].astype(np.float64).isna())
        elif kind != "texts":
            assert list(found[name].astype(np.str_)) == list(found[name])
            assert "None" not in list(found[name].astype(np.str_))


def test_settings_may_be_changed_when_it_is_loaded(exported: Path) -> None:
    import mlflow.pyfunc

    loaded = mlflow.pyfunc.load_model(str(exported), model_config={"threads": 2, "media_from": []})
    scorer = loaded.unwrap_python_model() if hasattr(loaded._model_impl, "python_model") else loaded._model_impl
    assert scorer._assessor.settings.threads == 2
    with pytest.raises(ExportError, match="treads"):
        _load_pyfunc(str(exported / "data" / "consentry"), {"treads": 2})
    with pytest.raises(ExportError, match="cannot be read"):
        _load_pyfunc(str(exported))


def test_media_may_not_climb_out(repository: Path, tmp_path: Path) -> None:
    assessor = Assessor.load(settings=RuntimeSettings(threads=1))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.jpg").symlink_to(repository / "data/demo/media/living_room.jpg")
    scorer = PostScorer(assessor, media_from=[str(tmp_path / "in"), "s3://bucket/posts"])
    places = [
        str(tmp_path / "in" / ".." / "x.jpg"),
        str(tmp_path / "in" / "link.jpg"),
        str(tmp_path / "inner.jpg"),
        "s3://bucket/posts/../other/x.jpg",
        "s3://bucket/postscript/x.jpg",
        "zip://x::s3://bucket/posts/x.zip",
        f"{tmp_path / 'in' / 'a.jpg'}|/etc/hostname",
    ]
    found = scorer.predict(pd.DataFrame({"post_id": range(len(places)), "media": places}))
    assert found.status.tolist() == ["rejected"] * len(places)
    inside = scorer.predict(pd.DataFrame({"post_id": ["1"], "media": [str(tmp_path / "in" / "gone.jpg")]}))
    assert inside.error_code.tolist() == ["media.not_found"]


def test_a_row_that_breaks_something_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from consentry.signals.text import TextReader

    (tmp_path / "none").mkdir()
    assessor = Assessor.load(settings=RuntimeSettings(threads=1), models=tmp_path / "none", contained=False)
    scorer = PostScorer(assessor, media_from=[str(tmp_path)])
    deep: list[object] = []
    for _ in range(2_000):
        deep = [deep]
    media = [
        f"{tmp_path}/nul\0.jpg",
        7,
        ["a", 7],
        "relative.jpg",
        f"{tmp_path}/{'x' * 5_000}.jpg",
        deep,
        "/proc/self/mem",
    ]
    found = scorer.predict(pd.DataFrame({"post_id": [str(number) for number in range(len(media))], "media": media}))
    assert found.status.tolist() == ["rejected"] * len(media)
    halves = pd.DataFrame({"post_id": ["a\udce9"], "text": ["half \ud83d"]}, dtype=object)
    assert scorer.predict(halves).post_id.tolist() == ["a\\udce9"]
    monkeypatch.setattr(TextReader, "analyse", lambda *_: {}["her words"])
    broken = scorer.predict(pd.DataFrame({"post_id": ["17"], "text": ["her words"]}))
    assert broken.error_code.tolist() == ["internal.defect"]
    assert "traceback" not in broken.columns
    assert "The post 17:" in caplog.text
    assert "KeyError" in caplog.text
    assert "her words" not in caplog.text.replace('{}["her words"]', "")


def test_a_policy_of_ones_own_travels_with_what_it_is_based_on(tmp_path: Path) -> None:
    from consentry.policy import load_policy
    from consentry.policy.language.loading import SHIPPED

    folder = tmp_path / "policies"
    (folder / "base").mkdir(parents=True)
    shipped = SHIPPED / "twitter-private-media-2021-11-30.yaml"
    (folder / "base/ours.yaml").write_bytes(shipped.read_bytes())
    own = folder / "own.yaml"
    own.write_text('policy: our-own\nversion: "1"\ntitle: Ours\nregion: EU\neffective: {from: 2026-01-01}\n'
                   "based_on: base/ours.yaml\n")  # fmt: skip
    digest = load_policy(own).digest
    out = export_pyfunc(tmp_path / "scorer", policy=own)
    own.unlink()
    (folder / "base/ours.yaml").unlink()
    assert _load_pyfunc(str(out / "data" / "consentry"))._assessor.policy.digest == digest


def test_what_cannot_be_exported_is_said(tmp_path: Path, repository: Path) -> None:
    with pytest.raises(ExportError, match="there already"):
        export_pyfunc(tmp_path)
    (tmp_path / "models").mkdir()
    with pytest.raises(ExportError, match="measures nothing"):
        export_pyfunc(tmp_path / "scorer", models=tmp_path / "models")
    assert not (tmp_path / "scorer").exists()


@pytest.mark.parametrize("place", ["out", "temporary"])
def test_a_model_that_has_no_room_is_not_left_half(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path, size=8 << 20) as disk:
        out = (disk.path if place == "out" else tmp_path) / "scorer"
        if place == "temporary":
            monkeypatch.setattr(tempfile, "tempdir", str(disk.path))
        with pytest.raises(OutputError) as full:
            export_pyfunc(out)
        assert full.value.code == "output.full"
        assert not out.exists()
        assert not list(disk.path.iterdir())


def test_private_addresses_are_allowed_where_it_was_said(tmp_path: Path) -> None:
    for allowed in (False, True):
        out = tmp_path / f"scorer-{allowed}"
        export_pyfunc(out, allow_private_addresses=allowed)
        post = pd.DataFrame({"post_id": ["1"], "media": ["http://127.0.0.1:9/a.jpg"]})
        (code,) = _load_pyfunc(str(out / "data" / "consentry")).predict(post).error_code
        assert code == ("media.fetch_failed" if allowed else "media.private_address")
    overridden = _load_pyfunc(str(out / "data" / "consentry"), {"allow_private_addresses": False}).predict(post)
    assert list(overridden.error_code) == ["media.private_address"]
