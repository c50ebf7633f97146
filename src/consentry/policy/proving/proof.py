"""`prove`: everything that can be shown of a policy, in one go."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from consentry.policy.definitions import Policy
from consentry.policy.proving.bench import Bench
from consentry.policy.proving.findings import Finding, Proof
from consentry.policy.proving.laws import laws
from consentry.policy.proving.monotonicity import monotonicity
from consentry.policy.proving.structure import structure

Progress = Callable[[str, int, int], None]
"""Called with what is being shown, how much is done, and how much there is."""

_PROMISES_AND_ONE_RESULT = 5
_MONOTONICITY_LAWS = 4


def prove(policy: Policy, progress: Progress | None = None) -> Proof:
    """Show, or refute with the shortest case, that a policy does what it should for every case that there can be.

    Args:
        policy: From `load_policy`.
        progress: Told of every step.

    Returns:
        A finding for each clause, line, invariant, promise and law of monotonicity; see docs/proving.md. Of a policy
        from which not always some action results, that finding alone.

    Raises:
        EncodingError: The evaluator decides a case otherwise than the solver said; the proof is worth nothing.
        UndecidedError: The solver gave up.
    """
    total = len(policy.clauses) + len(policy.decisions) + len(policy.invariants)
    total += _PROMISES_AND_ONE_RESULT + _MONOTONICITY_LAWS
    findings: list[Finding] = []

    def tell() -> None:
        if progress is not None:
            progress(f"Proving {policy.label}", len(findings), total)

    tell()
    bench = Bench.of(policy)
    for finding in chain(structure(bench), laws(bench), monotonicity(bench)):
        findings.append(finding)
        tell()
        if finding.group == "results" and not finding.holds:
            break  # the evaluator cannot decide by such a list, and so confirm nothing else
    return Proof(policy.label, policy.sha256, tuple(findings))
