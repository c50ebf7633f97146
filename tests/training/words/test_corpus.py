"""The corpus: every file can be read, no text stands twice, and what its README counts is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from consentry.training.words.corpus import BEHAVIOURS, KINDS, LabelledText, fold_of, read_corpus


@pytest.fixture(scope="module")
def corpus(repository: Path) -> list[LabelledText]:
    return read_corpus(repository / "data/text_training/corpus")


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_no_text_stands_twice(corpus: list[LabelledText]) -> None:
    assert [text for text, times in Counter(plain(each.text) for each in corpus).items() if times > 1] == []
    assert all(each.text.strip() for each in corpus)


def test_situations_are_of_one_language_and_of_both_kinds(corpus: list[LabelledText]) -> None:
    languages = {(each.situation, each.language) for each in corpus}
    assert len({situation for situation, _ in languages}) == len(languages)
    for language in {each.language for each in corpus}:
        some = [each for each in corpus if each.language == language]
        assert 0.25 < sum(each.behaves for each in some) / len(some) < 0.55
        assert {kind for each in some for kind in each.kinds} == set(KINDS)


def test_the_readme_counts_what_is_there(repository: Path, corpus: list[LabelledText]) -> None:
    page = (repository / "data/text_training/corpus/README.md").read_text(encoding="utf-8")
    for language in {each.language for each in corpus}:
        some = [each for each in corpus if each.language == language]
        counts = [len({each.situation for each in some}), len(some)]
        counts += [sum(kind in each.kinds for each in some) for kind in BEHAVIOURS]
        (row,) = re.findall(rf"^\| \w+ \| `{language}-\*` \| (.*) \|$", page, re.MULTILINE)
        cues = sum(len(each.kinds - set(BEHAVIOURS)) for each in some)
        assert [int(number) for number in row.split(" | ")] == [*counts, cues, sum(not each.kinds for each in some)]


@pytest.mark.parametrize("labels", ["threats", "threat none", "none none offer"])
def test_a_label_that_is_none(labels: str, tmp_path: Path) -> None:
    (tmp_path / "de-1.yaml").write_text(f'- {{situation: a, variety: b, texts: [{{{labels}: "x"}}]}}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"de-1.yaml: .* is no label"):
        read_corpus(tmp_path)


def test_folds_are_fixed_and_share_no_situation(corpus: list[LabelledText]) -> None:
    folds = {each.situation: fold_of(each.situation, 3) for each in corpus}
    assert set(folds.values()) == {0, 1, 2}
    assert fold_of("de-chef-01", 3) == fold_of("de-chef-01", 3)
