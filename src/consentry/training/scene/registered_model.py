"""The scene model as MLflow keeps and serves it: a table of picture files in, a table of scores out.

MLflow stores the model's own folder and the name of this module, which loads it again. Nothing is pickled.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from consentry.media import DecoderPool, Limits
from consentry.records import Media
from consentry.runtime import ModelFolder
from consentry.signals.scene import SceneScorer
from consentry.signals.scene.preprocessing import Picture
from consentry.signals.scene.scorer import HEADS
from consentry.training.scene.folders import scene_scorer_of
from consentry.training.scene.outputs import output_of
from consentry.version import __version__

if TYPE_CHECKING:
    import pandas as pd

COLUMN = "image"
"""Of the input table: the bytes of a picture's or video's file."""


class RegisteredSceneModel:
    """What ``mlflow.pyfunc.load_model`` gives, inside.

    Whoever sends pictures to a served model is a stranger, so they are decoded in a process of their own.
    """

    def __init__(self, scorer: SceneScorer) -> None:
        self.scorer = scorer
        self._decoders = DecoderPool(workers=1, limits=Limits())

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002 - MLflow
        """Score pictures.

        Args:
            model_input: A table with the column ``image`` of file contents; or a list of file contents or of arrays
                of shape (height, width, 3), 8 bits, RGB, upright; or one array of several such.
            params: MLflow's; there are none.

        Returns:
            A row a picture: for each head its probability, and ``<head>_band``; and ``people`` if the model counts
            them.

        Raises:
            MediaError: A file cannot be read.
        """
        import pandas as pd

        items = model_input[COLUMN] if isinstance(model_input, pd.DataFrame) else model_input
        rows = []
        for number, item in enumerate(items):
            output = output_of(self.scorer, self.scorer.score(self._frames(item, number)))
            row: dict[str, float | str] = {}
            for head in HEADS:
                row[head] = output.probabilities[head]
                row[f"{head}_band"] = self.scorer.calibrations[head].band(output.probabilities[head])
            if output.crowd is not None:
                row["people"] = output.crowd.count
            rows.append(row)
        return pd.DataFrame(rows, columns=list(_columns(counts=self.scorer.crowd_calibration is not None)))

    def _frames(self, item: bytes | Picture, number: int) -> list[Picture]:
        if isinstance(item, np.ndarray):
            return [item]
        opened = self._decoders.open(Media(data=bytes(item), media_id=f"image {number}")).result()
        return [frame.pixels for frame in opened.frames]


def _load_pyfunc(path: str) -> RegisteredSceneModel:
    """What MLflow calls to load the model; the name is MLflow's."""
    return RegisteredSceneModel(scene_scorer_of(Path(path)))


def log_scene_model(mlflow: Any, folder: Path, *, register_as: str | None) -> str | None:
    """Keep a model with the active run.

    Args:
        mlflow: As `consentry.training.registry.tracking.mlflow_at` gives it, with a run.
        folder: The model's.
        register_as: Name in the registry, if it is to be registered.

    Returns:
        Its version in the registry; ``None`` if it was not registered.
    """
    import pandas as pd
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    model = ModelFolder.open(folder.name, root=folder.parent)
    columns = _columns(counts="crowd" in model.manifest["calibration"])
    outputs = [ColSpec(DataType[kind], name) for name, kind in columns.items()]
    with contextlib.redirect_stderr(io.StringIO()):  # it announces what the caller will tell
        logged = mlflow.pyfunc.log_model(
            name="model",
            loader_module=__name__,
            data_path=str(folder),
            signature=ModelSignature(inputs=Schema([ColSpec(DataType.binary, COLUMN)]), outputs=Schema(outputs)),
            input_example=pd.DataFrame({COLUMN: [_example()]}),
            pip_requirements=[f"consentry[train]=={__version__}"],
            registered_model_name=register_as,
        )
    version = logged.registered_model_version
    return None if version is None else str(version)


def _columns(*, counts: bool) -> dict[str, str]:
    """The columns of the table of scores, and MLflow's types of them."""
    columns = {name: kind for head in HEADS for name, kind in ((head, "double"), (f"{head}_band", "string"))}
    return columns | ({"people": "double"} if counts else {})


def _example() -> bytes:
    """A small grey picture."""
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (32, 32), (128, 128, 128)).save(stream, "JPEG")
    return stream.getvalue()
