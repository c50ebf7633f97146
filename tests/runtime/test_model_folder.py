"""Model folders: found, read, checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentry.runtime import ModelError, ModelFolder, list_models, models_root, shipped_root, write_model_json
from consentry.runtime.model_folder import MODELS_VARIABLE, OTHERS, SHIPPED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "thing"
    folder.mkdir(parents=True)
    (folder / "graph.onnx").write_bytes(b"not really a graph")
    write_model_json(folder, {"name": "thing", "version": "1.2.0", "files": {"graph": {"path": "graph.onnx"}}})
    return tmp_path / "models"


def code(root: Path, role: str | None = None) -> str:
    """The code of the error that opening raises, or handing out a file of an opened folder."""
    with pytest.raises(ModelError) as raised:
        _use(root, role)
    assert raised.value.remedy
    return raised.value.code


def _use(root: Path, role: str | None) -> None:
    folder = ModelFolder.open("thing", root=root)
    if role == "all":
        folder.verify()
    elif role:
        folder.file(role)


def test_a_whole_folder_opens(root: Path) -> None:
    folder = ModelFolder.open("thing", root=root)
    assert (folder.id, folder.name, folder.version) == ("thing@1.2.0", "thing", "1.2.0")
    assert folder.file("graph").read_bytes() == b"not really a graph"
    assert folder.manifest["files"]["graph"]["bytes"] == 18
    assert list_models(root) == ["thing"]


def test_the_digest_stands_for_every_file(root: Path) -> None:
    before = ModelFolder.open("thing", root=root)
    (root / "thing" / "graph.onnx").write_bytes(b"another graph")
    after = write_model_json(root / "thing", before.manifest)
    assert before.digest != after.digest


def test_one_changed_byte_is_noticed(root: Path) -> None:
    (root / "thing" / "graph.onnx").write_bytes(b"not really a grapH")
    assert code(root, "graph") == "model.damaged"
    assert code(root, "all") == "model.damaged"


def test_missing_parts_are_named(root: Path) -> None:
    assert code(root, "weights") == "model.missing"
    (root / "thing" / "graph.onnx").unlink()
    assert code(root, "graph") == "model.missing"
    (root / "thing" / "model.json").unlink()
    assert code(root) == "model.missing"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"name": 1, "version": "1", "files": {}}', '{"name": "thing", "version": "1"}',
     '{"name": "thing", "version": "1", "files": {"graph": {"path": "graph.onnx", "sha256": "short"}}}'],
)  # fmt: skip
def test_a_description_that_makes_no_sense_is_refused(root: Path, content: str) -> None:
    (root / "thing" / "model.json").write_text(content)
    assert code(root) == "model.invalid"


def test_models_are_found_by_variable_then_beside_the_package(
    root: Path, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    monkeypatch.setenv(MODELS_VARIABLE, str(root))
    assert models_root() == root
    monkeypatch.setenv(MODELS_VARIABLE, str(root / "nowhere"))
    with pytest.raises(ModelError):
        models_root()
    monkeypatch.delenv(MODELS_VARIABLE)
    assert models_root().name == "models"


def test_what_ships_is_whole_and_says_where_it_is_from(repository: Path) -> None:
    names = list_models(repository / "models")
    assert {"faces", "reading", "scene", "text"} <= set(names)
    for name in names:
        folder = ModelFolder.open(name, root=repository / "models")
        folder.verify()
        assert folder.manifest["made_by"].startswith("consentry ")
        assert folder.manifest["sources"], name
        for source in folder.manifest["sources"]:
            assert all(source[key] for key in ("package", "version", "sha256", "licence", "credit"))
            assert source["package"] in (repository / "NOTICE").read_text()
        if name != "reading":  # converted as it is; what it reads is measured in docs/text.md
            assert json.loads((folder.path / "metrics.json").read_text())
        assert folder.version in (folder.path / "card.md").read_text()


def test_of_several_versions_the_champion_is_served(tmp_path: Path) -> None:
    for version in ("1", "2"):
        folder = tmp_path / "thing" / version
        folder.mkdir(parents=True)
        (folder / "graph.onnx").write_bytes(version.encode())
        description = {"name": "thing", "version": version, "files": {"graph": {"path": "graph.onnx"}}}
        write_model_json(folder, description)
        if version == "1":
            assert ModelFolder.open("thing", root=tmp_path).version == "1"  # the only one
    assert list_models(tmp_path) == ["thing"]
    with pytest.raises(ModelError, match="1, 2") as caught:
        ModelFolder.open("thing", root=tmp_path)
    assert caught.value.code == "model.invalid"
    (tmp_path / "thing" / "champion").write_text("2\n")
    assert ModelFolder.open("thing", root=tmp_path).version == "2"
    (tmp_path / "thing" / "champion").write_text("3\n")
    with pytest.raises(ModelError, match="not clear"):
        ModelFolder.open("thing", root=tmp_path)


def test_models_that_ship_stand_in_for_those_that_a_folder_lacks_if_it_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for said in (None, "", "everybody's"):
        if said is not None:
            (root / OTHERS).write_text(said, encoding="utf-8")
        assert list_models(root) == ["thing"]
        with pytest.raises(ModelError) as raised:
            ModelFolder.open("faces", root=root)
        assert raised.value.code == "model.missing"
    (root / OTHERS).write_text(f"{SHIPPED}\n", encoding="utf-8")
    assert list_models(root) == sorted({"thing", *list_models(shipped_root())})
    assert ModelFolder.open("faces", root=root).path.is_relative_to(shipped_root())
    assert ModelFolder.open("thing", root=root).path == root / "thing"
    monkeypatch.setenv(MODELS_VARIABLE, str(root))
    assert models_root() == root
    assert ModelFolder.open("faces").path.is_relative_to(shipped_root())


def test_a_model_that_is_there_and_broken_is_not_made_up_for(root: Path) -> None:
    (root / OTHERS).write_text(SHIPPED, encoding="utf-8")
    (root / "faces").mkdir()
    with pytest.raises(ModelError) as raised:
        ModelFolder.open("faces", root=root)
    assert raised.value.code == "model.missing"
