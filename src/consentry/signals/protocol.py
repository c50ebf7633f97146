"""What a signal is: something that is measured of posts. Those that ship and those that others add have this one form.

A class with `load`, four attributes and `measure` is enough; nothing need be inherited. `consentry.signals.registry`
finds it by an entry point of the group ``consentry.signals``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol, Self

from consentry.media import Limits
from consentry.records import ComponentDigest, ErrorNote, ExtraSignal
from consentry.runtime import ModelFolder, RuntimeSettings
from consentry.signals.opened_cases import OpenedCase

__all__ = ["SHIPPED", "Cost", "Measured", "Need", "OpenedCase", "Signal", "SignalSetup", "component_of"]

Need = Literal["frames", "words", "references"]
"""What a signal looks at: decoded media, the words of the post, reference photos of the claimant."""


@dataclass(frozen=True)
class Cost:
    """What measuring costs, so that whoever plans machines need not guess.

    Attributes:
        milliseconds: Of one core.
        per: One of what.
        measured: By which command and when, or on which page that stands.
    """

    milliseconds: float
    per: Literal["picture", "post"]
    measured: str


@dataclass(frozen=True)
class SignalSetup:
    """What there is to load a signal with; each takes what concerns it.

    Attributes:
        settings: Where networks run, and how precisely.
        models: Another folder of models than the one that ships.
        bank: File of fingerprints of known media.
        claims: The store of enrolled reference templates, if there is one.
        embedder: What faces are compared with.
        read_pictures: Whether words inside pictures are read.
        limits: Bounds on what media may be, and on how far words are searched.
    """

    settings: RuntimeSettings = RuntimeSettings()
    models: Path | None = None
    bank: Path | None = None
    claims: Any = None
    embedder: str = "dlib"
    read_pictures: bool = False
    limits: Limits = Limits()


@dataclass(frozen=True)
class Measured:
    """What one signal has to say of one case.

    Attributes:
        extra: The records of a signal that others added; one a medium, or one of the post as a whole. A medium without
            one was not measured: unknown, not absent.
        notes: What could not be measured, and why; their stage is the signal's name.
        own: Fields of `consentry.Signals`, by name: only the four that ship have fields of their own.
    """

    extra: tuple[ExtraSignal, ...] = ()
    notes: tuple[ErrorNote, ...] = ()
    own: Mapping[str, Any] = field(default_factory=dict)


class Signal(Protocol):
    """Something that is measured of posts.

    Attributes:
        name: Lower-case letters, digits and underscores, such as ``nudity``. What a policy, a column and an error name.
        words: What it gives probabilities of, in words of the same form, the most important first; empty for the four
            that ship, whose records have fields of their own.
        needs: What it looks at.
        after: Names of signals whose results it reads; they are measured before.
        components: Everything that its results depend on, with version and digest: the same components, settings and
            input give the same results, byte for byte.
        unavailable: What could not be loaded, though the signal works without it; stands in every assessment.
        cost: What measuring costs.
    """

    name: str
    words: tuple[str, ...]
    needs: frozenset[Need]
    after: tuple[str, ...]
    components: tuple[ComponentDigest, ...]
    unavailable: tuple[ErrorNote, ...]
    cost: Cost

    @classmethod
    def load(cls, setup: SignalSetup, /) -> Self:
        """Load what it needs, once.

        Raises:
            ConsentryError: It cannot be loaded. What it would have measured is unknown then, and assessments say so.
        """
        ...

    def measure(self, batch: Sequence[OpenedCase], earlier: Mapping[str, Sequence[Measured]], /) -> Sequence[Measured]:
        """Measure some cases.

        Results must not depend on which cases are in one batch. Several threads may call it for the four that ship;
        a signal that others added is called by one thread at a time.

        Args:
            batch: The cases, their media decoded; a case with many media comes in parts, one after the other, and only
                with the `first` are its words to be looked at.
            earlier: What the signals named in `after` measured of the same cases.

        Returns:
            One a case, in their order. It raises nothing that concerns a single case: that becomes a note of the case.
        """
        ...


SHIPPED: Final = ("scene", "faces", "copies", "text")
"""The names of the signals that ship, in the order in which assessments list them."""


def component_of(folder: ModelFolder) -> ComponentDigest:
    """A model folder as a component."""
    return ComponentDigest(name=folder.name, version=folder.version, sha256=folder.digest)
