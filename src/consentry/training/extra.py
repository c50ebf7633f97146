"""What training needs beyond the core install, and what to do where it is missing."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from consentry.training.errors import TrainingError

_MODULES: Final = ("torch", "timm", "sklearn", "safetensors", "onnx", "mapie", "matplotlib")


def require_train_extra(what: str) -> None:
    """Make sure that the extra `train` is installed.

    Args:
        what: Needs it, for the message.

    Raises:
        TrainingError: ``third_party.packages``, naming what is missing.
    """
    missing = [name for name in _MODULES if find_spec(name) is None]
    if missing:
        raise TrainingError(
            f"{what} needs packages that are not installed: {', '.join(missing)}.",
            'Install them with: pip install "consentry[train]".',
            code="third_party.packages",
        )
