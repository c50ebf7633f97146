"""A policy on the bench: its formulas, a solver, and the same again for a world that differs in one thing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from consentry.policy.definitions import Policy
from consentry.policy.proving.choices import Choice
from consentry.policy.proving.counterexamples import DecidedCase, decided_case
from consentry.policy.proving.encoding import ACTIONS, Encoding
from consentry.policy.proving.formulas import Formula, all_of, any_of
from consentry.policy.proving.search import Found, Search
from consentry.policy.proving.world import World, make_world
from consentry.records import Action

_AFTER: Final = "after "
"""In front of the choices of the second of two worlds."""


@dataclass(frozen=True)
class Bench:
    """A policy, over every case that there can be."""

    policy: Policy
    world: World
    encoding: Encoding
    search: Search

    @classmethod
    def of(cls, policy: Policy) -> Bench:
        """Put a policy on the bench."""
        world = make_world([policy])
        return cls(policy, world, Encoding(policy, world), Search([world]))

    def example(self, wanted: Formula, name: str, title: str) -> DecidedCase | None:
        """The shortest case in which something holds, decided by the evaluator; ``None`` if there is none."""
        found = self.search.shortest(wanted, self.world.choices)
        return None if found is None else decided_case(self.encoding, found, _case_name(name), title)


@dataclass(frozen=True)
class Pair:
    """A policy over two worlds that are the same but for some families.

    Attributes:
        before: The policy over the first.
        after: The policy over the second.
    """

    before: Encoding
    after: Encoding
    anew: tuple[Choice, ...]

    @classmethod
    def of(cls, bench: Bench, anew: Collection[str]) -> Pair:
        """A second world that shares all but some families with that of the bench."""
        world = make_world([bench.policy], base=bench.world, anew=anew, copy=_AFTER)
        own = [choice for name in anew if name in world.families for choice in world.families[name].choices]
        return cls(bench.encoding, Encoding(bench.policy, world), tuple(own))

    def example(
        self, wanted: Formula, relation: Formula, name: str, titles: tuple[str, str]
    ) -> tuple[DecidedCase, DecidedCase] | None:
        """The shortest two cases of which something holds, decided by the evaluator.

        Args:
            wanted: What holds of them.
            relation: How the second differs from the first.
            name: How they are to be called.
            titles: What each shows.
        """
        world = self.before.world
        search = Search([world, self.after.world], relation)
        renamed = tuple(replace(choice, name=_AFTER + choice.name) for choice in self.anew)
        found = search.shortest(wanted, (*world.choices, *renamed))
        if found is None:
            return None
        first = {choice.name: found.assignment[choice.name] for choice in world.choices}
        second = {**first, **{choice.name: found.assignment[_AFTER + choice.name] for choice in self.anew}}
        return (
            decided_case(self.before, Found(first, found.model), _case_name(f"{name}-before"), titles[0]),
            decided_case(self.after, Found(second, found.model), _case_name(f"{name}-after"), titles[1]),
        )

    def milder(self, rank: Mapping[Action, int]) -> Formula:
        """The second action is milder than the first.

        Args:
            rank: How far each action goes.
        """
        return any_of(
            all_of((self.before.action(first), self.after.action(second)))
            for first in ACTIONS
            for second in ACTIONS
            if rank[second] < rank[first]
        )


def _case_name(name: str) -> str:
    return name.replace("_", "-").replace(".", "-").replace(" ", "-")
