"""``consentry train scene``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consentry.cli.classes import LabelOption, asking, label_map_of, outranking
from consentry.cli.column_option import ColumnOption, columns_of
from consentry.cli.data.reading import ExcludeOption, LabelMapOption, OthersOption, shares_of
from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, OUT, Bars, plain, progress_bars
from consentry.cli.settings import ForceOption, InitOption, Overrides, settings_of, write_first_configuration
from consentry.cli.train.report import print_next, print_result, print_taken, write_config

if TYPE_CHECKING:
    from consentry.training.scene.config import SceneConfig
    from consentry.training.scene.evaluation import SceneEvaluation


def scene(
    source: Annotated[
        Path | None,
        typer.Argument(
            help="Pictures: a folder with a folder for each class, or CSV, JSON lines, Parquet with path and context. "
            "Or a YAML configuration.",
        ),
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option(
            "--start-from",
            help="Begin with a trained model: `shipped`, or a model's folder. A few hundred pictures are then enough.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A folder of models: the model becomes the folder scene in it. Default: runs."),
    ] = None,
    label: LabelOption = None,
    label_map: LabelMapOption = None,
    others: OthersOption = None,
    column: ColumnOption = None,
    share: Annotated[
        list[str] | None,
        typer.Option("--share", help="Of a split, where there are none yet, such as val=0.3; repeat for more."),
    ] = None,
    exclude: ExcludeOption = None,
    broken_share: Annotated[
        float | None,
        typer.Option("--broken-share", min=0.0, max=1.0, help="Largest share of unreadable pictures to skip."),
    ] = None,
    fine_tune: Annotated[
        bool, typer.Option("--fine-tune", help="Let the backbone's last stages learn too; for thousands of pictures.")
    ] = False,
    recipe: Annotated[
        str, typer.Option("--recipe", help="Settings: own, for pictures of one's own; shipped, the model's that ships.")
    ] = "own",
    overrides: Overrides = None,
    init: InitOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train, calibrate and measure the scene model on pictures of your own, and write its folder with card and figures.

    Splits are made where there are none. Classes whose names say nothing to us are asked for. With --init every
    setting can be looked at and changed first; --recipe shipped makes the model that ships again.

    consentry train scene pictures/

    consentry train scene pictures.csv --start-from shipped --label bedroom=private --label stage=public_event

    consentry train scene --init my.yaml
    """
    from consentry.training.scene.config import RECIPES, SceneConfig

    given: dict[str, Any] = {}
    path = RECIPES.get(recipe)
    if path is None:
        raise typer.BadParameter(f"--recipe {recipe!r}: there are {', '.join(RECIPES)}")
    if source is not None and source.suffix.casefold() in (".yaml", ".yml"):
        path = source
    elif source is not None:
        given["data.manifest"] = str(source)
    given |= _given(start_from=start_from, out=out, others=others, share=share, exclude=exclude)
    given |= {f"data.columns.{name}": value for name, value in columns_of(column).items()}
    if broken_share is not None:
        given["data.broken_share"] = broken_share
    config = SceneConfig.read(path, given | settings_of(overrides))
    changes: dict[str, Any] = {}
    words = label_map_of(label_map, label)
    if words:
        changes["data"] = config.data.model_copy(update={"label_map": outranking(words, config.data.label_map)})
    if fine_tune and config.fine_tuning is None:
        given["fine_tuning"] = {}
        changes["fine_tuning"] = SceneConfig.read(path, {"fine_tuning": {}}).fine_tuning
    config = config.model_copy(update=changes)
    if init is not None:
        _init(init, path, config, given | settings_of(overrides), force=force)
        return
    changed = given or changes or overrides
    _train(config, None if changed else path, force=force, quiet=quiet)


def _given(
    *,
    start_from: str | None,
    out: Path | None,
    others: str | None,
    share: list[str] | None,
    exclude: Path | None,
) -> dict[str, Any]:
    """Settings that options give, by dotted name."""
    found: dict[str, Any] = {
        "start_from": start_from,
        "output": None if out is None else str(out / "scene"),
        "data.others": others,
        "data.shares": shares_of(share) if share else None,
        "data.exclusions": None if exclude is None else str(exclude),
    }
    return {name: value for name, value in found.items() if value is not None}


