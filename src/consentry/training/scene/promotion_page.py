"""The decision of a promotion as an HTML page that needs no other file."""

from __future__ import annotations

from pathlib import Path

from consentry.signals.scene.scorer import HEADS
from consentry.training.measures.charts import gate_strip
from consentry.training.measures.pages import figure_templates, write_page
from consentry.training.scene.page import SUMMARY
from consentry.training.scene.promotion import Promotion
from consentry.version import __version__


def write_promotion_page(promotion: Promotion, path: Path) -> Path:
    """Write the page.

    Args:
        promotion: The decision.
        path: Where; whole or not at all.
    """
    page = figure_templates().get_template("promotion.html.j2").render(
        result=promotion.as_dict(), heads=HEADS, summary=SUMMARY, strip=gate_strip, version=__version__
    )  # fmt: skip
    return write_page(path, page)
