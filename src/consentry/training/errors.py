"""What can go wrong in training and evaluation."""

from __future__ import annotations

from consentry.errors import ConsentryError


class TrainingError(ConsentryError):
    """Training or evaluation cannot go on as asked. Its codes: ``consentry errors training``."""

    default_code = "training.config"
