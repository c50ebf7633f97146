"""What more evidence may do to an action: each law compares two cases that are the same but for one thing.

*Milder* is by `definitions.SEVERITY`, with two remarks. ``route_out`` is its top: a stricter queue is never milder.
And ``request_verification`` and ``review`` count as the same here: both keep the report open and leave the post alone,
and which of the two comes is a matter of who can settle what is open. A policy may well have a person look at a
rejected proof, and ask a verified representative by machine for the authority that is missing.

- **Learning never turns a clause.** If some unknown facts are answered, a clause that was yes stays yes, and one that
  was no stays no.
- **Learning never undoes a removal, but by routing.** If a removal is recommended while facts are unknown, no answer
  to them makes it anything but a removal or a ``route_out``: it rests on nothing that is still open.
- **A surer face match never makes the action milder.** Surer: from ``no_match`` to ``inconclusive``, or from anything
  to ``match``, or a match probability of which neither end is lower, with the same media, references and faces. The
  media as wholes show the same; what the claimant's moments add may be more, as they are found in more of a film.
- **A verified identity never loses to an unverified one.** With the same report but for the identity check, which is
  ``verified`` in one case and anything else in the other, the verified one's action is not milder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consentry.policy.definitions import SEVERITY
from consentry.policy.proving.bench import Bench, Pair
from consentry.policy.proving.counterexamples import DecidedCase
from consentry.policy.proving.encoding import REMOVAL
from consentry.policy.proving.faces import FaceVariables
from consentry.policy.proving.findings import Finding
from consentry.policy.proving.formulas import Formula, all_of, any_of, equal, implies, negate
from consentry.policy.proving.moments import ClaimantVariables
from consentry.policy.proving.post import ReportVariables
from consentry.policy.proving.readings import NumberReading, Reading, WordReading
from consentry.policy.proving.search import Search
from consentry.records import Action

WEIGHT: Final[dict[Action, int]] = {**SEVERITY, "request_verification": SEVERITY["review"]}
"""How far an action goes, where two that leave the report open count the same."""

_CLAIMANT_FAMILIES: Final = ("private_with_claimant", "event_with_claimant")
"""What is found of the claimant's moments depends on the faces."""


# --- learning -----------------------------------------------------------------------------------------------------


def _learning(bench: Bench) -> tuple[Pair, Formula]:
    """A second case in which some of the facts that were unknown have been answered, and nothing else is different."""
    pair = Pair.of(bench, [f"answer.{fact.name}" for fact in bench.policy.facts])
    rules = []
    for fact in bench.policy.facts:
        before, after = pair.before.world.answer(fact.name), pair.after.world.answer(fact.name)
        known = any_of(pair.before.values[fact.name].values())
        same = all_of(
            (
                equal(before.said, after.said),
                *(equal(before.word.is_(word), after.word.is_(word)) for word in before.word.words),
            )
        )
        rules.append(implies(known, same))
    return pair, all_of(rules)


def learning_never_turns_a_clause(bench: Bench) -> Finding:
    """Kleene's monotonicity, proved rather than taken from the form of the conditions."""
    pair, relation = _learning(bench)
    turned: dict[str, Formula] = {}
    for clause in bench.policy.clauses:
        before, after = pair.before.run.clauses[clause.name], pair.after.run.clauses[clause.name]
        turned[clause.name] = any_of((all_of((before.yes, negate(after.yes))), all_of((before.no, negate(after.no)))))
    claim = "Learning more never turns a clause: what was yes or no stays so when an unknown fact is answered."
    titles = ("Before a fact is answered", "After it is")
    cases = pair.example(any_of(turned.values()), relation, "turns-a-clause", titles)
    if cases is None:
        return Finding("monotonicity", "learning_clauses", claim, holds=True)
    search = Search([pair.before.world, pair.after.world], relation)
    names = [f"'{name}'" for name, formula in turned.items() if search.possible(formula)]
    detail = f"Turned by an answer: {', '.join(names)}."
    return Finding("monotonicity", "learning_clauses", claim, holds=False, detail=detail, cases=cases)


def learning_never_undoes_a_removal(bench: Bench) -> Finding:
    """A removal rests on nothing that is still open."""
    pair, relation = _learning(bench)
    claim = (
        "Learning more never undoes a removal, but by routing it out: a removal rests on nothing that is still open."
    )
    undone = all_of((pair.before.action(REMOVAL), negate(pair.after.action_among((REMOVAL, "route_out")))))
    cases = pair.example(
        undone, relation, "undoes-a-removal", ("Removal, while something is open", "Once it is answered")
    )
    return _change("learning_removal", claim, cases)


# --- faces --------------------------------------------------------------------------------------------------------


