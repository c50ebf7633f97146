"""The models for words: cues of a text, and words inside pictures, with the files that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from consentry.media import Frame, OpenedMedia
from consentry.runtime import RuntimeSettings
from consentry.signals.text import MODEL, TextReader
from consentry.signals.text.analysis import CUE_KINDS
from consentry.signals.text.cue_model import MOST_WINDOWS, CueModel, padded
from consentry.signals.text.normalise import normalise
from consentry.signals.text.picture_reader import PictureReader, PictureReading, TextLine, _line
from consentry.signals.text.reader import MOST_CHECKED, MOST_CHECKED_OF_A_POST, MOST_READ, MOST_READ_OF_A_POST

LINES = ("She lives at 14 Example Road", "call her: +1 650-253-0000", "jane.roe@example.com")


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader.load(RuntimeSettings(threads=1), read_pictures=True)


@pytest.fixture(scope="module")
def loaded(reader: TextReader) -> PictureReader:
    assert reader._pictures is not None
    return reader._pictures


def drawn(lines: tuple[str, ...], size: tuple[int, int] = (640, 360), points: int = 26) -> np.ndarray:
    """Dark words on a light ground with some noise, as on a screenshot."""
    picture = Image.new("RGB", size, (228, 230, 222))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((24, 30 + number * 90), line, fill=(12, 14, 30), font=ImageFont.load_default(points))
    noise = np.random.default_rng(0).integers(-6, 7, (size[1], size[0], 3))
    return np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8)


def medium(*frames: Frame) -> OpenedMedia:
    height, width = frames[0].pixels.shape[:2]
    video = frames[0].second is not None
    return OpenedMedia(
        media_id="m",
        kind="video" if video else "image",
        width=width,
        height=height,
        duration=float(len(frames)) if video else None,
        frames=frames,
        scale=1.0,
    )


def film(seconds: int) -> OpenedMedia:
    return medium(*(Frame(np.full((40, 60, 3), 200, np.uint8), float(second)) for second in range(seconds)))


class Wordy(PictureReader):
    """A reader that sees the same two lines everywhere, and counts."""

    def __init__(self, loaded: PictureReader) -> None:
        super().__init__(loaded.folder, loaded._detector, loaded._recogniser, loaded._characters)
        self.looked_at = self.read = 0

    def has_text(self, pixels: np.ndarray) -> bool:
        self.looked_at += 1
        return True

    def read_lines(self, pixels: np.ndarray) -> PictureReading:
        self.read += 1
        return PictureReading(
            lines=(
                TextLine("jane.roe@example.com", (0.0, 0.0, 1.0, 0.4), 0.9),
                TextLine("call her: +1 650-253-0000", (0.0, 0.5, 1.0, 0.9), 0.9),
            )
        )


class TestCues:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("BREAKING: court rules that the ministry must publish the contract, documents show", "reporting_cue"),
            ("I'm outside, police are beating people in front of me right now", "eyewitness_cue"),
            ("Officer on duty refuses to show her badge during the stop", "official_duty_cue"),
            ("Missing girl, 14, last seen at the station on Friday, please share", "help_cue"),
        ],
    )
    def test_found(self, reader: TextReader, text: str, kind: str) -> None:
        signal = reader.analyse(text)
        (finding,) = [finding for finding in signal.findings if finding.kind == kind]
        assert finding.probability >= 0.6
        assert finding.rule == f"{kind}/text@1"
        assert text[finding.start : finding.end] == text
        assert set(CUE_KINDS) <= set(signal.searched)
        assert signal.model == f"{MODEL}+text@1"

    @pytest.mark.parametrize(
        "text", ["", "look at this sunset", "happy birthday to the best sister", "猫がまた箱の中で寝ている"]
    )
    def test_not_found(self, reader: TextReader, text: str) -> None:
        assert [finding for finding in reader.analyse(text).findings if finding.kind in CUE_KINDS] == []

    def test_without_the_model_cues_are_unknown(self, tmp_path: Path) -> None:
        reader = TextReader.load(root=tmp_path, read_pictures=True)
        assert [note.stage for note in reader.unavailable] == ["cues", "reading"]
        assert {note.code for note in reader.unavailable} == {"model.missing"}
        assert not set(CUE_KINDS) & set(reader.analyse("BREAKING: the court rules").searched)
        assert reader.folders == ()
        assert reader.read([medium(Frame(drawn(LINES)))]) == ()

    def test_a_long_text_is_read_in_windows_and_says_where_it_ends(self, reader: TextReader) -> None:
        filler = "we had a nice quiet day with the dog and then some cake at home. " * 20
        found = reader.analyse(filler + "BREAKING: court documents show that the minister lied, our reporters found.")
        (finding,) = [item for item in found.findings if item.kind == "reporting_cue"]
        assert finding.start > len(filler) // 2
        assert set(CUE_KINDS) <= set(found.searched)
        endless = reader.analyse("cake " * (126 * MOST_WINDOWS + 1))
        assert not set(CUE_KINDS) & set(endless.searched)

    def test_rows_do_not_depend_on_their_neighbours(self) -> None:
        model = CueModel.load(RuntimeSettings(threads=2))
        pieces = [model._vocabulary.cut(normalise(text).text) for text in ("a cat", "BREAKING: court rules", "hm")]
        together = model._network(padded(model._vocabulary, pieces))[0]
        for row, alone in zip(together, pieces, strict=True):
            assert (model._network(padded(model._vocabulary, [alone]))[0][0] == row).all()


class TestPictures:
    def test_private_information_with_boxes(self, reader: TextReader) -> None:
        (signal,) = reader.read([medium(Frame(drawn(LINES)))])
        assert signal.complete
        assert signal.lines == len(LINES)
        assert {finding.kind for finding in signal.findings} == {"postal_address", "phone", "email"}
        assert signal.model.startswith("reading@1+")
        for finding in signal.findings:
            left, top, right, bottom = finding.box
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert finding.second is None
            assert 0.5 < finding.probability < 1
        phone = next(finding for finding in signal.findings if finding.kind == "phone")
        assert phone.box[1] < (120 + 13) / 360 < phone.box[3]
        assert reader.read([medium(Frame(drawn(LINES)))]) == (signal,)

    @pytest.mark.parametrize("degrees", [-20, 3, 12])
    def test_turned_words_are_read_like_level_ones(self, reader: TextReader, degrees: float) -> None:
        level = Image.fromarray(drawn(LINES))
        turned = level.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=level.getpixel((0, 0)))
        (signal,) = reader.read([medium(Frame(np.asarray(turned)))])
        assert {finding.kind for finding in signal.findings} == {"postal_address", "phone", "email"}

    def test_words_are_not_kept(self, reader: TextReader) -> None:
        (signal,) = reader.read([medium(Frame(drawn(LINES)))])
        assert "Example" not in signal.model_dump_json()
        assert "253" not in signal.model_dump_json()

    def test_nothing_to_read(self, reader: TextReader) -> None:
        noise = np.random.default_rng(1).integers(90, 130, (240, 320, 3)).astype(np.uint8)
        (signal,) = reader.read([medium(Frame(noise))])
        assert (signal.lines, signal.findings, signal.complete) == (0, (), True)

    @pytest.mark.parametrize("size", [(400, 900), (900, 400), (700, 700), (3, 3), (1500, 1)])
    def test_every_shape(self, reader: TextReader, size: tuple[int, int]) -> None:
        pixels = drawn(("jane.roe@example.com",), size=size, points=28)
        (signal,) = reader.read([medium(Frame(pixels))])
        assert bool(signal.findings) == (min(size) >= 400)

    def test_a_video_says_when(self, reader: TextReader) -> None:
        blank = np.full((360, 640, 3), 200, np.uint8)
        frames = [Frame(blank, 0.0), Frame(drawn(LINES[2:]), 1.0), Frame(blank, 2.0)]
        (signal,) = reader.read([medium(*frames)])
        assert [(finding.kind, finding.second) for finding in signal.findings] == [("email", 1.0)]

    def test_a_long_video_is_read_in_part_and_says_so(self, loaded: PictureReader) -> None:
        stub = Wordy(loaded)
        (signal,) = TextReader(pictures=stub).read([film(MOST_CHECKED * 2)])
        assert not signal.complete
        assert (stub.looked_at, stub.read) == (MOST_CHECKED, MOST_READ)
        (few,) = TextReader(pictures=stub).read([film(MOST_READ + 1)])
        assert not few.complete

    def test_however_many_media_a_post_has_reading_them_comes_to_an_end(self, loaded: PictureReader) -> None:
        stub = Wordy(loaded)
        pictures = [medium(Frame(np.full((40, 60, 3), 200, np.uint8))) for _ in range(300)]
        signals = TextReader(pictures=stub).read(pictures)
        assert [signal.complete for signal in signals] == [True] * MOST_READ_OF_A_POST + [False] * (
            300 - MOST_READ_OF_A_POST
        )
        assert stub.read == MOST_READ_OF_A_POST
        assert stub.looked_at == MOST_CHECKED_OF_A_POST
        films = TextReader(pictures=stub).read([film(60)] * 20)
        assert not any(signal.complete for signal in films)
        assert stub.read == 2 * MOST_READ_OF_A_POST

    def test_words_of_a_picture_are_searched_up_to_the_limit(self, loaded: PictureReader) -> None:
        picture = medium(Frame(np.full((40, 60, 3), 200, np.uint8)))
        whole, part = (
            TextReader(pictures=Wordy(loaded), most_characters=most).read([picture])[0] for most in (200, 30)
        )
        assert (whole.complete, [finding.kind for finding in whole.findings]) == (True, ["email", "phone"])
        assert (part.complete, [finding.kind for finding in part.findings]) == (False, ["email"])

    def test_a_line_has_no_more_characters_than_the_recogniser_has_columns(self, loaded: PictureReader) -> None:
        noise = np.random.default_rng(2).integers(0, 256, (12, 6000, 3)).astype(np.uint8)
        probabilities = loaded._recogniser(_line(noise))[0][0]
        assert probabilities.shape[0] <= 160
        text, _ = loaded._read_line(noise)
        assert len(text) <= 2 * 160  # spaces that are put back

    def test_a_picture_of_nothing_but_text_is_read_in_part_and_says_so(
        self, loaded: PictureReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("consentry.signals.text.picture_reader.MOST_LINES", 3)

        def crowded(batch: np.ndarray) -> tuple[np.ndarray]:
            scores = np.zeros((1, 1, *batch.shape[2:]), dtype=np.float32)
            scores[:, :, 4::8, 2:60] = scores[:, :, 5::8, 2:60] = scores[:, :, 6::8, 2:60] = 0.9
            return (scores,)

        reader = PictureReader(loaded.folder, crowded, loaded._recogniser, loaded._characters)  # type: ignore[arg-type]
        reading = reader.read_lines(np.full((960, 960, 3), 200, np.uint8))
        assert not reading.complete
        assert len(reading.lines) <= 3

    def test_off_unless_asked_for(self) -> None:
        reader = TextReader.load(RuntimeSettings(threads=1))
        assert reader.read([medium(Frame(drawn(LINES)))]) == ()
        assert [folder.name for folder in reader.folders] == ["text"]
