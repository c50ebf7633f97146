"""The policy: signals and a report become facts, facts make clauses hold, and clauses pick a recommendation.

What stands here loads when it is first used, so that importing the package costs hardly more than the vocabulary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from consentry.policy.deciding.recommending import Decided, broken_invariants, decide
    from consentry.policy.deciding.replaying import redecide, replay
    from consentry.policy.deciding.reported import ReportedPost, decide_report
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
    from consentry.policy.language.loading import parse_policy
    from consentry.policy.language.versions import (
        DEFAULT_POLICY,
        check_overlaps,
        governing_day,
        list_policies,
        load_policy,
    )
    from consentry.policy.measuring.facts import check_answer

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
    "deciding.recommending": ("Decided", "broken_invariants", "decide"),
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
    "measuring.facts": ("check_answer",),
    "language.loading": ("parse_policy",),
    "deciding.replaying": ("redecide", "replay"),
    "deciding.reported": ("ReportedPost", "decide_report"),
    "language.versions": ("DEFAULT_POLICY", "check_overlaps", "governing_day", "list_policies", "load_policy"),
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
