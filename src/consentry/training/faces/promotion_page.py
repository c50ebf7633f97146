"""The decision about an embedder as an HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from consentry.training.faces.page import rate
from consentry.training.faces.promotion import FacePromotion
from consentry.training.measures.charts import gate_strip
from consentry.training.measures.pages import page_templates, write_page
from consentry.version import __version__


def write_face_promotion_page(promotion: FacePromotion, path: Path) -> Path:
    """Write the page.

    Args:
        promotion: The decision.
        path: Where; whole or not at all.
    """
    result = promotion.as_dict()
    new, old = result["figures"]["challenger"], result["figures"]["champion"]
    page = page_templates().get_template("face_promotion.html.j2").render(
        result=result, new=new, rows=list(_rows(new, old)), strip=gate_strip, version=__version__
    )  # fmt: skip
    return write_page(path, page)


def _rows(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[tuple[str, Markup, Markup]]:
    """Title, and what either has."""

    def both(title: str, *inside: str, name: str) -> tuple[str, Markup, Markup]:
        found = []
        for figures in (new, old):
            for key in inside:
                figures = figures[key]
            found.append(rate(figures, name))
        return title, found[0], found[1]

    yield both("accuracy over folds", name="accuracy")
    yield both("equal error rate", name="eer")
    for at in new["tar_at_fmr"]:
        keys = {"tar": "tar_at_fmr", "tar_low": "tar_at_fmr_low", "tar_high": "tar_at_fmr_high"}
        ends = [{ours: found[theirs][at] for ours, theirs in keys.items()} for found in (new, old)]
        yield f"TAR at an FMR of {at}", rate(ends[0], "tar"), rate(ends[1], "tar")
    yield both("match: false match rate", "bands", "match", name="false_match_rate")
    yield both("match: share of the pairs of one person", "bands", "match", name="true_accept_rate")
    yield both("no match: false non-match rate", "bands", "no_match", name="false_non_match_rate")
    yield both("inconclusive: share of the pairs of one person", "bands", "inconclusive", name="genuine")
    lost = [{"lost": found["failures_to_detect"] / max(1, found["pictures"])} for found in (new, old)]
    yield "pictures without a face", rate(lost[0], "lost"), rate(lost[1], "lost")
