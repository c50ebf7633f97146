"""Writing the scorer as an MLflow model: everything that it needs but the program itself, in one folder."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from consentry.batch.policy_files import PolicyFiles
from consentry.batch.pyfunc.model import INPUTS, MODELS, SETTINGS, ExportError, output_kinds
from consentry.pipeline.assessor import Assessor
from consentry.policy import load_policy
from consentry.policy.language.loading import shipped_names
from consentry.runtime import ModelFolder, RuntimeSettings, list_models, models_root
from consentry.version import __version__
from consentry.writing import writing


def export_pyfunc(
    out: Path,
    *,
    policy: str | Path | None = None,
    bank: Path | None = None,
    models: Path | None = None,
    settings: RuntimeSettings = RuntimeSettings(threads=1),
    media_from: Sequence[str] = (),
    batch_size: int = 16,
    read_pictures: bool = False,
    allow_private_addresses: bool = False,
) -> Path:
    """Write the scorer as an MLflow pyfunc model.

    Args:
        out: Folder of the model; must not be there.
        policy: As for `Assessor.load`.
        bank: As for `Assessor.load`.
        models: As for `Assessor.load`.
        settings: Where networks run unless ``model_config`` says otherwise. One thread suits Spark, which runs a task
            on every core.
        media_from: Folders and addresses that media may lie under; anywhere unless given.
        batch_size: Posts that go through the networks together.
        read_pictures: As for `Assessor.load`.
        allow_private_addresses: As `FetchRules.private_addresses`.

    Raises:
        ExportError: ``export.no_mlflow``, ``export.exists``, or ``export.invalid`` if a model is missing.
        OutputError: There is no room for it; nothing of it is left behind.
        ConsentryError: As `Assessor.load`.
    """
    try:
        import mlflow.pyfunc
        from mlflow.models import ModelSignature
    except ImportError as error:
        raise ExportError(
            "MLflow is not installed.", 'Install it with: pip install "consentry[pyfunc]".', code="export.no_mlflow"
        ) from error
    if out.exists():
        raise ExportError(f"{out} is there already.", "Give another folder, or remove it.", code="export.exists")
    assessor = Assessor.load(policy=policy, bank=bank, models=models, settings=settings, read_pictures=read_pictures)
    assessor.close()
    if assessor.unavailable:
        note = assessor.unavailable[0]
        raise ExportError(f"A model that measures nothing would be exported: {note.message}", note.remedy)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    with (
        writing(f"{out}, or for what it is put together from in TMPDIR"),
        tempfile.TemporaryDirectory(prefix="consentry-") as temporary,
        _whole_or_gone(out),
    ):
        folder = Path(temporary, "consentry")
        root = models or models_root()
        used = {component.name for component in assessor.components}
        for name in used.intersection(list_models(root)):  # the other components are policies and rules
            served = ModelFolder.open(name, root=root).path
            shutil.copytree(served, folder / MODELS / served.relative_to(root))
        files = None if policy is None else PolicyFiles.of(policy)
        if files is not None:
            files.write(folder / "policy")
        if bank is not None:
            (folder / "bank").mkdir()
            shutil.copyfile(bank, folder / "bank" / bank.name)
        changeable = {
            "device": settings.device,
            "precision": settings.precision,
            "threads": settings.threads,
            "batch_size": batch_size,
            "media_from": list(media_from),
            "allow_private_addresses": allow_private_addresses,
        }
        described = {
            "policy": None if files else _shipped_name(assessor),
            "policy_file": f"policy/{files.main}" if files else None,
            "bank": f"bank/{bank.name}" if bank else None,
            "read_pictures": read_pictures,
            **changeable,
        }
        (folder / SETTINGS).write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
        mlflow.pyfunc.save_model(
            out,
            loader_module="consentry.batch.pyfunc.model",
            data_path=str(folder),
            signature=ModelSignature(inputs=_inputs(), outputs=_outputs()),
            input_example=_example(),
            model_config=changeable,  # only what stands here may be changed at loading
            pip_requirements=[
                f"consentry=={__version__}",
                *(f"{package}=={version(package)}" for package in ("mlflow", "openvino", "numpy", "pandas")),
            ],
            metadata={
                "components": {component.name: component.version for component in assessor.components},
                "requires_human_decision": True,
            },
        )
    return out


@contextmanager
def _whole_or_gone(out: Path) -> Iterator[None]:
    """A folder that was not there before, and is not if it cannot be finished."""
    try:
        yield
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise


def _shipped_name(assessor: Assessor) -> str:
    """The full name of a policy that ships: a shorter one may mean another policy tomorrow."""
    return next(name for name in shipped_names() if load_policy(name).digest == assessor.policy.digest)


def _inputs() -> Any:
    from mlflow.types import ColSpec, DataType, Schema

    return Schema([ColSpec(DataType.string, name, required=name == "post_id") for name in INPUTS])


def _outputs() -> Any:
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import Array

    kinds = {
        "text": DataType.string,
        "fact": DataType.string,
        "texts": Array(DataType.string),
        "number": DataType.double,
    }
    return Schema([ColSpec(kinds[kind], name, required=False) for name, kind in output_kinds().items()])


def _example() -> Any:
    """A post without media: it can be assessed wherever the model is loaded."""
    import pandas as pd

    report = {"standing": "depicted_person", "identity": "verified", "consent": "refused"}
    return pd.DataFrame(
        {"post_id": ["example"], "text": ["$500 for her name and address"], "report": [json.dumps(report)]}
    )
