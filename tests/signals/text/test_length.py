"""Texts that are too long: searched so far, said so, and nothing found because a text breaks off."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry import Assessor, Post
from consentry.media import Limits
from consentry.policy import decide, load_policy
from consentry.records import Fact, Signals, TextFinding, TextSignal
from consentry.runtime import RuntimeSettings
from consentry.signals.text import TextReader, analyse_text
from consentry.signals.text.analysis import KINDS, MOST_OF_A_KIND

NUMBER = "call +1 650-253-0000"


def readable(most_characters: int) -> TextReader:
    return TextReader(most_characters=most_characters)


def test_what_lies_behind_the_limit_is_not_searched_and_every_kind_is_open() -> None:
    text = f"{NUMBER}. " + "we had cake " * 10 + "jane@example.org"
    whole, part = analyse_text(text), analyse_text(text, most_characters=60)
    assert [finding.kind for finding in whole.findings] == ["phone", "email"]
    assert [finding.kind for finding in part.findings] == ["phone"]
    assert part.searched == ()
    (note,) = readable(60).notes_on(text, part)
    assert (note.stage, note.code) == ("text", "text.too_long")
    assert f"{len(text):,}" in note.message
    assert "60" in note.message
    assert readable(len(text)).notes_on(text, analyse_text(text, most_characters=len(text))) == ()


@pytest.mark.parametrize("length", range(20, 48))
def test_a_text_that_just_fits_is_searched_to_its_end(length: int) -> None:
    text = "x" * (length - 17) + " " + "jane@example.org"
    assert len(text) == length
    signal = analyse_text(text, most_characters=length)
    assert [finding.kind for finding in signal.findings] == ["email"]
    assert "email" in signal.searched
    assert analyse_text(text, most_characters=length - 1).findings == ()


def covered(finding: TextFinding, others: Sequence[TextFinding]) -> bool:
    return any(
        other.kind == finding.kind
        and other.start <= finding.start
        and finding.end <= other.end
        and other.probability >= finding.probability
        for other in others
    )


PIECES = (
    "jane@example.com.au", "https://a.io/6502530000/x", "+44 20 7031 3000 5", "4111 1111 1111 1111", "524-71-3907",
    "GB82WEST12345698765432", "48.858222, 2.294500", "14 Example Road, Apt 4B", "Hauptstraße 12, 10115 Berlin",
    "her car is AB12 CDE", "a@b.co:passw0rd", "I will dox you", "I'm going to post your home address", "police",
    "$500 for her name", "pay me or everyone sees it", "she has cancer", "password: hunter22",
    "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM", "and", "not", ".", ",", "1 2 3",
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=8),
    joint=st.sampled_from([" ", ". ", "\n"]),
    at=st.floats(0, 1),
)
def test_nothing_is_found_because_a_text_breaks_off(pieces: list[str], joint: str, at: float) -> None:
    text = joint.join(pieces)
    limit = max(1, round(at * len(text)))
    whole = analyse_text(text).findings
    for finding in analyse_text(text, most_characters=limit).findings:
        assert finding.end <= limit
        assert covered(finding, whole)


def test_no_more_than_so_many_findings_of_a_kind_and_the_surest_of_them() -> None:
    text = "jane [at] example [dot] org, " * MOST_OF_A_KIND + "jane@example.org " * 3 + NUMBER
    signal = analyse_text(text)
    emails = [finding for finding in signal.findings if finding.kind == "email"]
    assert len(emails) == MOST_OF_A_KIND
    assert [finding.rule for finding in emails].count("email/plain") == 3
    assert [finding.start for finding in signal.findings] == sorted(finding.start for finding in signal.findings)
    assert "email" in signal.searched
    (note,) = readable(50_000).notes_on(text, signal)
    assert note.code == "text.many_findings"
    assert note.message.endswith(": email.")


def facts_over(signal: TextSignal, notes: Sequence[object], post: Post) -> dict[str, Fact]:
    policy = load_policy()
    decided = decide(policy, post, None, Signals(text=signal, errors=notes), ())
    over_words = {fact.name for fact in policy.facts if (fact.measured or "").startswith("text.")}
    assert over_words
    return {fact.name: fact for fact in decided.facts if fact.name in over_words}


def test_facts_over_words_are_unknown_where_nothing_was_found_and_known_where_something_was() -> None:
    text = f"{NUMBER} " + "cake " * 40
    post = Post(post_id="1", text=text)
    searched = TextSignal(model="m", searched=KINDS, findings=analyse_text(text).findings)
    known = facts_over(searched, (), post)
    part = analyse_text(text, most_characters=100)
    facts = facts_over(part, readable(100).notes_on(text, part), post)
    assert {"yes", "no"} <= {fact.value for fact in known.values()}
    for name, fact in facts.items():
        assert fact.value == ("yes" if known[name].value == "yes" else "unknown")
    assert any("not all of the words were searched" in fact.detail for fact in facts.values())


def test_the_note_alone_leaves_facts_open() -> None:
    """Whoever makes signals of their own and forgets `searched` does not turn what was not read into a no."""
    text = "cake " * 40
    note = readable(10).notes_on(text, analyse_text(text, most_characters=10))
    everything = TextSignal(model="m", searched=KINDS)
    assert {fact.value for fact in facts_over(everything, note, Post(post_id="1", text=text)).values()} == {"unknown"}


def test_an_assessment_says_where_it_stopped_and_asks(tmp_path: Path) -> None:
    limits = Limits(text_characters=40)
    assessor = Assessor.load(models=tmp_path, settings=RuntimeSettings(threads=1), limits=limits)
    assessment = assessor.assess(Post(post_id="1", text=f"{NUMBER}, we had cake, " + "I will dox you. " * 3))
    assert [note.code for note in assessment.signals.errors if note.stage == "text"] == ["text.too_long"]
    assert assessment.signals.text is not None
    assert assessment.signals.text.searched == ()
    assert [finding.kind for finding in assessment.signals.text.findings] == ["phone"]
    short = assessor.assess(Post(post_id="1", text=NUMBER))
    assert [note.code for note in short.signals.errors if note.stage == "text"] == []
