"""``consentry promote scene``."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consentry.cli.classes import LabelOption, asking, label_map_of, outranking
from consentry.cli.column_option import ColumnOption, columns_of
from consentry.cli.data.reading import LabelMapOption, OthersOption
from consentry.cli.figures import write_figures
from consentry.cli.options import QuietOption
from consentry.cli.output import EXIT_FAILED, OUT, plain, progress_bars
from consentry.cli.promote.decision import print_decision

if TYPE_CHECKING:
    from consentry.training.errors import TrainingError
    from consentry.training.scene.class_reading import Ask
    from consentry.training.scene.config import SceneConfig
    from consentry.training.scene.promotion import Promotion, TestData


def scene(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="The configuration with the gates and the test data; that beside the challenger, if there is one.",
        ),
    ] = None,
    alias: Annotated[str, typer.Option("--to", help="The alias in the registry that is to be won.")] = "champion",
    challenger: Annotated[
        Path | None, typer.Option("--challenger", help="A model folder, in place of the registry's challenger.")
    ] = None,
    champion: Annotated[
        Path | None, typer.Option("--champion", help="The folder to be replaced; it need not be there yet.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="Other test data than the config's.")] = None,
    label: LabelOption = None,
    label_map: LabelMapOption = None,
    others: OthersOption = None,
    column: ColumnOption = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the decision and all figures here.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the decision as a page.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, and change nothing.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Make the challenger the champion, if it passes the gates of the configuration; say why or why not.

    Both models are measured now, on the same test pictures: absolute limits first, then against the champion by
    paired bootstrap. Exit code 0: promoted; 1: refused.

    consentry promote scene --config runs/scene.yaml --html decision.html

    consentry promote scene --challenger runs/scene --champion champion/scene
    """
    from consentry.training.registry.aliases import fetch, set_alias
    from consentry.training.registry.tracking import CHALLENGER
    from consentry.training.scene.folders import replace_model, stand_by_shipped
    from consentry.training.scene.promotion import compare_models

    if (champion is None) != (challenger is None):
        raise typer.BadParameter("Give both --challenger and --champion, or neither to use the registry")
    settings = _settings(config, manifest, challenger)
    with tempfile.TemporaryDirectory(prefix="consentry-") as temporary, progress_bars(quiet=quiet) as bars:
        data = _test_data(settings, column, label_map_of(label_map, label), others, asking(bars, quiet=quiet))
        uri, name = settings.tracking.uri, settings.gates.registered_model
        new = old = None
        if challenger is None:
            if uri is None:
                raise typer.BadParameter("The configuration names no registry; give --challenger and --champion")
            for folder in (CHALLENGER, alias):
                (Path(temporary) / folder).mkdir()
            new = fetch(uri, name, CHALLENGER, Path(temporary) / CHALLENGER)
            if new is None:
                raise _nobody(uri, name)
            old = fetch(uri, name, alias, Path(temporary) / alias)
            if old is not None and old.version == new.version:
                OUT.print(plain(f"Version {new.version} of {name!r} is the {alias} already."))
                return
            challenger, champion = new.folder, None if old is None else old.folder
        there = champion if champion is not None and champion.exists() else None
        result = compare_models(challenger, there, data, settings.gates, seed=settings.seed, progress=bars)
        following = ""
        if result.passed and not dry_run:
            if new is not None and uri is not None:
                set_alias(uri, name, alias, new.version, tags={"promotion": result.because()})
                following = f"MLflow loads it as models:/{name}@{alias} from {uri}."
            elif champion is not None:
                replace_model(challenger, champion)
                if champion.name == "scene":
                    stand_by_shipped(champion.parent)
                    using = ("consentry", "assess", "--media", "PHOTO.jpg", "--models", str(champion.parent))
                    following = f"Use it: {shlex.join(using)}"
    _report(result, json_file, html_file, quiet=quiet, dry_run=dry_run)
    if not quiet:
        for line in filter(None, (*_advice(result, settings), following)):
            OUT.print(plain(line), soft_wrap=True)
    if not result.passed:
        raise typer.Exit(EXIT_FAILED)


def _settings(config: Path | None, manifest: Path | None, challenger: Path | None) -> SceneConfig:
    """The configuration that was named, else the one that a training has left beside the challenger, else the usual."""
    from consentry.training.errors import TrainingError
    from consentry.training.scene.config import DEFAULT_CONFIG, SceneConfig

    if config is None and challenger is not None:
        beside = challenger.with_name(f"{challenger.name}.yaml")
        config = beside if beside.is_file() else None
    if config is None and manifest is None:
        raise TrainingError(
            "It is not known which test pictures the models are to be measured on.",
            "Give --config with the configuration that `consentry train scene` has written (runs/scene.yaml), or "
            "--manifest with a table of pictures that has a split test.",
            code="training.manifest",
        )
    overrides: dict[str, object] = {}
    if manifest is not None:
        overrides = {"data.manifest": str(manifest)}
    return SceneConfig.read(config or DEFAULT_CONFIG, overrides)


def _test_data(
    settings: SceneConfig, column: list[str] | None, words: dict[str, str], others: str | None, ask: Ask | None
) -> TestData:
    from consentry.training.scene.class_reading import evaluated_classes
    from consentry.training.scene.promotion import TestData

    data = settings.data
    columns = replace(data.columns.columns(), **columns_of(column))
    words = evaluated_classes(data.manifest, columns, outranking(words, data.label_map), others or data.others, ask)
    return TestData(data.manifest, columns, words, data.broken_share)


def _nobody(uri: str, name: str) -> TrainingError:
    from consentry.training.errors import TrainingError

    return TrainingError(
        f"The registry at {uri} has no challenger of {name!r}.",
        "Train one (`consentry train scene pictures/` enters it), or name two folders: --challenger runs/scene "
        "--champion champion/scene.",
        code="training.registry",
    )


def _advice(result: Promotion, settings: SceneConfig) -> Iterator[str]:
    """What to do about gates that failed for want of pictures."""
    failed = [gate for gate in result.results if not gate.passed]
    if any(gate.value is None for gate in failed):
        yield (
            "What was not measured has too few test pictures, or none of one kind: add some, or take the gate out of "
            "the configuration."
        )
    margins = {gate.split for gate in settings.gates.no_worse}
    if any(
        gate.split in margins and gate.required < 0 and gate.value is not None and gate.value >= gate.required
        for gate in failed
    ):
        yield (
            "A difference fails whose interval reaches below the margin, although the difference does not: more test "
            "pictures make the interval narrower."
        )


def _report(result: Promotion, json_file: Path | None, html_file: Path | None, *, quiet: bool, dry_run: bool) -> None:
    write_figures(json_file, result.as_dict())
    if html_file is not None:
        from consentry.training.scene.promotion_page import write_promotion_page

        write_promotion_page(result, html_file)
    if quiet:
        return
    print_decision(result.results, result.because(), passed=result.passed, dry_run=dry_run)
