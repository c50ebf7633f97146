"""What can go wrong in training and evaluation."""

from __future__ import annotations

from consentry.errors import ConsentryError


class TrainingError(ConsentryError):
    """Training or evaluation cannot go on as asked.

    Codes:
        ``training.config``: the configuration file is missing or wrong.
        ``training.manifest``: a manifest is missing, unreadable, or lacks columns.
        ``training.labels``: unknown context, a class with too few examples, one-sided labels.
        ``training.split``: a split is empty or unknown.
        ``training.leakage``: one group or one file lies in two splits.
        ``training.pictures``: more pictures are broken or missing than allowed.
        ``training.start``: there is no such model to begin with, or it has no weights.
        ``training.output``: what would be written is there already.
        ``third_party.packages``: packages of the extra `train` are missing.
        ``training.registry``: the model registry does not answer, or has no such model.
    """

    default_code = "training.config"
