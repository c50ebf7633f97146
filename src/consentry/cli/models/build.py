"""``consentry models build``: model folders made again from their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.figures import BrokenShare
from consentry.cli.options import QuietOption
from consentry.cli.output import OUT, progress_bars

app = typer.Typer(help="Make a model folder again from its sources; needs the extra `train`.", no_args_is_help=True)


@app.command("faces")
def faces(
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help="CSV: same,path_a,path_b,split. Without it, thresholds and figures are kept."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="The model's folder.")] = Path("models/faces/2"),
    quiet: QuietOption = False,
) -> None:
    """Export detector and embedder from their packages, compare, and set thresholds on development pairs."""
    from consentry.training.faces.build import build_faces as build

    with progress_bars(quiet=quiet) as bars:
        built = build(out, pairs, progress=bars)
    for role, difference in built.differences.items():
        OUT.print(f"{role}: differs from its original by at most {difference:.1g}")
    OUT.print(f"{built.folder.id} is in {out}")


@app.command("facenet")
def facenet(
    weights: Annotated[
        str | None,
        typer.Option("--weights", help="vggface2, casia-webface, or a .pt or .safetensors file."),
    ] = None,
    sha256: Annotated[str | None, typer.Option("--sha256", help="Of the file, where none is pinned.")] = None,
    download: Annotated[
        bool, typer.Option("--download", help="Get published weights (110 MB) if they are in no cache here.")
    ] = False,
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="Pairs to measure on what distances mean; as for evaluate faces.")
    ] = None,
    images: Annotated[Path | None, typer.Option("--images", help="Where their pictures lie.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="Only pairs of this split.")] = None,
    broken_share: BrokenShare = 0.05,
    version: Annotated[str, typer.Option("--version", help="Of the embedder.")] = "1",
    out: Annotated[Path, typer.Option("--out", help="The model's folder.")] = Path("models/facenet"),
    quiet: QuietOption = False,
) -> None:
    """Make an embedder of facenet-pytorch's InceptionResnetV1, and calibrate it on pairs.

    Without a calibration every answer is inconclusive.

    consentry models build facenet --weights vggface2 --download --pairs pairs.csv --split dev_train

    consentry models build facenet --out models/mine --pairs pairs.csv
    """
    if weights is None and pairs is None:
        raise typer.BadParameter("give --weights, --pairs, or both")
    if weights is not None:
        from consentry.training.facenet.build import write_facenet
        from consentry.training.facenet.network import load_network
        from consentry.training.facenet.weights import find_weights
        from consentry.training.scene.folders import stand_by_shipped

        found = find_weights(weights, sha256=sha256, download=download)
        made_by = "consentry models build facenet"
        folder = write_facenet(out, load_network(found), version=version, sources=[found.source], made_by=made_by)
        stand_by_shipped(out.parent)
        OUT.print(f"{folder.id} is in {out}")
    if pairs is None:
        OUT.print("It is not calibrated: every answer will be inconclusive. Give --pairs.")
        return
    from consentry.training.facenet.build import calibrate_facenet

    with progress_bars(quiet=quiet) as bars:
        calibrated = calibrate_facenet(out, pairs, images=images, split=split, broken_share=broken_share, progress=bars)
    thresholds = calibrated.manifest["thresholds"]
    OUT.print(
        f"{calibrated.id} is calibrated: match up to {thresholds['match_at_most']}, "
        f"no match from {thresholds['no_match_at_least']}; {out / 'metrics.json'} has the figures."
    )


@app.command("reading")
def reading(
    out: Annotated[Path, typer.Option("--out", help="The model's folder.")] = Path("models/reading"),
) -> None:
    """Take the networks that read words in pictures from their package, and describe them."""
    from consentry.training.reading.build import build_reading as build

    OUT.print(f"{build(out).id} is in {out}")
