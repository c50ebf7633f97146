"""From words to what the policy makes of them: what is found is seen, what is not found is not called absent."""

from __future__ import annotations

import pytest

from consentry.policy import decide, load_policy
from consentry.records import Post, Report, Signals
from consentry.signals.text import analyse_text

POLICY = load_policy("twitter-private-media-2024-03-21")


def decided(text: str, report: Report | None = None) -> tuple[str, str]:
    recommendation = decide(
        POLICY, Post(post_id="1", text=text), report, Signals(text=analyse_text(text)), ()
    ).recommendation
    return recommendation.action, recommendation.because


@pytest.mark.parametrize(
    "text",
    [
        "1000 bob to whoever finds out who this is",
        "pay 5000 via mpesa or the video leaks tonight",
        "Keep talking and your home address goes on the timeline tomorrow",
    ],
)
def test_what_is_found_is_seen_whoever_reports_it(text: str) -> None:
    assert decided(text)[0] == "review_urgent"


@pytest.mark.parametrize(
    "text", ["Zawadi ya 2k kwa atakayeleta namba yake ya simu", "Her flat. You can see everything from the street."]
)
def test_where_nothing_is_found_it_is_said_that_it_is_not_known(text: str) -> None:
    action, because = decided(text)
    assert action == "no_action"
    assert "whether they hold one is not known" in because
    assert decided(text, Report(report_id="r", standing="other"))[0] == "review"


def test_a_post_without_words_holds_none() -> None:
    action, because = decided("")
    assert (action, "none was found" in because) == ("no_action", True)
