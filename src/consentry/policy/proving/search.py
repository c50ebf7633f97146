"""Asking the solver: whether a case exists, and which is the shortest.

The shortest case is that with the least weight of things written into it. Among several, the first in a fixed order
is taken (choice by choice in the order of the world, the default before everything else), so that the same question
has the same answer whatever the solver's mood.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import z3

from consentry.policy.proving.choices import Assignment, Choice, Label
from consentry.policy.proving.errors import UndecidedError
from consentry.policy.proving.formulas import Formula, all_of, as_z3
from consentry.policy.proving.world import World

_PATIENCE_MILLISECONDS: Final = 120_000
"""For one question. Those of the shipped policies take some milliseconds each."""


@dataclass(frozen=True)
class Found:
    """A case that the solver found.

    Attributes:
        assignment: What is written into it.
        model: The solver's own form, for asking what formulas are worth in it.
    """

    assignment: Assignment
    model: Any

    def holds(self, formula: Formula) -> bool:
        """Whether a formula holds in it."""
        return _holds(self.model, formula)


class Search:
    """A solver that knows what holds in every case of some worlds."""

    def __init__(self, worlds: Iterable[World], *also: Formula) -> None:
        self._solver = z3.Solver()
        self._solver.set("timeout", _PATIENCE_MILLISECONDS)
        self._solver.set("random_seed", 0)
        for constraint in dict.fromkeys(part for world in worlds for part in world.constraints):
            self._solver.add(as_z3(constraint))
        for part in also:
            self._solver.add(as_z3(part))

    def possible(self, *wanted: Formula) -> bool:
        """Whether there is a case in which all of this holds."""
        return self._model(wanted) is not None

    def _model(self, wanted: Sequence[Formula]) -> Any:
        whole = all_of(wanted)
        if whole is False:
            return None
        self._solver.push()
        try:
            self._solver.add(as_z3(whole))
            return self._checked()
        finally:
            self._solver.pop()

    def _checked(self) -> Any:
        answer = self._solver.check()
        if answer == z3.unknown:
            raise UndecidedError
        return self._solver.model() if answer == z3.sat else None

    def core(self, wanted: Formula, against: Sequence[Formula]) -> tuple[int, ...]:
        """Which of some formulas make another impossible: none superfluous, and the first where there is a choice.

        Args:
            wanted: What is not possible together with them all.
            against: The formulas.

        Returns:
            Their positions.
        """
        kept = list(range(len(against)))
        for index in reversed(list(kept)):
            rest = [position for position in kept if position != index]
            if not self.possible(wanted, *(against[position] for position in rest)):
                kept = rest
        return tuple(kept)

    def shortest(self, wanted: Formula, choices: Sequence[Choice]) -> Found | None:
        """The shortest case in which something holds, or ``None`` if there is none.

        Args:
            wanted: What holds in it.
            choices: What is written into it, and what that costs.
        """
        if wanted is False:
            return None
        self._solver.push()
        try:
            self._solver.add(as_z3(wanted))
            model = self._checked()
            if model is None:
                return None
            model = self._cheapest(model, choices)
            return self._first(model, choices)
        finally:
            self._solver.pop()

    def _cheapest(self, model: Any, choices: Sequence[Choice]) -> Any:
        """Lower the weight step by step until the solver says that there is nothing lighter; the bound stays."""
        costs = [(choice.spent, choice.weight) for choice in choices if choice.spent is not False]
        pairs = [(as_z3(spent), weight) for spent, weight in costs]
        while True:
            weight = sum(weight for spent, weight in pairs if _holds(model, spent))
            self._solver.push()
            self._solver.add(z3.PbLe(pairs, weight - 1))
            lighter = self._checked() if weight else None
            self._solver.pop()
            if lighter is None:
                self._solver.add(z3.PbLe(pairs, weight))
                return model
            model = lighter

    def _first(self, model: Any, choices: Sequence[Choice]) -> Found:
        chosen: dict[str, Label] = {}
        for choice in choices:
            label, formula, model = self._first_option(model, choice)
            chosen[choice.name] = label
            self._solver.add(as_z3(formula))
        return Found(chosen, model)

    def _first_option(self, model: Any, choice: Choice) -> tuple[Label, Formula, Any]:
        """The first option that is still possible, and a model with it. One always is: that of the model at hand."""
        for label, formula in choice.options:
            if _holds(model, formula):
                return label, formula, model
            self._solver.push()
            self._solver.add(as_z3(formula))
            other = self._checked()
            self._solver.pop()
            if other is not None:
                return label, formula, other
        raise UndecidedError  # pragma: no cover - the options of a choice leave nothing out


def _holds(model: Any, formula: Formula) -> bool:
    if isinstance(formula, bool):
        return formula
    return bool(z3.is_true(model.eval(formula, model_completion=True)))
