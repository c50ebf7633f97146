"""``consentry train``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.options import QuietOption
from consentry.cli.output import OUT, progress_bars
from consentry.cli.train import faces as train_faces
from consentry.cli.train import scene as train_scene

app = typer.Typer(help="Train a model on pictures or texts of your own; needs the extra `train`.", no_args_is_help=True)


app.command("scene")(train_scene.scene)
app.command("faces")(train_faces.faces)


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
