"""Scene models that lie anywhere: in a folder of models, in a run's folder, in what a registry handed out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.scene import SceneScorer
from consentry.scene.scorer import MODEL_NAME


def scene_folder(path: Path) -> Path:
    """The scene model's own folder.

    Args:
        path: That folder, or one with a folder of that model in it.

    Raises:
        ModelError: ``model.missing``.
    """
    for candidate in (path, path / MODEL_NAME):
        if (candidate / "model.json").is_file():
            return candidate
    raise ModelError(
        f"There is no scene model in {path}.", "Give a folder that holds model.json.", code="model.missing"
    )


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
        target: Where to; what is there is kept beside it as ``<name>.before``, and what was kept there goes.

    Returns:
        The folder that was replaced.

    Raises:
        ModelError: The copy is not what was copied.
    """
    source = scene_folder(source)
    place = target if (target / "model.json").is_file() or not (target / MODEL_NAME).is_dir() else target / MODEL_NAME
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
