"""Deadlines: read from a policy file, and counted from the dates of a case. No clock is ever asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from consentry.policy.definitions import DeadlineDefinition, Policy, Span
from consentry.policy.language.grammar import Names, check_name, read_condition
from consentry.policy.language.sections import ACTIONS, read_source
from consentry.policy.language.written import Written, as_table, as_text, as_word, as_words, check_keys
from consentry.policy.logic.conditions import Always, World, truth_of
from consentry.policy.logic.kleene import YES, Truth
from consentry.records import Action, CountedFrom, Deadline, Fact, PolicySource, with_zone

_UNITS: Final[dict[str, Literal["hours", "days", "months"]]] = {"hour": "hours", "day": "days", "month": "months"}
_SPAN: Final = re.compile(r"([1-9][0-9]{0,4}) (hour|day|month)s?")
_STARTS: Final[tuple[CountedFrom, ...]] = get_args(CountedFrom)


def read_deadlines(
    written: Written | None, names: Names, documents: dict[str, PolicySource]
) -> tuple[DeadlineDefinition, ...]:
    """The ``deadlines:`` section, which may be left out.

    Raises:
        PolicyError: With the line: unknown names or words, a span that cannot be read.
    """
    if written is None:
        return ()
    deadlines = []
    for name, place, value in as_table(written, "'deadlines'"):
        what = f"the deadline '{check_name(name, place)}'"
        table = as_table(value, what)
        check_keys(table, what, ["counted_from", "within", "do", "because", "source"], ["when", "actions"])
        when, actions = table.get("when"), table.get("actions")
        if when is None and actions is None:
            remedy = "Add 'when:' with a condition, or 'actions:' with the actions that it goes with."
            raise place.error(f"{what} does not say when there is one.", remedy, "policy.missing_key")
        chosen = () if actions is None else as_words(actions, "'actions'", ACTIONS)
        deadlines.append(
            DeadlineDefinition(
                name=name,
                when=Always() if when is None else read_condition(when, names, possible=True),
                actions=tuple(action for action in ACTIONS if action in chosen),
                counted_from=as_word(table.entries["counted_from"], "'counted_from'", _STARTS),
                within=_read_span(table.entries["within"]),
                do=as_text(table.entries["do"], "'do'"),
                because=as_text(table.entries["because"], "'because'"),
                source=read_source(table.entries["source"], documents),
                line=place.line,
                file=place.file,
            )
        )
    return tuple(deadlines)


def _read_span(written: Written) -> Span:
    text = as_text(written, "'within'")
    span = span_of(text)
    if span is None:
        message = f"'within' cannot be '{text}'."
        raise written.place.error(message, "Write it like '48 hours', '7 days' or '6 months'.", "policy.wrong_type")
    return span


def span_of(text: str) -> Span | None:
    """A span as it is written, like ``48 hours``; ``None`` if it is none."""
    found = _SPAN.fullmatch(text)
    return None if found is None else Span(int(found[1]), _UNITS[found[2]])


def after(moment: datetime, span: Span) -> datetime:
    """The end of a span that begins at a moment; the last one that can be written if it lies beyond the year 9999."""
    try:
        match span.unit:
            case "hours":
                return moment + timedelta(hours=span.count)
            case "days":
                return moment + timedelta(days=span.count)
            case "months":
                from calendar import monthrange  # only for months: it brings the locale along

                years, month = divmod(moment.month - 1 + span.count, 12)
                year = moment.year + years
                return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return datetime.max.replace(tzinfo=moment.tzinfo)


def deadlines_of(
    policy: Policy,
    facts: Iterable[Fact],
    clauses: Iterable[Truth],
    action: Action,
    starts: Mapping[CountedFrom, datetime | None],
) -> tuple[Deadline, ...]:
    """What has to be done by when, the soonest first; deadlines that cannot be dated yet come last.

    Args:
        policy: Whose deadlines.
        facts: As settled.
        clauses: The truth of every clause, in the policy's order.
        action: As recommended, guardrails included.
        starts: The moments from which the time runs, as far as they are known.
    """
    if not policy.deadlines:
        return ()
    names = (clause.name for clause in policy.clauses)
    world = World(facts={fact.name: fact.value for fact in facts}, clauses=dict(zip(names, clauses, strict=True)))
    due = [
        _dated(definition, starts.get(definition.counted_from))
        for definition in policy.deadlines
        if (not definition.actions or action in definition.actions) and truth_of(definition.when, world) == YES
    ]
    dated = [(with_zone(item.due_at), item) for item in due if item.due_at is not None]
    dated.sort(key=lambda pair: pair[0])
    return (*(item for _, item in dated), *(item for item in due if item.due_at is None))


def _dated(definition: DeadlineDefinition, start: datetime | None) -> Deadline:
    return Deadline(
        deadline=definition.name,
        do=definition.do,
        counted_from=definition.counted_from,
        within=str(definition.within),
        due_at=None if start is None else after(start, definition.within),
        because=definition.because,
        source=definition.source,
    )


def counted_from_decision(deadlines: Iterable[Deadline], decided_at: datetime) -> tuple[Deadline, ...]:
    """Deadlines of a recommendation once a person has decided: those that run from the decision get their date."""
    counted = []
    for deadline in deadlines:
        span = span_of(deadline.within) if deadline.counted_from == "decision" else None
        if span is not None:
            deadline = deadline.model_copy(update={"due_at": after(decided_at, span)})
        counted.append(deadline)
    return tuple(counted)
