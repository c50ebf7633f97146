from __future__ import annotations

from pathlib import Path

import pytest

from consentry.training.errors import TrainingError
from consentry.training.scene.config import DEFAULT_CONFIG, SceneConfig
from consentry.training.scene.views import VIEWS


def test_the_shipped_configuration_is_valid() -> None:
    config = SceneConfig.read()
    assert config.output == Path("models/scene/3")
    assert config.data.columns.columns().source == ("dataset",)
    assert set(config.heads.augmentations) <= set(VIEWS)


def test_overrides_by_dotted_name() -> None:
    config = SceneConfig.read(overrides={"heads.source_power": 0, "seed": 7, "bands.misses": 0.02})
    assert (config.heads.source_power, config.seed, config.bands.misses) == (0, 7, 0.02)
    unchanged = SceneConfig.read()
    assert unchanged.seed == 0


def test_a_section_that_is_not_in_the_file_can_be_overridden(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("version: '1'\ndata: {manifest: m.csv}\n", encoding="utf-8")
    assert SceneConfig.read(path, {"tracking.uri": None}).tracking.uri is None


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
    assert DEFAULT_CONFIG.name in caught.value.remedy or "YAML" in caught.value.remedy


def test_missing_files_and_overrides_below_a_value(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        SceneConfig.read(tmp_path / "none.yaml")
    with pytest.raises(TrainingError, match="cannot be read"):
        SceneConfig.read(overrides={"seed.deeper": 1})