def surer_match_is_never_milder(bench: Bench) -> Finding:
    """More evidence that the claimant is in the media."""
    claim = "A surer face match never makes the action milder."
    if "faces" not in bench.world.families:
        return Finding("monotonicity", "face_match", claim, holds=True, detail="The policy reads no face comparison.")
    pair = Pair.of(bench, ["faces", *_CLAIMANT_FAMILIES])
    first, second = pair.before.world, pair.after.world
    read = {fact.measured for fact in bench.policy.facts}
    relation = [
        _same_references(first.families["faces"], second.families["faces"]),
        _surer_band(first.readings["faces.band"], second.readings["faces.band"]),
    ]
    relation += [
        _more_moments(first.families[name], second.families[name])
        for name in _CLAIMANT_FAMILIES
        if name in first.families
    ]
    # Numbers that the policy does not read may be whatever they are: a case is shorter without them.
    if "faces.match_probability" in read:
        name = "faces.match_probability"
        relation.append(_not_lower(first.readings[name], second.readings[name]))
    if "faces.count" in read:
        relation.append(_same_number(first.readings["faces.count"], second.readings["faces.count"]))
    titles = ("A less sure match", "A surer match, and a milder action")
    return _change("face_match", claim, pair.example(pair.milder(WEIGHT), all_of(relation), "surer-match", titles))


def _more_moments(before: object, after: object) -> Formula:
    """The claimant is found in as many moments or more: what was found stays, and the model may abstain over others."""
    assert isinstance(before, ClaimantVariables)  # noqa: S101 - by the family's name
    assert isinstance(after, ClaimantVariables)  # noqa: S101
    further = after.bound <= before.bound if before.is_least else after.bound >= before.bound
    return all_of((further, implies(before.gap, after.gap)))


def _same_references(before: object, after: object) -> Formula:
    assert isinstance(before, FaceVariables)  # noqa: S101 - by the family's name
    assert isinstance(after, FaceVariables)  # noqa: S101
    return equal(before.references, after.references)


def _surer_band(before: Reading, after: Reading) -> Formula:
    assert isinstance(before, WordReading)  # noqa: S101 - by the input's name
    assert isinstance(after, WordReading)  # noqa: S101
    same = all_of(equal(before.words[word], after.words[word]) for word in before.words)
    nearer = all_of((before.words["no_match"], after.words["inconclusive"]))
    return any_of((same, nearer, after.words["match"]))


def _ends(reading: Reading) -> NumberReading:
    assert isinstance(reading, NumberReading)  # noqa: S101 - by the input's name
    return reading


def _not_lower(before: Reading, after: Reading) -> Formula:
    one, other = _ends(before), _ends(after)
    low = any_of((one.open_below, all_of((negate(other.open_below), one.low <= other.low))))
    high = any_of((other.open_above, all_of((negate(one.open_above), one.high <= other.high))))
    return all_of((low, high))


def _same_number(before: Reading, after: Reading) -> Formula:
    one, other = _ends(before), _ends(after)
    return all_of((one.low == other.low, equal(one.open_above, other.open_above)))


# --- identity -----------------------------------------------------------------------------------------------------


def verified_never_loses(bench: Bench) -> Finding:
    """Against a check that is not finished, or no longer valid, or failed."""
    claim = "A verified identity never loses to an unverified, pending, expired or rejected one."
    pair = Pair.of(bench, ["report"])
    first, second = pair.before.world.report, pair.after.world.report
    relation = all_of(
        (
            _same_but_identity(first, second),
            negate(first.standing.is_("none")),
            negate(first.identity.is_("verified")),
            second.identity.is_("verified"),
        )
    )
    titles = ("Not verified", "Verified, and a milder action")
    return _change("identity", claim, pair.example(pair.milder(WEIGHT), relation, "verified-loses", titles))


def _same_but_identity(first: ReportVariables, second: ReportVariables) -> Formula:
    pairs = ((first.standing, second.standing), (first.authority, second.authority), (first.consent, second.consent))
    return all_of(equal(one.is_(word), other.is_(word)) for one, other in pairs for word in one.words)


# --- all of them --------------------------------------------------------------------------------------------------


def _change(subject: str, claim: str, cases: tuple[DecidedCase, DecidedCase] | None) -> Finding:
    if cases is None:
        return Finding("monotonicity", subject, claim, holds=True)
    before, after = cases
    detail = f"{before.action} (line '{before.rule}') becomes {after.action} (line '{after.rule}')."
    return Finding("monotonicity", subject, claim, holds=False, detail=detail, cases=cases)


def monotonicity(bench: Bench) -> Iterator[Finding]:
    """All laws, one finding after another."""
    yield learning_never_turns_a_clause(bench)
    yield learning_never_undoes_a_removal(bench)
    yield surer_match_is_never_milder(bench)
    yield verified_never_loses(bench)
