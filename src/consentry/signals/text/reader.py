"""All of a post's words: those beside the media, and, where that is asked for, those inside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from consentry.media import Frame, Limits, OpenedMedia
from consentry.records import Box, ErrorNote, PictureTextFinding, PictureTextSignal, TextSignal
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.signals.text.analysis import analyse_text, notes_on
from consentry.signals.text.cue_model import CueModel
from consentry.signals.text.picture_reader import PictureReader, TextLine

MOST_CHECKED: Final = 24
"""Frames of one video that are looked at for text, evenly spread."""
MOST_READ: Final = 6
"""Frames of one video that are read, evenly spread over those with text."""
MOST_CHECKED_OF_A_POST: Final = 240
"""Frames of all media of a post that are looked at for text."""
MOST_READ_OF_A_POST: Final = 48
"""Frames of all media of a post that are read; each takes up to a second (docs/text.md)."""


class _Placed(NamedTuple):
    line: TextLine
    start: int
    end: int


class TextReader:
    """The models for words, loaded once.

    Attributes:
        folders: The models that take part.
        unavailable: What could not be loaded: without the cue model, cues are not searched.
        most_characters: How far a text is searched, be it beside a medium or inside one.
    """

    def __init__(
        self,
        cues: CueModel | None = None,
        pictures: PictureReader | None = None,
        unavailable: tuple[ErrorNote, ...] = (),
        *,
        most_characters: int = Limits().text_characters,
    ) -> None:
        self.unavailable = unavailable
        self.most_characters = most_characters
        self.folders: tuple[ModelFolder, ...] = tuple(model.folder for model in (cues, pictures) if model is not None)
        self._cues = cues
        self._pictures = pictures

    @classmethod
    def load(
        cls,
        settings: RuntimeSettings = RuntimeSettings(),
        root: Path | None = None,
        *,
        read_pictures: bool = False,
        most_characters: int = Limits().text_characters,
    ) -> TextReader:
        """Load what there is; what is missing is noted.

        Args:
            settings: Where networks run; these run on the CPU whatever the device is.
            root: Another folder of models.
            read_pictures: Whether words inside pictures are read.
            most_characters: How far a text is searched.
        """
        notes: list[ErrorNote] = []
        cues = pictures = None
        try:
            cues = CueModel.load(settings, root)
        except ModelError as error:
            notes.append(error.note(stage="cues"))
        if read_pictures:
            try:
                pictures = PictureReader.load(settings, root)
            except ModelError as error:
                notes.append(error.note(stage="reading"))
        return cls(cues, pictures, tuple(notes), most_characters=most_characters)

    def analyse(self, text: str) -> TextSignal:
        """The words beside the media; see `analyse_text`."""
        return analyse_text(text, cues=self._cues, most_characters=self.most_characters)

    def notes_on(self, text: str, signal: TextSignal) -> tuple[ErrorNote, ...]:
        """What of the words beside the media was left out; see `analysis.notes_on`."""
        return notes_on(text, signal, self.most_characters)

    def read(self, media: Sequence[OpenedMedia]) -> tuple[PictureTextSignal, ...]:
        """The words inside each medium; nothing at all unless reading was asked for.

        A post may have any number of media, and reading is slow: behind `MOST_CHECKED_OF_A_POST` frames that were
        looked at and `MOST_READ_OF_A_POST` that were read, media come back with no lines and incomplete.
        """
        if self._pictures is None:
            return ()
        checks, readings = MOST_CHECKED_OF_A_POST, MOST_READ_OF_A_POST
        signals = []
        for item in media:
            looked_at = _spread(item.frames, min(MOST_CHECKED, checks))
            with_text = [frame for frame in looked_at if self._pictures.has_text(frame.pixels)]
            to_read = _spread(with_text, min(MOST_READ, readings))
            checks, readings = checks - len(looked_at), readings - len(to_read)
            seen = len(looked_at) == len(item.frames) and len(to_read) == len(with_text)
            signals.append(self._read_one(item.media_id, to_read, self._pictures, complete=seen))
        return tuple(signals)

    def _read_one(
        self, media_id: str, frames: Sequence[Frame], reader: PictureReader, *, complete: bool
    ) -> PictureTextSignal:
        lines = 0
        findings: list[PictureTextFinding] = []
        model = ""
        for frame in frames:
            reading = reader.read_lines(frame.pixels)
            lines += len(reading.lines)
            placed = list(_placed(reading.lines))
            words = "\n".join(line.text for line in reading.lines)
            complete = complete and reading.complete and len(words) <= self.most_characters
            signal = self.analyse(words)
            model = signal.model
            for finding in signal.findings:
                touched = [one.line.box for one in placed if finding.start < one.end and one.start < finding.end]
                confidence = _least_confidence(placed, finding.start, finding.end)
                findings.append(
                    PictureTextFinding(
                        kind=finding.kind,
                        box=_around(touched),
                        second=frame.second,
                        # What was misread may look like something else: a finding is never surer than its reading.
                        probability=round(finding.probability * confidence, 4),
                        rule=finding.rule,
                    )
                )
        return PictureTextSignal(
            media_id=media_id,
            model=f"{reader.folder.id}+{model}" if model else reader.folder.id,
            lines=lines,
            complete=complete,
            findings=tuple(findings),
        )


def _spread(frames: Sequence[Frame], most: int) -> list[Frame]:
    """At most so many of the frames, evenly spread, the first and the last among them."""
    if len(frames) <= most:
        return list(frames)
    if most < 2:
        return list(frames[:most])
    return [frames[round(place * (len(frames) - 1) / (most - 1))] for place in range(most)]


def _placed(lines: Sequence[TextLine]) -> Iterator[_Placed]:
    start = 0
    for line in lines:
        yield _Placed(line, start, start + len(line.text))
        start += len(line.text) + 1


def _around(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _least_confidence(placed: Sequence[_Placed], start: int, end: int) -> float:
    return min(one.line.confidence for one in placed if start < one.end and one.start < end)
