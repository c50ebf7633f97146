"""Reasoning over a policy as a whole, with the SMT solver z3: proofs, counterfactuals, and differences.

Importing this package imports the solver; `consentry.policy` itself never does.
"""

from __future__ import annotations

from consentry.policy.proving.errors import EncodingError, SolverMissingError, UndecidedError

try:
    import z3 as _z3  # noqa: F401 - to say at once, and in our words, if it is not there
except ImportError as error:
    raise SolverMissingError from error

from consentry.policy.proving.counterexamples import DecidedCase
from consentry.policy.proving.counterfactuals import Counterfactual, Explanation, Step, explain
from consentry.policy.proving.difference import Difference, differences
from consentry.policy.proving.findings import Finding, Proof, case_file
from consentry.policy.proving.proof import prove

__all__ = [
    "Counterfactual",
    "DecidedCase",
    "Difference",
    "EncodingError",
    "Explanation",
    "Finding",
    "Proof",
    "SolverMissingError",
    "Step",
    "UndecidedError",
    "case_file",
    "differences",
    "explain",
    "prove",
]
