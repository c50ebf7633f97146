"""What a signal measured that did not come with Consentry: probabilities of words of its own, and where and when."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from consentry.records.words import Box, Probability, Record

NAME_PATTERN: Final = r"^[a-z][a-z0-9_]{0,39}$"
"""Names of signals and of their words: they become names of policy inputs and of columns."""

SignalName = Annotated[str, Field(pattern=NAME_PATTERN)]


class ExtraPlace(Record):
    """Where or when in the media something is to be seen.

    Attributes:
        probability: That it is what the word says.
        box: ``None`` for the whole picture.
        second: In a video, when; ``None`` in an image.
        until: In a video, until when, if it lasts.
    """

    probability: Probability
    box: Box | None = None
    second: Annotated[float, Field(ge=0.0)] | None = None
    until: Annotated[float, Field(ge=0.0)] | None = None

    @model_validator(mode="after")
    def _has_an_inside(self) -> Self:
        if self.box is not None and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise ValueError("a box is left, top, right, bottom, and has an inside")
        if self.until is not None and (self.second is None or self.until < self.second):
            raise ValueError("until needs a second, and does not come before it")
        return self


class ExtraScore(Record):
    """The calibrated probability of one word.

    Attributes:
        word: What is meant, such as ``nudity``; one that the signal announced.
        certain: Whether the model stands by it. Where it does not, policies take the probability as unknown.
        places: Where and when, the surest first.
    """

    word: SignalName
    probability: Probability
    certain: bool = True
    places: tuple[ExtraPlace, ...] = ()


class ExtraSignal(Record):
    """What one signal from outside says of one medium, or of the post as a whole.

    Attributes:
        name: Of the signal.
        model: Which model said so.
        media_id: The medium; ``None`` for the post as a whole, its words say.
        scores: One a word.
    """

    name: SignalName
    model: str = Field(min_length=1)
    media_id: str | None = None
    scores: tuple[ExtraScore, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_word_once(self) -> Self:
        words = [score.word for score in self.scores]
        if len(set(words)) < len(words):
            raise ValueError("every word is scored once")
        return self

    def score(self, word: str) -> ExtraScore | None:
        """The score of a word, if it has one."""
        return next((score for score in self.scores if score.word == word), None)
