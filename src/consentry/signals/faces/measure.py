"""The signal ``faces``: whether the claimant is among the faces of each medium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Self

from consentry.records import ComponentDigest, ErrorNote
from consentry.runtime import ModelError
from consentry.signals.faces.claimants import claimant_of
from consentry.signals.faces.enrolment import ClaimStore
from consentry.signals.faces.matching import FaceMatcher
from consentry.signals.protocol import Cost, Measured, Need, OpenedCase, SignalSetup, component_of


class FaceMeasure:
    """Compares the faces of posts with the references of their reports; see `consentry.signals.protocol.Signal`.

    Args:
        matcher: The models; ``None`` if they could not be loaded.
        claims: Where enrolled reference templates are kept.
        unavailable: Why there are no models.
    """

    name = "faces"
    words: tuple[str, ...] = ()
    needs: frozenset[Need] = frozenset({"frames", "references"})
    after: tuple[str, ...] = ()
    cost: Final = Cost(224.6, "picture", "benchmarks/scale.py, 2026-11-23: docs/scale.md")

    def __init__(
        self, matcher: FaceMatcher | None, claims: ClaimStore | None = None, unavailable: tuple[ErrorNote, ...] = ()
    ) -> None:
        self.matcher = matcher
        self.claims = claims
        self.unavailable = unavailable
        self.components: tuple[ComponentDigest, ...] = (
            tuple(component_of(folder) for folder in matcher.folders) if matcher else ()
        )

    @classmethod
    def load(cls, setup: SignalSetup) -> Self:
        """Load the models; without them, nothing is compared and every assessment says so."""
        try:
            matcher = FaceMatcher.load(setup.settings, setup.models, embedder=setup.embedder)
        except ModelError as error:
            return cls(None, setup.claims, (error.note(stage=cls.name),))
        return cls(matcher, setup.claims)

    def measure(self, batch: Sequence[OpenedCase], _earlier: Mapping[str, Sequence[Measured]]) -> list[Measured]:
        """All faces of the batch together; one `FaceSignal` a medium, and how many references could be used."""
        if self.matcher is None:
            return [_measured((), opened.case.enrolled + len(opened.case.references), 0) for opened in batch]
        claimants = [claimant_of(opened, self.claims) for opened in batch]
        compared = self.matcher.compare([claimant.claim for claimant in claimants])
        return [
            _measured(found.signals, claimant.given, found.references_used, (*claimant.notes, *found.refused))
            for claimant, found in zip(claimants, compared, strict=True)
        ]


def _measured(signals: object, given: int, used: int, notes: tuple[ErrorNote, ...] = ()) -> Measured:
    return Measured(own={"faces": signals, "references_given": given, "references_used": used}, notes=notes)
