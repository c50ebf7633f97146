"""Policy files that are wrong say where, and what was probably meant."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from consentry.policy import DEFAULT_POLICY, PolicyError, decide, list_policies, load_policy, parse_policy
from consentry.records import Post, Signals

GOOD = """\
policy: small
version: 1
title: A small policy
region: worldwide
effective: {from: 2021-11-30}
documents:
  house: {title: House rules, dated: 2021-11-30}
facts:
  at_home:
    from: scene.private_context.max
    yes_at_least: 0.8
    no_at_most: 0.2
    why: Eight in ten.
    ask: Is it at home?
  standing:
    from: report.standing
    ask: Who reports?
  seen:
    from: faces.band
    yes: [match]
    ask: Is it them?
  colour:
    words: [red, green, blue]
    ask: Which colour?
clauses:
  home:
    kind: violation
    when: {all: [at_home, seen]}
    sentence: Homes are private.
    source: {document: house, passage: first}
  red:
    kind: exception
    when: {any: [{colour: red}, {colour: green}]}
    sentence: Red is fine.
    source: {document: house, passage: second}
decisions:
  - line: reported_home
    when: {all: [home, {not: red}, {standing: [depicted_person, other]}]}
    action: review_urgent
    because: It is a home.
  - line: otherwise
    when: always
    action: review
    because: Somebody should look.
invariants:
  red_is_fine:
    if: {all: [red, {possible: home}]}
    then: {never: [review_urgent]}
    because: Red.
