"""What conditions mean, and what they rest on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentry.policy.logic.conditions import (
    AllOf,
    Always,
    AnyOf,
    ClauseHolds,
    Condition,
    FactIs,
    Not,
    Possible,
    World,
    grounds,
    leaves,
    truth_of,
)
from consentry.policy.logic.kleene import NO, UNKNOWN, YES
from consentry.policy.logic.program import Program

FACTS = {"a": ("yes", "no"), "b": ("yes", "no"), "c": ("red", "green", "blue")}


def conditions(*, possible: bool) -> st.SearchStrategy[Condition]:
    leaf = st.one_of(
        st.sampled_from(("a", "b")).map(lambda name: FactIs(name, ("yes",))),
        st.sampled_from((("red",), ("green", "blue"))).map(lambda words: FactIs("c", words)),
        st.just(ClauseHolds("clause")),
    )

    def wider(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        forms: list[st.SearchStrategy[Condition]] = [parts.map(AllOf), parts.map(AnyOf), inner.map(Not)]
        return st.one_of([*forms, inner.map(Possible)] if possible else forms)

    return st.recursive(leaf, wider, max_leaves=8)


def worlds() -> st.SearchStrategy[World]:
    values = {fact: st.sampled_from((*words, "unknown")) for fact, words in FACTS.items()}
    clause = st.sampled_from((NO, UNKNOWN, YES))
    return st.builds(World, st.fixed_dictionaries(values), st.fixed_dictionaries({"clause": clause}))


@given(conditions(possible=True), worlds())
def test_compiled_conditions_mean_the_same(condition: Condition, world: World) -> None:
    program = Program(tuple(FACTS.items()), (("clause", FactIs("a", ("yes",))),), (Always(),))
    codes = [program.encode(fact, world.facts[fact]) for fact in FACTS]
    assert program.compile(condition)(codes, [world.clauses["clause"]]) == truth_of(condition, world)


@given(conditions(possible=False), worlds())
def test_the_grounds_are_enough(condition: Condition, world: World) -> None:
    """Everything else may be forgotten, and a decided condition stays decided."""
    truth = truth_of(condition, world)
    behind = set(grounds(condition, world))
    if truth == UNKNOWN:
        assert all(truth_of(leaf, world) == UNKNOWN for leaf in behind)
        assert behind
        return
    facts = {leaf.fact for leaf in behind if isinstance(leaf, FactIs)}
    clauses = {leaf.clause for leaf in behind if isinstance(leaf, ClauseHolds)}
    less = World(
        {fact: value if fact in facts else "unknown" for fact, value in world.facts.items()},
        {clause: value if clause in clauses else UNKNOWN for clause, value in world.clauses.items()},
    )
    assert truth_of(condition, less) == truth


@given(conditions(possible=False), worlds(), st.sampled_from((*FACTS, "clause")))
def test_forgetting_never_turns_a_condition(condition: Condition, world: World, forgotten: str) -> None:
    less = World(
        {fact: "unknown" if fact == forgotten else value for fact, value in world.facts.items()},
        {clause: UNKNOWN if clause == forgotten else value for clause, value in world.clauses.items()},
    )
    assert truth_of(condition, less) in (UNKNOWN, truth_of(condition, world))


def test_always() -> None:
    nowhere = World({}, {})
    assert truth_of(Always(), nowhere) == YES
    assert list(grounds(Always(), nowhere)) == list(leaves(Always())) == []


def test_only_what_fails_is_behind_a_failed_all() -> None:
    a, b = FactIs("a", ("yes",)), FactIs("b", ("yes",))
    world = World({"a": "no", "b": "yes"}, {})
    assert list(grounds(AllOf((a, b)), world)) == [a]
    assert list(grounds(AnyOf((a, Not(Possible(Not(b))))), world)) == [b]
    assert list(leaves(AnyOf((a, Not(b))))) == [a, b]
