"""The evaluation of a face model as one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment
from markupsafe import Markup

from consentry.training.faces.charts import Curve, curve_chart, distance_chart, even_axis, rate_axis
from consentry.training.faces.error_rates import LEAST
from consentry.training.faces.evaluation import FaceEvaluation
from consentry.training.faces.mistakes import WorstPairs, worst_pairs
from consentry.training.measures.charts import Mark, interval_strip, reliability_chart
from consentry.training.measures.pages import figure_templates, write_page
from consentry.version import __version__

_MOST_SKIPPED: Final = 100
RATES: Final = (
    ("false_match_rate", "False match rate", "Pairs of two persons called a match."),
    ("false_non_match_rate", "False non-match rate", "Pairs of one person that are not called a match."),
    ("wrongly_excluded", "Wrongly excluded", "Pairs of one person called “no match”: worse than inconclusive."),
)  # fmt: skip


def write_face_page(evaluation: FaceEvaluation, path: Path, *, pictures: bool = True) -> Path:
    """Write the page of an evaluation; whole or not at all.

    Args:
        evaluation: With its pairs.
        path: Where to.
        pictures: Whether the worst pairs are shown. They are pictures of the data set: the page may go wherever those
            may.

    Returns:
        The page.
    """
    result = evaluation.as_dict()
    page = face_templates().get_template("face_report.html.j2").render(
        result=result,
        charts=_charts(evaluation),
        rates=RATES,
        strips=_strips(result),
        worst=worst_pairs(evaluation) if pictures else WorstPairs((), (), ()),
        pictures=pictures,
        skipped=result["skipped"][:_MOST_SKIPPED],
        version=__version__,
    )  # fmt: skip
    return write_page(path, page)


def face_templates() -> Environment:
    """Templates of the face pages: those of the scene pages, with rates as percentages."""
    found = figure_templates()
    found.filters["rate"] = rate
    found.filters["share"] = share
    return found


def share(value: float | None) -> str:
    """A rate as a percentage, with as many digits as a small one needs."""
    if value is None:
        return "–"
    percent = 100 * value
    digits = next((digits for digits, least in enumerate((10, 1, 0.1, 0.01), 1) if abs(percent) >= least), 4)
    return f"{percent:.{digits}f} %" if value else "0 %"


def rate(figures: Mapping[str, Any], name: str) -> Markup:
    """A rate with its interval, for a table's cell."""
    value, low, high = (figures.get(key) for key in (name, f"{name}_low", f"{name}_high"))
    if value is None:
        return Markup("–")
    if low is None or high is None:
        return Markup("{}").format(share(value))
    return Markup('{} <span class="ends">{}–{}</span>').format(share(value), share(low).removesuffix(" %"), share(high))


def _charts(evaluation: FaceEvaluation) -> list[tuple[str, Markup]]:
    curve, bands, pairs = evaluation.rates.curve, evaluation.figures["bands"], evaluation.pairs
    impostors = max(evaluation.rates.impostors, 1)
    least, most = LEAST / impostors, max((x for x, *_ in curve), default=1.0)
    across = rate_axis("false match rate", least, most)
    tar, fmr = bands["match"]["true_accept_rate"], bands["match"]["false_match_rate"]
    misses = [(x, 1 - y, 1 - high, 1 - low) for x, y, low, high in curve]
    lowest = min((y for _, y, *_ in misses if y > 0), default=0.01)
    floor = min([0.9, *(low for _, _, low, _ in curve if low > 0)])
    marked = bool(curve) and tar is not None
    return [
        (
            "Distances, and the bands",
            distance_chart(
                pairs.distances[pairs.same],
                pairs.distances[~pairs.same],
                match_at_most=bands["match_at_most"],
                no_match_at_least=bands["no_match_at_least"],
                title="Distances of pairs of one person and of two persons",
            ),
        ),
        (
            "ROC, with its 95 % band",
            curve_chart(
                Curve(curve),
                across,
                even_axis("true accept rate", max(0.0, int(floor * 10) / 10), 1.0, percent=True),
                title="ROC curve",
                marks=[Mark(fmr, tar, "match band")] if marked else [],
            ),
        ),
        (
            "DET: both errors, logarithmic",
            curve_chart(
                Curve(misses),
                across,
                rate_axis("false non-match rate", lowest, max((y for _, y, *_ in misses), default=1.0)),
                title="Detection error trade-off",
                marks=[Mark(fmr, 1 - tar, "match band")] if marked else [],
            ),
        ),
        (
            "Reliability of the probabilities",
            reliability_chart((), evaluation.reliability.bins, title="Reliability of the match probability"),
        ),
    ]  # fmt: skip


def _strips(result: Mapping[str, Any]) -> Any:
    """Draws a group's rate on one scale for all groups of its attribute."""

    def strip(attribute: str, group: str, name: str) -> Markup:
        groups = result["groups"][attribute]["groups"]
        ends = [of[f"{name}_high"] for of in groups.values() if of[f"{name}_high"] is not None]
        figures = groups[group]
        return interval_strip(
            figures[name], figures[f"{name}_low"], figures[f"{name}_high"], start=0.0, end=max([1e-6, *ends])
        )

    return strip
