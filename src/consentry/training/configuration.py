"""What the configurations of all trainings have in common: settings that are checked when read, from one YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from consentry.training.errors import TrainingError


class Settings(BaseModel):
    """What all parts of a configuration have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TrackingSettings(Settings):
    """Where MLflow keeps the run. Nothing else depends on it.

    Attributes:
        uri: An address or a local store; ``None`` for no tracking.
        experiment: Made if it is not there.
    """

    uri: str | None = "sqlite:///mlflow.db"
    experiment: str = "scene"


Configuration = TypeVar("Configuration", bound=Settings)


def read_configuration(
    kind: type[Configuration], path: Path, overrides: Mapping[str, Any] | None, *, what: str, remedy: str
) -> Configuration:
    """Read a configuration.

    Args:
        kind: Of it.
        path: The YAML file.
        overrides: Values to put in place of the file's, by dotted name.
        what: It configures, for the error.
        remedy: For a file that does not fit.

    Raises:
        TrainingError: ``training.config``.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, value in (overrides or {}).items():
            *parents, last = name.split(".")
            place = content
            for parent in parents:
                if place.get(parent) is None:  # not there, or left out with a null
                    place[parent] = {}
                place = place[parent]
            place[last] = value
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise TrainingError(f"{path} is not a configuration of {what}: {place}: {first['msg']}.", remedy) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise TrainingError(
            f"{path} cannot be read as a YAML configuration: {error}.", "Give the path of a YAML file."
        ) from error
