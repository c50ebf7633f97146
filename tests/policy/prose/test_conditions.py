"""Conditions as lettered lines."""

from __future__ import annotations

from consentry.policy.logic.conditions import AllOf, Always, AnyOf, ClauseHolds, FactIs, Not, Possible
from consentry.policy.prose.conditions import lines_of_condition
from consentry.policy.prose.document import Line, Reference
from consentry.policy.prose.page import nested

HOME = Reference("clause-home", "C1", "home")
CONSENT = Reference("fact-consent", "F1", "consent")
REFERENCES = {"clause-home": HOME, "fact-consent": CONSENT}
REFUSED = FactIs("consent", ("refused", "withdrawn"))


def test_a_single_thing_has_no_letter() -> None:
    assert lines_of_condition(ClauseHolds("home"), REFERENCES) == (Line(0, "", "home", HOME),)
    assert lines_of_condition(Always(), {}) == (Line(0, "", "in every other case"),)
    assert lines_of_condition(Not(REFUSED), REFERENCES) == (
        Line(0, "", "consent is not refused or withdrawn", CONSENT),
    )


def test_parts_of_parts() -> None:
    home = ClauseHolds("home")
    condition = AllOf((AnyOf((home, REFUSED)), Possible(Not(AnyOf((home, AllOf((home, home)))))), home))
    assert [
        (line.depth, line.letter, line.words, line.opens) for line in lines_of_condition(condition, REFERENCES)
    ] == [
        (0, "", "all of", True),
        (1, "(a)", "any of", True),
        (2, "(i)", "home", False),
        (2, "(ii)", "consent is refused or withdrawn", False),
        (1, "(b)", "possibly not any of", True),
        (2, "(i)", "home", False),
        (2, "(ii)", "all of", True),
        (3, "(1)", "home", False),
        (3, "(2)", "home", False),
        (1, "(c)", "home", False),
    ]


def test_letters_do_not_run_out() -> None:
    parts = tuple(ClauseHolds("home") for _ in range(60))
    letters = [line.letter for line in lines_of_condition(AllOf(parts), REFERENCES)]
    assert letters[26:29] == ["(z)", "(aa)", "(ab)"]
    deeper = [line.letter for line in lines_of_condition(AllOf((AnyOf(parts), parts[0])), REFERENCES)]
    assert [deeper[2 + number] for number in (3, 8, 13, 18)] == ["(iv)", "(ix)", "(xiv)", "(xix)"]


def test_lines_as_a_tree() -> None:
    lines = lines_of_condition(AllOf((AnyOf((ClauseHolds("home"), REFUSED)), ClauseHolds("home"))), REFERENCES)
    (root,) = nested(lines)
    assert [branch.line.letter for branch in root.below] == ["(a)", "(b)"]
    assert [branch.line.letter for branch in root.below[0].below] == ["(i)", "(ii)"]
    assert root.below[1].below == []
