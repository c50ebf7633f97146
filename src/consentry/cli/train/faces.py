"""``consentry train faces``."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consentry.cli.options import QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars
from consentry.cli.settings import ForceOption, InitOption, Overrides, settings_of, write_first_configuration

if TYPE_CHECKING:
    from consentry.training.facenet.config import FacenetConfig
    from consentry.training.facenet.training import FacenetTraining

_SHOWN = 8
_PERSONS_FOR_RANDOM_WEIGHTS = 1000


def faces(
    source: Annotated[
        Path | None,
        typer.Argument(
            help="Pictures: a folder with a folder a person, or a table with the columns path and identity. "
            "Or a YAML configuration."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", help="Weights to begin with: vggface2, casia-webface, or a .pt or .safetensors file."),
    ] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Get published weights (110 MB) if they are in no cache here.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The model's folder; its name is what --embedder calls it. Default: models/facenet."
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="What a column is called in your table, such as identity=who; repeat for more."),
    ] = None,
    broken_share: Annotated[
        float | None,
        typer.Option("--broken-share", min=0.0, max=1.0, help="Largest share of unreadable pictures to skip."),
    ] = None,
    overrides: Overrides = None,
    init: InitOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train or fine-tune a face embedder on identities of your own, and write its folder.

    Whoever trains on people's faces needs their permission. A few hundred pictures make no embedder: begin with
    weights. What comes out says nothing about anybody until it is calibrated; the command for that is shown at the end.

    consentry train faces people/ --start vggface2 --download

    consentry train faces --init my.yaml
    """
    from consentry.training.facenet.config import DEFAULT_FACES_CONFIG, FacenetConfig

    path, given = DEFAULT_FACES_CONFIG, _columns_of(column)
    if source is not None and source.suffix.casefold() in (".yaml", ".yml"):
        path = source
    elif source is not None:
        given["data.pictures"] = str(source)
    options = {
        "start": start,
        "output": None if out is None else str(out),
        "data.broken_share": broken_share,
        "download": download or None,
    }
    given |= {name: value for name, value in options.items() if value is not None}
    given |= settings_of(overrides)
    config = FacenetConfig.read(path, given)
    if init is not None:
        write_first_configuration(
            init, path, {name.rpartition(".")[2]: value for name, value in given.items()}, force=force
        )
        OUT.print(plain(f"{init} has every setting, with comments; look at it, then:"))
        OUT.print(plain(f"  {shlex.join(('consentry', 'train', 'faces', str(init)))}"), soft_wrap=True)
        return
    _train(config, force=force, quiet=quiet)


def _columns_of(given: list[str] | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in given or []:
        ours, separator, theirs = item.partition("=")
        if not separator or not theirs or ours not in ("path", "identity"):
            raise typer.BadParameter(f"--column {item!r}: write ours=theirs, ours being one of path, identity")
        found[f"data.columns.{ours}"] = theirs
    return found


def _train(config: FacenetConfig, *, force: bool, quiet: bool) -> None:
    from consentry.training.extra import require_train_extra
    from consentry.training.scene.folders import refuse_occupied, stand_by_shipped

    require_train_extra("Training")
    refuse_occupied(config.output, force=force)
    from consentry.training.facenet.training import train_faces, write_held_out

    with progress_bars(quiet=quiet) as bars:
        result = train_faces(config, progress=bars)
    stand_by_shipped(config.output.parent)
    held_out = write_held_out(result.faces, config.output.with_name(f"{config.output.name}_held_out.csv"))
    if result.tracking_error:
        ERR.print(plain(f"The run was not tracked: {result.tracking_error}", "yellow"))
    best = result.fitted.best
    if not quiet:
        _print_faces(result, config)
    OUT.print(
        plain(
            f"{result.folder.id} is in {config.output}: validation AUC {best.auc:.3f} after epoch {best.number} of "
            f"{len(result.fitted.history)}, {result.fitted.start_auc:.3f} at the start."
        ),
        soft_wrap=True,
    )
    if quiet:
        return
    _print_next(result, config, held_out)


def _print_next(result: FacenetTraining, config: FacenetConfig, held_out: Path) -> None:
    from consentry.training.facenet.build import LEAST_PAIRS

    counts = Counter(person for _, person in result.faces.held_out)
    pairs = sum(count * (count - 1) // 2 for count in counts.values())
    said = f"{held_out} lists the {len(counts)} persons that it did not learn from"
    if pairs < LEAST_PAIRS:
        said += f", who make {pairs} pairs of one person; calibrating takes {LEAST_PAIRS}, of these or other persons"
        file = "PAIRS"
    else:
        said += "; they said when to stop, so others are better still"
        file = str(held_out)
    OUT.print(plain(f"{said}."), soft_wrap=True)
    OUT.print("Next:")
    for command in (
        ("models", "build", "facenet", "--out", str(config.output), "--pairs", file),
        ("evaluate", "faces", file, "--embedder", config.output.name, "--models", str(config.output.parent)),
    ):
        OUT.print(plain(f"  {shlex.join(('consentry', *command))}"), soft_wrap=True)
    OUT.print("And before it takes the place of another, on pictures of persons that it has not met:")
    folders = ("--challenger", str(config.output), "--champion", f"champion/{config.output.name}")
    OUT.print(
        plain(f"  {shlex.join(('consentry', 'promote', 'faces', *folders, '--pairs', 'OTHERS'))}"), soft_wrap=True
    )


def _print_faces(result: FacenetTraining, config: FacenetConfig) -> None:
    """What it was trained on, and what to know about that."""
    found = result.faces
    learned = len(found.training.names)
    OUT.print(
        f"{len(found.training.persons)} faces of {learned} persons to learn from, {len(found.validation.persons)} of "
        f"{len(found.validation.names)} others to validate on; left out: {found.left_out} persons with too few, "
        f"{found.without_face} pictures without a face.",
        soft_wrap=True,
    )
    for path in found.unreadable[:_SHOWN]:
        ERR.print(plain(f"broken, left out: {path.parent.name}/{path.name}", "yellow"), soft_wrap=True)
    if len(found.unreadable) > _SHOWN:
        ERR.print(f"and {len(found.unreadable) - _SHOWN} more", style="yellow")
    if config.start is None and learned < _PERSONS_FOR_RANDOM_WEIGHTS:
        ERR.print(
            f"From random weights, {learned} persons make no embedder: --start vggface2 --download begins with "
            "published ones (trained on data for research).",
            style="yellow",
            soft_wrap=True,
        )
