"""Many posts at once: facts as columns of small numbers, conditions as operations on whole columns.

The actions are those of `deciding.decide`, guardrails included; what is left out is what takes the time: reasons,
questions and what would change. So this is for counting (replays, impact of a change), and `decide` is for reviewers.
A test holds the two against each other on random policies and random facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from operator import attrgetter, getitem
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from consentry.policy.deciding.guardrails import EVENT_SCORE, PROVING
from consentry.policy.deciding.stored_cases import answers_for, stored_circumstances, stored_post
from consentry.policy.definitions import SEVERITY, Policy
from consentry.policy.language.sections import ACTIONS
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not
from consentry.policy.logic.kleene import NO, UNKNOWN, YES
from consentry.policy.logic.program import UNKNOWN_CODE, evaluation_order
from consentry.policy.measuring.facts import settle_values
from consentry.policy.measuring.situation import Situation
from consentry.records import Action, Assessment, Fact, Identity, Report, Standing

Codes = NDArray[np.int8]
Truths = NDArray[np.int8]
Mask = NDArray[np.bool_]

_STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
_IDENTITIES: Final[tuple[Identity, ...]] = get_args(Identity)
_NOBODY: Final = -1
_NAME: Final = attrgetter("name")
_VALUE: Final = attrgetter("value")
_REMOVAL: Final = ACTIONS.index("recommend_removal")
_VERIFY: Final = ACTIONS.index("request_verification")
_REVIEW: Final = ACTIONS.index("review")


@dataclass(frozen=True)
class FactColumns:
    """What a policy's decision list and the guardrails go by, for many posts.

    Attributes:
        codes: Facts x posts: the number of the fact's word, -1 for unknown.
        scored: Facts x posts: whether the value is what the public-event model says (promise 4).
        standing: For each post, the number of the report's standing, -1 without a report.
        identity: For each post, the number of the report's identity, -1 without a report.
    """

    codes: Codes
    scored: Mask
    standing: Codes
    identity: Codes

    def __len__(self) -> int:
        return int(self.codes.shape[1])


@dataclass(frozen=True)
class ColumnDecisions:
    """What came out, for each post.

    Attributes:
        codes: Numbers of actions in the order of `sections.ACTIONS`.
        lines: Numbers of decision lines.
        guarded: Whether a guardrail lowered the action.
    """

    codes: Codes
    lines: NDArray[np.int16]
    guarded: Mask

    @property
    def actions(self) -> list[Action]:
        """The actions as words."""
        return [ACTIONS[code] for code in self.codes]


# --- into columns -----------------------------------------------------------------------------------------------


def fact_columns(policy: Policy, rows: Iterable[tuple[Sequence[Fact], Report | None]]) -> FactColumns:
    """Columns of settled facts.

    Args:
        policy: The policy whose facts they are.
        rows: For each post all facts of the policy in its order (as in an assessment made with it), and its report.

    Raises:
        ValueError: A row has facts that are not those of the policy.
    """
    names = [fact.name for fact in policy.facts]
    events = _event_facts(policy)

    def read() -> Iterator[_Row]:
        for count, (facts, report) in enumerate(rows):
            if list(map(_NAME, facts)) != names:
                raise ValueError(f"row {count} does not have the facts of {policy.label}, in its order")
            yield map(_VALUE, facts), [i for i in events if facts[i].source == "model"], report

    return _filled(policy, read())


def assessment_columns(policy: Policy, assessments: Iterable[Assessment]) -> FactColumns:
    """Columns of stored assessments; facts are settled anew where another policy settled them.

    Raises:
        PolicyError: ``policy.not_stored`` for assessments that do not hold what is needed.
    """
    digest, events = policy.digest, _event_facts(policy)
    known = {(fact.name, word) for fact in policy.facts for word in (*fact.words, "unknown")}

    def read() -> Iterator[_Row]:
        for assessment in assessments:
            circumstances = stored_circumstances(assessment)
            if digest in assessment.components:
                facts = assessment.facts
                yield map(_VALUE, facts), [i for i in events if facts[i].source == "model"], circumstances.report
                continue
            signals, report = assessment.signals, circumstances.report
            situation = Situation(post=stored_post(assessment), report=report, signals=signals)
            answers = circumstances.answers
            if not all((answer.name, answer.value) in known for answer in answers):
                answers = answers_for(policy, answers)
            values, by_model = settle_values(policy, situation, answers)
            yield values, [i for i in events if by_model[i]], report

    return _filled(policy, read())


_Row = tuple[Iterable[str], list[int], Report | None]
"""The facts' values; which facts are what the public-event model says; the report."""


