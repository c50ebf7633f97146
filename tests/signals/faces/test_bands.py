"""Distance to likelihood ratio, probability and band, for one face and for many."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.records import FaceQuality
from consentry.runtime import ModelFolder
from consentry.signals.faces.bands import (
    Calibration,
    band_of_medium,
    coarse_probability,
    coarse_ratio,
    false_match_probability,
    likelihood_ratio_of_medium,
    rate_per_chance,
)

GOOD = FaceQuality(width_pixels=90, sharpness=80.0, usable=True)
POOR = FaceQuality(width_pixels=12, sharpness=80.0, usable=False)
CALIBRATION = Calibration(
    intercept=30.0,
    slope=-50.0,
    match_at_most=0.5,
    no_match_at_least=0.6,
    certainty=0.001,
    false_match_rates=((0.3, 1e-6), (0.35, 1e-5), (0.4, 1e-4), (0.49, 1e-3), (0.6, 1e-2)),
)


@pytest.mark.parametrize(
    ("distance", "band"),
    [
        (0.0, "match"),
        (0.5, "match"),
        (0.51, "inconclusive"),
        (0.59, "inconclusive"),
        (0.6, "no_match"),
        (2.0, "no_match"),
    ],
)
def test_bands_have_closed_ends(distance: float, band: str) -> None:
    assert CALIBRATION.band(distance, GOOD) == band
    assert CALIBRATION.band(distance, POOR) == "inconclusive"


@given(st.floats(0, 100), st.floats(0, 100))
def test_further_apart_is_never_likelier_the_same(one: float, other: float) -> None:
    near, far = sorted((one, other))
    assert CALIBRATION.probability(near) >= CALIBRATION.probability(far)
    assert 0.001 <= CALIBRATION.probability(far) <= CALIBRATION.probability(near) <= 0.999
    assert CALIBRATION.false_match_rate(near) <= CALIBRATION.false_match_rate(far)


@given(st.floats(0.2, 1.0))
def test_the_ratio_is_the_odds_of_the_probability(distance: float) -> None:
    ratio = CALIBRATION.likelihood_ratio(distance)
    assert CALIBRATION.probability(distance) == pytest.approx(ratio / (1 + ratio), abs=1e-4)
    if 0.001 < 1 / (1 + math.exp(-30 + 50 * distance)) < 0.999:
        assert ratio == pytest.approx(math.exp(30 - 50 * distance))


class TestManyFaces:
    """Two hundred faces are two hundred chances."""

    def test_daugmans_example(self) -> None:
        assert false_match_probability(0.001, 200) == pytest.approx(0.181, abs=5e-4)
        assert false_match_probability(0.001, 2000) == pytest.approx(0.86, abs=5e-3)
        assert false_match_probability(1.0, 3) == 1.0
        assert false_match_probability(1.0, 0) == false_match_probability(0.5, 0) == 0.0

    @given(st.floats(0, 0.9), st.integers(1, 5000), st.integers(1, 5000))
    def test_more_chances_never_make_it_safer(self, rate: float, one: int, other: int) -> None:
        few, many = sorted((one, other))
        assert (
            false_match_probability(rate, few) <= false_match_probability(rate, many) <= min(1.0, many * rate + 1e-12)
        )

    @given(st.floats(1e-6, 0.5), st.integers(1, 5000))
    def test_the_rate_of_one_chance_gives_the_rate_of_all(self, total: float, chances: int) -> None:
        assert false_match_probability(rate_per_chance(total, chances), chances) == pytest.approx(total)

    @given(st.integers(1, 3000), st.integers(1, 3000))
    def test_the_more_faces_the_nearer_a_match_has_to_be(self, one: int, other: int) -> None:
        few, many = (CALIBRATION.match_limit(count) for count in sorted((one, other)))
        assert few is not None or many is None
        if few is not None and many is not None:
            assert many <= few <= CALIBRATION.match_at_most

    @given(st.floats(0, 1), st.integers(1, 3000))
    def test_a_match_keeps_the_stated_rate_for_the_whole_medium(self, distance: float, chances: int) -> None:
        if CALIBRATION.band_of_distance(distance, chances) == "match":
            rate = CALIBRATION.false_match_rate(distance)
            assert false_match_probability(rate, chances) <= CALIBRATION.match_fmr * (1 + 1e-9)

    @given(st.floats(0, 1), st.integers(1, 3000))
    def test_more_faces_take_matches_back_but_exclude_nobody(self, distance: float, chances: int) -> None:
        alone, among = CALIBRATION.band_of_distance(distance), CALIBRATION.band_of_distance(distance, chances)
        assert among == alone or (alone, among) == ("match", "inconclusive")

    def test_limits_come_from_the_table(self) -> None:
        assert [CALIBRATION.match_limit(count) for count in (1, 2, 9, 10, 90, 900, 1001)] == [
            0.5, 0.4, 0.4, 0.4, 0.35, 0.3, None,
        ]  # fmt: skip
        assert CALIBRATION.false_match_rate(0.36) == 1e-4
        assert CALIBRATION.false_match_rate(0.495) == 1e-3  # a match of one face, which is held to match_fmr
        assert CALIBRATION.false_match_rate(0.7) == 1.0

    def test_without_a_table_only_a_face_alone_can_match(self) -> None:
        bare = replace(CALIBRATION, false_match_rates=())
        assert (bare.match_limit(1), bare.match_limit(2)) == (0.5, None)
        assert (bare.band_of_distance(0.0), bare.band_of_distance(0.0, 2)) == ("match", "inconclusive")

    @given(st.lists(st.floats(0.001, 999), min_size=1, max_size=30), st.floats(0.001, 1))
    def test_a_stranger_in_the_medium_weakens_the_evidence(self, ratios: list[float], stranger: float) -> None:
        before = likelihood_ratio_of_medium(ratios)
        after = likelihood_ratio_of_medium([*ratios, min(stranger, before)])
        assert after <= before * (1 + 1e-12)

    def test_one_face_is_its_own_evidence(self) -> None:
        assert likelihood_ratio_of_medium([40.0]) == 40.0
        assert likelihood_ratio_of_medium([30.0, 0.0, 0.0]) == 10.0


def test_a_medium_takes_the_band_of_its_best_face() -> None:
    assert band_of_medium([]) == "no_face"
    assert band_of_medium(["no_match", "no_match"]) == "no_match"
    assert band_of_medium(["no_match", "inconclusive"]) == "inconclusive"
    assert band_of_medium(["inconclusive", "match", "no_match"]) == "match"


@given(st.floats(0, 1))
def test_published_probabilities_are_coarse_and_never_certain(probability: float) -> None:
    coarse = coarse_probability(probability, 0.0014)
    assert coarse in {0.0014, 0.9986} or round(coarse, 2) == coarse
    assert abs(coarse - probability) <= 0.0051 or coarse in {0.0014, 0.9986}
    assert 0.0014 <= coarse <= 0.9986


def test_published_ratios_have_one_digit() -> None:
    assert [coarse_ratio(value) for value in (713.0, 0.0014, 1.0, 44.9)] == [700.0, 0.001, 1.0, 40.0]


def test_what_ships_can_be_read_and_holds_for_a_crowd() -> None:
    shipped = Calibration.from_manifest(ModelFolder.open("faces").manifest)
    assert 0 < shipped.match_at_most < shipped.no_match_at_least
    assert shipped.slope < 0
    distances, rates = zip(*shipped.false_match_rates, strict=True)
    assert list(distances) == sorted(set(distances))
    assert list(rates) == sorted(set(rates))
    assert rates[0] <= 5e-6
    limit = shipped.match_limit(200)
    assert limit is not None
    assert 0 < limit < shipped.match_at_most


def test_a_model_without_thresholds_has_no_calibration() -> None:
    manifest = dict(ModelFolder.open("faces").manifest)
    assert Calibration.if_measured(manifest) is not None
    del manifest["thresholds"]
    assert Calibration.if_measured(manifest) is None
