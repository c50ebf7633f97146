"""From measurements and answers to facts: thresholds are cut here, and here it is settled whose word counts.

A reviewer outranks a look-up, a look-up outranks what the report and the post say, and these outrank models. Within
a rank the latest word counts. What is said counts even if it is *unknown*: a reviewer who says that nobody can tell
takes the model's word back. Two different words of the same rank and moment leave the fact unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from consentry.policy.definitions import FactDefinition, Policy
from consentry.policy.errors import PolicyError, suggestion
from consentry.policy.measuring.inputs import Input, input_named, observed_at
from consentry.policy.measuring.measurements import Measurement, Number, Word
from consentry.policy.measuring.situation import Situation
from consentry.records import Fact, weight_of


@dataclass(frozen=True, slots=True)
class Cut:
    """A measurement turned into a word of a fact."""

    value: str
    detail: str


def settle(policy: Policy, situation: Situation, answers: Iterable[Fact]) -> tuple[Fact, ...]:
    """Every fact of the policy, in its order, each with its value, source and date.

    Args:
        policy: Which facts there are and how they are cut.
        situation: What was measured and reported.
        answers: Facts from outside: reviewers' answers, look-ups, further statements of the report.

    Raises:
        PolicyError: An answer names a fact or a word that the policy does not have, or claims to come from a model.
    """
    said = _said(policy, answers)
    facts = []
    for definition in policy.facts:
        candidates = said.get(definition.name, [])
        if definition.measured is not None:
            measured = _measured(definition, input_named(definition.measured), situation)
            candidates = [measured, *candidates] if candidates else [measured]
        facts.append(candidates[0] if len(candidates) == 1 else _strongest(definition, candidates))
    return tuple(facts)


def settle_values(policy: Policy, situation: Situation, answers: Iterable[Fact]) -> tuple[list[str], list[bool]]:
    """As `settle`, without words about it, which take most of the time: the values, and which of them a model said.

    Raises:
        PolicyError: As `settle`.
    """
    said = _said(policy, answers)
    measured: dict[str, Measurement] = {}
    values, by_model = [], []
    for definition in policy.facts:
        item = None if definition.measured is None else input_named(definition.measured)
        if answered := said.get(definition.name):
            candidates = answered if item is None else [_measured(definition, item, situation), *answered]
            chosen = candidates[0] if len(candidates) == 1 else _strongest(definition, candidates)
            values.append(chosen.value)
            by_model.append(chosen.source == "model")
        elif item is None:
            values.append("unknown")
            by_model.append(False)
        else:
            measurement = measured.get(item.name)
            if measurement is None:
                measurement = measured[item.name] = item.measure(situation)
            if isinstance(measurement, Number):
                values.append(number_value(definition, item, measurement))
            else:
                values.append(word_value(definition, measurement))
            by_model.append(item.source == "model")
    return values, by_model


def _said(policy: Policy, answers: Iterable[Fact]) -> dict[str, list[Fact]]:
    said: dict[str, list[Fact]] = {}
    for answer in answers:
        check_answer(policy, answer)
        said.setdefault(answer.name, []).append(answer)
    return said


def check_answer(policy: Policy, answer: Fact) -> None:
    """Refuse an answer that the policy has no place for.

    Raises:
        PolicyError: Its name, word or source is not one that the policy knows.
    """
    if answer.source == "model":
        raise PolicyError(
            f"The fact '{answer.name}' was given from outside with the source 'model'.",
            "Give what a model measured as a signal, so that the policy's thresholds cut it.",
            code="policy.fact_source",
        )
    index = policy.program.fact_index.get(answer.name)
    if index is None:
        raise PolicyError(
            f"The policy {policy.label} has no fact '{answer.name}'.",
            suggestion(answer.name, [fact.name for fact in policy.facts]),
            code="policy.unknown_name",
        )
    words = (*policy.facts[index].words, "unknown")
    if answer.value not in words:
        raise PolicyError(
            f"The fact '{answer.name}' cannot be '{answer.value}'.",
            suggestion(answer.value, words),
            code="policy.unknown_word",
        )


def _measured(definition: FactDefinition, item: Input, situation: Situation) -> Fact:
    measurement = item.measure(situation)
    if isinstance(measurement, Number):
        cut = cut_number(definition, item, measurement)
    else:
        cut = cut_word(definition, measurement)
    return Fact(
        name=definition.name,
        value=cut.value,
        source=item.source,
        observed_at=observed_at(item, situation),
        detail=cut.detail,
    )


def number_value(definition: FactDefinition, item: Input, number: Number) -> str:
    """Hold a number against the thresholds of a fact: only if its whole interval lies beyond one, that one counts.

    A number of which nothing at all is known is unknown whatever the thresholds, even those that the loader refuses.
    """
    yes, no = definition.yes_at_least, definition.no_at_most
    if number.low <= item.lower and number.high >= item.upper:
        return "unknown"
    if yes is not None and number.low >= yes:
        return "yes"
    return "no" if no is not None and number.high <= no else "unknown"


def word_value(definition: FactDefinition, word: Word) -> str:
    """A word as it is, or the yes or the no that the fact says it stands for."""
    if word.value == "unknown" or not (definition.yes_words or definition.no_words):
        return word.value
    if word.value in definition.yes_words:
        return "yes"
    return "no" if word.value in definition.no_words else "unknown"


def cut_number(definition: FactDefinition, item: Input, number: Number) -> Cut:
    """`number_value`, and the number and the threshold in words."""
    yes, no = definition.yes_at_least, definition.no_at_most
    value = number_value(definition, item, number)
    if number.low <= item.lower and number.high >= item.upper:
        return Cut("unknown", f"{item.name} is not known: {number.gap or 'it was not measured'}")
    written = _written_day if item.is_day else _written
    shown = written(number.low) if number.low == number.high else f"{written(number.low)} to {written(number.high)}"
    detail = f"{item.name} is {shown}"
    if value == "yes" and yes is not None:
        return Cut(value, f"{detail}, yes from {written(yes)}")
    if value == "no" and no is not None:
        return Cut(value, f"{detail}, no up to {written(no)}")
    limits = [f"yes from {written(yes)}"] if yes is not None else []
    limits += [f"no up to {written(no)}"] if no is not None else []
    reason = f" ({number.gap})" if number.gap else ""
    return Cut("unknown", f"{detail}{reason}: neither {' nor '.join(limits)}")


def cut_word(definition: FactDefinition, word: Word) -> Cut:
    """`word_value`, and how it came about."""
    if word.value == "unknown" or not (definition.yes_words or definition.no_words):
        return Cut(word.value, word.detail)
    return Cut(word_value(definition, word), f"{definition.measured} is {word.value}: {word.detail}")


def _written(number: float) -> str:
    return f"{round(number, 4):g}"


def _written_day(number: float) -> str:
    if not date.min.toordinal() <= number <= date.max.toordinal():
        return _written(number)  # an open end, or a threshold that the loader refuses
    return date.fromordinal(int(number)).isoformat()


def _strongest(definition: FactDefinition, candidates: list[Fact]) -> Fact:
    if not candidates:
        return Fact(name=definition.name, value="unknown", source="reviewer", detail="nobody has answered it yet")
    best = max(weight_of(candidate) for candidate in candidates)
    equals = [candidate for candidate in candidates if weight_of(candidate) == best]
    chosen = min(equals, key=lambda fact: (fact.source, fact.detail, str(fact.observed_at)))
    values = sorted({candidate.value for candidate in equals})
    if len(values) == 1:
        return chosen
    detail = f"two answers of the same rank and date contradict each other: {' and '.join(values)}"
    return Fact(
        name=definition.name,
        value="unknown",
        source=chosen.source,
        observed_at=chosen.observed_at,
        detail=detail,
    )
