"""Detection and quality rates by group, as one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from consentry.training.faces.detection_rates import DetectionEvaluation
from consentry.training.faces.mistakes import picture_address
from consentry.training.faces.page import face_templates
from consentry.training.measures.charts import interval_strip
from consentry.training.measures.pages import write_page
from consentry.version import __version__

TITLES: Final = (
    ("not_found", "No face found"),
    ("several", "Several found"),
    ("unusable_in_a_post", "Unusable in a post"),
    ("unusable_as_reference", "Unusable as a reference"),
)
_MOST_SHOWN: Final = 18
_MOST_SKIPPED: Final = 100


def write_detection_page(evaluation: DetectionEvaluation, path: Path, *, pictures: bool = True) -> Path:
    """Write the page of an evaluation; whole or not at all.

    Args:
        evaluation: With its pictures.
        path: Where to.
        pictures: Whether failures are shown. They are pictures of the data set: the page may go wherever those may.

    Returns:
        The page.
    """
    result = evaluation.as_dict()
    page = face_templates().get_template("detection_report.html.j2").render(
        result=result,
        rates=TITLES,
        strips=_strips(result),
        shown=_shown(evaluation) if pictures else [],
        pictures=pictures,
        skipped=result["skipped"][:_MOST_SKIPPED],
        version=__version__,
    )  # fmt: skip
    return write_page(path, page)


def _shown(evaluation: DetectionEvaluation) -> list[tuple[str, list[tuple[str, str]]]]:
    """Some pictures that each rate counts; those without a face under the first heading only."""
    lost = evaluation.rates["not_found"]
    found = []
    for rate, title in TITLES:
        counted = evaluation.rates[rate] & (lost if rate == "not_found" else ~lost)
        numbers = np.flatnonzero(counted)
        spread = numbers[:: max(1, -(-len(numbers) // _MOST_SHOWN))]
        tiles = [
            (picture_address(evaluation.paths[number], evaluation.boxes[number]), evaluation.paths[number].name)
            for number in spread.tolist()
        ]
        found.append((f"{title} ({len(numbers)})", tiles))
    return found


def _strips(result: Mapping[str, Any]) -> Any:
    """Draws a group's rate on one scale for all groups of all attributes."""

    def strip(figures: Mapping[str, Any], name: str) -> Any:
        ends = [of[f"{name}_high"] for found in result["groups"].values() for of in found["groups"].values()]
        end = max([0.01, *(value for value in ends if value is not None)])
        return interval_strip(figures[name], figures[f"{name}_low"], figures[f"{name}_high"], start=0.0, end=end)

    return strip
