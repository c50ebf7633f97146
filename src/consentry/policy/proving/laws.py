"""What may never come out: the invariants of a policy's file, and the house promises 2, 3 and 4 for every policy."""

from __future__ import annotations

from collections.abc import Iterator

from consentry.policy.definitions import Invariant
from consentry.policy.measuring.inputs import input_named
from consentry.policy.proving.bench import Bench, Pair
from consentry.policy.proving.counterexamples import DecidedCase
from consentry.policy.proving.encoding import ACTIONS, REMOVAL
from consentry.policy.proving.findings import Finding
from consentry.policy.proving.formulas import TRUE, Formula, all_of, any_of, negate

_BY_ITSELF = "The file itself asks for as much; the guardrail has nothing to do."
_BY_GUARDRAIL = "The file does not ask for as much: the guardrail does the work."


def invariant_holds(bench: Bench, invariant: Invariant) -> Finding:
    """For every combination of facts, unknowns and thresholds."""
    encoding = bench.encoding
    condition = encoding.condition(invariant.condition)
    others = tuple(action for action in ACTIONS if action not in invariant.actions)
    case = bench.example(
        all_of((condition.yes, encoding.action_among(others))),
        f"breaks-{invariant.name}",
        f"Breaks the invariant {invariant.name}: {invariant.because}",
    )
    detail = ""
    if case is not None:
        detail = f"{case.action} comes out, by the line '{case.rule}'."
    elif not bench.search.possible(condition.yes):
        detail = "It says nothing: what it is about can never hold."
    elif bench.search.possible(condition.yes, encoding.listed(others)):
        detail = _BY_GUARDRAIL
    return Finding(
        group="invariants",
        subject=invariant.name,
        claim=invariant.because,
        holds=case is None,
        detail=detail,
        cases=() if case is None else (case,),
        line=invariant.line,
    )


def removal_needs_proof(bench: Bench) -> Finding:
    """Promise 2: removal takes a report by the depicted person or their representative, identity verified."""
    encoding = bench.encoding
    unproven = negate(bench.world.report.proven)
    claim = (
        "Promise 2: removal takes a report by the depicted person or an authorised representative whose identity is "
        "verified."
    )
    case = bench.example(
        all_of((encoding.action(REMOVAL), unproven)), "breaks-promise-2", "Removal without a verified report"
    )
    asked = all_of((encoding.listed((REMOVAL,)), unproven))
    return _promise(bench, "promise_2", claim, _listed(case), asked, _nobody_overrules_the_report(bench))


def _listed(case: DecidedCase | None) -> tuple[DecidedCase, ...] | None:
    return None if case is None else (case,)


def _nobody_overrules_the_report(bench: Bench) -> Formula:
    read = [fact.name for fact in bench.policy.facts if fact.measured and input_named(fact.measured).source == "report"]
    return all_of(negate(bench.world.answer(name).said) for name in read)


def _promise(
    bench: Bench,
    subject: str,
    claim: str,
    cases: tuple[DecidedCase, ...] | None,
    asked: Formula,
    unless_overruled: Formula,
) -> Finding:
    """A promise, and who keeps it.

    Args:
        bench: The policy.
        subject: The promise.
        claim: In words.
        cases: Against it.
        asked: When the decision list alone, without guardrails, would break it.
        unless_overruled: That nobody answers a fact otherwise than the report says.
    """
    detail = ""
    examples: tuple[DecidedCase, ...] = ()
    if cases is None:
        if not bench.search.possible(asked):
            detail = _BY_ITSELF
        elif not bench.search.possible(asked, unless_overruled):
            detail = "The file itself asks for as much; the guardrail is there for answers that overrule the report."
        else:
            detail = _BY_GUARDRAIL
        example = bench.example(asked, f"guarded-{subject}", "The list alone would recommend removal here.")
        examples = () if example is None else (example,)
    return Finding("promises", subject, claim, holds=cases is None, detail=detail, cases=cases or (), examples=examples)


def unknown_is_never_no(bench: Bench) -> Finding:
    """Promise 3, first half: what was not measured and what nobody answered is unknown."""
    guessed = []
    for fact in bench.policy.facts:
        answer = bench.world.answer(fact.name)
        reading = True if fact.measured is None else bench.world.readings[fact.measured].open
        guessed.append(all_of((reading, negate(answer.said), any_of(bench.encoding.values[fact.name].values()))))
    case = bench.example(any_of(guessed), "breaks-promise-3", "A fact is known though nothing was measured")
    claim = "Promise 3: what nobody measured and nobody answered is unknown, whatever the thresholds."
    return Finding("promises", "promise_3_facts", claim, holds=case is None, cases=() if case is None else (case,))


def removal_passes_nothing_over(bench: Bench) -> Finding:
    """Promise 3, second half: removal does not pass over an earlier and milder line that is still open."""
    encoding = bench.encoding
    claim = "Promise 3: no removal while an earlier and milder line is neither taken nor ruled out."
    open_line = encoding.lowered.passed_over
    case = bench.example(
        all_of((encoding.action(REMOVAL), open_line)), "breaks-promise-3-removal", "Removal passes over an open line"
    )
    asked = all_of((encoding.listed((REMOVAL,)), open_line))
    return _promise(bench, "promise_3_removal", claim, _listed(case), asked, TRUE)


def removal_does_not_hinge_on_event_score(bench: Bench) -> Finding:
    """Promise 4: with another public-event score, and all else the same, a removal is a removal."""
    claim = "Promise 4: another public-event score, or none, never turns anything into a removal."
    if "public_event" not in bench.world.families:
        return Finding("promises", "promise_4", claim, holds=True, detail="The policy reads no scene score.")
    pair = Pair.of(bench, ["public_event"])
    cases = pair.example(
        all_of((pair.before.action(REMOVAL), negate(pair.after.action(REMOVAL)))),
        TRUE,
        "breaks-promise-4",
        ("Removal", "The same with another public-event score"),
    )
    if cases is not None:
        detail = "The public-event score alone makes the difference."
        return Finding("promises", "promise_4", claim, holds=False, detail=detail, cases=cases)
    listed = all_of((pair.before.listed((REMOVAL,)), negate(pair.after.listed((REMOVAL,)))))
    examples = pair.example(
        listed, TRUE, "guarded-promise-4", ("The list alone would recommend removal", "... and here it would not")
    )
    detail = _BY_ITSELF if examples is None else _BY_GUARDRAIL
    return Finding("promises", "promise_4", claim, holds=True, detail=detail, examples=examples or ())


def laws(bench: Bench) -> Iterator[Finding]:
    """The invariants of the file, then the promises."""
    for invariant in bench.policy.invariants:
        yield invariant_holds(bench, invariant)
    yield removal_needs_proof(bench)
    yield unknown_is_never_no(bench)
    yield removal_passes_nothing_over(bench)
    yield removal_does_not_hinge_on_event_score(bench)
