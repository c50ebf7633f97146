"""``consentry models``: list, verify, build."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from consentry.cli.options import JsonOption, ModelsOption, QuietOption
from consentry.cli.output import OUT, progress_bars

app = typer.Typer(help="The models that ship: what they are, whether they are whole, how to make them again.")
build_app = typer.Typer(
    help="Make a model folder again from its sources; needs the extra `train`.", no_args_is_help=True
)
app.add_typer(build_app, name="build")


@app.callback(invoke_without_command=True)
def models(context: typer.Context) -> None:
    """The models that ship; without a command, the list."""
    if context.invoked_subcommand is None:
        list_models()


@app.command("list")
def list_models(models: ModelsOption = None, as_json: JsonOption = False) -> None:
    """List the models with version, size, sources and licences."""
    from consentry.runtime import ModelFolder
    from consentry.runtime import list_models as names

    folders = [ModelFolder.open(name, root=models) for name in names(models)]
    if as_json:
        typer.echo(json.dumps([{**folder.manifest, "sha256": folder.digest} for folder in folders], indent=2))
        return
    table = Table("model", "task", "size", "made from", "licence", box=None, pad_edge=False)
    for folder in folders:
        size = sum(entry["bytes"] for entry in folder.manifest["files"].values())
        sources = folder.manifest.get("sources", [])
        table.add_row(
            folder.id,
            str(folder.manifest.get("task", "")),
            f"{size / 1e6:.1f} MB",
            ", ".join(dict.fromkeys(f"{source['package']}=={source['version']}" for source in sources)),
            ", ".join(dict.fromkeys(source["licence"] for source in sources)),
        )
    OUT.print(table)


@app.command("verify")
def verify(models: ModelsOption = None) -> None:
    """Check every file of every model against its digest."""
    from consentry.runtime import ModelFolder
    from consentry.runtime import list_models as names

    for name in names(models):
        folder = ModelFolder.open(name, root=models)
        folder.verify()
        OUT.print(f"{folder.id}: all files are as model.json says")


@build_app.command("faces")
def build_faces(
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help="CSV: same,path_a,path_b,split. Without it, thresholds and figures are kept."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The model's folder.")] = Path("models/faces"),
    quiet: QuietOption = False,
) -> None:
    """Export detector and embedder from their packages, compare, and set thresholds on development pairs."""
    from consentry.training.face_build import build_faces as build

    with progress_bars(quiet=quiet) as bars:
        built = build(out, pairs, progress=bars)
    for role, difference in built.differences.items():
        OUT.print(f"{role}: differs from its original by at most {difference:.1g}")
    OUT.print(f"{built.folder.id} is in {out}")
