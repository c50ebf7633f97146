"""Templates: compared within one embedder, pooled on the scale of pairs, never printed or copied out."""

from __future__ import annotations

import copy
import itertools
import logging
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.signals.faces.templates import Template, TemplateError, distance, distances, pool, require_one_embedder


def template(seed: int, *, embedder: str = "a@1", weight: float = 1.0, size: int = 16) -> Template:
    return Template(embedder, np.random.default_rng(seed).normal(size=size).astype(np.float32), weight)


def test_templates_of_different_embedders_are_not_compared() -> None:
    one, other = template(1), template(1, embedder="a@2")
    for compare in (
        lambda: distance(one, other),
        lambda: distances([one, other]),
        lambda: pool([one, other]),
        lambda: require_one_embedder([]),
    ):
        with pytest.raises(TemplateError) as caught:
            compare()
        assert caught.value.code == "template.other_embedder"
    assert distance(one, one) == 0.0


def test_a_single_face_is_its_own_pool_and_nothing_has_no_distances() -> None:
    one = template(1)
    assert pool([one]) is one
    assert distances([]).shape == (0, 0)


@given(st.integers(0, 100), st.integers(1, 4), st.integers(1, 4))
def test_the_distance_of_pools_is_the_root_mean_square_of_all_pairs(seed: int, rows: int, columns: int) -> None:
    ones = [template(seed + i) for i in range(rows)]
    others = [template(seed + 50 + i) for i in range(columns)]
    every = [distance(one, other) ** 2 for one, other in itertools.product(ones, others)]
    assert distance(pool(ones), pool(others)) == pytest.approx(np.sqrt(np.mean(every)), rel=1e-4)


@given(st.integers(0, 100), st.lists(st.floats(0.1, 1.0), min_size=2, max_size=5))
def test_pooling_in_steps_is_pooling_at_once_and_weights_count(seed: int, weights: list[float]) -> None:
    faces = [template(seed + i, weight=weight) for i, weight in enumerate(weights)]
    at_once = pool(faces)
    in_steps = faces[0]
    for face in faces[1:]:
        in_steps = pool([in_steps, face])
    np.testing.assert_allclose(in_steps.embedding, at_once.embedding, atol=1e-4)
    assert in_steps.spread == pytest.approx(at_once.spread, rel=1e-3)
    assert at_once.weight == pytest.approx(sum(weights))
    mean = np.average([face.embedding for face in faces], axis=0, weights=weights)
    np.testing.assert_allclose(at_once.embedding, mean, atol=1e-5)


@given(st.integers(0, 100), st.integers(2, 6))
def test_a_table_of_distances_is_each_of_them(seed: int, count: int) -> None:
    faces = [pool([template(seed + i), template(seed + i + 9)]) if i % 2 else template(seed + i) for i in range(count)]
    table = distances(faces)
    for (i, one), (j, other) in itertools.combinations(enumerate(faces), 2):
        assert [table[i, j], table[j, i]] == pytest.approx([distance(one, other)] * 2, rel=1e-5)
    assert (np.diag(table) == 0).all()


class TestNothingOfATemplateGetsOut:
    """Promise 6: plain embeddings touch no disk, no log and no repr."""

    def test_it_shows_no_number(self, caplog: pytest.LogCaptureFixture) -> None:
        face = pool([template(3), template(4)])
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("test").warning("%s %r", face, face)
        said = caplog.text + repr(face) + str(face) + repr((face,))
        assert "a@1" in said
        for number in (*face.embedding, face.spread):
            assert f"{number:.4f}"[:6] not in said

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_is_not_pickled(self, protocol: int) -> None:
        with pytest.raises(TemplateError) as caught:
            pickle.dumps([template(3)], protocol)
        assert caught.value.code == "template.leaves"

    def test_it_is_not_copied(self) -> None:
        with pytest.raises(TemplateError):
            copy.deepcopy(template(3))
