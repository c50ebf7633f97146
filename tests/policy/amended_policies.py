"""Random policies in every style of YAML, with comments, and random amendments of them."""

from __future__ import annotations

import json
from datetime import date
from random import Random
from typing import Any

import yaml
from hostile_policies import hostile_policies
from hypothesis import strategies as st

from consentry.policy import parse_policy
from consentry.policy.definitions import YES_NO, FactDefinition, Policy
from consentry.policy.language.sections import ACTIONS
from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, Condition, FactIs, Not, Possible

HEAD = {"policy": "amended", "version": "2", "title": "Away with some of it", "effective": {"from": "2022-01-01"}}


def policy_files() -> st.SearchStrategy[str]:
    """A valid policy as the text of its file."""
    return st.builds(_styled, hostile_policies().map(as_file), st.randoms(use_true_random=True))


def amendments(base: str) -> st.SearchStrategy[str]:
    """The text of a file that is based on ``base.yaml``; it may amend it into something that is not valid."""
    return st.randoms(use_true_random=True).map(lambda random: _styled(_amending(random, base), random))


def as_file(policy: Policy) -> dict[str, Any]:
    """A policy without deadlines as it could stand in a file; every clause has a document of its own."""
    return {
        "policy": policy.name,
        "version": policy.version,
        "title": policy.title,
        "region": policy.region,
        "effective": {"from": str(policy.effective_from)},
        "documents": {
            f"document_{number}": {"title": f"Paper {number}", "dated": str(clause.source.dated)}
            for number, clause in enumerate(policy.clauses)
        },
        "facts": {fact.name: _fact(fact) for fact in policy.facts},
        "clauses": {
            clause.name: {
                "kind": clause.kind,
                "when": _written(clause.when),
                "sentence": f"{clause.sentence} Number {number}: no # is a comment.",
                "source": {"document": f"document_{number}", "passage": f"page {number}"},
            }
            for number, clause in enumerate(policy.clauses)
        },
        "decisions": [
            {"line": line.name, "when": _written(line.when), "action": line.action, "because": line.because}
            for line in policy.decisions
        ],
    }


def _fact(fact: FactDefinition) -> dict[str, Any]:
    written: dict[str, Any] = {"ask": f"Is it {fact.name}?"}
    if fact.measured:
        written["from"] = fact.measured
    for key in ("yes_at_least", "no_at_most"):
        cut = getattr(fact, key)
        if cut is not None:
            written[key] = str(date.fromordinal(int(cut))) if fact.is_day else cut
    for key, words in (("yes", fact.yes_words), ("no", fact.no_words)):
        if words:
            written[key] = list(words)
    if fact.why:
        written["why"] = fact.why
    return written


def _written(condition: Condition) -> Any:
    match condition:
        case Always():
            return "always"
        case FactIs(fact, words):
            return fact if words == ("yes",) else {fact: list(words)}
        case ClauseHolds(clause):
            return clause
        case Not(part):
            return {"not": _written(part)}
        case Possible(part):
            return {"possible": _written(part)}
        case AllOf(parts):
            return {"all": [_written(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_written(part) for part in parts]}


def _amending(random: Random, base: str) -> dict[str, Any]:
    policy = parse_policy(base)
    facts, clauses = [fact.name for fact in policy.facts], [clause.name for clause in policy.clauses]
    lines = [line.name for line in policy.decisions]
    answered = [fact.name for fact in policy.facts if fact.measured is None and fact.words == YES_NO]
    leaf = random.choice(clauses)
    changed_lines = random.sample(lines, random.randint(0, len(lines)))
    removable = [name for name in lines[:-1] if name not in changed_lines]
    verbs: dict[str, dict[str, Any]] = {
        "remove": {"decisions": random.sample(removable, random.randint(0, len(removable)))},
        "change": {
            "facts": {name: {"ask": "Really?"} for name in random.sample(facts, random.randint(0, len(facts)))},
            "clauses": {
                name: random.choice(({"kind": "gate"}, {"sentence": "Said otherwise: so."}, {"when": {"all": [leaf]}}))
                for name in random.sample(clauses, random.randint(0, len(clauses)))
                if name != leaf
            },
            "decisions": {
                name: random.choice(({"because": "They say so."}, {"action": random.choice(ACTIONS)}))
                for name in changed_lines
            },
        },
        "add": {
            "facts": {"new_fact": {"ask": "New?"}},
            "decisions": [
                {
                    random.choice(("before", "after")) if lines.index(name) < len(lines) - 1 else "before": name,
                    "line": f"new_{number}",
                    "when": {"all": ["new_fact", *random.sample(answered, min(number, len(answered)))]},
                    "action": random.choice(ACTIONS),
                    "because": f"New {number}.",
                }
                for number, name in enumerate(
                    random.sample([line for line in lines if line not in removable], random.randint(0, 1)), 1
                )
            ],
        },
    }
    kept = {
        verb: {section: entries for section, entries in sections.items() if entries} for verb, sections in verbs.items()
    }
    return {"based_on": "base.yaml", **HEAD, **{verb: sections for verb, sections in kept.items() if sections}}


def _styled(file: dict[str, Any], random: Random) -> str:
    """As YAML, in block or flow style or both, with comments on lines of their own."""
    if random.random() < 0.1:
        return json.dumps(file, indent=random.choice((None, 1)))
    width = random.choice((40, 10_000))
    style = random.choice((None, None, False, False, True))
    indent = random.choice((2, 3, 4))
    text = yaml.safe_dump(file, sort_keys=False, default_flow_style=style, indent=indent, width=width)
    if width == 40:  # something may go on on the next line, and a comment before it would become part of it
        return text
    lines = []
    for number, line in enumerate(text.splitlines()):
        indent = line[: len(line) - len(line.lstrip())]
        if random.random() < 0.2:
            lines.append(f"{indent}{random.choice(('# remark', '# --- heading', '#tight'))} {number}")
        if random.random() < 0.1:
            lines.append("")
        lines.append(line)
    return "\n".join(lines) + random.choice(("\n", "", "\n# the end\n"))
