"""``consentry promote faces``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consentry.cli.column_option import ColumnOption, renamed
from consentry.cli.figures import Bootstrap, BrokenShare, write_figures
from consentry.cli.options import QuietOption
from consentry.cli.output import EXIT_FAILED, OUT, plain, progress_bars
from consentry.cli.promote.decision import print_decision

if TYPE_CHECKING:
    from consentry.training.faces.promotion import FacePromotion


def faces(
    challenger: Annotated[Path, typer.Option("--challenger", help="The new embedder's folder, calibrated.")],
    champion: Annotated[
        Path,
        typer.Option(
            "--champion",
            help="The folder to be replaced; if it is not there yet, the embedder that ships is the one to beat.",
        ),
    ],
    pairs: Annotated[
        Path,
        typer.Option("--pairs", help="What both are measured on, as for evaluate faces; not what set thresholds."),
    ],
    images: Annotated[Path | None, typer.Option("--images", help="Where the pictures lie, if not beside.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="Only pairs of this split.")] = None,
    column: ColumnOption = None,
    all_pairs: Annotated[
        bool | None,
        typer.Option(
            "--all-pairs/--listed-pairs",
            help="Take error rates over all pairs of the pictures. Default: where pictures of persons are given.",
        ),
    ] = None,
    rate: Annotated[
        float,
        typer.Option("--fmr", min=1e-6, max=0.1, help="False match rate at which the true accept rates are compared."),
    ] = 0.001,
    margin: Annotated[
        float, typer.Option("--margin", min=0.0, max=1.0, help="How much lower the true accept rate may be there.")
    ] = 0.02,
    broken_share: BrokenShare = 0.05,
    bootstrap: Bootstrap = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Of everything that is drawn.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the decision and all figures here.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the decision as a page.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide, and change nothing.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Let a new face embedder take the place of the one in use, if it passes the gates; say why or why not.

    Both are measured now, on the same pairs. The new one must not be shown to exceed the error rates that it states of
    itself, and must find about as many pairs of one person as the one in use. Templates that were enrolled with
    another embedder cannot be compared any more. Exit code 0: promoted; 1: refused.

    consentry promote faces --challenger models/mine --champion served/mine --pairs others.csv --html decision.html
    """
    from consentry.training.faces.promotion import FaceGates, FacePairs, compare_embedders
    from consentry.training.scene.folders import put_in_place, stand_by_shipped

    if challenger.resolve().name != champion.resolve().name:
        raise typer.BadParameter(
            f"the folders have to have one name, which is what --embedder calls it: --champion "
            f"{champion.parent / challenger.resolve().name}"
        )
    if challenger.resolve() == champion.resolve():
        raise typer.BadParameter("challenger and champion are one folder")
    there = champion if (champion / "model.json").exists() else None
    data = FacePairs(pairs, images, renamed(column) or {}, split, all_pairs, broken_share)
    gates = FaceGates(rate=rate, margin=margin, bootstrap=bootstrap)
    with progress_bars(quiet=quiet) as bars:
        result = compare_embedders(challenger, there, data, gates, seed=seed, progress=bars)
    if result.passed and not dry_run:
        put_in_place(challenger, champion)
        stand_by_shipped(champion.parent)
    write_figures(json_file, result.as_dict())
    if html_file is not None:
        from consentry.training.faces.promotion_page import write_face_promotion_page

        write_face_promotion_page(result, html_file)
    if not quiet:
        print_decision(result.results, result.because(), passed=result.passed, dry_run=dry_run)
        for line in (*_advice(result, rate), *_following(result, champion, dry_run=dry_run)):
            OUT.print(plain(line), soft_wrap=True)
    if not result.passed:
        raise typer.Exit(EXIT_FAILED)


def _advice(result: FacePromotion, rate: float) -> Iterator[str]:
    """What to do about gates that failed for want of pairs."""
    rates = result.challenger.rates
    if any(gate.value is None for gate in result.results):
        yield (
            f"There are {rates.genuine} pairs of one person and {rates.impostors} of two. What was not measured takes "
            f"more: 300 of one person, and {round(3 / rate)} of two for an FMR of {rate:g}. Give pictures of more "
            "persons (a folder with a folder a person), or compare at a higher --fmr."
        )
    gain = result.results[-1]
    if not gain.passed and gain.value is not None and gain.value >= gain.required:
        yield (
            "The difference fails because its interval reaches below the margin, although it does not: more persons "
            "make the interval narrower."
        )


def _following(result: FacePromotion, champion: Path, *, dry_run: bool) -> Iterator[str]:
    if not result.passed or dry_run:
        return
    new, old = result.challenger.matcher.embedder.id, result.present.matcher.embedder.id
    if new != old:
        yield f"Templates that were enrolled with {old} cannot be compared any more: enrol those claims again."
    using = ("consentry", "assess", "--media", "PHOTO.jpg", "--report", "REPORT.yaml", "--reference", "CLAIMANT.jpg")
    yield f"Use it: {shlex.join((*using, '--models', str(champion.parent), '--embedder', champion.resolve().name))}"
