"""What every input promises."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from measured_inputs import all_inputs
from policy_strategies import examples, posts_with_signals, reports

from consentry.policy.measuring.inputs import observed_at
from consentry.policy.measuring.measurements import Number, Word
from consentry.policy.measuring.situation import Situation
from consentry.records import Post, Report, Signals


@examples(40)
@given(posts_with_signals(), st.none() | reports())
def test_every_input_says_what_it_promises(made: tuple[Post, Signals], report: Report | None) -> None:
    situation = Situation(made[0], report, made[1])
    for item in all_inputs():
        measured = item.measure(situation)
        if isinstance(measured, Number):
            assert item.is_number
            assert item.lower <= measured.low <= measured.high <= item.upper
        else:
            assert measured.value in (*item.words, "unknown")
        observed_at(item, situation)


@examples(40)
@given(st.data(), posts_with_signals())
def test_taking_a_signal_away_only_opens_the_interval(data: st.DataObject, made: tuple[Post, Signals]) -> None:
    """What remains after a loss contains what was there before: nothing new is ever learnt from a gap."""
    post, signals = made
    field = data.draw(st.sampled_from(("media", "scene", "faces", "copies", "text", "references_used", "extra")))
    if field == "text":
        less = signals.model_copy(update={"text": None})
    elif field == "references_used":
        less = signals.model_copy(update={"references_used": 0})
    else:
        kept = tuple(item for item in getattr(signals, field) if data.draw(st.booleans()))
        less = signals.model_copy(update={field: kept})
    for item in all_inputs():
        if not post.media and field == "media":
            continue  # then the post's media are those that were opened
        before, after = (item.measure(Situation(post, None, each)) for each in (signals, less))
        if isinstance(before, Number) and isinstance(after, Number):
            assert after.low <= before.low <= before.high <= after.high, item.name
        elif isinstance(before, Word) and isinstance(after, Word):
            assert after.value in ("unknown", before.value), item.name
