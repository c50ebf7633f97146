"""The evaluation as one HTML page that needs no other file: figures, curves, slices, and the hardest mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from consentry.signals.scene.scorer import HEADS, SceneHead
from consentry.training.measures.charts import Mark, count_chart, interval_strip, line_chart, reliability_chart
from consentry.training.measures.curves import precision_recall_curve, reliability, risk_coverage_curve, roc_curve
from consentry.training.measures.operating_points import OperatingPoint
from consentry.training.measures.pages import figure_templates, write_page
from consentry.training.scene.evaluation import SceneEvaluation
from consentry.training.scene.figures import certainty, uncalibrated
from consentry.training.scene.mistakes import Mistake, hardest_mistakes
from consentry.training.scene.slices import head_counts
from consentry.version import __version__

SUMMARY: Final = (
    ("auc", "AUC", "Chance that a positive scores higher than a negative. 0.5 is guessing."),
    ("average_precision", "Average precision", "Precision over all recalls; depends on the share of positives."),
    ("balanced_accuracy", "Balanced accuracy", "Mean share told right, of positives and of negatives."),
    ("brier", "Brier score", "Mean squared distance of probability and truth. 0 is perfect."),
    ("ece", "ECE", "How far stated probabilities are from observed shares, over 15 bins. 0 is perfect."),
    ("ece_uncalibrated", "ECE before calibration", "The same for the network's own, uncalibrated scores."),
    ("aurc", "AURC", "Mean error if the least certain pictures are given up one by one. 0 is perfect."),
)  # fmt: skip
_RISK_ENDS: Final = (0.05, 0.1, 0.2, 0.5)
"""Round ends for an axis of errors."""
_MOST_CLASSES: Final = 60
_MOST_SKIPPED: Final = 100


@dataclass(frozen=True)
class DrawnHead:
    """What the page shows of one head."""

    name: SceneHead
    title: str
    charts: tuple[tuple[str, Markup], ...]
    points: tuple[tuple[str, Mapping[str, Any] | None], ...]
    alarms: tuple[Mistake, ...]
    misses: tuple[Mistake, ...]


def write_scene_page(evaluation: SceneEvaluation, path: Path, *, pictures: bool = True) -> Path:
    """Write the page of an evaluation.

    Args:
        evaluation: With its predictions.
        path: Where; whole or not at all.
        pictures: Whether the hardest mistakes are shown as pictures. They are pictures of the manifest: the page may
            go wherever those may.

    Returns:
        The page.
    """
    result = evaluation.as_dict()
    page = figure_templates().get_template("scene_report.html.j2").render(
        result=result,
        heads=[_drawn(evaluation, head, pictures=pictures) for head in HEADS],
        summary=SUMMARY,
        slicings=[(slicing, result["slices"][slicing.name]) for slicing in evaluation.slicings],
        crowd=_crowd(evaluation),
        strip=_strips(result),
        classes=result["classes"][:_MOST_CLASSES],
        classes_left_out=max(0, len(result["classes"]) - _MOST_CLASSES),
        skipped=result["skipped"][:_MOST_SKIPPED],
        pictures=pictures,
        version=__version__,
    )  # fmt: skip
    return write_page(path, page)


def _crowd(evaluation: SceneEvaluation) -> Markup | None:
    """The chart of the numbers of people; ``None`` where none was counted."""
    if evaluation.crowd is None:
        return None
    counts = head_counts([prediction.row for prediction in evaluation.predictions])
    points = tuple(
        (float(count), prediction.output.crowd.count)
        for count, prediction in zip(counts, evaluation.predictions, strict=True)
        if count is not None and prediction.output.crowd is not None
    )
    return count_chart(points, title="People counted against people estimated, logarithmic; the diagonal is right")


def _drawn(evaluation: SceneEvaluation, head: SceneHead, *, pictures: bool) -> DrawnHead:
    truth, probabilities, logits = evaluation.truth(head), evaluation.probabilities(head), evaluation.logits(head)
    calibration, figures = evaluation.scorer.calibrations[head], evaluation.figures[head]
    threshold, share = calibration.decision, float(truth.mean())
    called = probabilities >= threshold
    both = bool(truth.any() and not truth.all())
    marks = {
        "roc": Mark(float(called[~truth].mean()), float(called[truth].mean()), "shipped threshold"),
        "precision": Mark(float(called[truth].mean()), float(truth[called].mean()), "shipped threshold"),
    } if both and called.any() else {}  # fmt: skip
    kept = figures["bands"]["coverage"]
    risk = risk_coverage_curve(called != truth, certainty(probabilities, threshold)) if both else ()
    most = max((up for _, up in risk), default=0.0)
    highest = next((end for end in _RISK_ENDS if most <= end), 1.0)
    title = head.replace("_", " ")
    charts = (
        (
            "Reliability (grey: uncalibrated)",
            reliability_chart(
                reliability(truth, uncalibrated(logits)),
                reliability(truth, probabilities),
                title=f"Reliability of {title}",
            ),
        ),
        (
            "ROC",
            line_chart(
                roc_curve(truth, logits),
                across="false-alarm rate",
                up="recall",
                title=f"ROC of {title}",
                baseline=((0.0, 0.0), (1.0, 1.0)),
                marks=[marks["roc"]] if marks else [],
            ),
        ),
        (
            "Precision and recall",
            line_chart(
                precision_recall_curve(truth, logits) if both else (),
                across="recall",
                up="precision",
                title=f"Precision and recall of {title}",
                baseline=((0.0, share), (1.0, share)),
                marks=[marks["precision"]] if marks else [],
            ),
        ),
        (
            "Risk and coverage",
            line_chart(
                risk,
                across="share of pictures answered",
                up="wrong answers among them",
                title=f"Risk and coverage of {title}",
                highest=highest,
                marks=[Mark(kept, figures["bands"]["selective_risk"], "outside the abstain band")]
                if risk and figures["bands"]["selective_risk"] is not None
                else [],
            ),
        ),
    )
    alarms, misses = hardest_mistakes(evaluation, head) if pictures else ((), ())
    points = tuple(
        (OperatingPoint(**{key: value for key, value in point.items() if key != "observed"}).sentence(head), point)
        for point in evaluation.operating_points[head]
    )
    return DrawnHead(head, title, charts, points, alarms, misses)


def _strips(result: Mapping[str, Any]) -> Any:
    """Draws AUC intervals, all on the scale from the lowest end of any slice to 1."""
    lows = [
        figures[head]["auc_low"]
        for values in [*result["slices"].values(), {"all": result}]
        for figures in values.values()
        for head in HEADS
        if figures[head]["auc_low"] is not None
    ]
    start = min([0.9, *lows])
    return lambda figures: interval_strip(
        figures["auc"], figures["auc_low"], figures["auc_high"], start=start - 0.01, end=1.0
    )
