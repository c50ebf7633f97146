"""``consentry models list`` and ``verify``."""

from __future__ import annotations

import json

import typer
from rich.table import Table

from consentry.cli.options import JsonOption, ModelsOption
from consentry.cli.output import OUT


def models(context: typer.Context) -> None:
    """The models that ship; without a command, the list."""
    if context.invoked_subcommand is None:
        list_models()


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


def verify(models: ModelsOption = None) -> None:
    """Check every file of every model against its digest."""
    from consentry.runtime import ModelFolder
    from consentry.runtime import list_models as names

    for name in names(models):
        folder = ModelFolder.open(name, root=models)
        folder.verify()
        OUT.print(f"{folder.id}: all files are as model.json says")
