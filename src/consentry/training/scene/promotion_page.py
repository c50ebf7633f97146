"""The decision of a promotion as an HTML page that needs no other file."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from consentry.signals.scene.scorer import HEADS
from consentry.training.measures.charts import interval_strip
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
        result=promotion.as_dict(), heads=HEADS, summary=SUMMARY, strip=_strip, version=__version__
    )  # fmt: skip
    return write_page(path, page)


def _strip(value: float | None, low: float | None, high: float | None, required: float) -> Markup:
    """Value and interval around what is required, which is the middle."""
    if value is None:
        return Markup("")
    ends = [abs(end - required) for end in (value, low, high) if end is not None]
    reach = max([0.005, *ends]) * 1.1
    return interval_strip(value, low, high, start=required - reach, end=required + reach, middle=True)
