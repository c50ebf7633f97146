"""What should come of a written case, and what of that a recommendation does not meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consentry.policy.cases.signals import whole_number
from consentry.policy.language.sections import ACTIONS
from consentry.policy.language.written import Table, Written, as_table, as_text, as_word, as_words, check_keys
from consentry.records import Action, Recommendation

_EXPECT_KEYS: Final = ("rule", "decisive", "fired", "asks", "guardrails", "deadlines")


@dataclass(frozen=True, slots=True)
class Expected:
    """What should come of a case; what is ``None`` or empty is not stated.

    Attributes:
        rule: The decision line.
        decisive: Clauses among the decisive ones.
        fired: Clauses among those that fired.
        asks: Facts among the open questions.
        deadlines: Deadlines among those that run, each with its last moment where one is stated.
        guardrails: How many promises step in.
    """

    action: Action
    rule: str | None = None
    decisive: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    deadlines: tuple[tuple[str, datetime | None], ...] = ()
    guardrails: int = 0


def read_expected(written: Written | None) -> Expected | None:
    """The ``expect:`` part of a case; ``None`` without one.

    Raises:
        PolicyError: With the line, if something in it is wrong.
    """
    if written is None:
        return None
    table = as_table(written, "'expect'")
    check_keys(table, "'expect'", ["action"], _EXPECT_KEYS)
    lists = {
        key: as_words(table.entries[key], f"'{key}'") for key in ("decisive", "fired", "asks") if key in table.entries
    }
    rule, guardrails = table.get("rule"), table.get("guardrails")
    return Expected(
        action=as_word(table.entries["action"], "'action'", ACTIONS),
        rule=None if rule is None else as_text(rule, "'rule'"),
        guardrails=0 if guardrails is None else whole_number(guardrails, "'guardrails'"),
        deadlines=_read_due(table.get("deadlines")),
        **lists,
    )


def _read_due(written: Written | None) -> tuple[tuple[str, datetime | None], ...]:
    """Names of deadlines; or, as a mapping, names with the moment by which something has to be done."""
    if written is None:
        return ()
    if not isinstance(written, Table):
        return tuple((name, None) for name in as_words(written, "'deadlines'"))
    due = []
    for name, place, value in written:
        text = as_text(value, f"'{name}'")
        try:
            due.append((name, datetime.fromisoformat(text)))
        except ValueError as error:
            message = f"'{name}' must be a moment, not '{text}'."
            raise place.error(message, "Write it like 2026-03-01T09:00:00Z.", "policy.case") from error
    return tuple(due)


def unmet(expected: Expected, found: Recommendation) -> tuple[str, ...]:
    """What of an expectation a recommendation does not meet, a sentence each; nothing if it meets all of it."""
    complaints = []
    if found.action != expected.action:
        complaints.append(f"{expected.action} was expected, {found.action} came out (line {found.rule})")
    if expected.rule is not None and found.rule != expected.rule:
        complaints.append(f"the line {expected.rule} was expected, {found.rule} was taken")
    names = {
        "decisive": {reason.clause for reason in found.decisive},
        "fired": {reason.clause for reason in found.fired},
        "asks": {question.fact for question in found.questions},
    }
    for what, there in names.items():
        listed = ", ".join(sorted(there)) or "none"
        complaints += [
            f"{name} is not among: {what} ({listed})" for name in getattr(expected, what) if name not in there
        ]
    dated = {deadline.deadline: deadline.due_at for deadline in found.deadlines}
    for name, due in expected.deadlines:
        if name not in dated:
            complaints.append(f"the deadline {name} does not run ({', '.join(dated) or 'none does'})")
        elif due is not None and dated[name] != due:
            complaints.append(f"the deadline {name} was expected at {due}, and is at {dated[name] or 'no known date'}")
    if len(found.guardrails) != expected.guardrails:
        complaints.append(f"{expected.guardrails} guardrails were expected to step in, {len(found.guardrails)} did")
    return tuple(complaints)
