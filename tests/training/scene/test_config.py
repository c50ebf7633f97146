from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from consentry.training.configuration import Settings
from consentry.training.errors import TrainingError
from consentry.training.scene.config import DEFAULT_CONFIG, RECIPES, SHIPPED_CONFIG, FineTuningSettings, SceneConfig
from consentry.training.scene.views import VIEWS


def test_the_recipe_of_the_shipped_model_is_what_the_model_says(repository: Path) -> None:
    config = SceneConfig.read(SHIPPED_CONFIG)
    assert config.output == Path("models/scene/3")
    assert config.data.columns.columns().source == ("dataset",)
    model = json.loads((repository / config.output / "model.json").read_text(encoding="utf-8"))
    training = model["training"]
    assert (model["version"], model["preprocessing"]["side"]) == (config.version, config.pixels)
    assert (training["backbone"], training["seed"]) == (config.backbone, config.seed)
    assert training["heads"] == config.heads.model_dump(mode="json")
    assert config.fine_tuning is not None
    assert training["fine_tuning"] == {**config.fine_tuning.model_dump(mode="json"), "epochs_run": 12}
    assert training["hold_out"] == dict(config.data.hold_out)
    assert training["presumed_people"] == dict(config.data.presumed_people)
    assert [Path(str(config.data.manifest)).parent.name, *(more.manifest.stem for more in config.data.more)] == [
        data["name"] for data in model["data"]
    ]
    assert (config.start_from, config.data.about) == (None, None)


def test_the_usual_recipe_holds_nothing_of_the_shipped_data() -> None:
    config = SceneConfig.read()
    assert set(config.heads.augmentations) <= set(VIEWS)
    assert (config.data.more, config.data.exclusions, config.data.test_splits) == ((), None, None)
    assert (config.data.hold_out, config.data.presumed_people, config.heads.transfer_sources) == ({}, {}, ())
    assert (config.fine_tuning, config.perceived_privacy, config.start_from) == (None, None, None)


def test_the_usual_recipe_shows_every_setting() -> None:
    text = DEFAULT_CONFIG.read_text(encoding="utf-8")
    shown = yaml.safe_load(text)

    def missing(kind: type[Settings], values: dict[str, Any], before: str = "") -> list[str]:
        found = [f"{before}{name}" for name in kind.model_fields if name not in values]
        for name, field in kind.model_fields.items():
            part = field.annotation
            if name in values and isinstance(part, type) and issubclass(part, Settings):
                found += missing(part, values[name], f"{before}{name}.")
        return found

    # These stand in the model registry's and the gates' own documentation.
    assert set(missing(SceneConfig, shown)) == {"gates.confidence", "gates.bootstrap", "gates.registered_model"}
    assert {name for name in FineTuningSettings.model_fields if f"{name}:" in text} >= {
        "epochs",
        "frozen_stages",
        "rate",
    }
    assert set(RECIPES.values()) == {DEFAULT_CONFIG, SHIPPED_CONFIG}


def test_overrides_by_dotted_name() -> None:
    config = SceneConfig.read(overrides={"heads.source_power": 0, "seed": 7, "bands.misses": 0.02})
    assert (config.heads.source_power, config.seed, config.bands.misses) == (0, 7, 0.02)
    unchanged = SceneConfig.read()
    assert unchanged.seed == 0


def test_a_section_that_is_not_in_the_file_can_be_overridden(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("version: '1'\ndata: {manifest: m.csv}\n", encoding="utf-8")
    assert SceneConfig.read(path, {"tracking.uri": None}).tracking.uri is None


def test_a_section_that_is_left_out_with_a_null_can_be_overridden() -> None:
    config = SceneConfig.read(overrides={"fine_tuning.epochs": 3})
    assert config.fine_tuning == FineTuningSettings(epochs=3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("version: '1'\n", "data: Field required"),
        ("version: '1'\ndata: {manifest: m.csv}\nseeds: 1\n", "seeds: Extra inputs"),
        ("version: '1'\ndata: {manifest: m.csv, broken_share: 2}\n", "data.broken_share"),
        ("just words\n", "the file"),
        ("a: [", "cannot be read as a YAML"),
        ("", "the file"),
    ],
)
def test_wrong_configurations_say_where(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TrainingError, match=message) as caught:
        SceneConfig.read(path)
    assert caught.value.code == "training.config"
    assert "--init" in caught.value.remedy or "YAML" in caught.value.remedy


def test_missing_files_and_overrides_below_a_value(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        SceneConfig.read(tmp_path / "none.yaml")
    with pytest.raises(TrainingError, match="cannot be read"):
        SceneConfig.read(overrides={"seed.deeper": 1})
