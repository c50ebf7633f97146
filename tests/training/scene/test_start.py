"""The model that a training begins with: which one is meant, and what becomes of its labels."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene_models import write_tiny_model

from consentry.runtime.model_folder import MODELS_VARIABLE, served_version
from consentry.training.data.manifest import Row
from consentry.training.errors import TrainingError
from consentry.training.scene.network import SceneOutputs
from consentry.training.scene.predictions import CONTEXT_OF
from consentry.training.scene.start import (
    find_start,
    heads_without_examples,
    labels_from,
    named_as_known,
    open_start,
    with_labels,
    with_outputs_for,
)
from consentry.training.scene.targets import Label, targets_of

KNOWN = (
    Label("street", "neutral"),
    Label("bedroom", "private"),
    Label("living_room", "private"),
    Label("match", "public_event"),
)


def rows(*shown: tuple[str, str], times: int = 3) -> list[Row]:
    names = (f"{number}.jpg" for number in range(1000))
    return [
        Row(Path(name), name, context, fine=fine) for (fine, context), name in zip(shown * times, names, strict=False)
    ]


def outputs(seed: int = 0, channels: int = 6) -> SceneOutputs:
    generator = np.random.default_rng(seed)
    count = len(KNOWN) + 3
    return SceneOutputs(KNOWN, generator.normal(size=(count, channels)), generator.normal(size=count), np.ones((2, 2)))


@pytest.mark.parametrize("given", ["shipped", "models/scene/3", "models/scene", "models", "scene@3", "scene/3"])
def test_the_model_that_ships_has_many_names(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there is no checkout around, as with an installed package."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))  # shipped is what came with Consentry, whatever is used now
    assert find_start(given).id == "scene@3"


def test_a_folder_that_is_here_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_tiny_model(tmp_path / "models", version="mine")
    assert find_start("models/scene").id == "scene@mine"
    assert find_start(str(tmp_path / "models")).id == "scene@mine"


@pytest.mark.parametrize("given", ["nosuch", "models/scene/999", "scene@0", ""])
def test_no_such_model(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrainingError) as caught:
        find_start(given)
    assert caught.value.code == "training.start"


def test_a_model_without_weights_or_of_another_preprocessing_is_no_beginning(tmp_path: Path, repository: Path) -> None:
    tiny = write_tiny_model(tmp_path / "tiny")
    with pytest.raises(TrainingError, match="no weights"):
        open_start(str(tiny.path))
    shutil.copytree(served_version(repository / "models" / "scene"), tmp_path / "scene")
    described = json.loads((tmp_path / "scene" / "model.json").read_text(encoding="utf-8"))
    described["preprocessing"]["description"] = "cut out"
    (tmp_path / "scene" / "model.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(TrainingError, match="another preprocessing") as caught:
        open_start(str(tmp_path / "scene"))
    assert caught.value.code == "training.start"


def test_what_ships_opens_with_its_outputs(repository: Path) -> None:
    start = open_start("shipped")
    model = start.folder.manifest
    assert start.outputs.weights.shape == (len(model["labels"]) + 3, start.backbone.features)
    assert [label.name for label in start.outputs.labels] == [label["name"] for label in model["labels"]]
    assert (start.side, start.backbone_name) == (192, "efficientnet_lite2")
    assert start.backbone.sha256 == model["files"]["weights"]["sha256"]
    assert start.crowd is not None
    said = start.described((*start.outputs.labels, Label("ours", "private")))
    assert (said["model"], said["labels_new"], said["data"]) == ("scene@3", ["ours"], ["scenes", "dipa2_contexts"])


def test_words_are_spelled_as_the_model_spells_them() -> None:
    found = named_as_known(rows(("Living-Room", "private"), ("attic", "private"), ("", "neutral"), times=1), KNOWN)
    assert [row.fine for row in found] == ["living_room", "attic", ""]


def test_known_labels_keep_their_places_and_new_ones_come_behind() -> None:
    shown = rows(("attic", "private"), ("bedroom", "private"), ("", "public_event"), ("neutral", "neutral"))
    labels = labels_from(KNOWN, [*shown, *rows(("rare", "private"), times=1)], least=3)
    assert labels == (*KNOWN, Label("attic", "private"))


def test_whoever_brings_the_pictures_says_what_a_known_word_stands_for() -> None:
    labels = labels_from(
        KNOWN, rows(("street", "public_place"), ("match", "public_event"), ("match", "neutral")), least=2
    )
    assert labels[: len(KNOWN)] == (Label("street", "public_place"), *KNOWN[1:])
    assert labels[len(KNOWN) :] == (Label("match", "neutral"),)


def test_a_context_without_any_label_gets_one() -> None:
    assert Label("semi_private", "semi_private") in labels_from(KNOWN, rows(("", "semi_private")), least=10)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "street", "bedroom", "attic", "match"]),
            st.sampled_from(["neutral", "private", "public_event"]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.integers(1, 5),
)
def test_every_training_row_has_a_label_of_its_context(shown: list[tuple[str, str]], least: int) -> None:
    found = rows(*shown, times=1)
    labels = labels_from(KNOWN, found, least=least)
    assert len(set(labels)) == len(labels)
    assert [label.name for label in labels[: len(KNOWN)]] == [label.name for label in KNOWN]
    features = np.random.default_rng(0).normal(size=(len(found), 6)).astype(np.float32)
    extended = with_outputs_for(outputs(), labels, features)
    targets = with_labels(targets_of(found, labels), found, extended.linear(features))
    assert [labels[number].context for number in targets.label] == [row.context for row in found]


def test_a_row_without_a_word_counts_as_what_the_model_takes_it_for() -> None:
    found = rows(("", "private"), times=2)
    said = np.array([[9.0, 1.0, 2.0, 0.0], [9.0, 3.0, 2.0, 0.0]])
    assert with_labels(targets_of(found, KNOWN), found, said).label.tolist() == [2, 1]


def test_new_outputs_change_no_other_and_have_one_share_among_all() -> None:
    features = np.random.default_rng(1).normal(size=(50, 6)).astype(np.float32)
    labels = (*KNOWN, Label("attic", "private"))
    before, after = outputs().linear(features), with_outputs_for(outputs(), labels, features).linear(features)
    assert np.delete(after, len(KNOWN), axis=1) == pytest.approx(before)
    assert len(set(after[:, len(KNOWN)])) == 1
    assert np.log(np.exp(before[:, : len(KNOWN)]).sum(1)).mean() - after[0, len(KNOWN)] == pytest.approx(
        np.log(len(KNOWN))
    )


def test_heads_of_which_there_is_nothing_to_learn() -> None:
    assert heads_without_examples(rows(("", "private"), ("", "neutral")), CONTEXT_OF) == ["public_event"]
    assert heads_without_examples(rows(("", "private"), ("", "public_event")), CONTEXT_OF) == []
    with pytest.raises(TrainingError, match="nothing to learn"):
        heads_without_examples(rows(("", "private")), CONTEXT_OF)
