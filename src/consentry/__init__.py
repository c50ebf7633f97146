"""Consentry: ML-assisted review of private media. It recommends, with its reasons; a person decides.

>>> import consentry
>>> assessor = consentry.Assessor.load()  # doctest: +SKIP
>>> assessment = assessor.assess(consentry.Post(post_id="1", media=("photo.jpg",)))  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consentry.errors import ConsentryError
from consentry.records import (
    Assessment,
    Case,
    Decision,
    Fact,
    Media,
    Post,
    Reason,
    Recommendation,
    Report,
    Signals,
    json_schema,
)
from consentry.version import __version__

if TYPE_CHECKING:
    from consentry.media import Limits
    from consentry.pipeline.assessor import Assessor
    from consentry.runtime import RuntimeSettings

__all__ = [
    "Assessment",
    "Assessor",
    "Case",
    "ConsentryError",
    "Decision",
    "Fact",
    "Limits",
    "Media",
    "Post",
    "Reason",
    "Recommendation",
    "Report",
    "RuntimeSettings",
    "Signals",
    "__version__",
    "json_schema",
]

# These bring heavy libraries along, so they load when first used.
_LAZY = {"Assessor": "consentry.pipeline.assessor", "Limits": "consentry.media", "RuntimeSettings": "consentry.runtime"}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
