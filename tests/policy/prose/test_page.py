"""The page: nothing of a file can become a mark, every link leads somewhere, headings are in order."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from test_loading import GOOD

from consentry.policy import list_policies
from consentry.policy.language.loading import read_text
from consentry.policy.language.versions import policy_text
from consentry.policy.prose import as_page, as_text, told

_WITHOUT_END = {"meta", "link", "br", "hr", "img", "input"}


class Reader(HTMLParser):
    """Collects what the tests ask for, and complains of what is not closed or closed in the wrong place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.labelled: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.labelled += [given["aria-labelledby"]] if "aria-labelledby" in given else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "p":
            assert "p" not in self.open
        if tag not in _WITHOUT_END:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", list_policies())
def test_links_headings_and_marks(name: str) -> None:
    text = policy_text(name)
    page = as_page(told(text))
    reader = Reader(page)
    assert max(Counter(reader.ids).values()) == 1
    assert {link.removeprefix("#") for link in reader.links} | set(reader.labelled) <= set(reader.ids)
    assert all(link.startswith("#") for link in reader.links)
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(reader.headings, reader.headings[1:], strict=False))
    assert reader.seen["script"] == reader.seen["img"] == reader.seen["link"] == 0
    policy = text.policy()
    for anchor in (
        *(f"line-{line.name}" for line in policy.decisions),
        *(f"clause-{clause.name}" for clause in policy.clauses),
        *(f"fact-{fact.name}" for fact in policy.facts),
        *(f"deadline-{deadline.name}" for deadline in policy.deadlines),
        *(f"invariant-{invariant.name}" for invariant in policy.invariants),
    ):
        assert anchor in reader.ids


def test_words_of_a_file_cannot_become_marks() -> None:
    evil = "</style><script>alert(1)</script> & \\\"quoted\\\" <b onclick='x'>"
    file = f"# {evil}\n" + GOOD
    for words in ("It is a home.", "Homes are private.", "Is it at home?", "Eight in ten.", "A small policy", "Red."):
        assert file.count(words) == 1
        file = file.replace(words, f'"{evil}"')
    for words in ("House rules", "worldwide", "first"):
        file = file.replace(words, f'"{evil}"')
    file = file.replace("  home:\n", f"  # {evil}\n  home:\n", 1)
    page = as_page(told(read_text(file)))
    reader = Reader(page)
    assert reader.seen["script"] == reader.seen["b"] == 0
    assert page.count("&lt;script&gt;alert(1)") >= 9
    assert as_text(told(read_text(file))).count("<script>alert(1)") >= 9


def test_an_assessment_finds_its_reasons_on_the_page() -> None:
    from pathlib import Path

    from consentry.policy import decide, load_policy
    from consentry.policy.cases.files import read_cases

    (case, *_) = read_cases(Path(__file__).parents[3] / "data" / "cases" / "media.yaml")
    policy = load_policy()
    recommendation = decide(policy, case.post, case.report, case.signals, case.facts).recommendation
    ids = Reader(as_page(told(policy_text("twitter-private-media-2021-11-30")))).ids
    assert f"line-{recommendation.rule}" in ids
    assert recommendation.decisive
    assert all(f"clause-{reason.clause}" in ids for reason in (*recommendation.decisive, *recommendation.fired))
    assert all(f"fact-{question.fact}" in ids for question in recommendation.questions)
