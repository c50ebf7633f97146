"""Rows of features whose labels can be learned, for the tests of the heads and of their choice."""

from __future__ import annotations

import numpy as np

from consentry.training.scene.heads import LabelledFeatures
from consentry.training.scene.targets import Label, Targets

LABELS = (Label("street", "neutral"), Label("bedroom", "private"), Label("match", "public_event"))
CONTEXTS = np.array([[0, 0], [1, 0], [0, 1]], dtype=np.float32)


def rows(count: int, seed: int, source: str = "a", *, misleading: bool = False) -> LabelledFeatures:
    """Rows whose first three channels tell the label, and channel 3 too, but the wrong one in misleading sources."""
    generator = np.random.default_rng(seed)
    label = generator.integers(0, 3, count)
    features = generator.normal(size=(count, 6)).astype(np.float32)
    features[np.arange(count), label] += 2
    features[:, 3] += 4 * (label == (0 if misleading else 1))
    people = np.where(label == 2, 10.0 ** (1 + features[:, 5] / 4), np.nan).astype(np.float32)
    targets = Targets(LABELS, label.astype(np.int64), CONTEXTS[label], people, label == 2, np.array([source] * count))
    return LabelledFeatures({"original": features}, targets)


def joined(*parts: LabelledFeatures) -> LabelledFeatures:
    targets = [part.targets for part in parts]
    return LabelledFeatures(
        {"original": np.concatenate([part.plain for part in parts])},
        Targets(
            LABELS,
            np.concatenate([part.label for part in targets]),
            np.concatenate([part.contexts for part in targets]),
            np.concatenate([part.people for part in targets]),
            np.concatenate([part.counted for part in targets]),
            np.concatenate([part.sources for part in targets]),
        ),
    )
