"""Whether a policy's parts do something: some action always results, no clause is dead, no line is dead or shadowed."""

from __future__ import annotations

from collections.abc import Iterator

from consentry.policy.definitions import Clause, DecisionLine
from consentry.policy.logic.conditions import AllOf, Condition, FactIs, Not
from consentry.policy.logic.conditions import ClauseHolds as Holds
from consentry.policy.proving.bench import Bench
from consentry.policy.proving.encoding import REMOVAL
from consentry.policy.proving.findings import Finding
from consentry.policy.proving.formulas import TRUE, Formula, all_of, negate


def some_action_results(bench: Bench) -> Finding:
    """In every case some line of the decision list definitely holds."""
    case = bench.example(bench.encoding.nothing_results, "nothing-results", "No line of the decision list is taken.")
    last = bench.policy.decisions[-1]
    return Finding(
        group="results",
        subject="some_action",
        claim="Some action always results.",
        holds=case is None,
        detail="" if case is None else f"No line is taken, not even the last one, '{last.name}'.",
        cases=() if case is None else (case,),
        line=last.line,
    )


def clause_is_alive(bench: Bench, clause: Clause) -> Finding:
    """There is a case in which a clause holds, and one in which it does not."""
    truth = bench.encoding.run.clauses[clause.name]
    detail = ""
    if not bench.search.possible(truth.yes):
        detail = f"It can never be yes{_clash(bench, clause.when, wanted=True)}."
    elif not bench.search.possible(truth.no):
        detail = f"It can never be no{_clash(bench, clause.when, wanted=False)}."
    claim = f"The clause '{clause.name}' can be yes and can be no."
    return Finding("clauses", clause.name, claim, holds=not detail, detail=detail, line=clause.line)


def _clash(bench: Bench, condition: Condition, *, wanted: bool) -> str:
    """Which parts of an *all of* cannot hold together (of an *any of*: cannot fail together); empty if one alone."""
    parts = getattr(condition, "parts", ())
    if not parts or isinstance(condition, AllOf) != wanted:
        return ""
    truths = [bench.encoding.condition(part) for part in parts]
    core = bench.search.core(TRUE, [truth.yes if wanted else truth.no for truth in truths])
    shown = [_shown(parts[index]) for index in core]
    verb = "hold" if wanted else "fail"
    return f": {' and '.join(shown)} cannot {verb} {'together' if len(shown) > 1 else 'at all'}"


def _shown(condition: Condition) -> str:
    match condition:
        case FactIs(fact, ("yes",)):
            return f"'{fact}'"
        case FactIs(fact, words):
            return f"'{fact}: {' or '.join(words)}'"
        case Holds(clause):
            return f"'{clause}'"
        case Not(part):
            return f"not {_shown(part)}"
        case _:
            return "a part of it"


def line_is_alive(bench: Bench, index: int) -> Finding:
    """There is a case in which a decision line is taken; if not, the lines that shadow it are named."""
    line = bench.policy.decisions[index]
    run = bench.encoding.run
    claim = f"The line '{line.name}' is taken in some case."
    if bench.search.possible(run.taken[index]):
        detail = _always_lowered(bench, line, run.taken[index])
        return Finding("decisions", line.name, claim, holds=True, detail=detail, line=line.line)
    wanted = run.conditions[index].yes
    if not bench.search.possible(wanted):
        detail = f"It is dead: what it asks for can never hold{_clash(bench, line.when, wanted=True)}."
    else:
        core = bench.search.core(wanted, [negate(condition.yes) for condition in run.conditions[:index]])
        names = [f"'{bench.policy.decisions[position].name}'" for position in core]
        detail = f"It is shadowed: whenever it would hold, {' or '.join(names)} is taken before it."
    return Finding("decisions", line.name, claim, holds=False, detail=detail, line=line.line)


def _always_lowered(bench: Bench, line: DecisionLine, taken: Formula) -> str:
    if line.action != REMOVAL or bench.search.possible(all_of((taken, bench.encoding.action(REMOVAL)))):
        return ""
    return "The guardrails lower it in every case: it never comes out as a removal."


def structure(bench: Bench) -> Iterator[Finding]:
    """All of it, one finding after another."""
    yield some_action_results(bench)
    for clause in bench.policy.clauses:
        yield clause_is_alive(bench, clause)
    for index in range(len(bench.policy.decisions)):
        yield line_is_alive(bench, index)
