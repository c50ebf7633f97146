"""From a policy file to a `Policy`, or to a complaint that names the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from consentry.policy.conditions import Always, ClauseHolds, Condition, FactIs, leaves
from consentry.policy.definitions import YES_NO, Clause, DecisionLine, FactDefinition, Invariant, Policy
from consentry.policy.errors import PolicyError, suggestion
from consentry.policy.grammar import Names, check_name
from consentry.policy.program import ClauseCycleError, evaluation_order
from consentry.policy.sections import read_clauses, read_decisions, read_documents, read_facts, read_invariants
from consentry.policy.written import Place, as_date, as_table, as_text, check_keys, read_yaml

DEFAULT_POLICY: Final = "twitter-private-media-2021-11-30"
"""The policy that is used unless another is named."""

_SHIPPED: Final = Path(__file__).parent / "policies"
_REQUIRED: Final = ("policy", "version", "title", "region", "effective", "documents", "facts", "clauses", "decisions")
_MOST_EVENT_FACTS: Final = 4
"""The guardrail of promise 4 tries every combination of the facts that cut the public-event score."""


def list_policies() -> tuple[str, ...]:
    """The names of the policies that ship, as `load_policy` takes them."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def load_policy(source: str | Path | None = None) -> Policy:
    """Load and check a policy.

    Args:
        source: The name of a policy that ships, or the path of a file; the policy of 30 November 2021 unless given.

    Raises:
        PolicyError: It is not there, or something in it is wrong; the message names the file and the line.
    """
    path = _locate(DEFAULT_POLICY if source is None else source)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise PolicyError(
            f"The policy file {path} cannot be read: {reason}.", "Check its path.", code="policy.not_found"
        ) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Place(path.name, 1).error("the file is not UTF-8.", "Save it as UTF-8.", "policy.yaml") from error
    return parse_policy(text, path.name)


def _locate(source: str | Path) -> Path:
    if isinstance(source, Path) or source.endswith((".yaml", ".yml")) or "/" in source:
        return Path(source)
    if source not in list_policies():
        remedy = f"{suggestion(source, list_policies())} A file of your own is given by its path."
        raise PolicyError(f"No policy of the name '{source}' ships with Consentry.", remedy, code="policy.not_found")
    return _SHIPPED / f"{source}.yaml"


def parse_policy(text: str, file: str = "policy.yaml") -> Policy:
    """Check a policy that is held as text.

    Args:
        text: The YAML.
        file: How complaints name it.

    Raises:
        PolicyError: Something in it is wrong; the message names the line.
    """
    table = as_table(read_yaml(text, file), "a policy")
    check_keys(table, "a policy", _REQUIRED, ["invariants"])
    effective = as_table(table.entries["effective"], "'effective'")
    check_keys(effective, "'effective'", ["from"], ["until"])
    first = as_date(effective.entries["from"], "'from'")
    until = effective.get("until")
    last = None if until is None else as_date(until, "'until'")
    if until is not None and last is not None and last < first:
        message = f"the policy ends ({last}) before it begins ({first})."
        raise until.place.error(message, "Swap the dates or correct one.", "policy.dates")

    facts = read_facts(table.entries["facts"])
    clause_names = as_table(table.entries["clauses"], "'clauses'").entries
    names = Names(facts={fact.name: fact.words for fact in facts}, clauses=frozenset(clause_names))
    clauses = read_clauses(table.entries["clauses"], names, read_documents(table.entries["documents"]))
    _check_circles(clauses, file)
    decisions = read_decisions(table.entries["decisions"], names)
    invariants = read_invariants(table.get("invariants"), names)
    _check_decisions(decisions, file)
    _check_used(facts, clauses, decisions, invariants, file)
    _check_event_facts(facts, file)
    return Policy(
        name=_policy_name(as_text(table.entries["policy"], "'policy'"), table.entries["policy"].place),
        version=as_text(table.entries["version"], "'version'"),
        title=as_text(table.entries["title"], "'title'"),
        region=as_text(table.entries["region"], "'region'"),
        effective_from=first,
        effective_until=last,
        facts=facts,
        clauses=clauses,
        decisions=decisions,
        invariants=invariants,
        sha256=sha256(text.encode("utf-8")).hexdigest(),
    )


