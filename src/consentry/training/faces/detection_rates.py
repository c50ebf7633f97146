"""In how many portraits a face is found, and found good enough, by groups that a data set publishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from consentry.media import MediaError, open_media
from consentry.records import Media
from consentry.runtime import RuntimeSettings
from consentry.signals.faces import FaceMatcher
from consentry.signals.faces.detection import Detections
from consentry.signals.faces.quality import assess_quality
from consentry.training.data.files import Record, digest_of, read_records, require_columns
from consentry.training.data.pictures import Skipped, refuse_too_many
from consentry.training.errors import TrainingError
from consentry.training.faces.bands import Flags, rounded, with_ends
from consentry.training.faces.groups import compared, in_order, pictures_as_pairs
from consentry.training.faces.pairs import nearest_the_middle
from consentry.training.measures.identity_bootstrap import Draws, PersonPairs, draw_persons, share_draws, share_interval
from consentry.training.measures.intervals import Interval
from consentry.training.progress import Progress, silent

RATES: Final = ("not_found", "several", "unusable_in_a_post", "unusable_as_reference")
"""No face found; more than one found; no face that would be compared if it were in a post; none that would do as a
reference photo. The last two count pictures without a face, too."""
_BATCH: Final = 64


@dataclass(frozen=True)
class DetectionEvaluation:
    """What came of an evaluation.

    Attributes:
        paths: Of the pictures that could be read.
        boxes: (N, 4) of the face nearest the middle, as shares of width and height; NaN without a face.
        rates: By name, (N,) which pictures it counts.
        figures: Everything, as `as_dict` gives it.
    """

    paths: tuple[Path, ...]
    boxes: NDArray[np.float64] = field(repr=False)
    rates: Mapping[str, Flags] = field(repr=False)
    figures: Mapping[str, Any] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of ``consentry evaluate detection``; figures that are undefined are null."""
        return dict(self.figures)


@dataclass(frozen=True)
class _Seen:
    faces: int
    box: NDArray[np.float64]
    width: float
    sharpness: float
    usable: bool
    usable_as_reference: bool


def evaluate_detection(
    manifest: Path,
    *,
    split: str | None = None,
    group_columns: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    settings: RuntimeSettings = RuntimeSettings(),
    root: Path | None = None,
    broken_share: float = 0.05,
    bootstrap: int = 1000,
    seed: int = 0,
    progress: Progress = silent,
) -> DetectionEvaluation:
    """Look for the face of every portrait of a manifest, and judge its quality as serving does.

    Args:
        manifest: A table with the column ``path``, or a folder of folders. A column ``identity`` keeps the pictures of
            a person together in the intervals.
        split: Only rows of this split.
        group_columns: Columns of groups.
        columns: From our names of columns to those of the manifest.
        settings: Where the model runs.
        root: The folder of models.
        broken_share: The largest share of unreadable pictures that is put up with.
        bootstrap: Repetitions for the intervals.
        seed: Of the bootstrap.
        progress: Told of every batch.

    Raises:
        TrainingError: The manifest is missing or wrong, or too many pictures cannot be read.
        ModelError: The model is missing or damaged.
    """
    asked = [column.casefold() for column in group_columns]
    records = read_records(manifest, ("path", *asked), renamed=columns)
    require_columns(manifest, records, ("path", *asked))
    rows = [record for record in records if split is None or record.get("split", "") == split]
    if not rows:
        raise TrainingError(
            f"{manifest} has no rows of the split {split!r}.", "Check the split.", code="training.split"
        )
    matcher = FaceMatcher.load(settings, root=root)
    folder = manifest if manifest.is_dir() else manifest.parent
    seen, kept, skipped = _look(rows, folder, matcher, progress)
    refuse_too_many(skipped, len(rows), share=broken_share)
    if not kept:
        raise TrainingError(f"No picture of {manifest} could be read.", "Check its paths.", code="training.pictures")
    flags: dict[str, Flags] = {
        "not_found": np.array([one.faces == 0 for one in seen]),
        "several": np.array([one.faces > 1 for one in seen]),
        "unusable_in_a_post": np.array([not one.usable for one in seen]),
        "unusable_as_reference": np.array([not one.usable_as_reference for one in seen]),
    }
    named = [record.get("identity", "") or f"\0{index}" for index, record in enumerate(kept)]
    persons = np.unique(np.array(named), return_inverse=True)[1].astype(np.int32)
    draws = draw_persons(int(persons.max()) + 1, repetitions=bootstrap, seed=seed)
    everything = np.ones(len(seen), np.bool_)
    figures = {
        "model": matcher.detector.id,
        "model_sha256": matcher.folder.digest,
        "manifest": manifest.name,
        "manifest_sha256": digest_of(manifest),
        "split": split,
        "pictures": len(seen),
        "skipped": [{"path": item.name, "code": item.code, "reason": item.reason} for item in skipped],
        "all": _figures(seen, flags, everything, persons, draws, {}),
        "groups": {
            column: _by_group(np.array([record.get(column, "") for record in kept]), seen, flags, persons, draws)
            for column in asked
        },
    }
    return DetectionEvaluation(
        paths=tuple(folder / record["path"] for record in kept),
        boxes=np.array([one.box for one in seen]),
        rates=flags,
        figures=figures,
    )


