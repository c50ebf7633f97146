"""How two policies differ: every pair of actions that one case can get from them, with the shortest such case.

Both policies are held against one world: the same post, report and signals, and the same answers. As when a stored
assessment is decided again, an answer about a fact that a policy does not have is left aside by it, and an answer in a
word that it does not have counts as *unknown*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consentry.policy.definitions import Policy
from consentry.policy.proving.counterexamples import DecidedCase, decided_case
from consentry.policy.proving.encoding import ACTIONS, Encoding
from consentry.policy.proving.formulas import all_of
from consentry.policy.proving.search import Search
from consentry.policy.proving.world import make_world
from consentry.records import Action


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that two policies decide differently.

    Attributes:
        old: What the old policy makes of it.
        new: What the new policy makes of it.
        only_old: Facts that are answered in it and that only the old policy has.
        only_new: Facts that are answered in it and that only the new policy has.
    """

    old: DecidedCase
    new: DecidedCase
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    @property
    def pair(self) -> tuple[Action | None, Action | None]:
        """The old action and the new one."""
        return self.old.action, self.new.action

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "old": {"action": self.old.action, "rule": self.old.rule},
            "new": {"action": self.new.action, "rule": self.new.rule},
            "case": self.old.written,
            "answers_only_old": list(self.only_old),
            "answers_only_new": list(self.only_new),
        }


def differences(
    old: Policy, new: Policy, progress: Callable[[str, int, int], None] | None = None
) -> tuple[Difference, ...]:
    """Every pair of different actions that some case gets from two policies, with the shortest case for each.

    Args:
        old: The one.
        new: The other.
        progress: Told of every pair that was looked at.

    Returns:
        In the order of the actions (`records.Action`); nothing if the two always recommend the same.

    Raises:
        EncodingError: An evaluator decides a case otherwise than the solver said.
    """
    world = make_world([old, new])
    search = Search([world])
    before, after = Encoding(old, world), Encoding(new, world)
    pairs = [(first, second) for first in ACTIONS for second in ACTIONS if first != second]
    found = []
    for number, (first, second) in enumerate(pairs):
        if progress is not None:
            progress(f"Comparing {old.label} and {new.label}", number, len(pairs))
        case = search.shortest(all_of((before.action(first), after.action(second))), world.choices)
        if case is None:
            continue
        answered = {
            name.removeprefix("answer.")
            for name, label in case.assignment.items()
            if name.startswith("answer.") and label != "unsaid"
        }
        names_old, names_new = ({fact.name for fact in policy.facts} for policy in (old, new))
        only_old, only_new = (tuple(sorted(answered - names)) for names in (names_new, names_old))
        comments = dict.fromkeys(only_old, f"only {old.label} asks") | dict.fromkeys(only_new, f"only {new.label} asks")
        name = f"{first}-becomes-{second}".replace("_", "-")
        title = f"{first} becomes {second}"
        found.append(
            Difference(
                old=decided_case(before, case, name, title, comments),
                new=decided_case(after, case, name, title, comments),
                only_old=only_old,
                only_new=only_new,
            )
        )
    if progress is not None:
        progress(f"Comparing {old.label} and {new.label}", len(pairs), len(pairs))
    return tuple(found)
