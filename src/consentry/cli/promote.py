"""``consentry promote``."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from consentry.cli.figures import write_figures
from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, EXIT_FAILED, OUT, plain, progress_bars

if TYPE_CHECKING:
    from consentry.training.scene.promotion import Promotion


class Promotable(StrEnum):
    """What can be promoted."""

    SCENE = "scene"


def promote(
    _: Annotated[Promotable, typer.Argument(metavar="[MODEL]", help="Which model; there is one.")] = Promotable.SCENE,
    config: Annotated[
        Path | None, typer.Option("--config", help="The configuration with the gates and the test data.")
    ] = None,
    alias: Annotated[str, typer.Option("--to", help="The alias in the registry that is to be won.")] = "champion",
    challenger: Annotated[
        Path | None, typer.Option("--challenger", help="A model folder, in place of the registry's challenger.")
    ] = None,
    champion: Annotated[
        Path | None, typer.Option("--champion", help="The folder to be replaced; it need not be there yet.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="Other test data than the config's.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the decision and all figures here.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the decision as a page.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, and change nothing.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Make the challenger the champion, if it passes the gates of the configuration; say why or why not.

    Both models are measured now, on the same test pictures: absolute limits first, then against the champion by
    paired bootstrap. Exit code 0: promoted; 1: refused.

    consentry promote scene --config my.yaml --html decision.html

    consentry promote --challenger runs/new/scene --champion models/scene
    """
    from consentry.training.registry.aliases import fetch, set_alias
    from consentry.training.registry.tracking import CHALLENGER
    from consentry.training.scene.config import DEFAULT_CONFIG, SceneConfig
    from consentry.training.scene.promotion import TestData, compare_models

    if (champion is None) != (challenger is None):
        raise typer.BadParameter("Give both --challenger and --champion, or neither to use the registry")
    overrides = {} if manifest is None else {"data.manifest": str(manifest)}
    settings = SceneConfig.read(config or DEFAULT_CONFIG, overrides)
    data = TestData(
        settings.data.manifest, settings.data.columns.columns(), settings.data.label_map, settings.data.broken_share
    )
    with tempfile.TemporaryDirectory(prefix="consentry-") as temporary, progress_bars(quiet=quiet) as bars:
        uri, name = settings.tracking.uri, settings.gates.registered_model
        new = old = None
        if challenger is None:
            if uri is None:
                raise typer.BadParameter("The configuration names no registry; give --challenger and --champion")
            for folder in (CHALLENGER, alias):
                (Path(temporary) / folder).mkdir()
            new = fetch(uri, name, CHALLENGER, Path(temporary) / CHALLENGER)
            if new is None:
                ERR.print(plain(f"The registry at {uri} has no {CHALLENGER} of {name!r}: train one.", "red"))
                raise typer.Exit(2)
            old = fetch(uri, name, alias, Path(temporary) / alias)
            if old is not None and old.version == new.version:
                OUT.print(plain(f"Version {new.version} of {name!r} is the {alias} already."))
                return
            challenger, champion = new.folder, None if old is None else old.folder
        there = champion if champion is not None and champion.exists() else None
        result = compare_models(challenger, there, data, settings.gates, seed=settings.seed, progress=bars)
        if result.passed and not dry_run:
            if new is not None and uri is not None:
                set_alias(uri, name, alias, new.version, tags={"promotion": result.because()})
            elif champion is not None:
                from consentry.training.scene.folders import replace_model

                replace_model(challenger, champion)
    _report(result, json_file, html_file, quiet=quiet, dry_run=dry_run)
    if not result.passed:
        raise typer.Exit(EXIT_FAILED)


def _report(result: Promotion, json_file: Path | None, html_file: Path | None, *, quiet: bool, dry_run: bool) -> None:
    write_figures(json_file, result.as_dict())
    if html_file is not None:
        from consentry.training.scene.promotion_page import write_promotion_page

        write_promotion_page(result, html_file)
    if quiet:
        return
    table = Table("", "gate", "required", "measured", box=None, pad_edge=False)
    for gate in result.results:
        ends = "" if gate.low is None or gate.high is None else f" ({gate.low:.4f} to {gate.high:.4f})"
        table.add_row(
            "[green]passes[/]" if gate.passed else "[bold red]fails[/]",
            plain(gate.gate),
            f"{gate.required:g}",
            "not measured" if gate.value is None else f"{gate.value:.4f}{ends}",
        )
    OUT.print(table)
    word = "Promoted" if result.passed else "Refused"
    OUT.print(plain(f"{word}{' (nothing was changed)' if dry_run else ''}: {result.because()}", "bold"))
