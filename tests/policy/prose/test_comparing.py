"""What an amendment does to the policy that it is based on, as it is read out."""

from __future__ import annotations

from amended_policies import amendments, policy_files
from hypothesis import assume, given
from hypothesis import strategies as st
from policy_strategies import examples
from test_consolidating import BASE as SHORT
from test_consolidating import OWN, amended_text, without_places

from consentry.policy import Policy, PolicyError
from consentry.policy.language.loading import PolicyText, read_text
from consentry.policy.language.versions import policy_text
from consentry.policy.prose import as_page, as_text, told
from consentry.policy.prose.comparing import redline
from consentry.policy.prose.document import Amendments, Change, Entry

BASE = SHORT + "invariants:\n  seen: {if: {standing: other}, then: {never: [no_action]}, because: Somebody asked.}\n"


def amendments_of(text: PolicyText) -> Amendments:
    found = told(text).amendments
    assert found is not None
    return found


def changes_of(entries: tuple[Entry, ...]) -> dict[str, list[tuple[str, str, str]]]:
    return {entry.code: [(each.label, each.before, each.after) for each in entry.changes] for entry in entries}


def test_what_the_strict_variant_does() -> None:
    found = amendments_of(policy_text("twitter-private-media-strict-2024-03-21"))
    assert found.base == "twitter-private-media 2024-03-21"
    assert found.added == ()
    assert [entry.code for entry in found.removed] == ["look_at_private_moment", "look_at_setting"]
    changes = changes_of(found.changed)
    assert list(changes) == [
        *("restrict_media", "private_setting", "public_event", "reward_offer", "exposure_threat", "asks_for_money"),
    ]
    assert changes["private_setting"][:2] == [("Yes", "from 0.85", "from 0.7"), ("No", "up to 0.15", "up to 0.05")]
    assert [label for label, _, _ in changes["restrict_media"]] == ["If", "Because"]
    assert [change.label for change in found.header] == ["Title", "Policy"]


def test_a_policy_that_stands_by_itself_has_none() -> None:
    document = told(read_text(BASE))
    assert document.amendments is None
    assert "What is different" not in as_text(document) + as_page(document)


def test_an_amendment_that_changes_nothing_says_so() -> None:
    own = BASE[BASE.index("policy:") : BASE.index("region:")] + "effective: {from: 2021-11-30}\n"
    document = told(amended_text(BASE, f"based_on: base.yaml\n{own}"))
    assert document.amendments == Amendments(base="small 1")
    assert "What is different from small 1\n------------------------------\nNothing.\n" in as_text(document)
    assert "Nothing." in as_page(document)


def test_what_is_said_anew_and_what_is_said_no_more() -> None:
    own = OWN.replace("yes_at_least: 0.7", "no_at_most: 0.1")
    own = own.replace("remove:", "  documents: {other: {title: Other rules, dated: 2022-01-01}}\nremove:")
    text = amended_text(BASE, own)
    (fact, *_) = amendments_of(text).changed
    assert fact.changes == (Change("No", "", "up to 0.1"),)
    shown = as_text(told(text))
    assert "No, before: nothing was said\n    No, after: up to 0.1\n" in shown
    assert "Removed: D1 reported [reported], as it was" in shown


def test_conditions_that_read_alike_but_are_not() -> None:
    base = BASE.replace("when: at_home,", "when: {all: [at_home]},")
    own = OWN.replace("change:\n", "change:\n  clauses: {home: {when: at_home}}\n")
    changed = changes_of(amendments_of(amended_text(base, own)).changed)
    assert changed["home"] == [("Holds if", "all of (a) at home [fact-at_home]", "at home [fact-at_home]")]


def test_a_line_that_moved_is_said_to_have_moved() -> None:
    line = "line: {}\n    when: {{all: [at_home, {{standing: {}}}]}}\n    action: review\n    because: So.\n".format
    lines = [line("one", "other"), line("two", "none"), line("three", "depicted_person")]
    base = BASE.replace("\n  # --- last ---", "".join(f"  - {each}" for each in lines) + "  # --- last ---")
    added = f"    - after: three\n      {lines[0].replace('    ', '      ')}"
    own = OWN.replace("[reported]", "[one]").replace("    # Before the last.\n", added)
    changed = changes_of(amendments_of(amended_text(base, own)).changed)
    assert changed["one"] == [("Place", "as D2 there", "after D3 three")]
    assert not {"two", "three"} & set(changed)


def definitions(policy: Policy) -> dict[str, object]:
    policy = without_places(policy)
    return {
        f"{kind}-{each.name}": each
        for kind, entries in (
            ("line", policy.decisions),
            ("clause", policy.clauses),
            ("fact", policy.facts),
            ("invariant", policy.invariants),
        )
        for each in entries
    }


@examples(60)
@given(st.data(), policy_files())
def test_what_is_marked_is_what_is_different(data: st.DataObject, base: str) -> None:
    text = amended_text(base, data.draw(amendments(base)))
    try:
        policy = text.policy()
    except PolicyError:
        assume(False)
    assert text.base is not None
    before, after = definitions(text.base.policy()), definitions(policy)
    document = told(text)
    marks = {entry.anchor: entry.mark for section in document.sections for entry in section.entries if entry.code}
    assert marks == {
        anchor: "added" if anchor not in before else "" if before[anchor] == definition else "changed"
        for anchor, definition in after.items()
    }
    removed = {entry.anchor for entry in amendments_of(text).removed if entry.code}
    assert removed == set(before) - set(after)
    for entry in amendments_of(text).changed:
        assert all(change.before != change.after for change in entry.changes)


@given(st.text("ab .", max_size=30), st.text("ab .", max_size=30))
def test_a_redline_has_both_texts(before: str, after: str) -> None:
    told_of = redline(Change("x", before, after))
    assert " ".join(words for kind, words in told_of if kind != "after").split() == before.split()
    assert " ".join(words for kind, words in told_of if kind != "before").split() == after.split()


def test_a_redline_of_what_has_little_in_common_is_one_after_the_other() -> None:
    assert redline(Change("Yes", "from 0.85", "from 0.7")) == [("same", "from"), ("before", "0.85"), ("after", "0.7")]
    assert redline(Change("Why", "One two three.", "Four five six.")) == [
        ("before", "One two three."),
        ("after", "Four five six."),
    ]
