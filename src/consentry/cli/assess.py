"""``consentry assess``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.limits import LimitOption, TrustedOption, limits_of
from consentry.cli.options import (
    BankOption,
    Device,
    DeviceOption,
    EmbedderOption,
    JsonOption,
    ModelsOption,
    OcrOption,
    PolicyOption,
    Precision,
    PrecisionOption,
    QuietOption,
    ThreadsOption,
    WithoutOption,
    load_assessor,
)
from consentry.cli.output import EXIT_FAILED, EXIT_UNREADABLE, OUT
from consentry.defects import CODE
from consentry.records import Fact, Post


def assess(
    media: Annotated[list[Path] | None, typer.Option("--media", "-m", help="Image or video; repeat for more.")] = None,
    text: Annotated[str, typer.Option("--text", help="The words that came with the media.")] = "",
    report: Annotated[
        Path | None, typer.Option("--report", help="YAML: standing, identity, consent, … Without it, media are scored.")
    ] = None,
    reference: Annotated[
        list[Path] | None, typer.Option("--reference", help="Verified photo of the claimant; repeat for more.")
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option("--claims", help="Store of enrolled claims: compare with what is enrolled for this report."),
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option("--fact", help="A reviewer's answer, as name=value, such as public_figure=no; repeat for more."),
    ] = None,
    policy: PolicyOption = None,
    bank: BankOption = None,
    models: ModelsOption = None,
    ocr: OcrOption = False,
    embedder: EmbedderOption = "dlib",
    device: DeviceOption = Device.CPU,
    precision: PrecisionOption = Precision.F32,
    threads: ThreadsOption = 0,
    limit: LimitOption = None,
    trusted_media: TrustedOption = False,
    without_signal: WithoutOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Assess one post: what it shows, whether the claimant is in it, what the policy says, and why.

    consentry assess --media photo.jpg --text "look at her" --report report.yaml --reference claimant.jpg
    """
    if not media and not text:
        raise typer.BadParameter("give --media, --text, or both")
    if (reference or claims) and report is None:
        raise typer.BadParameter("reference photos belong to a report: give --report as well")
    if reference and claims:
        raise typer.BadParameter("give photos with --reference or enrolled ones with --claims, not both")
    limits = limits_of(limit or ())
    from consentry.batch import load_report

    post = Post(post_id=media[0].stem if media else "text", media=tuple(media or ()), text=text)
    loaded = load_report(report) if report else None
    assessor = load_assessor(
        policy, bank, models, device, precision, threads,
        claims=claims, embedder=embedder, ocr=ocr, limits=limits, trusted=trusted_media, without=without_signal,
    )  # fmt: skip
    facts = _facts(fact or [])
    assessment = assessor.assess(post, loaded, reference or (), facts, enrolled=claims is not None)
    if as_json:
        typer.echo(assessment.model_dump_json(indent=2))
    elif quiet:
        typer.echo(assessment.recommendation.action)
    else:
        from consentry.cli.rendering import render

        OUT.print(render(assessment))
    if any(note.code == CODE for note in assessment.signals.errors):
        raise typer.Exit(EXIT_FAILED)  # the traceback has been logged
    if assessment.signals.media and not any(item.frames for item in assessment.signals.media):
        raise typer.Exit(EXIT_UNREADABLE)


def _facts(given: list[str]) -> list[Fact]:
    facts = []
    for item in given:
        name, separator, value = item.partition("=")
        if not separator or not name or not value:
            raise typer.BadParameter(f"--fact {item!r}: write name=value")
        facts.append(Fact(name=name, value=value, source="reviewer", detail="given on the command line"))
    return facts
