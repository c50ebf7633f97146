"""``consentry train faces``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars
from consentry.cli.settings import Overrides, settings_of


def faces(
    config: Annotated[
        Path | None, typer.Argument(help="YAML; see src/consentry/training/configs/faces.yaml, an example.")
    ] = None,
    overrides: Overrides = None,
    quiet: QuietOption = False,
) -> None:
    """Train or fine-tune a face embedder on identities of your own, and write its folder.

    The pictures are a folder with a folder a person, or a CSV file with the columns path and identity. Whoever trains
    on people's faces needs their permission. What comes out says nothing about anybody until it is calibrated: see
    `consentry models build facenet --pairs`.

    consentry train faces --set data.pictures=people --set start=vggface2 --set output=models/facenet
    """
    from consentry.training.facenet_config import DEFAULT_FACES_CONFIG, FacenetConfig
    from consentry.training.facenet_training import train_faces

    settings = FacenetConfig.read(config or DEFAULT_FACES_CONFIG, settings_of(overrides))
    with progress_bars(quiet=quiet) as bars:
        result = train_faces(settings, progress=bars)
    if result.tracking_error:
        ERR.print(plain(f"The run was not tracked: {result.tracking_error}", "yellow"))
    best = result.fitted.best
    OUT.print(
        f"{result.folder.id} is in {settings.output}: validation AUC {best.auc:.3f} after epoch {best.number} of "
        f"{len(result.fitted.history)}, {result.fitted.start_auc:.3f} at the start.",
        soft_wrap=True,
    )
    following = f"consentry models build facenet --out {settings.output} --pairs PAIRS"
    OUT.print(f"Calibrate it next: {following}", soft_wrap=True)
