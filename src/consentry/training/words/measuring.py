"""Figures of what reads words: recall by language and kind, false finds, calibration, and the curve of a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.training.measures.intervals import score_interval
from consentry.training.words.corpus import BEHAVIOURS, KINDS, LabelledText

YES: Final = 0.6
"""From where on the policies that ship take a kind for found."""
NO: Final = 0.2
"""Up to where they take it for absent, if recall is known to be high enough."""
LEAST_RECALL: Final = 0.85
LEAST_TEXTS: Final = 20
"""Texts of a kind in a language below which its recall counts as not measured."""
_BINS: Final = 10


def figures_of(scores: NDArray[np.float64], texts: Sequence[LabelledText]) -> dict[str, Any]:
    """Recall of each language and kind at `YES`, above `NO`, false finds, and calibration.

    Args:
        scores: Probabilities (texts, kinds) of texts that what gave them was not trained on.
        texts: Their labels.
    """
    languages = sorted({text.language for text in texts} - {"tweet"})
    return {
        "yes_at_least": YES,
        "no_at_most": NO,
        "languages": {language: _of_language(scores, texts, language) for language in languages},
        "false_finds": _false_finds(scores, texts),
        "ece": {kind: round(calibration_error(scores, texts, kind), 4) for kind in KINDS},
    }


def languages_of(scores: NDArray[np.float64], texts: Sequence[LabelledText]) -> dict[str, list[str]]:
    """The kinds of behaviour whose absence may be taken as a no, by language: enough texts, and at least 85 % above `NO`."""
    found: dict[str, list[str]] = {}
    for language in sorted({text.language for text in texts}):
        for kind in BEHAVIOURS:
            rows = [n for n, text in enumerate(texts) if text.language == language and text.of(kind) == 1]
            above = float((scores[rows, KINDS.index(kind)] > NO).mean()) if rows else 0.0
            if len(rows) >= LEAST_TEXTS and above >= LEAST_RECALL:
                found.setdefault(language, []).append(kind)
    return found


def curve_of(
    scores: NDArray[np.float64], texts: Sequence[LabelledText], others: NDArray[np.float64]
) -> list[tuple[float, float, float]]:
    """Thresholds from 0.05 to 0.95: the threshold, the recall of any behaviour, the share of other texts that is sent.

    Args:
        scores: Probabilities (texts, kinds) of written texts.
        texts: Their labels.
        others: The largest probability of a behaviour of each real text.
    """
    behaves = np.array([text.behaves for text in texts])
    highest = scores[:, : len(BEHAVIOURS)].max(axis=1)[behaves]
    return [
        (float(point), float((highest >= point).mean()), float((others >= point).mean()) if len(others) else 0.0)
        for point in np.arange(1, 20) / 20
    ]


def calibration_error(scores: NDArray[np.float64], texts: Sequence[LabelledText], kind: str) -> float:
    """Expected calibration error of a kind, in ten bins of equal width (Guo et al. 2017)."""
    column = KINDS.index(kind)  # type: ignore[arg-type]
    asked = [n for n, text in enumerate(texts) if text.labels[column] is not None]
    given = scores[asked, column]
    right = np.array([texts[n].labels[column] for n in asked], dtype=float)
    bins = np.minimum((given * _BINS).astype(int), _BINS - 1)
    error = 0.0
    for number in range(_BINS):
        inside = bins == number
        if inside.any():
            error += inside.mean() * abs(given[inside].mean() - right[inside].mean())
    return float(error)


def _of_language(scores: NDArray[np.float64], texts: Sequence[LabelledText], language: str) -> dict[str, Any]:
    rows = [n for n, text in enumerate(texts) if text.language == language]
    behaving = [n for n in rows if texts[n].behaves]
    highest = scores[:, : len(BEHAVIOURS)].max(axis=1)
    right = sum(bool(texts[n].labels[int(scores[n, : len(BEHAVIOURS)].argmax())]) and highest[n] >= YES for n in behaving)
    result: dict[str, Any] = {
        "texts": len(rows),
        "any_behaviour": _share(sum(highest[n] >= YES for n in behaving), len(behaving)),
        "the_right_one": _share(right, len(behaving)),
        "kinds": {},
    }
    for column, kind in enumerate(KINDS):
        of_kind = [n for n in rows if texts[n].labels[column] == 1]
        if of_kind:
            result["kinds"][kind] = {
                "recall": _share(int((scores[of_kind, column] >= YES).sum()), len(of_kind)),
                "above_no": _share(int((scores[of_kind, column] > NO).sum()), len(of_kind)),
            }
    return result


def _false_finds(scores: NDArray[np.float64], texts: Sequence[LabelledText]) -> dict[str, Any]:
    highest = scores[:, : len(BEHAVIOURS)].max(axis=1)
    written = [n for n, text in enumerate(texts) if not text.behaves and text.language != "tweet"]
    real = [n for n, text in enumerate(texts) if text.language == "tweet"]
    return {
        name: _share(int((highest[rows] >= YES).sum()), len(rows))
        for name, rows in (("hard_negatives", written), ("tweets", real))
    }


def _share(hits: int, total: int) -> dict[str, float] | None:
    return {"n": total, **score_interval(int(hits), total).rounded(3)} if total else None