"""


def complaint(old: str, new: str) -> PolicyError:
    assert GOOD.count(old) == 1, old
    with pytest.raises(PolicyError) as caught:
        parse_policy(GOOD.replace(old, new), "small.yaml")
    return caught.value


def line_of(error: PolicyError) -> int:
    assert error.message.startswith("small.yaml, line ")
    return int(error.message.removeprefix("small.yaml, line ").split(":")[0])


def test_a_good_policy() -> None:
    policy = parse_policy(GOOD)
    assert policy.label == "small 1"
    assert policy.effective_from == date(2021, 11, 30)
    assert policy.effective_until is None
    assert [fact.name for fact in policy.facts] == ["at_home", "standing", "seen", "colour"]
    assert policy.facts[1].words == ("depicted_person", "authorised_representative", "other", "none")
    assert policy.clauses[1].source.passage == "second"
    assert policy.invariants[0].actions == {
        "no_action",
        "request_verification",
        "review",
        "recommend_restrict",
        "recommend_removal",
        "route_out",
    }
    assert policy.sha256 == policy.digest.sha256 == sha256(GOOD.encode()).hexdigest()


def test_policies_are_values() -> None:
    policy = parse_policy(GOOD)
    assert policy == parse_policy(GOOD)
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301
    with pytest.raises(AttributeError):
        policy.name = "other"  # type: ignore[misc]


# (what stands there, what is written instead, the code, the line, what the complaint or its remedy says)
FAULTS = [
    ("  seen:\n", "  sen:\n", "policy.unknown_name", 28, "Did you mean 'sen'?"),
    ("[at_home, seen]", "[at_hme, seen]", "policy.unknown_name", 28, "Did you mean 'at_home'?"),
    ("[home, {not: red}", "[home, {nt: red}", "policy.unknown_name", 38, "Did you mean 'not'?"),
    ("[home, {not: red}", "[hom, {not: red}", "policy.unknown_name", 38, "Did you mean 'home'?"),
    ("other]}]}", "othr]}]}", "policy.unknown_word", 38, "Did you mean 'other'?"),
    ("from: report.standing", "from: report.standin", "policy.unknown_name", 16, "Did you mean 'report.standing'?"),
    ("from: faces.band", "from: nonsense", "policy.unknown_name", 19, "No known name is like it"),
    ("kind: exception", "kind: exeption", "policy.unknown_word", 32, "Did you mean 'exception'?"),
    ("action: review_urgent", "action: remove", "policy.unknown_word", 39, "Did you mean 'review'?"),
    ("never: [review_urgent]", "never: [revew]", "policy.unknown_word", 48, "Did you mean 'review'?"),
    ("then: {never", "then: {nver", "policy.unknown_key", 48, "Did you mean 'never'?"),
    ("then: {never: [review_urgent]}", "then: {}", "policy.wrong_type", 48, "only: [...]"),
    ("document: house, passage: first", "document: hous, passage: first", "policy.unknown_name", 30, "'house'"),
    ("    sentence: Red is fine.\n", "", "policy.missing_key", 32, "sentence: ..."),
    ("sentence: Red is fine.", "sentense: Red is fine.", "policy.unknown_key", 34, "Did you mean 'sentence'?"),
    ("title: A small policy", "titel: A small policy", "policy.unknown_key", 3, "Did you mean 'title'?"),
    ("region: worldwide", "region: []", "policy.wrong_type", 4, "must be text"),
    ("from: 2021-11-30}", "from: last year}", "policy.wrong_type", 5, "2021-11-30"),
    ("from: 2021-11-30}", "from: 2021-11-30, until: 2020-01-01}", "policy.dates", 5, "before it begins"),
    ("policy: small", "policy: Small", "policy.invalid", 1, "is not a name"),
    ("yes_at_least: 0.8", "yes_at_least: high", "policy.wrong_type", 11, "must be a number"),
    ("yes_at_least: 0.8", "yes_at_least: .nan", "policy.wrong_type", 11, "must be a number"),
    ("yes_at_least: 0.8", "yes_at_least: 0.0", "policy.threshold", 11, "must be above 0"),
    ("yes_at_least: 0.8", "yes_at_least: 1.1", "policy.threshold", 11, "at most 1"),
    ("no_at_most: 0.2", "no_at_most: 1.0", "policy.threshold", 12, "below 1"),
    ("no_at_most: 0.2", "no_at_most: 0.8", "policy.threshold", 12, "must be below 'yes_at_least' (0.8)"),
    ("    yes_at_least: 0.8\n    no_at_most: 0.2\n", "", "policy.threshold", 9, "has no threshold"),
    ("    why: Eight in ten.\n", "", "policy.missing_key", 9, "does not say why"),
    ("why: Eight in ten.", "words: [a, b]", "policy.wrong_type", 13, "is a number"),
    ("    yes: [match]", "    yes: [match]\n    no_at_most: 0.1", "policy.wrong_type", 21, "has no meaning here"),
    ("    yes: [match]", "    no_at_most: 0.1", "policy.wrong_type", 20, "is a word, not a number"),
    ("words: [red, green, blue]", "words: [red, green, blue]\n    yes: [red]", "policy.wrong_type", 24, "no 'from'"),
    ("yes: [match]", "yes: [match]\n    no: [no_face]", "policy.wrong_type", 21, "cannot tell"),
    ("yes: [match]", "yes: [inconclusive]", "policy.wrong_type", 20, "cannot tell"),
    ("yes: [match]", "yes: [match]\n    no: [match]", "policy.duplicate", 21, "for yes and for no"),
    ("yes: [match]", "yes: [mtch]", "policy.unknown_word", 20, "Did you mean 'match'?"),
    ("yes: [match]", "yes: []", "policy.wrong_type", 20, "at least one word"),
    ("    ask: Who reports?", "    words: [other, none]\n    ask: W", "policy.unknown_word", 17, "can also be"),
    ("[red, green, blue]", "[red]", "policy.invalid", 23, "single word"),
    ("[red, green, blue]", "[red, green, unknown]", "policy.invalid", 23, "'unknown' cannot be"),
    ("[red, green, blue]", "[red, red]", "policy.duplicate", 23, "'red' twice"),
    ("[red, green, blue]", "[red, green, blue, grey]", "policy.dead", 22, "'blue' and 'grey'"),
    ("when: {all: [at_home, seen]}", "when: [at_home, seen]", "policy.wrong_type", 28, "all: [...]"),
    ("when: {all: [at_home, seen]}", "when: {at_home: yes, seen: yes}", "policy.wrong_type", 28, "one key, not 2"),
    ("when: {all: [at_home, seen]}", "when: {all: []}", "policy.wrong_type", 28, "something in it"),
    ("when: {all: [at_home, seen]}", "when: {possible: seen}", "policy.wrong_type", 28, "change its mind"),
    ("when: {all: [at_home, seen]}", "when: always", "policy.wrong_type", 28, "cannot be used here"),
    ("when: {all: [at_home, seen]}", "when: {all: [at_home, standing]}", "policy.wrong_type", 28, "not a yes/no fact"),
    ("{colour: red}", "{colour: unknown}", "policy.unknown_word", 33, "possible: ..."),
    ("{colour: red}", "{colour: [red, green, blue]}", "policy.dead", 33, "all of its words"),
    ("{colour: red}", "{colour: [red, red]}", "policy.duplicate", 33, "twice"),
    ("when: {any: [{colour: red}, {colour: green}]}", "when: red", "policy.cycle", 31, "red → red"),
    ("  red:\n", "  colour:\n", "policy.duplicate", 31, "name of a fact already"),
    ("  red:\n", "  not:\n", "policy.invalid", 31, "word of the language"),
    ("line: otherwise", "line: reported_home", "policy.duplicate", 41, "twice"),
    (
        "    when: always\n    action: review\n",
        "    when: home\n    action: review\n",
        "policy.no_catch_all",
        41,
        "always",
    ),
    (
        "{all: [home, {not: red}, {standing: [depicted_person, other]}]}",
        "always",
        "policy.dead",
        41,
        "'reported_home' always holds",
    ),
    ("    words: [red, green, blue]\n", "", "policy.unknown_word", 32, "'colour' cannot be 'red'"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "says"), FAULTS)
def test_faults_are_named(old: str, new: str, code: str, line: int, says: str) -> None:
    error = complaint(old, new)
    assert error.code == code
    assert line_of(error) == line
    assert says in str(error)


def test_a_clause_that_leads_nowhere() -> None:
    text = GOOD.replace("{not: red}, ", "").replace("{all: [red, {possible: home}]}", "home")
    with pytest.raises(PolicyError, match="line 31: no decision line depends on the clause 'red'") as caught:
        parse_policy(text, "small.yaml")
    assert caught.value.code == "policy.dead"


def test_a_fact_that_nothing_speaks_of() -> None:
    text = GOOD.replace("{all: [at_home, seen]}", "at_home")
    with pytest.raises(PolicyError, match="line 18: no condition speaks of the fact 'seen'") as caught:
        parse_policy(text, "small.yaml")
    assert caught.value.code == "policy.dead"


def test_a_line_that_repeats_another() -> None:
    text = GOOD.replace(
        "line: otherwise", "line: again\n    when: home\n    action: review\n    because: x\n  - line: third"
    )
    parse_policy(text)
    repeated = text.replace("{all: [home, {not: red}, {standing: [depicted_person, other]}]}", "home")
    repeated = repeated.replace("if: {all: [red, {possible: home}]}", "if: {all: [red, {standing: none}]}")
    with pytest.raises(PolicyError, match="'again' is never reached: 'reported_home' says the same"):
        parse_policy(repeated)


def test_more_event_facts_than_the_guardrail_can_try() -> None:
    fact = "  event{}:\n    from: scene.public_event.max\n    yes_at_least: 0.9\n    why: x\n    ask: x\n"
    names = ", ".join(f"event{index}" for index in range(5))
    text = GOOD.replace("facts:\n", "facts:\n" + "".join(fact.format(index) for index in range(5)))
    with pytest.raises(PolicyError, match="more than 4 facts cut the public-event score") as caught:
        parse_policy(text.replace("[at_home, seen]", f"[at_home, seen, {names}]"))
    assert caught.value.code == "policy.threshold"


def test_without_invariants_and_with_an_end() -> None:
    text = GOOD.split("invariants:")[0].replace("from: 2021-11-30}", "from: 2021-11-30, until: 2022-04-04}")
    policy = parse_policy(text)
    assert policy.invariants == ()
    assert policy.effective_until == date(2022, 4, 4)


def test_only_is_the_opposite_of_never() -> None:
    policy = parse_policy(GOOD.replace("never: [review_urgent]", "only: [review, no_action]"))
    assert policy.invariants[0].actions == {"review", "no_action"}


def test_clauses_compare_with_yes_and_no() -> None:
    written = parse_policy(GOOD.replace("{not: red}", "{red: no}"))
    assert written.decisions == parse_policy(GOOD).decisions
    assert parse_policy(GOOD.replace("[home, ", "[{home: yes}, ")).decisions == written.decisions


def test_shipped_policies(tmp_path: Path) -> None:
    assert DEFAULT_POLICY in list_policies()
    assert load_policy() == load_policy(DEFAULT_POLICY)
    own = tmp_path / "own.yaml"
    own.write_text(GOOD, encoding="utf-8")
    assert load_policy(own) == load_policy(str(own)) == parse_policy(GOOD)


@pytest.mark.parametrize("name", list_policies())
def test_every_shipped_policy_loads(name: str) -> None:
    policy = load_policy(name)
    assert f"{policy.name}-{policy.version}" == name


def test_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="Did you mean 'twitter-private-media-2021-11-30'") as caught:
        load_policy("twitter-private-media-2021-11-03")
    assert caught.value.code == "policy.not_found"
    with pytest.raises(PolicyError, match="no such file") as caught:
        load_policy(tmp_path / "nothing.yaml")
    assert caught.value.code == "policy.not_found"


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("policy: caf\xe9".encode("latin-1"))
    with pytest.raises(PolicyError, match="not UTF-8") as caught:
        load_policy(path)
    assert caught.value.code == "policy.yaml"


def test_errors_travel_to_other_processes() -> None:
    error = complaint("kind: exception", "kind: exeption")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(copy), copy.code, str(copy)) == (PolicyError, error.code, str(error))


DAY = """  lately:
    from: post.day
    yes_at_least: 2022-04-05
    no_at_most: 2022-04-04
    why: The rule names the day.
    ask: Was it posted since?
"""


def test_thresholds_that_are_days() -> None:
    text = GOOD.replace("  colour:\n", DAY + "  colour:\n").replace("[at_home, seen]", "[at_home, seen, lately]")
    lately = next(fact for fact in parse_policy(text).facts if fact.name == "lately")
    assert lately.is_day
    assert date.fromordinal(int(lately.yes_at_least or 0)) == date(2022, 4, 5)
    post = Post(post_id="1", posted_at=datetime(2022, 4, 5, tzinfo=UTC))
    (fact,) = [fact for fact in decide(parse_policy(text), post, None, Signals()).facts if fact.name == "lately"]
    assert (fact.value, fact.detail) == ("yes", "post.day is 2022-04-05, yes from 2022-04-05")
    for wrong, says in (("2022-13-05", "must be a date"), ("0.5", "must be a date"), ("2022-04-04", "must be below")):
        with pytest.raises(PolicyError, match=says):
            parse_policy(text.replace("yes_at_least: 2022-04-05", f"yes_at_least: {wrong}"))
