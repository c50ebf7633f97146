"""``consentry score``."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.column_option import renamed
from consentry.cli.exit_codes import EXIT_STOPPED, exit_code_of
from consentry.cli.limits import LimitOption, TrustedOption, limits_of
from consentry.cli.options import (
    BankOption,
    Device,
    DeviceOption,
    JsonOption,
    ModelsOption,
    OcrOption,
    PolicyOption,
    Precision,
    PrecisionOption,
    PrivateAddressesOption,
    QuietOption,
    ThreadsOption,
    WithoutOption,
    load_assessor,
)
from consentry.cli.output import EXIT_FAILED, EXIT_UNREADABLE, OUT, print_error


class Engine(StrEnum):
    """What runs the job."""

    LOCAL = "local"
    RAY = "ray"


def score(
    manifest: Annotated[
        str | None,
        typer.Argument(
            help="CSV, TSV, JSON, Parquet or YAML, one row a post: a file, a folder, a glob, or an address such as "
            "s3://bucket/posts/. Or a folder of media.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the results; a run cut off there goes on.")
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the columns of a manifest, and do nothing.")] = False,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Also draw index.html: plots, and the cases most worth a look.")
    ] = False,
    lines: Annotated[
        bool, typer.Option("--lines/--no-lines", help="Also write assessments.jsonl, one assessment a line.")
    ] = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Assess rows with errors again; the others stay as they are.")
    ] = False,
    max_errors: Annotated[
        str | None,
        typer.Option("--max-errors", help="Fail if more rows have errors: a number, or a share such as 2.5%."),
    ] = None,
    ignore_column: Annotated[
        list[str] | None, typer.Option("--ignore-column", help="A column of the manifest to leave aside; repeat.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="What a column is called in your manifest, such as post_id=id; repeat for more."),
    ] = None,
    policy: PolicyOption = None,
    bank: BankOption = None,
    models: ModelsOption = None,
    ocr: OcrOption = False,
    device: DeviceOption = Device.CPU,
    precision: PrecisionOption = Precision.F32,
    threads: ThreadsOption = 0,
    limit: LimitOption = None,
    trusted_media: TrustedOption = False,
    without_signal: WithoutOption = None,
    allow_private_addresses: PrivateAddressesOption = False,
    batch_size: Annotated[int, typer.Option("--batch-size", min=1, help="Posts at once; changes no result.")] = 16,
    shard_rows: Annotated[
        int, typer.Option("--shard-rows", min=1, help="Rows of one file of results; a killed run repeats so many.")
    ] = 512,
    engine: Annotated[
        Engine, typer.Option("--engine", help="local: this machine; ray: a cluster (docs/scale.md), the same results.")
    ] = Engine.LOCAL,
    address: Annotated[
        str | None, typer.Option("--address", help="Of the Ray cluster, host:port. [default: this machine's]")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Most workers on Ray, of --threads CPUs each. [default: as many as fit]"),
    ] = None,
    gpus: Annotated[
        float, typer.Option("--gpus", min=0, help="GPUs of a worker on Ray, such as 0.5. [default: 1 with cuda]")
    ] = 0.0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Assess every post of a manifest; the job that runs at night.

    Writes shards of Parquet and summary.json. What fails is a row with its error. A job that was killed goes on where
    it was when the same command is given again. Ctrl-C finishes the shards that were begun.

    consentry score posts.parquet --out results --max-errors 2% --page

    consentry score s3://bucket/posts/ --out results --engine ray --address head:6379

    Exit codes: 0 done; 1 something here must be mended: in the installation, on the disk that results are written to
    (the same command goes on when there is room), or, if there are results, in Consentry itself (internal-errors.log
    says what); 2 wrong usage or input; 3 there were media and none could be read; 4 more errors than --max-errors; 130
    stopped, and can go on.
    """
    from consentry.batch import Options, Tolerance, run_job
    from consentry.batch.errors import JobError
    from consentry.batch.manifest.columns import BY_NAME, Reading
    from consentry.cli.scoring.progress import Interrupts, watcher
    from consentry.cli.scoring.report import columns_as_json, print_columns, print_defects, print_summary
    from consentry.fetching.rules import FetchRules

    if schema:
        if as_json:
            typer.echo(json.dumps(columns_as_json(), indent=2))
        else:
            print_columns()
        return
    if manifest is None or out is None:
        raise typer.BadParameter("Give a manifest and --out, or --schema.")
    try:
        tolerance = Tolerance.parse(max_errors)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--max-errors") from error
    limits = limits_of(limit or ())
    options = Options(
        shard_rows=shard_rows,
        batch_size=batch_size,
        retry_errors=retry_errors,
        tolerance=tolerance,
        reading=Reading(tuple(ignore_column or ()), renamed(column, tuple(BY_NAME))),
        page=page,
        lines=lines,
        bank=bank,
        fetching=FetchRules(private_addresses=allow_private_addresses),
    )
    if engine is Engine.LOCAL:
        if address is not None or workers is not None or gpus:
            raise typer.BadParameter("--address, --workers and --gpus are for --engine ray.")
        assessor = load_assessor(
            policy, bank, models, device, precision, threads,
            ocr=ocr, limits=limits, trusted=trusted_media, without=without_signal,
        )  # fmt: skip
        run = partial(run_job, manifest, out, assessor)
    else:
        if trusted_media:
            raise typer.BadParameter("--trusted-media is for --engine local.")
        from consentry.batch.ray.cluster import Cluster
        from consentry.batch.ray.engine import run_job_on_ray
        from consentry.runtime import RuntimeSettings

        run = partial(
            run_job_on_ray, manifest, out, policy=policy, bank=bank, models=models, read_pictures=ocr, limits=limits,
            without=without_signal or (),
            settings=RuntimeSettings(device=device.value, precision=precision.value, threads=threads),
            cluster=Cluster(address, workers, gpus=gpus or float(device is Device.CUDA)),
        )  # fmt: skip
    try:
        with watcher(quiet=quiet or as_json) as watch, Interrupts().heeded() as interrupts:
            summary = run(options=options, watch=watch, stop=interrupts)
    except JobError as error:
        print_error(error)
        raise typer.Exit(exit_code_of(error.code)) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(EXIT_STOPPED) from error
    if as_json:
        typer.echo(json.dumps(summary.as_json(), indent=2))
    elif not quiet:
        print_summary(summary, out)
        OUT.print(f"Results: {out / 'shards'}", soft_wrap=True)
        if lines:
            OUT.print(f"Lines:   {out / 'assessments.jsonl'}", soft_wrap=True)
        if page:
            OUT.print(f"Report:  {out / 'index.html'}", soft_wrap=True)
    if summary.internal:
        print_defects(summary, out)
        raise typer.Exit(EXIT_FAILED)
    if summary.with_media and summary.unreadable == summary.assessed:
        raise typer.Exit(EXIT_UNREADABLE)
