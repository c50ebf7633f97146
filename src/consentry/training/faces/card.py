"""The model card of the face model, written from its figures so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from consentry.writing import write_text

_WORSE = {
    "width": "shrunk, to a face about so many pixels wide",
    "blur": "Gaussian blur, pixels",
    "exposure": "light times",
    "turned": "turned, degrees",
    "cut": "share cut off on the left",
    "covered": "a grey bar over",
}
"""How the card speaks of each degradation in `consentry.training.faces.quality`."""


def write_card(folder: Path, manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
    """Write ``card.md`` into the model's folder."""
    environment = Environment(  # noqa: S701 - Markdown, not HTML
        loader=PackageLoader("consentry.training"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    text = environment.get_template("face_card.md.j2").render(
        manifest=manifest,
        metrics=metrics,
        train=metrics["dev_train"],
        test=metrics["dev_test"],
        thresholds=manifest["thresholds"],
        quality=manifest["thresholds"]["quality"],
        differences=max(metrics["graph_differences"].values()),
        pct=_percent,
        worse=_WORSE,
    )
    write_text(folder / "card.md", text)


def _percent(interval: Mapping[str, float], digits: int = 1) -> str:
    low, value, high = (f"{100 * interval[key]:.{digits}f}" for key in ("low", "estimate", "high"))
    return f"{value} % ({low}-{high})"
