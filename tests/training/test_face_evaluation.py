"""The face model on pairs, end to end, with real faces; and what its figures are made of."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.faces import Detections, FaceMatcher
from consentry.training import face_evaluation
from consentry.training.errors import TrainingError
from consentry.training.face_accuracy import cross_validated
from consentry.training.face_bands import Bands, band_figures, reliability_of
from consentry.training.face_error_rates import ScoredPairs
from consentry.training.face_evaluation import FaceEvaluation, evaluate_faces
from consentry.training.face_groups import GroupedPairs, compared, group_figures, in_order
from consentry.training.face_mistakes import picture_address, worst_pairs
from consentry.training.face_page import share, write_face_page
from consentry.training.face_pair_sets import PairIndices
from consentry.training.identity_bootstrap import PersonPairs, draw_persons, share_interval

PICTURES = {
    "Collins_0001": "reference_collins", "Collins_0002": "bedroom", "Hopper_0001": "portrait_hopper",
    "Hopper_0002": "sideboard", "Curie_0001": "reference_curie", "Curie_0002": "living_room",
}  # fmt: skip
"""Real faces under names by LFW's convention; the last is an empty room, so Curie's face is not found in it."""


@pytest.fixture(scope="module")
def pairs(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    for name, source in PICTURES.items():
        with Image.open(repository / "data" / "demo" / "media" / f"{source}.jpg") as picture:
            picture.thumbnail((480, 480))
            picture.save(folder / f"{name}.jpg", quality=92)
    (folder / "Hopper_0003.jpg").write_bytes(b"not a picture")
    rows = [
        (1, "Collins_0001", "Collins_0002", "one"), (1, "Hopper_0001", "Hopper_0002", "two"),
        (1, "Curie_0001", "Curie_0002", "one"), (0, "Collins_0001", "Hopper_0001", "one"),
        (0, "Curie_0001", "Hopper_0002", "two"), (0, "Curie_0002", "Collins_0002", "two"),
        (1, "Hopper_0001", "Hopper_0003", "two"),
    ]  # fmt: skip
    lines = [f"{same},{a}.jpg,{b}.jpg,{fold},test" for same, a, b, fold in rows]
    (folder / "pairs.csv").write_text("same,path_a,path_b,fold,split\n" + "\n".join(lines) + "\n")
    groups = [f"{name}.jpg,{'house' if name.startswith('C') else 'navy'}" for name in (*PICTURES, "Hopper_0003")]
    (folder / "groups.csv").write_text("path,trade\n" + "\n".join(groups) + "\n")
    return folder / "pairs.csv"


@pytest.fixture(scope="module")
def evaluated(pairs: Path) -> FaceEvaluation:
    told: list[tuple[str, int, int]] = []
    found = evaluate_faces(
        pairs,
        split="test",
        groups=pairs.with_name("groups.csv"),
        group_columns=["trade"],
        broken_share=0.2,
        bootstrap=100,
        progress=lambda *report: told.append(report),
    )
    assert told[-1][1:] == (7, 7)
    return found


def test_figures_of_real_pairs(evaluated: FaceEvaluation) -> None:
    figures = evaluated.as_dict()
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert (figures["pairs"], figures["genuine"], figures["impostors"], figures["pictures"]) == (6, 3, 3, 6)
    assert (figures["failures_to_detect"], figures["failed_pairs"]) == (1, {"genuine": 1, "impostors": 1})
    assert (figures["skipped_pairs"], [item["path"] for item in figures["skipped"]]) == (1, ["Hopper_0003.jpg"])
    assert figures["persons_from"] == "file names without their numbers"
    assert figures["folds_from"] == "the file"
    # The pair whose face was not found is a false non-match: two of three genuine pairs, all impostor pairs are right.
    assert figures["accuracy_at_shipped_threshold"] == pytest.approx(5 / 6, abs=1e-4)
    assert figures["bands"]["undetected"]["genuine"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["bands"]["match"]["false_matches"] == 0
    assert figures["bands"]["match"]["true_accept_rate"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["tar_at_fmr"] == {"0.01": None, "0.001": None, "0.0001": None}
    assert set(figures["thresholds"]) == set(figures["tar_at_fmr"])
    for name in ("accuracy", "eer", "accuracy_at_shipped_threshold"):
        assert figures[f"{name}_low"] <= figures[name] <= figures[f"{name}_high"]
    assert figures["calibration"]["pairs"] == 4


def test_groups_are_those_of_the_file(evaluated: FaceEvaluation) -> None:
    found = evaluated.as_dict()["groups"]["trade"]
    assert list(found["groups"]) == ["house", "navy"]
    assert found["groups"]["house"]["failures_to_detect"] == 1
    assert found["groups"]["house"]["false_non_match_rate"] == 0.5
    assert found["groups"]["navy"]["false_non_match_rate"] == 0.0
    assert found["groups"]["navy"]["false_match_rate"] is None
    assert list(found["across"]) == ["house with navy"]
    assert found["compared"]["false_non_match_rate"]["highest"] == "house"
    assert found["compared"]["false_match_rate"] is None


def test_each_picture_is_embedded_once(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    real = FaceMatcher.load()

    class Counting:
        id = "counting@1"

        def detect(self, pictures: list[np.ndarray]) -> list[Detections]:
            nonlocal looked_at
            looked_at += len(pictures)
            return real.detector.detect(pictures)

    counting = FaceMatcher.load()
    counting.detector = Counting()
    monkeypatch.setattr(face_evaluation.FaceMatcher, "load", lambda *_, **__: counting)
    figures = evaluate_faces(pairs, broken_share=0.2, bootstrap=20, all_pairs=True, thresholds_from="test").as_dict()
    assert looked_at == 12  # six that can be read, once for the pairs and once for the thresholds
    assert figures["rates_over"] == "all pairs of the pictures"
    assert (figures["rates_genuine"], figures["rates_impostors"], figures["pairs"]) == (3, 12, 6)
    assert figures["set_elsewhere"] == {"split": "test", "at": {"0.01": None, "0.001": None, "0.0001": None}}


def test_too_many_broken_pictures_are_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="1 of 7 pictures could not be read") as caught:
        evaluate_faces(pairs)
    assert caught.value.code == "training.pictures"
    with pytest.raises(TrainingError, match="no pairs of the split 'nothing'"):
        evaluate_faces(pairs, split="nothing")
    (tmp_path / "gone.csv").write_text("same,path_a,path_b\n1,a.jpg,b.jpg\n")
    with pytest.raises(TrainingError, match="No pair of"):
        evaluate_faces(tmp_path / "gone.csv", broken_share=1.0)


def test_pairs_of_one_kind_give_nulls_and_no_error(pairs: Path, tmp_path: Path) -> None:
    path = pairs.with_name("genuine.csv")
    path.write_text("same,path_a,path_b\n1,Collins_0001.jpg,Collins_0002.jpg\n")
    found = evaluate_faces(path, bootstrap=20)
    figures = found.as_dict()
    for name in ("accuracy", "accuracy_low", "accuracy_std", "eer", "eer_high"):
        assert figures[name] is None
    assert figures["bands"]["match"]["false_match_rate"] is None
    assert figures["calibration"]["ece"] is None
    page = write_face_page(found, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "needs pairs of both kinds" in page


def test_the_page_shows_the_worst_and_loads_nothing(evaluated: FaceEvaluation, tmp_path: Path) -> None:
    page = write_face_page(evaluated, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("data:image/jpeg") >= 1
    for text in ("By trade", "Curie_0002.jpg", "house with navy", "could not be read", "False non-matches"):
        assert text in page
    plain = write_face_page(evaluated, tmp_path / "plain.html", pictures=False).read_text(encoding="utf-8")
    assert "data:image" not in plain
    assert not list(tmp_path.glob("*.tmp"))


def test_the_worst_pairs_are_of_several_persons(evaluated: FaceEvaluation) -> None:
    worst = worst_pairs(evaluated)
    assert worst.false_matches == ()
    assert [name for _, name in worst.not_found] == ["Curie_0002.jpg"]
    assert picture_address(Path("gone.jpg"), None) == ""


def test_wrong_pairs_are_drawn_the_worst_first(evaluated: FaceEvaluation, tmp_path: Path) -> None:
    """The same pairs, the bands turned round: every genuine pair is missed, every impostor pair is a match."""
    there = np.isfinite(evaluated.pairs.distances)
    wrong = Bands(match=there & ~evaluated.pairs.same, no_match=there & evaluated.pairs.same, undetected=~there)
    turned = replace(evaluated, bands=wrong)
    worst = worst_pairs(turned)
    assert len(worst.false_matches) == len(worst.false_non_matches) == 2
    assert [pair.distance for pair in worst.false_matches] == sorted(pair.distance or 0 for pair in worst.false_matches)
    assert worst.false_non_matches[0].distance >= worst.false_non_matches[1].distance
    assert worst.false_non_matches[0].note == "no match"
    assert all(picture.startswith("data:image/jpeg") for pair in worst.false_matches for picture in pair.pictures)
    assert len(worst_pairs(turned, most=1).false_matches) == 1
    page = write_face_page(turned, tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count('<figure><div class="pair">') == 4


def simulated(persons: int = 300, seed: int = 0) -> tuple[ScoredPairs, np.ndarray]:
    """Listed pairs, as many of either kind, whose probability is known: logistic in the distance."""
    generator = np.random.default_rng(seed)
    who = np.arange(persons, dtype=np.int32)
    same = who % 2 == 0
    distances = np.where(same, 0.4, 0.8) + generator.normal(0, 0.08, persons)
    return ScoredPairs(
        distances, same, PersonPairs(who, np.where(same, who, (who + 1) % persons).astype(np.int32))
    ), draw_persons(persons, repetitions=200)


def probability(distance: float) -> float:
    """True odds of two normal distributions of equal spread."""
    return float(1 / (1 + np.exp((distance - 0.6) * 0.4 / 0.08**2)))


def test_true_probabilities_are_reliable_and_false_ones_are_not() -> None:
    pairs, draws = simulated()
    good = reliability_of(pairs, probability, draws)
    assert good.ece is not None
    assert good.ece.estimate < 0.03
    assert sum(found.n for found in good.bins) == good.pairs == 300
    timid = reliability_of(pairs, lambda distance: 0.5 + 0.2 * (probability(distance) - 0.5), draws)
    assert timid.ece is not None
    assert timid.ece.low > 0.3
    # Even odds are what probabilities are stated at: twice as many genuine pairs change nothing.
    genuine = np.flatnonzero(pairs.same)
    rows = np.concatenate([np.arange(300), genuine])
    twice = ScoredPairs(
        pairs.distances[rows], pairs.same[rows], PersonPairs(pairs.persons.first[rows], pairs.persons.second[rows])
    )
    again = reliability_of(twice, probability, draws)
    assert again.ece is not None
    assert again.ece.estimate == pytest.approx(good.ece.estimate)
    assert reliability_of(pairs.genuine, probability, draws).ece is None


def test_bands_share_out_all_pairs() -> None:
    pairs, draws = simulated()
    pairs.distances[0] = np.inf
    usable = np.ones(300, np.bool_)
    usable[2] = False
    bands = Bands.of(pairs.distances, usable, match_at_most=0.5, no_match_at_least=0.7)
    assert np.array_equal(
        bands.match.astype(int) + bands.no_match + bands.undetected + bands.inconclusive, np.ones(300)
    )
    assert bands.undetected[0]
    assert bands.inconclusive[2]
    figures = band_figures(pairs, bands, draws)
    total = (
        figures["match"]["true_accept_rate"] + figures["no_match"]["false_non_match_rate"]
        + figures["inconclusive"]["genuine"] + figures["undetected"]["genuine"]
    )  # fmt: skip
    assert total == pytest.approx(1, abs=1e-5)
    assert (
        figures["match"]["false_match_rate"]
        <= figures["match"]["false_match_rate_upper"]
        <= figures["match"]["false_match_rate_high"]
    )


def test_the_threshold_of_a_fold_is_chosen_on_the_others() -> None:
    """In the last fold the classes lie elsewhere: a threshold chosen there would be perfect, others are not."""
    distances = np.array([0.1, 0.9] * 9 + [0.6, 0.95])
    same = np.array([True, False] * 9 + [True, False])
    who = np.arange(20, dtype=np.int32)
    pairs = ScoredPairs(distances, same, PersonPairs(who, np.where(same, who, 0).astype(np.int32)))
    found = cross_validated(pairs, np.repeat(np.arange(10), 2).astype(np.int32), draw_persons(20))
    assert [fold.accuracy for fold in found.folds] == [1.0] * 9 + [0.5]
    assert found.accuracy is not None
    assert found.accuracy.estimate == pytest.approx(0.95)
    assert found.deviation == pytest.approx(np.std([1.0] * 9 + [0.5], ddof=1))
    assert found.as_dict()["accuracy_standard_error"] == pytest.approx(0.05, abs=1e-4)
    nothing = cross_validated(pairs, np.zeros(20, np.int32), draw_persons(20))
    assert (nothing.folds, nothing.accuracy, nothing.deviation) == ((), None, None)


def test_a_group_for_which_it_works_less_well_is_seen() -> None:
    """Persons of the group b are accepted half as often; pairs of one group match three times as often as others."""
    generator = np.random.default_rng(0)
    persons = 400
    groups = np.array(["a", "b"])[np.repeat(np.arange(persons) % 2, 2)]
    groups[:4] = ""
    i = np.concatenate([np.arange(0, 2 * persons, 2), generator.integers(0, 2 * persons, 4000)])
    j = np.concatenate([np.arange(1, 2 * persons, 2), generator.integers(0, 2 * persons, 4000)])
    same = i // 2 == j // 2
    chance = np.where(same, np.where(groups[i] == "b", 0.45, 0.9), np.where(groups[i] == groups[j], 0.03, 0.01))
    distances = np.where(generator.random(len(i)) < chance, 0.2, 0.6)
    indices = PairIndices(i.astype(np.int32), j.astype(np.int32), same)
    pairs = ScoredPairs(distances, same, PersonPairs((i // 2).astype(np.int32), (j // 2).astype(np.int32)))
    bands = Bands.of(distances, np.ones(len(i), np.bool_), match_at_most=0.5, no_match_at_least=0.9)
    grouped = GroupedPairs.of(groups, indices, pairs, bands)
    found = group_figures(grouped, groups, found=np.ones(2 * persons, np.bool_), draws=draw_persons(persons))
    misses = found["compared"]["false_non_match_rate"]
    assert (misses["highest"], misses["lowest"]) == ("b", "a")
    assert misses["ratio_low"] > 2
    assert misses["difference_low"] > 0.3
    matches = found["compared"]["false_match_rate"]
    assert matches["ratio_low"] < 1.5 < matches["ratio_high"] * 2
    assert found["across"]["a with b"]["false_match_rate"] < found["groups"]["a"]["false_match_rate"]
    assert found["unknown"] == 4
    assert found["compared"]["wrongly_excluded"]["ratio"] is None
    for group in ("a", "b"):
        inside = (groups[i] == group) & (groups[j] == group)
        expected = (distances[inside & ~same] <= 0.5).mean()
        assert found["groups"][group]["false_match_rate"] == pytest.approx(expected, abs=1e-6)


def test_equal_groups_are_compared_with_each_other() -> None:
    zero = share_interval(draw_persons(50), PersonPairs(*[np.arange(50, dtype=np.int32)] * 2), np.zeros(50, np.bool_))
    found = compared({"a": 0.0, "b": 0.0}, lambda _: zero, lambda _: np.zeros(10))
    assert (found["highest"], found["lowest"], found["difference"], found["ratio"]) == ("a", "b", 0.0, None)
    assert found["difference_low"] == -found["difference_high"] < -0.05
    unknown = compared({"a": 0.2, "b": 0.1}, lambda _: None, lambda group: np.full(10, 0.2 if group == "a" else 0.1))
    assert (unknown["difference_low"], unknown["ratio"], unknown["ratio_high"]) == (None, 2.0, 2.0)


def test_groups_with_numbers_are_in_their_order() -> None:
    assert in_order(np.array(["18-39", "3-12", "", "unknown", "0-2", "3-12"])) == ["0-2", "3-12", "18-39", "unknown"]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0 %"), (0.5, "50.0 %"), (0.0123, "1.23 %"), (0.001044, "0.104 %"),
                        (-0.0216, "-2.16 %"), (3e-6, "0.0003 %")]
)  # fmt: skip
def test_small_rates_keep_their_digits(value: float | None, text: str) -> None:
    assert share(value) == text


@pytest.mark.slow
@pytest.mark.shared
def test_accuracy_on_the_development_pairs(shared_data: Path) -> None:
    """The figure that the issue of the first release asks for: at least 98.5 %, end to end."""
    data = shared_data / "lfw_dev"
    found = evaluate_faces(
        data / "pairs.csv",
        split="dev_test",
        groups=data / "manifest.csv",
        group_columns=["gender_label"],
        all_pairs=True,
    )
    figures = found.as_dict()
    assert figures["failures_to_detect"] == 0
    assert figures["accuracy"] >= 0.985
    assert figures["accuracy_at_shipped_threshold"] >= 0.985
    assert figures["rates_impostors"] > 1_000_000
    assert figures["bands"]["match"]["false_match_rate"] <= 0.002
    assert figures["calibration"]["ece"] <= 0.03
    assert set(figures["groups"]["gender_label"]["groups"]) == {"female", "male"}
