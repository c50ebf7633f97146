"""Scene models that lie anywhere: in a folder of models, in a run's folder, in what a registry handed out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consentry.runtime import ModelError, ModelFolder, RuntimeSettings, list_models, shipped_root
from consentry.runtime.model_folder import CHAMPION, OTHERS, SHIPPED, served_version
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.scorer import MODEL_NAME
from consentry.training.errors import TrainingError
from consentry.writing import write_text

_OF_A_MODEL = frozenset(
    {
        "card.md",
        "embedding.onnx",
        "graph.onnx",
        "learning_curves.png",
        "metrics.json",
        "model.json",
        "weights.safetensors",
    }
)
"""Files that trainings write into a model's folder."""


def scene_folder(path: Path) -> Path:
    """The scene model's own folder.

    Args:
        path: That folder, one with its versions in it (the one that is served is meant), or a folder of models.

    Raises:
        ModelError: ``model.missing`` or, where it is not clear which version is served, ``model.invalid``.
    """
    for candidate in (path, path / MODEL_NAME):
        if (candidate / "model.json").is_file():
            return candidate
        if candidate.name == MODEL_NAME and any(candidate.glob("*/model.json")):
            return served_version(candidate)
    raise ModelError(
        f"There is no scene model in {path}.", "Give a folder that holds model.json.", code="model.missing"
    )


def refuse_occupied(folder: Path, *, force: bool) -> None:
    """Make sure that a folder may be written a model into: it has none yet, and nothing that a model has not.

    What an interrupted training has left there may be written over.

    Args:
        folder: Of the model; it need not be there.
        force: Whether a model that is there may be replaced.

    Raises:
        TrainingError: ``training.output``.
    """
    if not folder.exists():
        return
    foreign = (
        sorted(item.name for item in folder.iterdir() if item.name not in _OF_A_MODEL) if folder.is_dir() else [folder]
    )
    if foreign:
        raise TrainingError(
            f"{folder} is there, and is no folder of a model: it holds {foreign[0]}.",
            "Name another folder.",
            code="training.output",
        )
    if (folder / "model.json").exists() and not force:
        raise TrainingError(
            f"There is a model in {folder} already.",
            "Give --force to replace it, or name another folder with --out.",
            code="training.output",
        )


def stand_by_shipped(root: Path) -> None:
    """Let the models that came with Consentry stand in for those that a folder of models lacks, if it lacks any.

    Args:
        root: A folder of models; the one that came with Consentry has them all.
    """
    if set(list_models(shipped_root())) - set(list_models(root)):
        (root / OTHERS).write_text(f"{SHIPPED}\n", encoding="utf-8")


@contextmanager
def models_root_of(path: Path) -> Iterator[Path]:
    """A folder of models whose scene model is the one at a path, whatever its folder is called."""
    folder = scene_folder(path).resolve()
    if folder.name == MODEL_NAME:
        yield folder.parent
        return
    with tempfile.TemporaryDirectory(prefix="consentry-") as temporary:
        (Path(temporary) / MODEL_NAME).symlink_to(folder, target_is_directory=True)
        yield Path(temporary)


def scene_scorer_of(path: Path, settings: RuntimeSettings | None = None) -> SceneScorer:
    """Load the scene model that lies at a path, digests checked.

    Raises:
        ModelError: It is missing or damaged.
    """
    with models_root_of(path) as root:
        return SceneScorer.load(settings, root)


def replace_model(source: Path, target: Path) -> Path:
    """Put a copy of one scene model in the place of another, whole or not at all.

    Args:
        source: The model to copy.
        target: Where to. In a folder of versions it becomes one of them, and the one that is served. Otherwise what is
            there is kept beside it as ``<name>.before``, and what was kept there goes.

    Returns:
        The folder that it lies in.

    Raises:
        ModelError: The copy is not what was copied.
    """
    source = scene_folder(source)
    if target.name == MODEL_NAME and not (target / "model.json").is_file() and any(target.glob("*/model.json")):
        version = ModelFolder.open(source.name, root=source.parent).version
        place = replace_model(source, target / version)
        write_text(target / CHAMPION, f"{version}\n")
        return place
    place = target if (target / "model.json").is_file() or not (target / MODEL_NAME).is_dir() else target / MODEL_NAME
    return put_in_place(source, place)


def put_in_place(source: Path, place: Path) -> Path:
    """Put a copy of one model's folder in the place of another, whole or not at all.

    Args:
        source: The folder to copy.
        place: Where to. What is there is kept beside it as ``<name>.before``, and what was kept there goes.

    Returns:
        The place.

    Raises:
        ModelError: The copy is not what was copied.
    """
    before, new = place.with_name(f"{place.name}.before"), place.with_name(f"{place.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, new)
    ModelFolder.open(new.name, root=new.parent).verify()
    if place.exists():
        shutil.rmtree(before, ignore_errors=True)
        place.rename(before)
    new.rename(place)
    return place