def _init(init: Path, recipe: Path, config: SceneConfig, given: dict[str, Any], *, force: bool) -> None:
    """Write a configuration to begin with, and say what it is for.

    Args:
        init: Where to.
        recipe: The configuration that it is made of.
        config: What it should say.
        given: What the command line says, by dotted name.
        force: Whether a file that is there may be replaced.
    """
    from consentry.training.data.class_suggestions import suggested_context
    from consentry.training.data.label_maps import CONTEXTS, spelled_alike
    from consentry.training.scene.class_reading import classes_of_manifest
    from consentry.training.scene.config import SceneConfig

    data = config.data
    values = {name.rpartition(".")[2]: value for name, value in given.items()}
    words = dict(data.label_map)
    if "data.manifest" in given:
        classes = classes_of_manifest(data.manifest, data.columns.columns())
        suggested = {name: suggested_context(name) for name in classes if spelled_alike(name) not in CONTEXTS}
        words = outranking(words, {name: context for name, context in suggested.items() if context})
    if words:
        values["label_map"] = words
    write_first_configuration(init, recipe, values, force=force)
    wanted = config.model_copy(update={"data": data.model_copy(update={"label_map": words})})
    if SceneConfig.read(init) != wanted:
        OUT.print(plain(f"Not all of your options are in {init}: give those again that --set gave, or write them in."))
    OUT.print(plain(f"{init} has every setting, with comments; look at it, then:"))
    OUT.print(plain(f"  {shlex.join(('consentry', 'train', 'scene', str(init)))}"), soft_wrap=True)


def _train(config: SceneConfig, file: Path | None, *, force: bool, quiet: bool) -> None:
    """Train.

    Args:
        config: What, on what.
        file: That says all of it; ``None`` if there is none, and one is to be written.
        force: Whether a model that is there may be replaced.
        quiet: Whether to say no more than where the model is.
    """
    from consentry.training.extra import require_train_extra
    from consentry.training.scene.folders import refuse_occupied, stand_by_shipped

    require_train_extra("Training")  # before anything is imported that needs it
    refuse_occupied(config.output, force=force)
    from consentry.training.scene.own_pictures import take_in_pictures
    from consentry.training.scene.start import find_start
    from consentry.training.scene.training import train_scene

    if config.start_from is not None:
        find_start(config.start_from)  # before the pictures are looked at
    with progress_bars(quiet=quiet) as bars:
        taken = take_in_pictures(config, ask=asking(bars, quiet=quiet), progress=bars)
    if not quiet:
        print_taken(taken)
    with progress_bars(quiet=quiet) as bars:
        result = train_scene(taken.config, progress=bars, left_out=taken.skipped)
        begun = {} if quiet else _begun_with(taken.config, bars)
    if config.output.name == "scene":
        stand_by_shipped(config.output.parent)
    if file is None or taken.written is not None:
        file = write_config(taken.config)
    if result.tracking_error:
        ERR.print(plain(f"The run was not tracked: {result.tracking_error}", "yellow"))
    if not quiet:
        print_result(result, begun)
    OUT.print(
        plain(f"{result.folder.id} is in {config.output}; {config.output / 'card.md'} has the figures."), soft_wrap=True
    )
    if not quiet:
        print_next(taken.config, file)


def _begun_with(config: SceneConfig, bars: Bars) -> dict[str, SceneEvaluation]:
    """What the model that the training began with makes of the same test pictures, by split and model."""
    from consentry.training.scene.folders import models_root_of
    from consentry.training.scene.start import find_start
    from consentry.training.scene.training import measure

    if config.start_from is None:
        return {}
    folder = find_start(config.start_from)
    with models_root_of(folder.path) as root:
        found = measure(config, root=root, progress=bars)
    return {f"{split}, {folder.id}": evaluation for split, evaluation in found.items()}
