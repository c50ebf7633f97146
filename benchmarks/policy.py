"""How fast a policy decides: one post after another, and in columns; the same actions, counted side by side.

Run: python benchmarks/policy.py [--rows 20000]. Nothing in it uses more than one core, whose time is what is counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from consentry.policy import decide, load_policy, redecide
from consentry.policy.cases.files import WrittenCase, as_assessment, read_cases
from consentry.policy.deciding.columns import assessment_columns, decide_columns, fact_columns
from consentry.records import Assessment, Fact

NEWEST = "twitter-private-media-2024-03-21"
CASES = Path(__file__).resolve().parents[1] / "data" / "cases"
POLICY = load_policy(NEWEST)
WORDS = {fact.name: (*fact.words, "unknown") for fact in POLICY.facts}


def posts(rows: int) -> list[WrittenCase]:
    """The golden cases over and over, each time with other answers of reviewers."""
    random = Random(7)  # noqa: S311 - the same posts in every run
    cases = [case for path in sorted(CASES.glob("*.yaml")) for case in read_cases(path)]
    answerable = [fact.name for fact in POLICY.facts if fact.measured is None]
    made = []
    for index in range(rows):
        case = cases[index % len(cases)]
        names = random.sample(answerable, random.randint(0, 8))
        facts = tuple(Fact(name=name, value=random.choice(WORDS[name]), source="reviewer") for name in names)
        made.append(WrittenCase(**{**{key: getattr(case, key) for key in case.__slots__}, "facts": facts}))
    return made


def timed(what: str, rows: int, work: Callable[[], list[str]]) -> list[str]:
    """Run it, and print how many posts it decides in a second of one core's time, whoever else uses the machine."""
    started = time.process_time()
    actions = work()
    seconds = time.process_time() - started
    print(f"{what:58} {rows / seconds:12,.0f} posts/s")
    assert len(actions) == rows
    return actions


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    slowly = min(rows, 1_000)
    cases = posts(rows)
    stored: list[Assessment] = [as_assessment(POLICY, case) for case in cases[:slowly]]
    print(f"{POLICY.label}: {len(POLICY.facts)} facts, {len(POLICY.clauses)} clauses, {len(POLICY.decisions)} lines")
    one_by_one = timed(
        "decide: reasons, questions, what would change",
        slowly,
        lambda: [
            decide(POLICY, case.post, case.report, case.signals, case.facts).recommendation.action
            for case in cases[:slowly]
        ],
    )
    again = timed("redecide: the same from a stored assessment", slowly, lambda: _redecided(stored))
    facts = [(assessment.facts, assessment.circumstances.report) for assessment in stored if assessment.circumstances]
    many = [facts[index % slowly] for index in range(rows)]
    columns = timed("columns: stored facts to actions", rows, lambda: _actions(fact_columns(POLICY, many)))
    again_and_again = [stored[index % slowly] for index in range(rows)]
    whole = timed(
        "columns: stored assessments to actions",
        rows,
        lambda: _actions(assessment_columns(POLICY, again_and_again)),
    )
    older = load_policy("twitter-private-media-2022-12-14")
    timed(
        "columns: assessments of another policy, settled anew",
        slowly,
        lambda: decide_columns(older, assessment_columns(older, stored)).actions,
    )
    ready = fact_columns(POLICY, many)
    timed("columns: the decision alone", rows, lambda: _actions(ready))
    assert one_by_one == again == columns[:slowly] == whole[:slowly]
    print("The actions are the same.")


def _redecided(stored: list[Assessment]) -> list[str]:
    return [redecide(POLICY, assessment).action for assessment in stored]


def _actions(columns: object) -> list[str]:
    from consentry.policy.deciding.columns import FactColumns

    assert isinstance(columns, FactColumns)
    return list(decide_columns(POLICY, columns).actions)


if __name__ == "__main__":
    main()
