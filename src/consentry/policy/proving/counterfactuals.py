"""The smallest set of facts that would change a recommendation, for each other action that can be reached.

What may change: what people answer (a word for a fact, never back to *unknown*), and what the report itself says: as
whom somebody reports, with what authority, what came of the identity check, and what they say of the publication. Facts
that are read from the report change with the report and not by an answer, since the guardrails ask the report. What was
measured stays as it was; but a person may answer otherwise than a model. What the platform itself knows of the post and
the report (its date, its account, how many reports there were) is not up for an answer once it is known.

Of several sets with the same number of steps, that which overturns the fewest known facts is taken: an open question to
answer is more use to a reviewer than an answer to take back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from consentry.policy.deciding.recommending import Decided, decide
from consentry.policy.deciding.stored_cases import answers_for, stored_circumstances, stored_post
from consentry.policy.definitions import FactDefinition, Policy
from consentry.policy.measuring.facts import settle
from consentry.policy.measuring.inputs import input_named
from consentry.policy.measuring.situation import Situation
from consentry.policy.proving.choices import Assignment, Choice, Label
from consentry.policy.proving.encoding import ACTIONS, Encoding
from consentry.policy.proving.errors import EncodingError
from consentry.policy.proving.formulas import Formula, OneOf, all_of, any_of, equal, negate
from consentry.policy.proving.search import Found, Search
from consentry.policy.proving.world import make_world
from consentry.records import Action, Assessment, Fact, Post, Report, Signals

RECORD_INPUTS: Final = ("report.standing", "report.authority", "report.identity", "report.consent")
"""What the report itself says; changed there, and not by an answer."""

_STEP: Final = 100
"""The weight of a step; one that overturns what is known weighs one more, which only counts between equals."""

_REPORT_OF_NOBODY: Final = {"standing": "none", "authority": "unstated", "identity": "unverified", "consent": "unknown"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that would have to be otherwise.

    Attributes:
        fact: The fact; or the input, such as ``report.identity``, for what the report says.
        by: Who would have to say so.
        ask: The question that it answers, in words.
    """

    fact: str
    from_value: str
    to_value: str
    by: Literal["report", "reviewer"]
    ask: str

    def as_json(self) -> dict[str, str]:
        """For programs."""
        return {
            "fact": self.fact,
            "from_value": self.from_value,
            "to_value": self.to_value,
            "by": self.by,
            "ask": self.ask,
        }


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """How another action could be reached.

    Attributes:
        action: That action.
        rule: The decision line that would be taken.
        steps: As few as there can be, in the order of the report and then of the policy's facts.
    """

    action: Action
    rule: str
    steps: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"action": self.action, "rule": self.rule, "steps": [step.as_json() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an action came out, and what would change it.

    Attributes:
        decided: By the evaluator, with its reasons.
        counterfactuals: For each other action that can be reached, the fewest steps first.
    """

    decided: Decided
    counterfactuals: tuple[Counterfactual, ...]


def explain(
    policy: Policy, assessment: Assessment, progress: Callable[[str, int, int], None] | None = None
) -> Explanation:
    """Why a policy recommends what it does for an assessment, and the least that would change it.

    Args:
        policy: The policy; it decides again, so it need not be the one that the assessment was made with.
        assessment: From `consentry.Assessor`, or `consentry.policy.cases.files.as_assessment` for a written case.
        progress: Told of every action that was looked at.

    Raises:
        PolicyError: ``policy.not_stored`` for an assessment of schema 1.0.
        EncodingError: The evaluator does not confirm what the solver found.
    """
    circumstances = stored_circumstances(assessment)
    answers = answers_for(policy, circumstances.answers)
    case = _Case(policy, stored_post(assessment), circumstances.report, assessment.signals, answers)
    decided = case.decide()
    others = [action for action in ACTIONS if action != decided.recommendation.action]
    found = []
    for number, action in enumerate(others):
        if progress is not None:
            progress("Looking for what would change it", number, len(others))
        counterfactual = case.counterfactual(action)
        if counterfactual is not None:
            found.append(counterfactual)
    if progress is not None:
        progress("Looking for what would change it", len(others), len(others))
    found.sort(key=lambda item: len(item.steps))
    return Explanation(decided, tuple(found))


class _Case:
    """One case, held still but for what may change."""

    def __init__(
        self, policy: Policy, post: Post, report: Report | None, signals: Signals, answers: Sequence[Fact]
    ) -> None:
        self._policy, self._post, self._report, self._signals = policy, post, report, signals
        self._answers = tuple(answers)
        self._world = make_world([policy])
        self._encoding = Encoding(policy, self._world)
        situation = Situation(post=post, report=report, signals=signals)
        self._settled = {fact.name: fact.value for fact in settle(policy, situation, self._answers)}
        measured = {fact.name: fact.value for fact in settle(policy, situation, ())}
        self._said = {answer.name for answer in self._answers}
        self._record = _record(report)
        self._choices = (*self._report_choices(), *(self._answer_choice(fact) for fact in policy.facts))
        # Held on the bench: what was measured, by what the facts make of it, and answers that nobody may give.
        held = [self._as_measured(fact, measured[fact.name]) for fact in policy.facts if fact.measured]
        allowed = [_one_of(choice) for choice in self._choices]
        self._search = Search([self._world], *held, *allowed)

    def decide(self) -> Decided:
        """What the evaluator makes of it as it is."""
        return decide(self._policy, self._post, self._report, self._signals, self._answers)

    def counterfactual(self, action: Action) -> Counterfactual | None:
        """The fewest steps to an action; ``None`` if none lead there."""
        found = self._search.shortest(self._encoding.action(action), self._choices)
        if found is None:
            return None
        decided = self._replayed(found)
        if decided.recommendation.action != action:
            raise EncodingError(
                f"The solver reaches {action} for the post '{self._post.post_id}' where the evaluator says "
                f"{decided.recommendation.action}."
            )
        return Counterfactual(action, decided.recommendation.rule, self._steps(found))

    # --- what may change ----------------------------------------------------------------------------------------

    def _report_choices(self) -> list[Choice]:
        report = self._world.report
        somebody = negate(report.standing.is_("none"))
        representative = report.standing.is_("authorised_representative")
        parts: tuple[tuple[str, OneOf, Formula], ...] = (
            ("standing", report.standing, True),
            ("authority", report.authority, representative),
            ("identity", report.identity, somebody),
            ("consent", report.consent, somebody),
        )
        listed = []
        for key, variable, counts in parts:
            now = self._record[key]
            words = (now, *(word for word in variable.words if word != now))
            options = tuple((word, variable.is_(word)) for word in words)
            changed = all_of((counts, negate(variable.is_(now))))
            listed.append(Choice(f"report.{key}", options, changed, _STEP + 1))
        return listed

    def _answer_choice(self, definition: FactDefinition) -> Choice:
        answer = self._world.answer(definition.name)
        known = self._settled[definition.name] != "unknown"
        others = tuple((word, answer.word.is_(word)) for word in definition.words)
        if definition.name not in self._said:
            now: tuple[Label, Formula] = ("unsaid", negate(answer.said))
            if definition.measured in RECORD_INPUTS or (_is_given(definition) and known):
                others = ()
        else:
            word = self._settled[definition.name]
            formula = all_of((answer.said, answer.word.is_(word))) if definition.measured else answer.word.is_(word)
            now = (word, formula)
        options = (now, *(option for option in others if option[0] != now[0]))
        return Choice(f"answer.{definition.name}", options, negate(now[1]), _STEP + known)

    def _as_measured(self, definition: FactDefinition, value: str) -> Formula:
        """The measurement stays: whatever it was, the fact would make the same of it."""
        if definition.measured is None or definition.measured in RECORD_INPUTS:
            return True
        cut = self._world.readings[definition.measured].cut(definition)
        return all_of(equal(formula, word == value) for word, formula in cut.items())

    # --- what was found -----------------------------------------------------------------------------------------

    def _replayed(self, found: Found) -> Decided:
        changed = self._changed_answers(found)
        answers = [answer for answer in self._answers if answer.name not in changed]
        answers += [Fact(name=name, value=value, source="reviewer") for name, value in changed.items()]
        return decide(self._policy, self._post, _report_of(self._report, found.assignment), self._signals, answers)

    def _changed_answers(self, found: Found) -> dict[str, str]:
        changed = {}
        for choice in self._choices:
            label = found.assignment[choice.name]
            if choice.name.startswith("answer.") and label != choice.options[0][0]:
                changed[choice.name.removeprefix("answer.")] = str(label)
        return changed

    def _steps(self, found: Found) -> tuple[Step, ...]:
        steps = []
        for key, now in self._record.items():
            word = str(found.assignment[f"report.{key}"])
            choice = next(choice for choice in self._choices if choice.name == f"report.{key}")
            if word != now and found.holds(choice.spent):
                steps.append(Step(f"report.{key}", now, word, "report", self._question(f"report.{key}")))
        asks = {fact.name: fact.ask for fact in self._policy.facts}
        for name, word in self._changed_answers(found).items():
            steps.append(Step(name, self._settled[name], word, "reviewer", asks[name]))
        return tuple(steps)

    def _question(self, item: str) -> str:
        return next((fact.ask for fact in self._policy.facts if fact.measured == item), "")


def _is_given(definition: FactDefinition) -> bool:
    """Whether the platform itself knows it. Whether media could be read is another matter: a person can settle that."""
    if definition.measured is None or definition.measured == "media.readable":
        return False
    return input_named(definition.measured).source in ("post", "report")


def _one_of(choice: Choice) -> Formula:
    return any_of(formula for _, formula in choice.options)


def _record(report: Report | None) -> dict[str, str]:
    if report is None:
        return dict(_REPORT_OF_NOBODY)
    return {
        "standing": report.standing,
        "authority": report.authority or "unstated",
        "identity": report.identity,
        "consent": report.consent,
    }


def _report_of(report: Report | None, chosen: Assignment) -> Report | None:
    if chosen["report.standing"] == "none":
        return None
    fields = report.model_dump() if report is not None else {"report_id": "report"}
    authority = chosen["report.authority"]
    return Report.model_validate(
        {
            **fields,
            "standing": chosen["report.standing"],
            "authority": None if authority == "unstated" else authority,
            "identity": chosen["report.identity"],
            "consent": chosen["report.consent"],
        }
    )
