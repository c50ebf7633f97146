"""Templates: embeddings of one person's face, marked with the embedder that made them.

They are compared here and nowhere else. A template shows no numbers when it is printed, and refuses to be pickled or
copied to another process; `consentry.signals.faces.enrolment` is the one way to keep it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from consentry.errors import ConsentryError


class TemplateError(ConsentryError):
    """Templates cannot be used like this. Its codes: ``consentry errors template``."""

    default_code = "template.other_embedder"


@dataclass(frozen=True, eq=False)
class Template:
    """The embedding of a face, or of several faces of one person.

    Attributes:
        embedder: Id of the embedder; templates of others cannot be compared with it.
        embedding: (D,) float32; the weighted mean if there are several faces.
        weight: How much it counts when it is pooled, greater than 0: the quality of the face.
        spread: Root mean square distance of the pooled embeddings from their mean; 0 for a single face.
    """

    embedder: str
    embedding: NDArray[np.float32] = field(repr=False)
    weight: float = 1.0
    spread: float = field(default=0.0, repr=False)

    def __reduce__(self) -> NoReturn:
        raise TemplateError(
            "A face template was about to be copied out of the process.",
            "Keep templates with consentry.signals.faces.enrolment, which encrypts them.",
            code="template.leaves",
        )


def require_one_embedder(templates: Sequence[Template]) -> str:
    """The embedder that all of some templates were made by.

    Raises:
        TemplateError: ``template.other_embedder`` if they are of different ones.
    """
    names = sorted({template.embedder for template in templates})
    if len(names) != 1:
        raise TemplateError(
            f"Templates of different embedders cannot be compared: {', '.join(names) or 'there are none'}.",
            "Enrol the reference photos again with the embedder that is in use.",
        )
    return names[0]


def pool(templates: Sequence[Template]) -> Template:
    """One template of several of the same person: their mean, weighted by quality, and how far they lie around it.

    Raises:
        TemplateError: ``template.other_embedder``.
    """
    embedder = require_one_embedder(templates)
    if len(templates) == 1:
        return templates[0]
    vectors = np.stack([template.embedding for template in templates]).astype(np.float64)
    weights = np.array([template.weight for template in templates], np.float64)
    weights /= weights.sum()
    mean = weights @ vectors
    inner = np.array([template.spread for template in templates], np.float64) ** 2
    variance = float(weights @ (((vectors - mean) ** 2).sum(axis=1) + inner))
    total = float(sum(template.weight for template in templates))
    return Template(embedder, mean.astype(np.float32), total, math.sqrt(variance))


def distance(one: Template, other: Template) -> float:
    """L2 distance of two templates; of pooled ones the root mean square distance of all pairs of their faces.

    Pooling alone would draw every two templates together, and distances would no longer mean what they were calibrated
    for. The mean squared distance of all pairs is ``|m - n|^2 + s^2 + t^2`` for means m, n and spreads s, t: it is on
    the scale of single pairs, however many faces went into either side.

    Raises:
        TemplateError: ``template.other_embedder``.
    """
    require_one_embedder([one, other])
    between = one.embedding.astype(np.float64) - other.embedding
    return math.sqrt(float(between @ between) + one.spread**2 + other.spread**2)


def distances(templates: Sequence[Template]) -> NDArray[np.float64]:
    """`distance` of every two of some templates, (N, N); the diagonal is 0.

    Raises:
        TemplateError: ``template.other_embedder``.
    """
    if not templates:
        return np.zeros((0, 0))
    require_one_embedder(templates)
    vectors = np.stack([template.embedding for template in templates]).astype(np.float64)
    own = (vectors**2).sum(axis=1)
    squared = np.maximum(own[:, None] + own[None, :] - 2.0 * vectors @ vectors.T, 0.0)
    spread = np.array([template.spread for template in templates]) ** 2
    found: NDArray[np.float64] = np.sqrt(squared + spread[:, None] + spread[None, :])
    np.fill_diagonal(found, 0.0)
    return found
