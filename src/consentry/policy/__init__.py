"""The policy: signals and a report become facts, facts make clauses hold, and clauses pick a recommendation."""

from __future__ import annotations

from consentry.policy.deciding import Decided, broken_invariants, decide
from consentry.policy.definitions import (
    SEVERITY,
    Clause,
    DeadlineDefinition,
    DecisionLine,
    FactDefinition,
    Invariant,
    Policy,
)
from consentry.policy.errors import PolicyError
from consentry.policy.facts import check_answer
from consentry.policy.loading import parse_policy
from consentry.policy.replay import redecide, replay
from consentry.policy.reported import ReportedPost, decide_report
from consentry.policy.versions import DEFAULT_POLICY, check_overlaps, governing_day, list_policies, load_policy

__all__ = [
    "DEFAULT_POLICY",
    "SEVERITY",
    "Clause",
    "DeadlineDefinition",
    "Decided",
    "DecisionLine",
    "FactDefinition",
    "Invariant",
    "Policy",
    "PolicyError",
    "ReportedPost",
    "broken_invariants",
    "check_answer",
    "check_overlaps",
    "decide",
    "decide_report",
    "governing_day",
    "list_policies",
    "load_policy",
    "parse_policy",
    "redecide",
    "replay",
]