def _policy_name(name: str, place: Place) -> str:
    check_name(name.replace("-", "_"), place)
    return name


# --- checks over the whole file ---------------------------------------------------------------------------------


def _check_circles(clauses: tuple[Clause, ...], file: str) -> None:
    try:
        evaluation_order({clause.name: clause.when for clause in clauses})
    except ClauseCycleError as error:
        line = next(clause.line for clause in clauses if clause.name == error.circle[0])
        message = f"clauses refer to each other in a circle: {' → '.join(error.circle)}."
        raise Place(file, line).error(message, "Take one of the references away.", "policy.cycle") from error


def _check_decisions(decisions: tuple[DecisionLine, ...], file: str) -> None:
    last = decisions[-1]
    if not isinstance(last.when, Always):
        remedy = "End the list with a line that has 'when: always'."
        message = f"the decision list ends with '{last.name}', so that some posts would get no action."
        raise Place(file, last.line).error(message, remedy, "policy.no_catch_all")
    seen: dict[Condition, str] = {}
    for decision in decisions:
        place = Place(file, decision.line)
        if Always() in seen:
            message = f"the decision line '{decision.name}' is never reached: '{seen[Always()]}' always holds."
            raise place.error(message, "Move it up, or take it away.", "policy.dead")
        if decision.when in seen:
            message = f"the decision line '{decision.name}' is never reached: '{seen[decision.when]}' says the same."
            raise place.error(message, "Take one of them away.", "policy.dead")
        seen[decision.when] = decision.name


def _check_used(
    facts: tuple[FactDefinition, ...],
    clauses: tuple[Clause, ...],
    decisions: tuple[DecisionLine, ...],
    invariants: tuple[Invariant, ...],
    file: str,
) -> None:
    """Refuse clauses that no line leads to, facts that nothing asks for, and words that nothing tells apart."""
    definitions = {clause.name: clause.when for clause in clauses}
    roots = [decision.when for decision in decisions] + [invariant.condition for invariant in invariants]
    reached = list(_all_leaves(roots, definitions))
    named = {leaf.clause for leaf in reached if isinstance(leaf, ClauseHolds)}
    for clause in clauses:
        if clause.name not in named:
            message = f"no decision line depends on the clause '{clause.name}'."
            raise Place(file, clause.line).error(message, "Use it in a line, or take it away.", "policy.dead")
    compared: dict[str, set[str]] = {fact.name: set() for fact in facts}
    used = set()
    for leaf in reached:
        if isinstance(leaf, FactIs):
            used.add(leaf.fact)
            compared[leaf.fact].update(leaf.words)
    for fact in facts:
        if fact.name not in used:
            message = f"no condition speaks of the fact '{fact.name}'."
            raise Place(file, fact.line).error(message, "Use it in a clause, or take it away.", "policy.dead")
        never = [word for word in fact.words if word not in compared[fact.name]]
        if fact.measured is None and fact.words != YES_NO and len(never) > 1:
            message = f"no condition tells the words '{never[0]}' and '{never[1]}' of the fact '{fact.name}' apart."
            raise Place(file, fact.line).error(message, "Compare with one of them, or drop it.", "policy.dead")


def _all_leaves(roots: Iterable[Condition], clauses: dict[str, Condition]) -> Iterator[FactIs | ClauseHolds]:
    waiting, visited = list(roots), set[str]()
    while waiting:
        for leaf in leaves(waiting.pop()):
            yield leaf
            if isinstance(leaf, ClauseHolds) and leaf.clause not in visited:
                visited.add(leaf.clause)
                waiting.append(clauses[leaf.clause])


def _check_event_facts(facts: tuple[FactDefinition, ...], file: str) -> None:
    cutting = [fact for fact in facts if fact.measured and fact.measured.startswith("scene.public_event.")]
    if len(cutting) > _MOST_EVENT_FACTS:
        message = f"more than {_MOST_EVENT_FACTS} facts cut the public-event score."
        raise Place(file, cutting[-1].line).error(message, "Take some of them away.", "policy.threshold")
