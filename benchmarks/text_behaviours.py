"""Behaviours and cues: rules and a trained model over sentence embeddings side by side, on texts neither has seen.

    python benchmarks/text_behaviours.py [--data ../shared/data/text]

Both know the *development* half of `data/text_cases` and `data/text_training`; the table counts the *check* half, with
95 % Wilson intervals, at probability 0.6. With the labelled tweets beside the checkout, a quarter of them are trained
with (as texts that hold nothing), and alarms on another quarter are counted. The rules for cues are a baseline that
stands in this file alone. Needs the extra `train` and the packages that `consentry train text` needs.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from consentry.signals.text import analyse_text
from consentry.signals.text import words as w
from consentry.signals.text.rules import Rule
from consentry.signals.text.tokens import WordPieces
from consentry.training.measures.intervals import score_interval
from consentry.training.words.data import training_texts, tweets, written_texts
from consentry.training.words.graph import write_graph
from consentry.training.words.training import CUES, THRESHOLD, embed, fit

ROOT = Path(__file__).resolve().parent.parent
BEHAVIOURS = ("reward_offer", "exposure_threat", "money_demand", "call_to_find")
_REPORTING = _EYEWITNESS = _DUTY = _HELP = 0.75

CUE_RULES = (
    Rule(
        name="reporting_cue/press",
        kind="reporting_cue",
        pattern=w.word(
            "breaking(?: news)?", "just in", "exclusive", "live updates?", "fact(?:-| )?check", "investigation",
            "our (?:reporters?|newsroom|correspondent"
            "|photographer|camera crew|investigation|team|front page|site|report)",
            "according to (?:\\w++ ){0,2}(?:officials?|sources?|documents?)",
            "documents (?:seen|obtained)", "obtained by", "records show", "officials? (?:said|confirmed)",
            "declined to comment", "spokes(?:person|man|woman)",
            "press photo", "whistle-?blower", "footage", "full story", "verified by", "reuters", "read our",
            "the inquiry heard", "journalists?", "documentary",
            "leaked (?:memo|audio|emails?|documents?)", "published in",
        ),
        probability=_REPORTING,
        finds=("BREAKING: fire at the mill", "a spokesperson declined to comment"),
        passes=("I'm breaking up with him", "just in time for dinner"),
    ),
    Rule(
        name="eyewitness_cue/here_and_now",
        kind="eyewitness_cue",
        pattern=w.either(
            w.word("i (?:just )?(?:saw|witnessed|heard|filmed|recorded)",
            "i was (?:right )?(?:there|standing|on that|in the)", "just saw", "just happened",
                   "happening (?:right )?(?:now|outside)", "outside my (?:window|house|door)",
                   "in front of (?:me|us)", "filmed (?:this|it)", "on the ground here",
                   "with my own eyes", "we are (?:stuck|trapped|hiding)",
                   "i(?:[’'`]| a)?m (?:right here|hiding|stuck|trapped)", "live from", "(?:i )?took this"),
        ),
        probability=_EYEWITNESS,
        finds=("just saw a crash", "this is happening right now"),
        passes=("see you outside", "the film happens in 1920"),
    ),
    Rule(
        name="official_duty_cue/office",
        kind="official_duty_cue",
        pattern=w.word(
            "(?:police|customs|border|immigration|prison|parole|riot|traffic) (?:officers?|police|guards?|wardens?"
            "|commander|sergeant)", "policem[ae]n", "sheriffs?",
            "deput(?:y|ies)", "officers?", "mayor", "governor", "ministers?", "senator", "councillors?",
            "congress(?:man|woman)", "judge", "prosecutor", "ambassador",
            "president", "state trooper", "soldiers?", "bailiffs?", "on duty", "in uniform", "badge(?: number)?",
            "ice agents", "inspector", "superintendent",
            "election officials?", "chief of police", "municipal workers?", "park rangers?", "firefighters?",
            "public works", "mp",
        ),
        probability=_DUTY,
        finds=("the officer refused to give his badge number",),
        passes=("my office is cold",),
    ),
    Rule(
        name="help_cue/missing",
        kind="help_cue",
        pattern=w.either(
            w.word("missing(?: person| since| boy| girl| woman| man| child)?", "amber alert", "silver alert",
            "last seen", "have you seen", "search (?:party|team)s?",
                   "did not come home", "not been seen", "ran away", "wandered off", "welfare check",
                   "if you (?:see|know where)", "call (?:911|112|116000|the police)",
                   "reunite", "in danger", "was found (?:confused|unconscious)", "any(?:one|body) heard from"),
        ),
        probability=_HELP,
        finds=("MISSING: Ana, 16, last seen Friday", "have you seen this boy?"),
        passes=("you were seen by many",),
    ),
)  # fmt: skip


def ruled(text: str) -> set[str]:
    """The kinds that rules find, those for cues among them."""
    found = {finding.kind for finding in analyse_text(text).findings if finding.probability >= THRESHOLD}
    return found | {rule.kind for rule in CUE_RULES if rule.compiled.search(text)}


def share(hits: int, total: int) -> str:
    """A share with its interval and counts."""
    return f"{score_interval(hits, total):.2f} ({hits}/{total})" if total else "–"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "text")
    path = parser.parse_args().data / "davidson_hate_offensive_24783.csv"
    kinds = (*BEHAVIOURS, *CUES)
    cases = ROOT / "data" / "text_cases"
    known = [*written_texts(cases, "development"), *training_texts(ROOT / "data/text_training/behaviours.yaml")]
    check = written_texts(cases, "check")
    others, alarms = (list(tweets(path, first=first, step=4)) if path.is_file() else [] for first in (0, 1))
    pieces = WordPieces.read(ROOT / "models/text/1/vocabulary.txt")
    with tempfile.TemporaryDirectory() as folder:
        graph = write_graph(Path(folder) / "graph.onnx", None)
        rows = embed([*(text.text for text in (*known, *check)), *others, *alarms], graph, pieces)
    ends = np.cumsum([len(known), len(check), len(others)])
    weights, biases = fit(rows[: ends[0]], rows[ends[1] : ends[2]], known, kinds)
    scores = 1 / (1 + np.exp(-(rows @ weights + biases)))
    rules = [ruled(text.text) for text in check], [ruled(tweet) for tweet in alarms]
    print("| kind | system | precision | recall | tweets |\n|---|---|---|---|---|")
    for column, kind in enumerate(kinds):
        asked = [number for number, text in enumerate(check) if text.label(kind) is not None]
        wanted = {number for number in asked if check[number].label(kind)}
        model = {number for number in asked if scores[ends[0] + number, column] >= THRESHOLD}
        by_rule = {number for number in asked if kind in rules[0][number]}
        model_tweets = int((scores[ends[2] :, column] >= THRESHOLD).sum())
        rule_tweets = sum(kind in found for found in rules[1])
        for name, found, on_tweets in (("rules", by_rule, rule_tweets), ("model", model, model_tweets)):
            right = len(found & wanted)
            counted = f"{on_tweets} of {len(alarms)}"
            print(f"| {kind} | {name} | {share(right, len(found))} | {share(right, len(wanted))} | {counted} |")


if __name__ == "__main__":
    main()
