"""``consentry evaluate faces`` and ``consentry evaluate detection``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from consentry.cli.column_option import ColumnOption, renamed
from consentry.cli.figures import Bootstrap, BrokenShare, JsonFile, figure, print_skipped, write_figures
from consentry.cli.options import ModelsOption, QuietOption
from consentry.cli.output import ERR, OUT, plain, progress_bars

HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write a page with curves, groups and the worst cases.")]
Pictures = Annotated[
    bool, typer.Option("--pictures/--no-pictures", help="Whether the page shows the worst cases as pictures.")
]
GroupColumns = Annotated[
    list[str] | None,
    typer.Option("--group-column", help="A column of groups, as the data set publishes them; may be repeated."),
]


def faces(
    pairs: Annotated[
        Path,
        typer.Argument(
            help="CSV with same, path_a, path_b; CSV with path, identity; LFW's pairs.txt; or a folder with a folder a "
            "person."
        ),
    ],
    images: Annotated[
        Path | None, typer.Option("--images", help="Where the pictures lie, if not beside the file.")
    ] = None,
    split: Annotated[str | None, typer.Option("--split", help="Only pairs of this split.")] = None,
    column: ColumnOption = None,
    all_pairs: Annotated[
        bool | None,
        typer.Option(
            "--all-pairs/--listed-pairs",
            help="Take error rates over all pairs of the pictures. Default: where pictures of persons are given.",
        ),
    ] = None,
    thresholds_from: Annotated[
        str | None,
        typer.Option("--thresholds-from", help="Set thresholds at stated FMRs on this split, and try them here."),
    ] = None,
    groups: Annotated[
        Path | None, typer.Option("--groups", help="CSV with the column path and columns of groups.")
    ] = None,
    group_columns: GroupColumns = None,
    embedder: Annotated[
        str, typer.Option("--embedder", help="dlib, which ships, or the name of a model folder of your own.")
    ] = "dlib",
    json_file: JsonFile = None,
    html_file: HtmlFile = None,
    pictures: Pictures = True,
    broken_share: BrokenShare = 0.05,
    bootstrap: Bootstrap = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Of everything that is drawn.")] = 0,
    models: ModelsOption = None,
    quiet: QuietOption = False,
) -> None:
    """How often the face model is wrong on pairs of pictures, with 95 % intervals.

    Accuracy by the ten-fold protocol of LFW, EER, TAR at stated false match rates, error rates of the bands, and
    calibration. A face that is not found counts as a failure. `fold` in the CSV gives the folds; `group_a` and
    `group_b`, or --groups, give error rates by group (needs the extra `train`). docs/fairness.md explains the figures.

    consentry evaluate faces pairs.csv --html report.html --json figures.json

    consentry evaluate faces pairs.txt --images lfw/ --all-pairs
    """
    from consentry.training.faces.evaluation import evaluate_faces

    with progress_bars(quiet=quiet) as bars:
        result = evaluate_faces(
            pairs,
            images=images,
            columns=renamed(column),
            split=split,
            groups=groups,
            group_columns=group_columns or (),
            all_pairs=all_pairs,
            thresholds_from=thresholds_from,
            embedder=embedder,
            root=models,
            broken_share=broken_share,
            bootstrap=bootstrap,
            seed=seed,
            progress=bars,
        )
    figures = result.as_dict()
    write_figures(json_file, figures)
    if html_file is not None:
        from consentry.training.faces.page import write_face_page

        write_face_page(result, html_file, pictures=pictures)
    if quiet:
        return
    _print_faces(figures)
    _print_cautions(figures)
    print_skipped(figures["skipped"], figures["pictures"] + len(figures["skipped"]), what="pictures")


def detection(
    manifest: Annotated[Path, typer.Argument(help="CSV, JSON lines or Parquet with the column path, or a folder.")],
    split: Annotated[str | None, typer.Option("--split", help="Only pictures of this split.")] = None,
    column: ColumnOption = None,
    group_columns: GroupColumns = None,
    json_file: JsonFile = None,
    html_file: HtmlFile = None,
    pictures: Pictures = True,
    broken_share: BrokenShare = 0.05,
    bootstrap: Bootstrap = 1000,
    models: ModelsOption = None,
    quiet: QuietOption = False,
) -> None:
    """In how many portraits a face is found and good enough, by group, with 95 % intervals.

    Every picture is taken for a portrait of one person. Groups are columns of the manifest, and are never inferred
    (they need the extra `train`); a column `identity` keeps pictures of one person together in the intervals.

    consentry evaluate detection portraits.csv --group-column age_band --group-column gender --html report.html
    """
    from consentry.training.faces.detection_rates import evaluate_detection

    with progress_bars(quiet=quiet) as bars:
        result = evaluate_detection(
            manifest,
            split=split,
            columns=renamed(column),
            group_columns=group_columns or (),
            root=models,
            broken_share=broken_share,
            bootstrap=bootstrap,
            progress=bars,
        )
    figures = result.as_dict()
    write_figures(json_file, figures)
    if html_file is not None:
        from consentry.training.faces.detection_page import write_detection_page

        write_detection_page(result, html_file, pictures=pictures)
    if quiet:
        return
    _print_detection(figures)
    print_skipped(figures["skipped"], figures["pictures"] + len(figures["skipped"]), what="pictures")


def _print_cautions(figures: Mapping[str, Any]) -> None:
    """What is missing for the figures that are undefined, and what to do about it."""
    genuine, impostors = figures["rates_genuine"], figures["rates_impostors"]
    lost, pictures = figures["failures_to_detect"], figures["pictures"]
    for wrong, said in (
        (not genuine, "There is no pair of one person: give a second picture of some."),
        (not impostors, "There is no pair of two persons: give pictures of another one."),
        (
            pictures and lost > pictures / 2,
            f"In {lost} of {pictures} pictures no face was found: they should be portraits of one person each.",
        ),
    ):
        if wrong:
            ERR.print(said, style="yellow", soft_wrap=True)


def _print_faces(figures: Mapping[str, Any]) -> None:
    table = Table("", "", box=None, pad_edge=False, show_header=False)
    table.add_row("pairs", f"{figures['pairs']} ({figures['genuine']} of one person)")
    table.add_row("faces not found", f"{figures['failures_to_detect']} of {figures['pictures']} pictures")
    deviation = "" if figures["accuracy_std"] is None else f" ± {figures['accuracy_std']:.4f} between folds"
    table.add_row("accuracy, cross-validated", figure(figures, "accuracy") + deviation)
    table.add_row("accuracy, shipped threshold", figure(figures, "accuracy_at_shipped_threshold"))
    rates = f"{figures['rates_genuine']} genuine, {figures['rates_impostors']} impostor pairs"
    table.add_row("error rates over", f"{figures['rates_over']}: {rates}")
    table.add_row("EER", figure(figures, "eer"))
    for key, value in figures["tar_at_fmr"].items():
        ends = {"tar": value, "tar_low": figures["tar_at_fmr_low"][key], "tar_high": figures["tar_at_fmr_high"][key]}
        table.add_row(f"TAR at FMR {key}", figure(ends, "tar") if value is not None else "too few pairs")
    for key, tried in ((figures["set_elsewhere"] or {}).get("at") or {}).items():
        if tried is not None:
            where = f"TAR, threshold for {key} from {figures['set_elsewhere']['split']}"
            table.add_row(
                plain(where), f"{figure(tried, 'true_accept_rate')}, FMR {figure(tried, 'false_match_rate', 6)}"
            )
    match, no_match, between = (figures["bands"][band] for band in ("match", "no_match", "inconclusive"))
    table.add_row("match: FMR", f"{figure(match, 'false_match_rate', 6)}, TAR {figure(match, 'true_accept_rate')}")
    table.add_row("no match: FNMR", figure(no_match, "false_non_match_rate"))
    table.add_row(
        "inconclusive", f"{figure(between, 'genuine')} of genuine, {figure(between, 'impostors')} of impostor"
    )
    table.add_row("calibration error (ECE)", figure(figures["calibration"], "ece"))
    OUT.print(table)
    for attribute, found in figures["groups"].items():
        by_group = Table(
            escape(plain(attribute).plain), "genuine", "FNMR", "no match", "impostors", "FMR", box=None, pad_edge=False
        )
        for group, of_group in found["groups"].items():
            by_group.add_row(
                plain(group),
                str(of_group["genuine"]),
                figure(of_group, "false_non_match_rate"),
                figure(of_group, "wrongly_excluded"),
                str(of_group["impostors"]),
                figure(of_group, "false_match_rate", 6),
            )
        OUT.print()
        OUT.print(by_group)


def _print_detection(figures: Mapping[str, Any]) -> None:
    rates = ("not_found", "several", "unusable_in_a_post", "unusable_as_reference")
    titles = [rate.replace("_", " ") for rate in rates]
    table = Table("", "pictures", *titles, box=None, pad_edge=False)
    table.add_row("all", str(figures["pictures"]), *(figure(figures["all"], rate, 3) for rate in rates))
    for attribute, found in figures["groups"].items():
        for group, of_group in found["groups"].items():
            name = plain(f"{attribute}: {group}")
            table.add_row(name, str(of_group["pictures"]), *(figure(of_group, rate, 3) for rate in rates))
    OUT.print(table)
