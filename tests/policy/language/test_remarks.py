"""Comments of a policy file, and what each of them belongs to."""

from __future__ import annotations

from test_consolidating import BASE, OWN, amended_text

from consentry.policy.language.remarks import head_of, lines_of, remarks_on
from consentry.policy.language.written import Items, Table, read_yaml


def section(table: Table, name: str) -> Table:
    found = table.entries[name]
    assert isinstance(found, Table)
    return found


def remarks_in(table: Table) -> dict[str, list[str]]:
    return {name: remarks_on(place, value) for name, place, value in table}


def test_each_remark_belongs_to_one_thing() -> None:
    base = read_yaml(BASE, "base.yaml")
    assert isinstance(base, Table)
    assert remarks_in(section(base, "facts")) == {
        "at_home": ["Homes only.", "Nine in ten would be too many.", "not more", "Nobody says no."],
        "standing": [],
    }
    assert remarks_in(section(base, "documents")) == {"house": []}
    lines = base.entries["decisions"]
    assert isinstance(lines, Items)
    assert [remarks_on(item.place, item) for item in lines.items] == [["Anybody."], ["Above the last."]]


def test_remarks_of_all_files_on_what_was_changed() -> None:
    table = amended_text(BASE, OWN).table
    assert remarks_in(section(table, "facts")) == {
        # What was remarked on the old threshold went with it.
        "at_home": ["Homes only.", "Stricter at home.", "Seven in ten.", "Nobody says no."],
        "standing": [],
        "asked": ["by phone", "Trailing."],
    }
    lines = table.entries["decisions"]
    assert isinstance(lines, Items)
    assert [remarks_on(item.place, item) for item in lines.items] == [
        ["Before the last.", "Only so."],
        ["Above the last."],
    ]


def test_lines_below_each_other_are_one_remark() -> None:
    facts = "facts:\n  # One\n  # remark.\n  #\n  # Another.\n  one: 1  # and one behind it\n"
    table = read_yaml(facts, "facts.yaml")
    assert isinstance(table, Table)
    assert remarks_in(section(table, "facts")) == {"one": ["One remark.", "Another.", "and one behind it"]}


def test_a_remark_behind_the_line_that_opens_something() -> None:
    table = read_yaml(
        "facts:\n  one:   # behind it\n    ask: '# none' \n    list: [a, 'b # c'] # there\n", "facts.yaml"
    )
    assert isinstance(table, Table)
    assert remarks_in(section(table, "facts")) == {"one": ["behind it", "there"]}


def test_the_head_of_a_file() -> None:
    table = read_yaml("\n# One.\n\n# Two.\n\n---\npolicy: x\n", "x.yaml")
    assert isinstance(table, Table)
    assert head_of(table) == ["# One.", "", "# Two."]


def test_places_in_lines() -> None:
    lines = lines_of("ab\r\n\ncd")
    assert lines.lines == ["ab", "", "cd"]
    assert [lines.number_of(position) for position in range(7)] == [0, 0, 0, 0, 1, 2, 2]
    assert (lines.before(6), lines.behind(6), lines.behind(1)) == ("c", "d", "b")
