"""What a proof says: one finding for each thing that was to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from consentry.policy.proving.counterexamples import DecidedCase

Group = Literal["results", "clauses", "decisions", "invariants", "promises", "monotonicity"]
"""The parts of a proof, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was to be shown of a policy.

    Attributes:
        group: Which part of the proof it belongs to.
        subject: Whom it is about: a clause, a line, an invariant, or the name of a law.
        claim: What was to be shown, in words.
        holds: Whether it was: the solver found no case against it.
        detail: If it does not hold, why; else what a reader should know besides.
        cases: If it does not hold, the shortest case against it; two cases where it is about a change.
        examples: Cases that show what the detail says, of a claim that holds.
        line: Where in the policy file; 0 if nowhere.
    """

    group: Group
    subject: str
    claim: str
    holds: bool
    detail: str = ""
    cases: tuple[DecidedCase, ...] = ()
    examples: tuple[DecidedCase, ...] = ()
    line: int = 0

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "group": self.group,
            "subject": self.subject,
            "claim": self.claim,
            "holds": self.holds,
            "detail": self.detail,
            "line": self.line,
            "cases": [case.as_json() for case in self.cases],
            "examples": [case.as_json() for case in self.examples],
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that was to be shown of a policy.

    Attributes:
        policy: Name and version.
        sha256: Of the file.
    """

    policy: str
    sha256: str
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was refuted."""
        return not self.refuted

    @property
    def refuted(self) -> tuple[Finding, ...]:
        """What does not hold."""
        return tuple(finding for finding in self.findings if not finding.holds)

    def of(self, group: Group) -> tuple[Finding, ...]:
        """One part of the proof."""
        return tuple(finding for finding in self.findings if finding.group == group)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "policy": self.policy,
            "sha256": self.sha256,
            "holds": self.holds,
            "findings": [finding.as_json() for finding in self.findings],
        }


def case_file(cases: Sequence[DecidedCase]) -> str:
    """Cases as one file that `consentry policy decide` takes: a single case as it is, several as a list."""
    if len(cases) == 1:
        return cases[0].written
    items = []
    for case in cases:
        first, *rest = case.written.splitlines()
        items.append("\n".join([f"- {first}", *(f"  {line}" for line in rest)]))
    return "\n".join(items) + "\n"
