"""What can be set about the desk: on the command line, in the environment, in a file; the first that says it counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

import yaml
from pydantic import ConfigDict, Field, ValidationError

from consentry.desk.errors import DeskError
from consentry.desk.keeping_settings import KeepingSettings
from consentry.desk.serving_settings import ServingSettings

PREFIX: Final = "CONSENTRY_DESK_"
"""Environment variables are this and the name of a setting in capitals: ``CONSENTRY_DESK_DATABASE``."""


class DeskSettings(ServingSettings, KeepingSettings):
    """How a desk is run.

    Attributes:
        data: The folder with everything that is no row: encrypted media, templates, keys unless they lie elsewhere.
        database: The address; a SQLite file in the folder ``data`` unless given.
        connections: To the database, most at a time and process.
        master_key_file: 64 hexadecimal digits that wrap all keys; keep it apart from the data and their backups.
        master_key: The same in the environment, for places without files.
        log_key_file: The ed25519 key (PEM) that signs the log's heads; made beside the data unless given.
        heads_folder: Where signed heads are also written as files, best on another machine.
        policy: By which cases are decided: a name, or a file.
        models: Another folder of models.
        bank: Fingerprints of known media.
        lease_minutes: How long a case is one reviewer's without a sign from them.
        audit_share: Of confident cases, how many get a blind second opinion, 0-1.
        appeal_months: How long a decision can be appealed; six at the least under Article 20 of the DSA.
        decide_within_hours: Until when a case should be decided for which the policy knows no deadline.
        retention_days: After the end of a case, until its keys may be destroyed.
        claim_days: How long reference photos and templates are kept.
        job_attempts: How often a job is begun before it is set aside.
        job_lease_seconds: How long a worker may be silent before its job is given to another.
        job_pause_seconds: How long a worker waits when there is nothing to do.
        job_backoff_seconds: Before the second attempt; doubled for each further one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path("desk")
    database: str = ""
    connections: int = Field(default=20, ge=1)
    master_key_file: Path | None = None
    master_key: str = Field(default="", repr=False)
    log_key_file: Path | None = None
    heads_folder: Path | None = None
    policy: str | None = None
    models: Path | None = None
    bank: Path | None = None
    lease_minutes: float = Field(default=15, gt=0)
    audit_share: float = Field(default=0.05, ge=0, le=1)
    appeal_months: int = Field(default=6, ge=6)
    decide_within_hours: float = Field(default=48, gt=0)
    retention_days: int = Field(default=180, ge=0)
    claim_days: int = Field(default=90, ge=1)
    job_attempts: int = Field(default=5, ge=1)
    job_lease_seconds: float = Field(default=60, gt=0)
    job_pause_seconds: float = Field(default=0.5, gt=0)
    job_backoff_seconds: float = Field(default=5, ge=0)

    @property
    def address(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:///{(self.data / 'desk.sqlite').absolute()}"

    @property
    def lease(self) -> timedelta:
        """How long a case is one reviewer's."""
        return timedelta(minutes=self.lease_minutes)

    @classmethod
    def load(
        cls,
        file: Path | None = None,
        *,
        given: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> Self:
        """The settings from everywhere.

        Args:
            file: YAML.
            given: What was said on the command line; ``None`` among the values counts as not said.
            environment: In place of the process's own.

        Raises:
            DeskError: ``desk.settings``, which names the setting.
        """
        said: dict[str, Any] = _written(file) if file is not None else {}
        for name in cls.model_fields:
            if (value := environment.get(PREFIX + name.upper())) is not None:
                said[name] = yaml.safe_load(value) if value[:1] in "[{" and value else value
        said.update({name: value for name, value in (given or {}).items() if value is not None})
        try:
            return cls.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            raise DeskError(
                f"The setting '{'.'.join(map(str, first['loc']))}' cannot be used: {first['msg']}.",
                "docs/desk/running.md describes every setting.",
                code="desk.settings",
            ) from error


def _written(file: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeskError(
            f"The settings in {file} cannot be read.", "Give a file with YAML.", code="desk.settings"
        ) from error
    if not isinstance(said, dict):
        raise DeskError(
            f"{file} holds no settings.", "Write one a line, as `data: /var/lib/consentry`.", code="desk.settings"
        )
    return {str(name): value for name, value in said.items()}
