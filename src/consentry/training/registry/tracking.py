"""Keeps runs in MLflow, for comparing them, with the model that came of each. Nothing else depends on it."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from consentry.version import __version__

CHALLENGER: Final = "challenger"
CHAMPION: Final = "champion"
"""Aliases in the model registry: what was trained last, and what passed the gates."""

_DIGEST: Final = 36
"""Longest digest of a data set that MLflow's store takes."""


@dataclass(frozen=True)
class TrackedData:
    """A data set that a run used; its pictures stay where they are.

    Attributes:
        name: Of the data set.
        digest: SHA-256 of its manifest or contents.
        use: Such as ``train`` or ``test``.
    """

    name: str
    digest: str
    use: str


@contextmanager
def mlflow_at(uri: str) -> Iterator[Any]:
    """MLflow with its tracking and registry at an address, quiet, and as it was before when done.

    Args:
        uri: Of a tracking server, or of a local store.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # a run is nobody else's business
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow and what it stands on warn about each other's versions
        import mlflow

        before, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
        apart = registry != before  # otherwise the registry follows the tracking by itself
        try:
            for logger in loggers:
                logger.setLevel(logging.ERROR)
            mlflow.set_tracking_uri(uri)
            if apart:
                mlflow.set_registry_uri(uri)
            yield mlflow
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
            mlflow.set_tracking_uri(before)
            if apart:
                mlflow.set_registry_uri(registry)


def log_run(
    uri: str,
    experiment: str,
    *,
    name: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    artifacts: Sequence[Path] = (),
    history: Mapping[str, Sequence[float]] | None = None,
    data: Sequence[TrackedData] = (),
    log_model: Callable[[Any], str | None] | None = None,
    register_as: str | None = None,
) -> str:
    """Log one finished run.

    Args:
        uri: Of the tracking server or local store.
        experiment: Made if it is not there.
        name: Of the run.
        parameters: Flat.
        metrics: Flat; those that are NaN are left out by the caller.
        tags: Digests of data and model among them. Package version and git commit are added.
        artifacts: Files to keep with it: descriptions, plots, pages.
        history: By name, one value an epoch.
        data: The data sets that were used.
        log_model: Keeps the model with the active run, given MLflow; returns its version in the registry. For scene
            models `consentry.training.scene.registered_model.log_scene_model`.
        register_as: The name under which `log_model` registers it; the new version gets the alias ``challenger``.

    Returns:
        The run's id in MLflow.
    """
    with mlflow_at(uri) as mlflow:
        client = mlflow.MlflowClient()
        found = client.get_experiment_by_name(experiment)
        experiment_id = found.experiment_id if found else client.create_experiment(experiment)
        from mlflow.utils.git_utils import get_git_commit

        commit = get_git_commit(__file__)  # of Consentry, not of the script that MLflow would take
        version = {"consentry_version": __version__} | ({"mlflow.source.git.commit": commit} if commit else {})
        with mlflow.start_run(experiment_id=experiment_id, run_name=name, tags={**version, **tags}) as run:
            mlflow.log_params(dict(parameters))
            mlflow.log_metrics(dict(metrics))
            for key, values in (history or {}).items():
                for step, value in enumerate(values, 1):
                    mlflow.log_metric(key, value, step=step)
            for used in data:
                mlflow.log_input(_data_set(used), context=used.use)
            for artifact in artifacts:
                mlflow.log_artifact(str(artifact))
            if log_model is not None:
                registered = log_model(mlflow)
                if register_as is not None:
                    client.set_registered_model_alias(register_as, CHALLENGER, registered)
        run_id: str = run.info.run_id
        return run_id


def _data_set(used: TrackedData) -> Any:
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    source = CodeDatasetSource(tags={"sha256": used.digest})
    return MetaDataset(source, name=used.name, digest=used.digest[:_DIGEST])
