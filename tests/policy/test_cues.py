"""How the words read never decides: without the cues, every shipped policy takes the same line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.policy import decide, list_policies, load_policy
from consentry.records import Fact, Post, Report, Signals, TextFinding, TextKind, TextSignal

CUES: tuple[TextKind, ...] = ("reporting_cue", "eyewitness_cue", "official_duty_cue", "help_cue")
ANSWERS = ("public_interest", "intent_to_harass", "information", "public_figure", "eyewitness_account", "crisis_help")


def signal(cues: dict[TextKind, float], threat: float) -> TextSignal:
    found = [("exposure_threat", threat), *cues.items()]
    return TextSignal(
        model="m",
        searched=("exposure_threat", "reward_offer", *CUES),
        findings=tuple(TextFinding(kind=kind, start=0, end=1, probability=p, rule="r") for kind, p in found),
    )


@pytest.mark.parametrize("name", list_policies())
@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    cues=st.dictionaries(st.sampled_from(CUES), st.floats(0, 1)),
    threat=st.sampled_from([0.0, 0.4, 0.9]),
    standing=st.sampled_from(["none", "depicted_person", "other"]),
    identity=st.sampled_from(["unverified", "verified", "rejected"]),
    consent=st.sampled_from(["refused", "given", "unknown"]),
    answers=st.dictionaries(st.sampled_from(ANSWERS), st.booleans()),
)
def test_cues_change_no_action(
    name: str,
    cues: dict[TextKind, float],
    threat: float,
    standing: str,
    identity: str,
    consent: str,
    answers: dict[str, bool],
) -> None:
    policy = load_policy(name)
    report = None
    if standing != "none":
        report = Report.model_validate(
            {"report_id": "r", "standing": standing, "identity": identity, "consent": consent}
        )
    facts = []
    for fact, yes in answers.items():
        words = ("none", "home_address") if fact == "information" else ("no", "yes")
        facts.append(Fact(name=fact, value=words[yes], source="reviewer"))
    post = Post(post_id="p", text="words")
    with_cues = decide(policy, post, report, Signals(text=signal(cues, threat)), facts).recommendation
    without = decide(policy, post, report, Signals(text=signal({}, threat)), facts).recommendation
    assert (with_cues.action, with_cues.rule, with_cues.decisive) == (without.action, without.rule, without.decisive)
    fired = {reason.clause for reason in with_cues.fired} - {reason.clause for reason in without.fired}
    assert fired == ({"public_interest_hinted"} if any(p >= 0.6 for p in cues.values()) else set())
