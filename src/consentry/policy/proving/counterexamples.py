"""Cases that a proof comes up with: written out, and decided by the evaluator before anybody sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consentry.policy.cases.files import WrittenCase, parse_cases
from consentry.policy.deciding.recommending import Decided, decide
from consentry.policy.deciding.stored_cases import answers_for
from consentry.policy.definitions import Policy
from consentry.policy.proving.case_writing import write_case
from consentry.policy.proving.encoding import ACTIONS, Encoding
from consentry.policy.proving.errors import EncodingError
from consentry.policy.proving.search import Found
from consentry.records import Action


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case that the solver found and the evaluator decided alike.

    Attributes:
        name: How it is called.
        written: In the written form, as a file that `consentry policy decide` takes.
        policy: The policy it was decided by.
        action: What the evaluator recommends; ``None`` if no line of the decision list was taken.
        rule: The decision line.
        decided: All that the evaluator says.
    """

    name: str
    written: str
    policy: str
    action: Action | None
    rule: str | None
    decided: Decided | None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "name": self.name,
            "policy": self.policy,
            "action": self.action,
            "rule": self.rule,
            "case": self.written,
        }


def decided_case(
    encoding: Encoding, found: Found, name: str, title: str, comments: Mapping[str, str] | None = None
) -> DecidedCase:
    """Write a case out, read it back, let the evaluator decide it, and see that it decides as the solver said.

    Args:
        encoding: The policy, over the world that the case is of.
        found: The case.
        name: How it is to be called.
        title: What it shows.
        comments: Remarks behind answers; see `case_writing.write_case`.

    Raises:
        EncodingError: The evaluator makes something else of it.
    """
    written = write_case(name, title, found.assignment, comments)
    (case,) = parse_cases(written)
    decided = evaluated(encoding.policy, case)
    _compare(encoding, found, decided, name)
    recommendation = decided.recommendation if decided else None
    return DecidedCase(
        name=name,
        written=written,
        policy=encoding.policy.label,
        action=recommendation.action if recommendation else None,
        rule=recommendation.rule if recommendation else None,
        decided=decided,
    )


def evaluated(policy: Policy, case: WrittenCase) -> Decided | None:
    """What the evaluator makes of a case; ``None`` if no line of the decision list is taken.

    Answers about facts that the policy does not have are left aside, as when a stored assessment is decided again.
    """
    try:
        return decide(policy, case.post, case.report, case.signals, answers_for(policy, case.facts))
    except AssertionError:
        # `Program.run` says so of a policy that did not come from the loader and has no last line.
        return None


def _compare(encoding: Encoding, found: Found, decided: Decided | None, name: str) -> None:
    policy = encoding.policy
    line = next(
        (line.name for line, taken in zip(policy.decisions, encoding.run.taken, strict=True) if found.holds(taken)),
        None,
    )
    action = next((action for action in ACTIONS if found.holds(encoding.action(action))), None)
    if decided is None:
        if line is not None:
            raise EncodingError(f"In the case '{name}' the solver takes the line '{line}', and the evaluator none.")
        return
    for fact in decided.facts:
        value = encoding.values[fact.name]
        word = next((word for word, formula in value.items() if found.holds(formula)), "unknown")
        if word != fact.value:
            raise EncodingError(
                f"In the case '{name}' the fact '{fact.name}' is {word} for the solver, {fact.value} for the evaluator."
            )
    recommendation = decided.recommendation
    if (recommendation.rule, recommendation.action) != (line, action):
        raise EncodingError(
            f"In the case '{name}' the solver says {action} by the line '{line}', the evaluator "
            f"{recommendation.action} by '{recommendation.rule}'."
        )
