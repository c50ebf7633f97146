"""The policy: signals and a report become facts, facts make clauses hold, and clauses pick a recommendation."""

from __future__ import annotations

from consentry.policy.deciding import Decided, broken_invariants, decide
from consentry.policy.definitions import SEVERITY, Clause, DecisionLine, FactDefinition, Invariant, Policy
from consentry.policy.errors import PolicyError
from consentry.policy.facts import check_answer
from consentry.policy.loading import DEFAULT_POLICY, list_policies, load_policy, parse_policy

__all__ = [
    "DEFAULT_POLICY",
    "SEVERITY",
    "Clause",
    "Decided",
    "DecisionLine",
    "FactDefinition",
    "Invariant",
    "Policy",
    "PolicyError",
    "broken_invariants",
    "check_answer",
    "decide",
    "list_policies",
    "load_policy",
    "parse_policy",
]
