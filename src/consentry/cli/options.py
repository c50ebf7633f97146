"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from consentry.media import Limits
    from consentry.pipeline.assessor import Assessor


class Device(StrEnum):
    """Where networks run."""

    CPU = "cpu"
    CUDA = "cuda"
    TORCH_CPU = "torch-cpu"


class Precision(StrEnum):
    """How precisely they run."""

    F32 = "f32"
    BF16 = "bf16"


JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar, no table.")]
PolicyOption = Annotated[
    str | None,
    typer.Option("--policy", help="A file, or a policy that ships (see `policy list`). [default: 2021-11-30]"),
]
BankOption = Annotated[
    Path | None, typer.Option("--bank", help="CSV of fingerprints of media known from elsewhere; see docs/copies.md.")
]
ModelsOption = Annotated[Path | None, typer.Option("--models", help="Another folder of models.")]
EmbedderOption = Annotated[
    str, typer.Option("--embedder", help="What compares faces: dlib, or the name of a model folder of your own.")
]
OcrOption = Annotated[
    bool, typer.Option("--ocr/--no-ocr", help="Read words inside pictures too; takes longer (docs/text.md).")
]
DeviceOption = Annotated[Device, typer.Option("--device", help="Where networks run; cuda needs the extra `train`.")]
PrecisionOption = Annotated[
    Precision, typer.Option("--precision", help="bf16 is faster on new CPUs, and changes scores slightly.")
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option("--without-signal", help="Leave out a signal: it is unknown then. See `signals`; repeat for more."),
]
PrivateAddressesOption = Annotated[
    bool,
    typer.Option(
        "--allow-private-addresses",
        help="Also fetch from this machine, from private networks and by protocols whose way cannot be checked.",
    ),
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=0, help="CPU threads; 0 takes all that are allowed.")]


def load_assessor(
    policy: str | None,
    bank: Path | None,
    models: Path | None,
    device: Device = Device.CPU,
    precision: Precision = Precision.F32,
    threads: int = 0,
    *,
    claims: Path | None = None,
    embedder: str = "dlib",
    ocr: bool = False,
    limits: Limits | None = None,
    trusted: bool = False,
    without: Sequence[str] | None = None,
) -> Assessor:
    """The assessor that the options ask for."""
    from consentry.media import Limits
    from consentry.pipeline.assessor import Assessor
    from consentry.runtime import RuntimeSettings

    settings = RuntimeSettings(device=device.value, precision=precision.value, threads=threads)
    return Assessor.load(
        policy=policy,
        bank=bank,
        models=models,
        settings=settings,
        claims=claims,
        embedder=embedder,
        read_pictures=ocr,
        limits=limits or Limits(),
        contained=not trusted,
        without=without or (),
    )
