"""Whether an embedder may take another's place: both are measured now, on the same pairs, and held to the gates.

The other is the embedder that is in use: the champion, or, before there is one, the one that ships. Stored figures are
never used. Two things are refused before anything is measured, because no figure would show them: pairs that the
thresholds were set on, and another network under the id of the present one, whose stored templates would then be
compared with embeddings of a network that never made them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import Field

from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.runtime.model_folder import OTHERS, SHIPPED
from consentry.training.configuration import Settings
from consentry.training.errors import TrainingError
from consentry.training.faces.error_rates import LEAST, accepted_in_draws
from consentry.training.faces.evaluation import FaceEvaluation, evaluate_faces
from consentry.training.faces.pair_sets import read_pair_set
from consentry.training.measures.bootstrap import percentile_interval
from consentry.training.measures.identity_bootstrap import draw_persons
from consentry.training.measures.intervals import Interval
from consentry.training.progress import Progress, silent
from consentry.training.registry.gates import GateResult

SHIPPED_EMBEDDER: Final = "dlib"
_NAMES_OF_OTHERS: Final = frozenset({"faces", SHIPPED_EMBEDDER})
"""No embedder of somebody's own can be called so: the detector's folder, and the word for the one that ships."""


class FaceGates(Settings):
    """What an embedder is held to. That it keeps the rates that it states of itself is not for settings to say.

    Attributes:
        rate: The FMR at which the TAR is compared. The default is that at which the shipped model says ``match``
            (`consentry.training.faces.build.MATCH_FMR`); it takes 3,000 pairs of two persons to measure.
        margin: How much lower the TAR may be than the present embedder's: the lower end of the interval of the gain has
            to be above ``-margin``.
        bootstrap: Repetitions.
    """

    rate: Annotated[float, Field(gt=0.0, le=0.1)] = 0.001
    margin: Annotated[float, Field(ge=0.0, le=1.0)] = 0.02
    bootstrap: Annotated[int, Field(ge=10)] = 1000


@dataclass(frozen=True)
class FacePairs:
    """What both embedders are measured on.

    Attributes:
        path: As `consentry.training.faces.evaluation.evaluate_faces` takes it.
        images: Where the pictures lie, if not beside the file.
        columns: From our names of columns to those of the table.
        split: Only pairs of this split.
        all_pairs: Whether error rates are taken over all pairs of the pictures; see there.
        broken_share: The largest share of unreadable pictures that is put up with.
    """

    path: Path
    images: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    split: str | None = None
    all_pairs: bool | None = None
    broken_share: float = 0.05


@dataclass(frozen=True)
class FacePromotion:
    """A decision and its reasons.

    Attributes:
        challenger: What was measured of it.
        present: The same of the embedder in use.
        first: Whether that is the one that ships, for want of a champion.
        results: One a gate.
    """

    challenger: FaceEvaluation = field(repr=False)
    present: FaceEvaluation = field(repr=False)
    first: bool
    results: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate let the challenger through."""
        return all(result.passed for result in self.results)

    def because(self) -> str:
        """The decision in a sentence."""
        challenger = self.challenger.matcher.embedder.id
        if self.passed:
            than = "the one that ships" if self.first else "the champion"
            return f"{challenger} passes all {len(self.results)} gates; it is no worse than {than}."
        failed = [result for result in self.results if not result.passed]
        return f"{challenger} fails {len(failed)} of {len(self.results)} gates: " + "; ".join(
            f"{result.gate} ({'not measured' if result.value is None else f'{result.value:.4f}'})" for result in failed
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "promoted": self.passed,
            "because": self.because(),
            "challenger": _identity(self.challenger),
            "champion": _identity(self.present),
            "champion_ships": self.first,
            "gates": [result.as_dict() for result in self.results],
            "figures": {"challenger": self.challenger.as_dict(), "champion": self.present.as_dict()},
        }


def compare_embedders(
    challenger: Path,
    champion: Path | None,
    pairs: FacePairs,
    gates: FaceGates,
    *,
    settings: RuntimeSettings = RuntimeSettings(),
    seed: int = 0,
    progress: Progress = silent,
) -> FacePromotion:
    """Measure two embedders on the same pairs, with the detector that ships, and hold the challenger to the gates.

    Args:
        challenger: Its folder, calibrated.
        champion: That of the embedder in use; ``None`` if it is the one that ships.
        pairs: Of persons from whom the challenger has not learned; the more, the surer.
        gates: To pass.
        settings: Where networks run.
        seed: Of everything that is drawn.
        progress: Told of every batch.

    Raises:
        TrainingError: ``training.leakage`` if thresholds were set on these pairs, ``training.output`` if another
            network has the challenger's id; or the pairs are no good.
        ModelError: A model is missing or damaged.
        TemplateError: ``template.not_calibrated``.
    """
    new = open_embedder(challenger)
    old = None if champion is None else open_embedder(champion)
    if old is not None:
        _refuse_same_id(new, old)
    digest = read_pair_set(
        pairs.path, images=pairs.images, columns=pairs.columns or None, split=pairs.split, seed=seed
    ).digest
    for folder in filter(None, (new, old)):
        _refuse_own_pairs(folder, digest, pairs)

    def evaluate(folder: ModelFolder | None, who: str) -> FaceEvaluation:
        def told(task: str, done: int, total: int) -> None:
            progress(f"{task}: {who}", done, total)

        with _models_with(folder) as (root, embedder):
            return evaluate_faces(
                pairs.path,
                images=pairs.images,
                columns=pairs.columns or None,
                split=pairs.split,
                all_pairs=pairs.all_pairs,
                embedder=embedder,
                settings=settings,
                root=root,
                broken_share=pairs.broken_share,
                bootstrap=gates.bootstrap,
                seed=seed,
                progress=told,
            )

    measured, present = evaluate(new, "challenger"), evaluate(old, "champion")
    results = (*_own_word(measured), _no_worse(gain_over(measured, present, gates, seed=seed), gates, pairs.split))
    return FacePromotion(measured, present, champion is None, results)


