"""``consentry train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import yaml

from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars

app = typer.Typer(help="Train a model from a manifest; needs the extra `train`.", no_args_is_help=True)
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting in place of the file's, as dotted.name=value; repeat for more."),
]


@app.command("scene")
def scene(
    config: Annotated[
        Path | None, typer.Argument(help="YAML; see src/consentry/training/configs/scene.yaml, the default.")
    ] = None,
    overrides: Overrides = None,
    quiet: QuietOption = False,
) -> None:
    """Train, calibrate and measure the scene model, and write its folder with card and figures.

    consentry train scene my.yaml --set data.manifest=pictures.csv --set output=models/scene/3
    """
    from consentry.training.scene.config import DEFAULT_CONFIG, SceneConfig
    from consentry.training.scene.training import train_scene

    settings = SceneConfig.read(config or DEFAULT_CONFIG, _settings(overrides or []))
    with progress_bars(quiet=quiet) as bars:
        result = train_scene(settings, progress=bars)
    if result.tracking_error:
        ERR.print(f"The run was not tracked: {result.tracking_error}", style="yellow")
    OUT.print(f"{result.folder.id} is in {settings.output}; {settings.output / 'card.md'} has the figures.")


@app.command("faces")
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
    from consentry.training.facenet.config import DEFAULT_FACES_CONFIG, FacenetConfig
    from consentry.training.facenet.training import train_faces

    settings = FacenetConfig.read(config or DEFAULT_FACES_CONFIG, _settings(overrides or []))
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


@app.command("text")
def text(
    tweets: Annotated[
        Path | None, typer.Option("--tweets", help="CSV with a column tweet: texts that hold no cue. Better with it.")
    ] = None,
    cases: Annotated[Path, typer.Option("--cases", help="Folder of written texts, in halves.")] = Path(
        "data/text_cases"
    ),
    training: Annotated[Path, typer.Option("--training", help="Texts for training alone.")] = Path(
        "data/text_training/behaviours.yaml"
    ),
    vocabulary: Annotated[
        Path, typer.Option("--vocabulary", help="The encoder's vocabulary, one piece a line.")
    ] = Path("models/text/1/vocabulary.txt"),
    out: Annotated[Path, typer.Option("--out", help="The version's folder.")] = Path("models/text/1"),
    quiet: QuietOption = False,
) -> None:
    """Train the model that says how words read, measure it, and write its folder with card and figures.

    consentry train text --tweets tweets.csv --out models/text/2
    """
    from consentry.training.words.training import TextSources, train_text

    with progress_bars(quiet=quiet) as bars:
        folder = train_text(TextSources(cases, training, vocabulary, tweets), out, progress=bars)
    OUT.print(f"{folder.id} is in {out}; {out / 'card.md'} has the figures.")


def _settings(given: list[str]) -> dict[str, object]:
    settings: dict[str, object] = {}
    for item in given:
        name, separator, value = item.partition("=")
        if not separator:
            raise typer.BadParameter(f"--set {item!r}: write dotted.name=value")
        settings[name] = yaml.safe_load(value)
    return settings
