"""The signal ``scene``: what kind of scene each medium shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final, Self

from consentry.records import ComponentDigest, ErrorNote, FaceSignal
from consentry.runtime import ModelError
from consentry.signals.protocol import Cost, Measured, Need, OpenedCase, SignalSetup, component_of
from consentry.signals.scene.detail import shows_nothing
from consentry.signals.scene.errors import SceneError
from consentry.signals.scene.moments import Span
from consentry.signals.scene.scorer import SceneScorer
from consentry.signals.scene.signal import scene_signal


class SceneMeasure:
    """Scores the scenes of media; see `consentry.signals.protocol.Signal`.

    Args:
        scorer: The model; ``None`` if it could not be loaded.
        unavailable: Why.
    """

    name = "scene"
    words: tuple[str, ...] = ()
    needs: frozenset[Need] = frozenset({"frames"})
    after: tuple[str, ...] = ("faces",)
    """There are at least as many people as faces at one moment; and the setting while the claimant is seen counts."""
    cost: Final = Cost(17.5, "picture", "benchmarks/scale.py, 2026-11-23: docs/scale.md")

    def __init__(self, scorer: SceneScorer | None, unavailable: tuple[ErrorNote, ...] = ()) -> None:
        self.scorer = scorer
        self.unavailable = unavailable
        self.components: tuple[ComponentDigest, ...] = (component_of(scorer.folder),) if scorer else ()

    @classmethod
    def load(cls, setup: SignalSetup) -> Self:
        """Load the model; without it, nothing is measured and every assessment says so."""
        try:
            return cls(SceneScorer.load(setup.settings, setup.models))
        except ModelError as error:
            return cls(None, (error.note(stage=cls.name),))

    def measure(self, batch: Sequence[OpenedCase], earlier: Mapping[str, Sequence[Measured]]) -> list[Measured]:
        """All frames of the batch in one call of the network; one `SceneSignal` a medium."""
        scorer = self.scorer
        if scorer is None:
            return [Measured() for _ in batch]
        frames = [frame.pixels for opened in batch for item in opened.media for frame in item.frames]
        readings = iter(scorer.score(frames))
        faces = earlier.get("faces") or [Measured() for _ in batch]
        measured = []
        for opened, found in zip(batch, faces, strict=True):
            most, claimant = _most_faces(found.own), _claimant_seen(found.own)
            signals, notes = [], []
            for item in opened.media:
                own = list(islice(readings, len(item.frames)))
                nothing = [shows_nothing(frame.pixels) for frame in item.frames]
                if all(nothing):
                    notes.append(_nothing_shown(item.media_id))
                    continue
                signal = scene_signal(
                    item.media_id,
                    [frame.second for frame in item.frames],
                    own,
                    scorer.model_id,
                    scorer.kinds,
                    most.get(item.media_id, 0),
                    [frame.until for frame in item.frames],
                    nothing,
                    claimant.get(item.media_id, ()),
                )
                signals.append(signal)
            measured.append(Measured(own={"scene": tuple(signals)}, notes=tuple(notes)))
        return measured


def _most_faces(found: Mapping[str, Any]) -> dict[str, int]:
    """By medium, the largest number of faces at one moment."""
    signals: Sequence[FaceSignal] = found.get("faces", ())
    return {
        signal.media_id: max(Counter(face.second for face in signal.faces).values(), default=0) for signal in signals
    }


def _claimant_seen(found: Mapping[str, Any]) -> dict[str, tuple[Span, ...]]:
    """By video, when the claimant is seen: the spans of the tracks that match."""
    signals: Sequence[FaceSignal] = found.get("faces", ())
    return {
        signal.media_id: tuple(span for track in signal.tracks if track.band == "match" for span in track.spans)
        for signal in signals
    }


def _nothing_shown(media_id: str) -> ErrorNote:
    return SceneError(
        f"{media_id} is black, plain or without detail throughout: it shows no scene that could be scored.",
        "Look at it in a viewer; if something is to be seen there, ask for the original.",
        code="signal.shows_nothing",
    ).note(stage=SceneMeasure.name, media_id=media_id)