def _event_facts(policy: Policy) -> list[int]:
    return [i for i, fact in enumerate(policy.facts) if (fact.measured or "").startswith(EVENT_SCORE)]


def _filled(policy: Policy, rows: Iterable[_Row]) -> FactColumns:
    unknown = {"unknown": UNKNOWN_CODE & 0xFF}
    tables = [{word: code for code, word in enumerate(fact.words)} | unknown for fact in policy.facts]
    standings: dict[str | None, int] = {word: code for code, word in enumerate(_STANDINGS)}
    identities: dict[str | None, int] = {word: code for code, word in enumerate(_IDENTITIES)}
    codes, scored, standing, identity = bytearray(), [], bytearray(), bytearray()
    count = 0
    for values, events, report in rows:
        codes += bytes(map(getitem, tables, values))
        scored += [(i, count) for i in events]
        standing.append((_NOBODY if report is None else standings[report.standing]) & 0xFF)
        identity.append((_NOBODY if report is None else identities[report.identity]) & 0xFF)
        count += 1
    by_model = np.zeros((len(tables), count), dtype=np.bool_)
    for i, row in scored:
        by_model[i, row] = True
    return FactColumns(
        codes=np.ascontiguousarray(np.frombuffer(bytes(codes), dtype=np.int8).reshape(count, len(tables)).T),
        scored=by_model,
        standing=np.frombuffer(bytes(standing), dtype=np.int8),
        identity=np.frombuffer(bytes(identity), dtype=np.int8),
    )


# --- deciding ---------------------------------------------------------------------------------------------------


def decide_columns(policy: Policy, columns: FactColumns) -> ColumnDecisions:
    """The action for every post, guardrails included: what `decide` recommends for each."""
    walk = _Walk.over(policy, columns.codes)
    codes = _actions_of(policy)[walk.lines]
    removals = np.flatnonzero(codes == _REMOVAL)
    guarded = np.zeros(len(columns), dtype=np.bool_)
    if removals.size:
        lowered, held = _guard(policy, columns, removals, walk)
        codes[removals[held]] = lowered[held]
        guarded[removals[held]] = True
    return ColumnDecisions(codes=codes, lines=walk.lines, guarded=guarded)


def _actions_of(policy: Policy) -> Codes:
    return np.array([ACTIONS.index(line.action) for line in policy.decisions], dtype=np.int8)


def _guard(policy: Policy, columns: FactColumns, rows: NDArray[np.intp], walk: _Walk) -> tuple[Codes, Mask]:
    """For rows that would be removed: what they fall to, and which of them fall (see `guardrails.guard`)."""
    may_prove = np.isin(columns.standing[rows], [_STANDINGS.index(word) for word in _STANDINGS if word in PROVING])
    identity = columns.identity[rows]
    unproven = ~(may_prove & (identity == _IDENTITIES.index("verified")))
    ask = unproven & may_prove & (identity != _IDENTITIES.index("rejected"))
    held = unproven | walk.passed_over[rows] | _hinging(policy, columns, rows)
    read_on = walk.read_on[rows]
    return np.where(read_on >= 0, read_on, np.where(ask, _VERIFY, _REVIEW)).astype(np.int8), held


