"""The worst pairs as pictures: false matches, false non-matches, and faces that were not found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.training.faces.evaluation import FaceEvaluation
from consentry.training.measures.pages import jpeg_address

MOST: Final = 9
"""Pairs of each kind; of one person, at most `OF_ONE` are shown, so that one picture does not fill the page."""
OF_ONE: Final = 2

_SIDE: Final = 200
_QUALITY: Final = 80
_BOX: Final = "#3451b2"


@dataclass(frozen=True)
class ShownPair:
    """One pair.

    Attributes:
        pictures: As ``data:`` addresses; empty if a picture cannot be opened any more.
        names: Of the files.
        distance: Of the faces; ``None`` if one of them was not found.
        probability: That they are one person's, as stated; ``None`` without a distance.
        note: What else there is to say.
    """

    pictures: tuple[str, str]
    names: tuple[str, str]
    distance: float | None
    probability: float | None
    note: str = ""


@dataclass(frozen=True)
class WorstPairs:
    """What a report shows.

    Attributes:
        false_matches: Two persons in the match band, the nearest first.
        false_non_matches: One person, the farthest first.
        not_found: Pictures in which no face was found: address and name.
    """

    false_matches: tuple[ShownPair, ...]
    false_non_matches: tuple[ShownPair, ...]
    not_found: tuple[tuple[str, str], ...]


def worst_pairs(evaluation: FaceEvaluation, *, most: int = MOST) -> WorstPairs:
    """Pick and draw the worst pairs of an evaluation, at the shipped bands."""
    pairs, bands = evaluation.pairs, evaluation.bands
    false_matches = np.flatnonzero(bands.match & ~pairs.same)
    false_matches = false_matches[np.argsort(pairs.distances[false_matches], kind="stable")]
    missed = np.flatnonzero(pairs.same & ~bands.match & ~bands.undetected)
    missed = missed[np.argsort(-pairs.distances[missed], kind="stable")]
    nowhere = np.flatnonzero(~evaluation.faces.found & ~evaluation.lost)
    return WorstPairs(
        tuple(_shown(evaluation, row) for row in _varied(evaluation, false_matches, most)),
        tuple(_shown(evaluation, row) for row in _varied(evaluation, missed, most)),
        tuple((_drawn(evaluation, int(number)), evaluation.faces.paths[number].name) for number in nowhere[: 2 * most]),
    )


def _varied(evaluation: FaceEvaluation, rows: NDArray[np.intp], most: int) -> Iterator[int]:
    """The first rows, few of any one person."""
    shown: dict[int, int] = {}
    count = 0
    for row in rows.tolist():
        who = {int(evaluation.pairs.persons.first[row]), int(evaluation.pairs.persons.second[row])}
        if count < most and all(shown.get(person, 0) < OF_ONE for person in who):
            for person in who:
                shown[person] = shown.get(person, 0) + 1
            count += 1
            yield row


def _shown(evaluation: FaceEvaluation, row: int) -> ShownPair:
    numbers = (int(evaluation.indices.first[row]), int(evaluation.indices.second[row]))
    distance = float(evaluation.pairs.distances[row])
    band = "no match" if evaluation.bands.no_match[row] else "match" if evaluation.bands.match[row] else "inconclusive"
    return ShownPair(
        pictures=(_drawn(evaluation, numbers[0]), _drawn(evaluation, numbers[1])),
        names=(evaluation.faces.paths[numbers[0]].name, evaluation.faces.paths[numbers[1]].name),
        distance=distance,
        probability=evaluation.matcher.calibration.probability(distance),
        note=band,
    )


def _drawn(evaluation: FaceEvaluation, number: int) -> str:
    boxes = evaluation.faces.boxes
    return picture_address(evaluation.faces.paths[number], None if boxes is None else boxes[number])


def picture_address(path: Path, box: NDArray[np.float64] | None) -> str:
    """A small picture with its face boxed, as a ``data:`` address; empty if it cannot be opened any more.

    Args:
        path: Of the picture.
        box: (4,) as shares of width and height; NaN or ``None`` for no face.
    """
    from PIL import Image, ImageDraw

    try:
        pixels = open_media(Media(path=path), longest_side=_SIDE).frames[0].pixels
    except MediaError:  # gone since it was compared; the pair stands without it
        return ""
    image = Image.fromarray(pixels)
    image.thumbnail((_SIDE, _SIDE))
    if box is not None and not np.isnan(box).any():
        corners = box * np.tile(image.size, 2)
        ImageDraw.Draw(image).rectangle(tuple(float(value) for value in corners), outline=_BOX, width=2)
    return jpeg_address(image, quality=_QUALITY)