def open_embedder(path: Path) -> ModelFolder:
    """The folder of an embedder of somebody's own, digests checked.

    Raises:
        ModelError: ``model.missing``, ``model.damaged`` or ``model.invalid``.
    """
    if not (path / "model.json").is_file():
        raise ModelError(
            f"There is no embedder in {path}.",
            "Give the folder that `consentry train faces` or `consentry models build facenet` has written.",
            code="model.missing",
        )
    path = path.resolve()
    folder = ModelFolder.open(path.name, root=path.parent)
    if "embedding" not in folder.manifest["files"] or folder.name in _NAMES_OF_OTHERS:
        raise ModelError(
            f"{folder.id} is no embedder of one's own.",
            "Give the folder that `consentry train faces` or `consentry models build facenet` has written.",
            code="model.invalid",
        )
    folder.verify()
    return folder


def gain_over(new: FaceEvaluation, old: FaceEvaluation, gates: FaceGates, *, seed: int) -> Interval | None:
    """How much higher the TAR is at the stated FMR, each at its own threshold, on the same draws of persons.

    Returns:
        ``None`` where there are too few pairs, or the pairs are not the same.
    """
    if not (
        np.array_equal(new.indices.first, old.indices.first) and np.array_equal(new.indices.second, old.indices.second)
    ):
        return None
    draws = draw_persons(int(new.pair_set.persons.max()) + 1, repetitions=gates.bootstrap, seed=seed)
    tars = [accepted_in_draws(found.pairs, draws, rate=gates.rate) for found in (new, old)]
    if tars[0] is None or tars[1] is None:
        return None
    (tar, drawn), (other, others) = tars[0], tars[1]
    return percentile_interval(tar - other, drawn - others)


def _own_word(found: FaceEvaluation) -> Iterator[GateResult]:
    """Whether an embedder is shown not to keep the rates that it says its thresholds have.

    Thresholds are set so that the rate is just kept, so on other persons it comes out above it every second time, by
    chance: a gate on the figure itself would be the toss of a coin. It fails where the whole interval lies above, and
    where there are too few pairs to show anything (`LEAST` over the rate).
    """
    stated = found.matcher.folders[-1].manifest["thresholds"]
    bands = found.figures["bands"]
    for band, error, rate, pairs in (
        ("match", "false_match_rate", stated["match_fmr"], found.rates.impostors),
        ("no_match", "false_non_match_rate", stated["no_match_fnmr"], found.rates.genuine),
    ):
        figures = bands[band]
        enough = pairs * rate + 1e-9 >= LEAST
        value, low, high = (figures[f"{error}{end}"] if enough else None for end in ("", "_low", "_high"))
        words = f"faces: {error.replace('_', ' ')} of {band.replace('_', ' ')} not shown to exceed {rate:g}, as stated"
        passed = low is not None and low <= rate
        yield GateResult(words, found.split or "", "faces", error, rate, value, low, high, passed)


def _no_worse(gain: Interval | None, gates: FaceGates, split: str | None) -> GateResult:
    words = f"faces: TAR at an FMR of {gates.rate:g} no more than {gates.margin:g} lower than that in use"
    required, name = -gates.margin, "tar_at_fmr"
    if gain is None or np.isnan(gain.low):
        return GateResult(words, split or "", "faces", name, required, None, None, None, passed=False)
    ends = gain.rounded()
    value, low, high = ends["estimate"], ends["low"], ends["high"]
    return GateResult(words, split or "", "faces", name, required, value, low, high, passed=gain.low >= required)


def _refuse_same_id(new: ModelFolder, old: ModelFolder) -> None:
    networks = [folder.manifest["files"]["embedding"]["sha256"] for folder in (new, old)]
    if new.id == old.id and networks[0] != networks[1]:
        raise TrainingError(
            f"Challenger and champion are both called {new.id}, and are different networks: templates that were "
            "enrolled with one would be compared with faces of the other.",
            "Give the new one another version: consentry train faces ... --set version=2.",
            code="training.output",
        )


def _refuse_own_pairs(folder: ModelFolder, digest: str, pairs: FacePairs) -> None:
    """Thresholds always look good on the pairs that they were set on."""
    for data in folder.manifest.get("data", ()):
        used = data.get("split")
        if data.get("sha256") == digest and (used is None or pairs.split is None or used == pairs.split):
            part = f"the split {used} of {data.get('name')}" if used else str(data.get("name"))
            raise TrainingError(
                f"The thresholds of {folder.id} were set on {part}.",
                "Measure on pairs of other persons, or with --split on another split of that file.",
                code="training.leakage",
            )


@contextmanager
def _models_with(folder: ModelFolder | None) -> Iterator[tuple[Path | None, str]]:
    """A folder of models that has an embedder, and for the rest those that ship; and what the embedder is called."""
    with tempfile.TemporaryDirectory(prefix="consentry-") as temporary:
        root = Path(temporary)
        (root / OTHERS).write_text(f"{SHIPPED}\n", encoding="utf-8")
        if folder is not None:
            (root / folder.name).symlink_to(folder.path.resolve(), target_is_directory=True)
        yield root, SHIPPED_EMBEDDER if folder is None else folder.name


def _identity(found: FaceEvaluation) -> dict[str, str]:
    return {"model": found.matcher.embedder.id, "model_sha256": found.matcher.folders[-1].digest}