def _hinging(policy: Policy, columns: FactColumns, rows: NDArray[np.intp]) -> Mask:
    """Whether some other value of the facts cut from the public-event score gives another action than removal."""
    hinging = np.zeros(rows.size, dtype=np.bool_)
    scored = columns.scored[:, rows]
    events = np.flatnonzero(scored.any(axis=1))
    actions = _actions_of(policy)
    codes = columns.codes[:, rows].copy()
    for combination in product((0, 1, UNKNOWN_CODE), repeat=events.size):
        for event, code in zip(events, combination, strict=True):
            codes[event, scored[event]] = code
        walk = _Walk.over(policy, codes)
        hinging |= (actions[walk.lines] != _REMOVAL) | walk.passed_over
    return hinging


@dataclass(frozen=True)
class _Walk:
    """The decision list, walked for every post.

    Attributes:
        lines: The line taken.
        passed_over: Whether a line before it that is milder than removal was undecided.
        read_on: What the list gives if it is read on behind the line taken, past removals; -1 if no more than a review.
    """

    lines: NDArray[np.int16]
    passed_over: Mask
    read_on: Codes

    @classmethod
    def over(cls, policy: Policy, codes: Codes) -> _Walk:
        clauses = _clause_truths(policy, codes)
        count = codes.shape[1]
        lines = np.full(count, -1, dtype=np.int16)
        passed_over = np.zeros(count, dtype=np.bool_)
        reading_on = np.zeros(count, dtype=np.bool_)
        read_on = np.full(count, -1, dtype=np.int8)
        for index, line in enumerate(policy.decisions):
            truth = _truth(policy, line.when, codes, clauses)
            waiting, holds = lines < 0, truth == YES
            if SEVERITY[line.action] < SEVERITY["recommend_removal"]:
                passed_over |= waiting & (truth == UNKNOWN)
                if SEVERITY[line.action] > SEVERITY["review"]:
                    read_on[reading_on & holds] = ACTIONS.index(line.action)
                reading_on &= ~holds
            reading_on |= waiting & holds
            lines[waiting & holds] = index
        return cls(lines, passed_over, read_on)


def _clause_truths(policy: Policy, codes: Codes) -> dict[str, Truths]:
    conditions = {clause.name: clause.when for clause in policy.clauses}
    truths: dict[str, Truths] = {}
    for name in evaluation_order(conditions):
        truths[name] = _truth(policy, conditions[name], codes, truths)
    return truths


def _truth(policy: Policy, condition: Condition, codes: Codes, clauses: dict[str, Truths]) -> Truths:
    """The truth of a condition for every post; *and* is the least, *or* the greatest (see `kleene`)."""
    match condition:
        case Always():
            return np.full(codes.shape[1], YES, dtype=np.int8)
        case FactIs(fact, words):
            index = policy.program.fact_index[fact]
            table = [YES if word in words else NO for word in policy.facts[index].words]
            told: Truths = np.array([*table, UNKNOWN], dtype=np.int8)[codes[index]]
            return told
        case ClauseHolds(clause):
            return clauses[clause]
        case AllOf(parts):
            return _combined(np.minimum, [_truth(policy, part, codes, clauses) for part in parts])
        case AnyOf(parts):
            return _combined(np.maximum, [_truth(policy, part, codes, clauses) for part in parts])
        case Not(part):
            inverted: Truths = np.subtract(YES, _truth(policy, part, codes, clauses), dtype=np.int8)
            return inverted
        case _:
            inner = _truth(policy, condition.part, codes, clauses)
            return np.where(inner == NO, np.int8(NO), np.int8(YES))


def _combined(operation: np.ufunc, parts: list[Truths]) -> Truths:
    whole = parts[0]
    for part in parts[1:]:
        whole = np.asarray(operation(whole, part), dtype=np.int8)
    return whole
