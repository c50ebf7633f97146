"""A case is shown only if the evaluator decides it as the solver said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_policy import small

from consentry.policy import decide
from consentry.policy.proving import EncodingError, UndecidedError, counterexamples, errors
from consentry.policy.proving.bench import Bench
from consentry.policy.proving.counterexamples import decided_case
from consentry.policy.proving.search import Search

SMALL = small()


def test_another_line_than_the_solver_said_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench.of(SMALL)
    lines = list(SMALL.decisions)
    moved = replace(SMALL, decisions=(*lines[-2:-1], *lines[:-2], lines[-1]))
    monkeypatch.setattr(counterexamples, "decide", lambda _policy, *rest: decide(moved, *rest))
    wanted = bench.encoding.action("recommend_restrict")
    found = bench.search.shortest(wanted, bench.world.choices)
    assert found is not None
    assert decided_case(bench.encoding, found, "fine", "Fine").rule == "restrict"
    found = bench.search.shortest(bench.encoding.run.taken[0], bench.world.choices)
    assert found is not None
    monkeypatch.setattr(
        counterexamples, "decide", lambda _policy, *rest: decide(replace(SMALL, decisions=tuple(lines[1:])), *rest)
    )
    with pytest.raises(EncodingError, match="the solver says route_out by the line 'route', the evaluator review"):
        decided_case(bench.encoding, found, "other", "Other")


def test_no_line_where_the_solver_takes_one_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_line(*_: object) -> None:
        raise AssertionError("a loaded policy ends with a line that always holds")

    bench = Bench.of(SMALL)
    monkeypatch.setattr(counterexamples, "decide", no_line)
    with pytest.raises(EncodingError, match="takes the line 'otherwise', and the evaluator none") as caught:
        bench.example(bench.encoding.action("review"), "some_review", "A review")
    assert caught.value.code == "proving.disagreement"
    assert "fault of Consentry" in caught.value.remedy


def test_a_solver_that_gives_up_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    import z3

    bench = Bench.of(SMALL)
    monkeypatch.setattr(z3.Solver, "check", lambda _solver: z3.unknown)
    with pytest.raises(UndecidedError) as caught:
        bench.search.possible(bench.encoding.action("review"))
    assert caught.value.code == "proving.undecided"


def test_errors_survive_being_sent_to_another_process() -> None:
    import pickle

    for error in (errors.SolverMissingError(), EncodingError("x"), UndecidedError(code="a.b")):
        copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (type(copied), str(copied), copied.code) == (type(error), str(error), error.code)


def test_nothing_is_found_where_there_is_nothing() -> None:
    bench = Bench.of(SMALL)
    assert bench.search.shortest(False, bench.world.choices) is None
    assert not bench.search.possible(False)
    assert bench.example(bench.encoding.nothing_results, "x", "x") is None
    assert Search([bench.world]).possible()
