"""Keeps runs in MLflow, for comparing them. Nothing else depends on it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def log_run(
    uri: str,
    experiment: str,
    *,
    name: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    artifacts: Sequence[Path] = (),
) -> str:
    """Log one finished run.

    Args:
        uri: Of the tracking server or local store.
        experiment: Made if it is not there.
        name: Of the run.
        parameters: Flat.
        metrics: Flat; those that are NaN are left out by the caller.
        tags: Digests of data and model among them.
        artifacts: Small files to keep with it.

    Returns:
        The run's id in MLflow.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # a run is nobody else's business
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow and what it stands on warn about each other's versions
        import mlflow

        client = mlflow.MlflowClient(tracking_uri=uri)
        found = client.get_experiment_by_name(experiment)
        experiment_id = found.experiment_id if found else client.create_experiment(experiment)
        run_id: str = client.create_run(experiment_id, run_name=name, tags=dict(tags)).info.run_id
        for key, value in parameters.items():
            client.log_param(run_id, key, value)
        for key, value in metrics.items():
            client.log_metric(run_id, key, value)
        for artifact in artifacts:
            client.log_artifact(run_id, str(artifact))
        client.set_terminated(run_id)
        return run_id
