"""The choice of the regularisation: what does well on validation rows, and on sources that it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.signals.scene.scorer import HEADS
from consentry.training.measures.metrics import Truth, area_under_curve, log_loss
from consentry.training.scene.adapting import adapt_outputs
from consentry.training.scene.calibration import fit_logistic_map
from consentry.training.scene.config import HeadSettings
from consentry.training.scene.heads import Features, LabelledFeatures, fit_outputs
from consentry.training.scene.network import SceneOutputs, Values, head_logits

_DEFAULTS: Final = HeadSettings()


@dataclass(frozen=True)
class Candidate:
    """One value of C that was tried.

    Attributes:
        strength: The value.
        validation_auc: AUC on the validation rows, by head.
        transfer_auc: By source and head, AUC on all its rows of outputs fitted without it.
        unseen: By source and head, the truth of those rows, and their probabilities by such outputs, calibrated on the
            validation rows of the other sources.
        validation_loss: Where outputs of a trained model are adapted, the mean over heads of the log loss on the
            validation rows, calibrated: AUC is soon 1 there, and tells nothing apart. ``None`` otherwise.
    """

    strength: float
    validation_auc: Mapping[str, float]
    transfer_auc: Mapping[str, Mapping[str, float]]
    unseen: Mapping[str, Mapping[str, tuple[Truth, Values]]]
    validation_loss: float | None = None

    @property
    def criterion(self) -> float:
        """What the choice goes by: the mean over heads of the mean over validation and unseen sources.

        Where there is a loss and no unseen source, it is the loss.
        """
        if self.validation_loss is not None and not any(self.transfer_auc.values()):
            return -self.validation_loss
        by_head = [
            np.mean([self.validation_auc[head], *(of[head] for of in self.transfer_auc.values() if head in of)])
            for head in self.validation_auc
        ]
        return float(np.mean(by_head))

    @property
    def by_head(self) -> dict[str, list[tuple[Truth, Values]]]:
        """What is unseen, by head."""
        return {
            head: [of_heads[head] for of_heads in self.unseen.values() if head in of_heads]
            for head in self.validation_auc
        }

    def described(self) -> dict[str, object]:
        """For ``metrics.json``."""

        def rounded(of_heads: Mapping[str, float]) -> dict[str, float]:
            return {head: round(value, 4) for head, value in of_heads.items()}

        loss = {} if self.validation_loss is None else {"validation_loss": round(self.validation_loss, 5)}
        return {
            "C": self.strength,
            "validation_auc": rounded(self.validation_auc),
            "transfer_auc": {source: rounded(of_heads) for source, of_heads in self.transfer_auc.items()},
            **loss,
        }


def choose_outputs(
    training: LabelledFeatures,
    validation: LabelledFeatures,
    *,
    strengths: Sequence[float],
    transfer_sources: Sequence[str],
    settings: HeadSettings = _DEFAULTS,
    start: SceneOutputs | None = None,
    told: Callable[[], None] = lambda: None,
) -> tuple[SceneOutputs, list[Candidate]]:
    """Fit outputs with the regularisation that does best on validation rows and on sources it has not seen.

    Args:
        training: Rows to fit on.
        validation: Rows to choose by.
        strengths: Values of C to choose from; the smaller one wins a tie.
        transfer_sources: Each of these is in turn left out of training and predicted. One that would leave a head
            without examples of a class, or that has itself but one, is passed over for that head.
        settings: How else.
        start: Outputs of a trained model that are adapted (`scene_adapting.adapt_outputs`), in place of new ones.
        told: Called after each fit.

    Returns:
        The outputs fitted on all training rows, and how every value did.
    """

    def fit(part: LabelledFeatures, strength: float) -> SceneOutputs:
        if start is None:
            return fit_outputs(part, strength=strength, settings=settings)
        return adapt_outputs(start, part, strength=strength, settings=settings)

    candidates: list[Candidate] = []
    fitted: list[SceneOutputs] = []
    for strength in sorted(strengths):
        outputs = fit(training, strength)
        told()
        unseen: dict[str, dict[str, tuple[Truth, Values]]] = {}
        for source in transfer_sources:
            others = training.subset(training.targets.sources != source)
            if _both(others.targets.contexts).all():
                stranger = fit(others, strength)
                unseen[source] = _unseen(stranger, training, validation, source)
            told()
        transfer = {
            source: {head: area_under_curve(*rows) for head, rows in of_heads.items()}
            for source, of_heads in unseen.items()
        }
        auc = _auc(outputs, validation.plain, validation.targets.contexts)
        loss = None if start is None else _loss(outputs, validation)
        candidates.append(Candidate(strength, auc, transfer, unseen, loss))
        fitted.append(outputs)
    best = max(range(len(fitted)), key=lambda index: candidates[index].criterion)
    return fitted[best], candidates


def _both(contexts: NDArray[np.float32] | NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which heads have rows of both kinds."""
    both: NDArray[np.bool_] = (contexts.max(axis=0, initial=0) > 0.5) & (contexts.min(axis=0, initial=1) < 0.5)
    return both


def _unseen(
    outputs: SceneOutputs, training: LabelledFeatures, validation: LabelledFeatures, source: str
) -> dict[str, tuple[Truth, Values]]:
    """What outputs fitted without a source say of it, by head, where the source has rows of both kinds."""
    of_source = [part.subset(part.targets.sources == source) for part in (training, validation)]
    contexts = np.concatenate([part.targets.contexts for part in of_source]) > 0.5
    others = validation.subset(validation.targets.sources != source)
    known = others.targets.contexts > 0.5
    usable = _both(contexts) & _both(known)
    if not usable.any():
        return {}
    logits = _logits(outputs, np.concatenate([part.plain for part in of_source]))
    known_logits = _logits(outputs, others.plain)
    return {
        head: (
            contexts[:, place],
            fit_logistic_map(known_logits[:, place], known[:, place]).probabilities(logits[:, place]),
        )
        for place, head in enumerate(HEADS)
        if usable[place]
    }


def _logits(outputs: SceneOutputs, features: Features) -> Values:
    return head_logits(outputs.linear(features), outputs.labels, outputs.mixture)


def _auc(outputs: SceneOutputs, features: Features, contexts: NDArray[np.float32]) -> dict[str, float]:
    """AUC of the heads that have rows of both kinds."""
    both = _both(contexts)
    if not both.any():
        return {}
    logits = _logits(outputs, features)
    return {
        head: area_under_curve(contexts[:, place] > 0.5, logits[:, place])
        for place, head in enumerate(HEADS)
        if both[place]
    }


def _loss(outputs: SceneOutputs, part: LabelledFeatures) -> float:
    """Mean log loss of the calibrated heads that have rows of both kinds."""
    contexts = part.targets.contexts > 0.5
    logits = _logits(outputs, part.plain)
    losses = [
        log_loss(truth, fit_logistic_map(logits[:, place], truth).log_odds(logits[:, place]))
        for place, truth in enumerate(contexts.T)
        if truth.any() and not truth.all()
    ]
    return float(np.mean(losses))
