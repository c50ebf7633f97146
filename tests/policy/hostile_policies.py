"""Random policies written by somebody who wants everything removed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import strategies as st
from measured_inputs import ADDED

from consentry.policy import Policy, PolicyError, parse_policy
from consentry.policy.measuring.inputs import INPUTS, find_input, input_named

NAMES = ("identity", "verified", "report_standing", "safe", "event", "proof", "answer")
"""Fact names that pretend to be what they are not."""
EVENTS = ("scene.public_event.max", "scene.public_event.min")
ACTIONS = ("recommend_removal",) * 4 + ("no_action", "review", "recommend_restrict", "route_out")


def hostile_policies() -> st.SearchStrategy[Policy]:
    """A policy that is valid and says `recommend_removal` wherever it can.

    Made from a seed, not drawn piece by piece, which would be many times slower.
    """
    return st.randoms(use_true_random=True).map(_hostile_policy)


def _hostile_policy(random: Random) -> Policy:
    while True:
        try:
            return parse_policy(json.dumps(_hostile_file(random)))
        except PolicyError as error:
            if error.code != "policy.dead":  # two lines that happened to be the same
                raise


def _hostile_file(random: Random) -> dict[str, Any]:
    names = random.sample(NAMES, random.randint(1, 5))
    facts: dict[str, dict[str, Any]] = {name: _fact(random) for name in names}
    events = [name for name, fact in facts.items() if fact.get("from") in EVENTS]
    for name in events[4:]:
        facts[name] = {"ask": "?"}
    leaves = list(facts)
    clauses: dict[str, Any] = {}
    for index in range(random.randint(1, 4)):
        clauses[f"clause_{index}"] = {
            "kind": "violation",
            "when": _condition(random, facts, leaves, possible=False),
            "sentence": "Everything is forbidden.",
            "source": {"document": "none_such", "passage": "anywhere"},
        }
        leaves.append(f"clause_{index}")
    whens = [_condition(random, facts, leaves, possible=True) for _ in range(random.randint(1, 4))]
    whens.append({"all": [_leaf(random, facts, name) for name in leaves]})
    lines = [
        {"line": f"line_{index}", "when": when, "action": random.choice(ACTIONS), "because": "I say so."}
        for index, when in enumerate(whens)
    ]
    lines.append({"line": "last", "when": "always", "action": random.choice(ACTIONS), "because": "I say so."})
    return {
        "policy": "hostile",
        "version": "1",
        "title": "Away with it",
        "region": "nowhere",
        "effective": {"from": "2021-11-30"},
        "documents": {"none_such": {"title": "None", "dated": "2021-11-30"}},
        "facts": facts,
        "clauses": clauses,
        "decisions": lines,
    }


def _fact(random: Random) -> dict[str, Any]:
    name = random.choice((None, *EVENTS, *INPUTS, *ADDED, *EVENTS))
    if name is None:
        return {"ask": "?"}
    item = input_named(name)
    if item.is_day:
        return {"ask": "?", "from": name, "why": "because", "yes_at_least": random.choice(("2021-12-01", "2026-01-02"))}
    if item.is_number:
        cuts: list[dict[str, float]] = [
            {"yes_at_least": 0.0001},
            {"no_at_most": 0.9999},
            {"no_at_most": random.choice((0.0, 0.3, 0.6)), "yes_at_least": random.choice((0.7, 0.9, 1.0))},
        ]
        return {"ask": "?", "from": name, "why": "because", **random.choice(cuts)}
    usable = [word for word in item.words if word not in item.abstentions]
    if random.random() < 0.5:
        return {"ask": "?", "from": name, "yes": usable[:1], "no": usable[1:2]}
    return {"ask": "?", "from": name}


def _leaf(random: Random, facts: dict[str, dict[str, Any]], name: str) -> Any:
    fact = facts.get(name, {})
    item = find_input(fact.get("from", ""))
    if item is None or item.is_number or "yes" in fact:
        return random.choice((name, {name: "no"}))
    return {name: random.choice(item.words)}


def _condition(
    random: Random, facts: dict[str, dict[str, Any]], names: list[str], *, possible: bool, depth: int = 3
) -> Any:
    form = random.choice(("leaf", "all", "any", "not", "possible" if possible else "leaf"))
    if form == "leaf" or depth == 0:
        return _leaf(random, facts, random.choice(names))
    parts = [_condition(random, facts, names, possible=possible, depth=depth - 1) for _ in range(random.randint(1, 3))]
    return {form: parts if form in ("all", "any") else parts[0]}
