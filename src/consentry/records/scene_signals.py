"""What the scene model measured: contexts, kinds of scene, how many people, and where in the picture."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from consentry.records.words import CrowdLevel, Probability, Record, SceneBand


class SaliencyMap(Record):
    """Where in the picture a score comes from: a coarse grid over the whole upright picture.

    Attributes:
        rows: Rows of the grid.
        columns: Columns of the grid.
        values: Row by row, 0 (speaks against, or nothing) to 100 (speaks most for the score).
    """

    rows: int
    columns: int
    values: tuple[int, ...] = Field(repr=False)

    @model_validator(mode="after")
    def _grid_is_full(self) -> Self:
        if len(self.values) != self.rows * self.columns:
            raise ValueError("values must hold rows x columns numbers")
        return self


class MomentsScore(Record):
    """A calibrated score of some moments of a film, weighed by how long each of its frames stands.

    Attributes:
        probability: Calibrated.
        low: Lower end of the 95 % interval of the calibration at this score.
        high: Upper end of it.
        band: ``uncertain`` where the model abstains.
        spans: From which second until which, each stretch.
        seconds: How long they are together, less what shows nothing; 0 where no end of a frame is known.
    """

    probability: Probability
    low: Probability
    high: Probability
    band: SceneBand
    spans: tuple[tuple[float, float], ...]
    seconds: float = Field(ge=0.0)


class SceneScore(Record):
    """One calibrated score of a scene; of a film, the mean over its time, less what shows nothing.

    Attributes:
        probability: Calibrated.
        low: Lower end of the 95 % interval of the calibration at this score.
        high: Upper end of it.
        band: ``uncertain`` where the model abstains.
        saliency: Where in the picture (for a video: in the frame that speaks loudest).
        second: The frame that the saliency map belongs to; ``None`` for an image.
        while_claimant: Of a film, the score of the moments at which the claimant is seen; ``None`` where they were not
            found in it, or not looked for.
        stretch: Of a film and of ``private_context`` alone, the stretch of at least a second that is the most private;
            the whole of a shorter film.
    """

    probability: Probability
    low: Probability
    high: Probability
    band: SceneBand
    saliency: SaliencyMap | None = None
    second: float | None = None
    while_claimant: MomentsScore | None = Field(default=None, exclude_if=lambda score: score is None)
    stretch: MomentsScore | None = Field(default=None, exclude_if=lambda score: score is None)


class CrowdScore(Record):
    """How many people are to be seen. An estimate of the whole picture, not a count of faces or bodies.

    Attributes:
        people: The estimate: the median of what is expected.
        low: Lower end of its 90 % interval.
        high: Upper end of it.
        level: The likeliest step.
        probability: Of that level, calibrated.
        certain: Whether the interval lies within one step of the level; if not, the model abstains.
        saliency: Where in the picture (for a video: in the frame with the most people).
        second: That frame; ``None`` for an image.
    """

    people: float = Field(ge=0.0)
    low: float = Field(ge=0.0)
    high: float = Field(ge=0.0)
    level: CrowdLevel
    probability: Probability
    certain: bool
    saliency: SaliencyMap | None = None
    second: float | None = None


class SceneMoment(Record):
    """The scores of one frame of a video.

    Attributes:
        second: When it is shown.
        until: Until when the video goes on looking like it; ``None`` if that is not known.
        shows_nothing: Whether it is black, plain or without detail. What the network says of it counts nowhere.
    """

    second: float
    until: float | None = None
    private_context: Probability
    public_event: Probability
    shows_nothing: bool = Field(default=False, exclude_if=lambda nothing: not nothing)


class SceneKind(Record):
    """A kind of scene that the model knows by name, such as a bedroom or a stage.

    Attributes:
        kind: The name, as in the training data.
        probability: Among the kinds that the model knows; not calibrated.
    """

    kind: str
    probability: Probability


class SceneSignal(Record):
    """What kind of scene one medium shows.

    Attributes:
        model: Which model said so.
        crowd: How many people; ``None`` from a model that does not count them.
        looks_like: The kinds of scene that it resembles most, the likeliest first.
        timeline: Frame by frame for a video, empty for an image.
    """

    media_id: str
    model: str
    private_context: SceneScore
    public_event: SceneScore
    crowd: CrowdScore | None = None
    looks_like: tuple[SceneKind, ...] = ()
    timeline: tuple[SceneMoment, ...] = ()
