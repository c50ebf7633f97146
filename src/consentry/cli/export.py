"""``consentry export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.cli.options import (
    BankOption,
    Device,
    DeviceOption,
    ModelsOption,
    OcrOption,
    PolicyOption,
    Precision,
    PrecisionOption,
    PrivateAddressesOption,
    QuietOption,
)
from consentry.cli.output import OUT

app = typer.Typer(help="Write the scorer in a form that other systems load.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `pyfunc` a command of its own while it is the only one."""


@app.command("pyfunc")
def pyfunc(
    out: Annotated[Path, typer.Argument(help="Folder of the model; must not be there yet.")],
    media_from: Annotated[
        list[str] | None,
        typer.Option(
            "--media-from",
            help="Folder or address that media may lie under; repeat. Give it where others than you send posts: "
            "without it, every path that they name is opened.",
        ),
    ] = None,
    policy: PolicyOption = None,
    bank: BankOption = None,
    models: ModelsOption = None,
    device: DeviceOption = Device.CPU,
    precision: PrecisionOption = Precision.F32,
    threads: Annotated[
        int, typer.Option("--threads", min=0, help="CPU threads; one suits Spark, 0 (all) a server.")
    ] = 1,
    ocr: OcrOption = False,
    allow_private_addresses: PrivateAddressesOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the scorer as an MLflow model: for Spark, for `mlflow models serve`, for a model registry.

    Models, policy and bank travel in the folder. It takes the columns of a manifest (`consentry score --schema`) as
    text, and gives the columns of `consentry score`, the whole assessment as JSON among them.

    consentry export pyfunc scorer --media-from /data/posts
    """
    from consentry.batch.pyfunc.export import export_pyfunc
    from consentry.runtime import RuntimeSettings

    export_pyfunc(
        out,
        policy=policy,
        bank=bank,
        models=models,
        settings=RuntimeSettings(device=device.value, precision=precision.value, threads=threads),
        media_from=media_from or (),
        read_pictures=ocr,
        allow_private_addresses=allow_private_addresses,
    )
    if not quiet:
        OUT.print(f"Model:  {out}", soft_wrap=True)
        OUT.print(f'Load:   mlflow.pyfunc.load_model("{out}").predict(posts)', soft_wrap=True)
        OUT.print(f'Spark:  mlflow.pyfunc.spark_udf(spark, "{out}")', soft_wrap=True)
        OUT.print(f"Serve:  mlflow models serve --model-uri {out} --env-manager local", soft_wrap=True)