def _look(
    rows: Sequence[Record], folder: Path, matcher: FaceMatcher, progress: Progress
) -> tuple[list[_Seen], list[Record], list[Skipped]]:
    """What is seen in each picture that can be read, its row, and the pictures that cannot be."""
    seen: list[_Seen] = []
    kept: list[Record] = []
    skipped: list[Skipped] = []
    for start in range(0, len(rows), _BATCH):
        pictures, scales = [], []
        for record in rows[start : start + _BATCH]:
            try:
                opened = open_media(
                    Media(path=folder / record["path"], media_id=record["path"] or "a row without a path")
                )
            except MediaError as error:
                skipped.append(Skipped(name=record["path"], code=error.code, reason=error.message))
                continue
            pictures.append(opened.frames[0].pixels)
            scales.append(opened.scale)
            kept.append(record)
        for picture, scale, found in zip(pictures, scales, matcher.detector.detect(pictures), strict=True):
            seen.append(_judged(picture, scale, found, matcher))
        progress("Finding faces", min(start + _BATCH, len(rows)), len(rows))
    return seen, kept, skipped


def _judged(picture: NDArray[np.uint8], scale: float, found: Detections, matcher: FaceMatcher) -> _Seen:
    if not len(found):
        nothing = float("nan")
        return _Seen(0, np.full(4, np.nan), nothing, nothing, usable=False, usable_as_reference=False)
    nearest = nearest_the_middle(found, picture)
    box = found.boxes[nearest]
    post = assess_quality(picture, found, nearest, scale, matcher.floor)
    reference = assess_quality(picture, found, nearest, scale, matcher.reference_floor)
    return _Seen(
        len(found),
        box / np.tile(picture.shape[1::-1], 2),
        float(post.width_pixels),
        post.sharpness,
        usable=post.usable,
        usable_as_reference=reference.usable,
    )


def _figures(
    seen: Sequence[_Seen],
    flags: Mapping[str, Flags],
    inside: Flags,
    persons: NDArray[np.int32],
    draws: Draws,
    estimates: Mapping[str, float],
) -> dict[str, Any]:
    units = pictures_as_pairs(persons[inside])
    figures: dict[str, Any] = {"pictures": int(inside.sum())}
    for rate, flag in flags.items():
        found = share_interval(draws, units, flag[inside])
        if found is not None and rate in estimates:
            found = Interval(estimates[rate], found.low, found.high, found.level)
        figures |= with_ends(rate, found)
    for name in ("width", "sharpness"):
        values = np.array([getattr(one, name) for one, there in zip(seen, inside, strict=True) if there])
        values = values[~np.isnan(values)]
        figures[f"median_{name}"] = rounded(float(np.median(values)), 1) if len(values) else None
    return figures


def _by_group(
    groups: NDArray[np.str_],
    seen: Sequence[_Seen],
    flags: Mapping[str, Flags],
    persons: NDArray[np.int32],
    draws: Draws,
) -> dict[str, Any]:
    """Rates of each group by fairlearn's `MetricFrame`, with intervals, and the highest against the lowest."""
    from fairlearn.metrics import MetricFrame, selection_rate

    known = groups != ""
    rates: dict[str, dict[str, float]] = {}
    for rate, flag in flags.items():
        if known.any():
            frame = MetricFrame(
                metrics=selection_rate,
                y_true=flag[known],
                y_pred=flag[known],
                sensitive_features={"group": groups[known]},
            )
            rates[rate] = {str(group): float(value) for group, value in frame.by_group.items()}
        else:
            rates[rate] = {}

    def compare(rate: str) -> dict[str, Any]:
        def of(group: str) -> tuple[PersonPairs, Flags]:
            inside = groups == group
            return pictures_as_pairs(persons[inside]), flags[rate][inside]

        return compared(
            rates[rate],
            lambda group: share_interval(draws, *of(group)),
            lambda group: share_draws(draws, *of(group)),
        )

    return {
        "groups": {
            group: _figures(
                seen, flags, groups == group, persons, draws, {rate: values[group] for rate, values in rates.items()}
            )
            for group in in_order(groups)
        },
        "compared": {rate: compare(rate) if len(values) > 1 else None for rate, values in rates.items()},
        "unknown": int((~known).sum()),
    }
