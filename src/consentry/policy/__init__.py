"""The policy: signals and a report become facts, facts make clauses hold, and clauses pick a recommendation.

What stands here loads when it is first used, so that importing the package costs hardly more than the vocabulary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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
    from consentry.policy.replaying import redecide, replay
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

_DEFINED_IN: Final = {
    "deciding": ("Decided", "broken_invariants", "decide"),
    "definitions": (
        "SEVERITY",
        "Clause",
        "DeadlineDefinition",
        "DecisionLine",
        "FactDefinition",
        "Invariant",
        "Policy",
    ),
    "errors": ("PolicyError",),
    "facts": ("check_answer",),
    "loading": ("parse_policy",),
    "replaying": ("redecide", "replay"),
    "reported": ("ReportedPost", "decide_report"),
    "versions": ("DEFAULT_POLICY", "check_overlaps", "governing_day", "list_policies", "load_policy"),
}
_LAZY: Final = {name: module for module, names in _DEFINED_IN.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
