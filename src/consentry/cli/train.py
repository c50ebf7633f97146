"""``consentry train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, OUT, progress_bars

app = typer.Typer(help="Train a model from a manifest; needs the extra `train`.", no_args_is_help=True)


@app.callback()
def _train() -> None:
    """Makes this a group of commands, of which there will be more."""


@app.command("scene")
def scene(
    config: Annotated[
        Path | None, typer.Argument(help="YAML; see src/consentry/training/configs/scene.yaml, the default.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting in place of the file's, as dotted.name=value; repeat for more."),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Train, calibrate and measure the scene model, and write its folder with card and figures.

    consentry train scene my.yaml --set data.manifest=pictures.csv --set output=models/scene/3
    """
    from consentry.training.scene_config import DEFAULT_CONFIG, SceneConfig
    from consentry.training.scene_training import train_scene

    settings = SceneConfig.read(config or DEFAULT_CONFIG, _settings(overrides or []))
    with progress_bars(quiet=quiet) as bars:
        result = train_scene(settings, progress=bars)
    if result.tracking_error:
        ERR.print(f"The run was not tracked: {result.tracking_error}", style="yellow")
    OUT.print(f"{result.folder.id} is in {settings.output}; {settings.output / 'card.md'} has the figures.")


def _settings(given: list[str]) -> dict[str, object]:
    settings: dict[str, object] = {}
    for item in given:
        name, separator, value = item.partition("=")
        if not separator:
            raise typer.BadParameter(f"--set {item!r}: write dotted.name=value")
        settings[name] = yaml.safe_load(value)
    return settings
