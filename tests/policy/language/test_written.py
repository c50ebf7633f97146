"""YAML as a tree with lines, and what is refused."""

from __future__ import annotations

import pytest

from consentry.policy import PolicyError
from consentry.policy.errors import suggestion
from consentry.policy.language.written import Items, Table, Text, as_words, read_yaml


def test_words_stay_words() -> None:
    written = read_yaml("answer: yes\nday: 2021-11-30\nlist: [no, 1_000]\n", "x")
    assert isinstance(written, Table)
    answer, day, items = written.entries.values()
    assert isinstance(answer, Text)
    assert isinstance(day, Text)
    assert isinstance(items, Items)
    assert (answer.text, day.text) == ("yes", "2021-11-30")
    assert as_words(items, "x") == ("no", "1_000")
    assert (answer.place.line, day.place.line, items.place.line) == (1, 2, 3)


@pytest.mark.parametrize(
    ("text", "code", "line", "says"),
    [
        ("", "policy.yaml", 1, "empty"),
        ("a: 1\nb: [1,\nc: 2\n", "policy.yaml", 4, "not valid YAML"),
        ("a: 1\n b: 2\n", "policy.yaml", 2, "not valid YAML"),
        ("a: \x00", "policy.yaml", 1, "does not allow"),
        ("a: 1\nb: 2\na: 3\n", "policy.duplicate", 3, "the first is in line 1"),
        ("a: &x 1\nb: *x\n", "policy.yaml", 2, "aliases"),
        ("a: 1\nb: !!python/name:os.system\n", "policy.yaml", 2, "the tag"),
        ("a: 1\n? [b]\n: 2\n", "policy.yaml", 2, "plain word"),
        ("a: 1\n---\nb: 2\n", "policy.yaml", 2, "not valid YAML"),
        ("[" * 61 + "]" * 61, "policy.yaml", 1, "nested too deeply"),
        ("[" * 60_000, "policy.yaml", 1, "nested too deeply"),
        ("- " * 60_000, "policy.yaml", 1, "nested too deeply"),
        ("a" * 1_000_001, "policy.yaml", 1, "million"),
    ],
)
def test_refused(text: str, code: str, line: int, says: str) -> None:
    with pytest.raises(PolicyError, match=says) as caught:
        read_yaml(text, "bad.yaml")
    assert caught.value.code == code
    assert f"bad.yaml, line {line}:" in caught.value.message


def test_suggestions() -> None:
    assert suggestion("reveiw", ["review", "no_action"]) == "Did you mean 'review'?"
    assert suggestion("zzz", ["review", "no_action"]) == "Use one of: review, no_action."
    assert "define it first" in suggestion("zzz", [])
    assert "check the spelling" in suggestion("zzz", [f"name{index}" for index in range(40)])
