"""The model registry: which version is the challenger, which the champion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from consentry.training.errors import TrainingError
from consentry.training.registry.tracking import mlflow_at


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of a registered model, downloaded.

    Attributes:
        name: In the registry.
        version: In the registry.
        folder: The model's own folder, or what the registry handed out if it holds none.
    """

    name: str
    version: str
    folder: Path


def fetch(uri: str, name: str, alias: str, into: Path) -> RegisteredVersion | None:
    """Download the version that carries an alias.

    Args:
        uri: Of the registry.
        name: Of the model.
        alias: Such as ``champion``.
        into: An existing folder.

    Returns:
        ``None`` if no version carries the alias.

    Raises:
        TrainingError: ``training.registry`` if the registry does not answer.
    """
    local = uri.removeprefix("sqlite:///")
    if local != uri and not Path(local).exists():
        return None  # to ask would make it
    with mlflow_at(uri) as mlflow:
        from mlflow.exceptions import MlflowException

        try:
            client = mlflow.MlflowClient()
            registered = client.search_registered_models(filter_string=f"name = '{name}'")
            aliases = registered[0].aliases if registered else {}
            if alias not in aliases:
                return None
            version = str(aliases[alias])
            path = mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=str(into))
        except (MlflowException, OSError) as error:
            raise _unavailable(uri, error) from error
    found = sorted(Path(path).glob("data/*/model.json"))
    return RegisteredVersion(name, version, found[0].parent if found else Path(path))


def set_alias(uri: str, name: str, alias: str, version: str, *, tags: Mapping[str, str]) -> None:
    """Give a version an alias; whichever version had it loses it.

    Args:
        uri: Of the registry.
        name: Of the model.
        alias: Such as ``champion``.
        version: That is to carry it.
        tags: To be put on the version: why it was promoted.

    Raises:
        TrainingError: ``training.registry``.
    """
    with mlflow_at(uri) as mlflow:
        from mlflow.exceptions import MlflowException

        try:
            client = mlflow.MlflowClient()
            for key, value in tags.items():
                client.set_model_version_tag(name, version, key, value)
            client.set_registered_model_alias(name, alias, version)
        except (MlflowException, OSError) as error:
            raise _unavailable(uri, error) from error


def _unavailable(uri: str, error: Exception) -> TrainingError:
    lines = str(error).splitlines() or [type(error).__name__]
    return TrainingError(
        f"The model registry at {uri} does not do as asked: {lines[0]}.",
        "Check the address and that the server runs; or name two model folders with --challenger and --champion.",
        code="training.registry",
    )
