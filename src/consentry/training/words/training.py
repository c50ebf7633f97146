"""Training the network for words, from written texts to the folder that is served with its card and figures."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from consentry.runtime import ModelFolder, RuntimeSettings
from consentry.runtime.model_folder import sha256_of, write_model_json
from consentry.signals.text import analyse_text
from consentry.signals.text.disguise import plain_words
from consentry.signals.text.normalise import normalise
from consentry.signals.text.words_model import WordsModel
from consentry.training.progress import Progress, silent
from consentry.training.words.corpus import BEHAVIOURS, KINDS, LabelledText, fold_of, labelled, read_corpus, tweet
from consentry.training.words.data import training_texts, tweets, written_texts
from consentry.training.words.encoder import ENCODER, kept_pieces, read_encoder
from consentry.training.words.fitting import Recipe, calibrated, calibration, fine_tuned, logits_of
from consentry.training.words.graph import write_graph
from consentry.training.words.measuring import figures_of, languages_of
from consentry.writing import write_text

FOLDS: Final = 3
"""Situations are dealt into so many parts; each is read by a network that was trained on the others."""
_TWEETS: Final = 3_000
"""Of the even half of the tweets so many are trained with; the odd half is only measured on."""


@dataclass(frozen=True)
class TextSources:
    """Where the texts lie.

    Attributes:
        cases: ``data/text_cases``.
        training: ``data/text_training``: ``behaviours.yaml`` and the folder ``corpus``.
        tweets: The labelled tweets, as texts that hold nothing; ``None`` trains without them.
        encoder: The published encoder's file, if not that of the installed package.
    """

    cases: Path
    training: Path
    tweets: Path | None = None
    encoder: Path | None = None


def train_text(
    sources: TextSources, out: Path, *, recipe: Recipe = Recipe(), folds: int = FOLDS, progress: Progress = silent
) -> ModelFolder:
    """Train, write the model's folder, and measure it.

    Args:
        sources: Texts, and the encoder.
        out: The folder of the version, such as ``models/text/2``.
        recipe: How it is trained.
        folds: Parts for calibration and measuring, at least 2.
        progress: Told how far it is.

    Raises:
        ThirdPartyFileError: The published encoder is not installed, or not the pinned one.
    """
    out.mkdir(parents=True, exist_ok=True)
    texts = texts_of(sources)
    encoder = read_encoder(sources.encoder)
    pieces, rows = kept_pieces(encoder, [plain_words(normalise(text.text)).text for text in texts])
    write_text(out / "vocabulary.txt", pieces.lines())
    logits = np.zeros((len(texts), len(KINDS)))
    places = np.array([fold_of(text.group, folds) for text in texts])
    for fold in range(folds):
        held = np.flatnonzero(places == fold)
        network = fine_tuned(encoder, pieces, rows, [texts[n] for n in np.flatnonzero(places != fold)], recipe, progress=progress)
        logits[held] = logits_of(network, pieces, [texts[n].text for n in held])
    slopes, intercepts = calibration(logits, texts)
    network = calibrated(fine_tuned(encoder, pieces, rows, texts, recipe, progress=progress), slopes, intercepts)
    write_graph(out / "graph.onnx", network)
    probabilities = 1 / (1 + np.exp(-(logits * slopes + intercepts)))
    joined = with_rules(probabilities, texts)
    metrics = {"out_of_fold": figures_of(joined, texts)}
    manifest = _manifest(sources, texts, languages_of(joined, texts))
    write_model_json(out, manifest)
    folder = ModelFolder.open(out.name, root=out.parent)
    metrics["tweets_not_trained_with"] = _on_tweets(folder, sources, progress)
    write_text(out / "metrics.json", json.dumps(metrics, indent=2, sort_keys=True) + "\n")
    _write_card(out, manifest, metrics)
    return folder


def texts_of(sources: TextSources) -> list[LabelledText]:
    """All texts that are trained with: the corpus, what was written before it, and tweets in which no rule finds anything."""
    texts = read_corpus(sources.training / "corpus")
    texts += [labelled(text) for text in written_texts(sources.cases, "development")]
    texts += [labelled(text) for text in training_texts(sources.training / "behaviours.yaml")]
    if sources.tweets is not None:
        even = list(tweets(sources.tweets, first=0, step=2))
        random.Random(1).shuffle(even)  # noqa: S311 - a sample, not a secret
        quiet = (text for text in even if not any(f.kind in BEHAVIOURS for f in analyse_text(text).findings))
        texts += [tweet(text) for _, text in zip(range(_TWEETS), quiet, strict=False)]
    return texts


def with_rules(probabilities: NDArray[np.float64], texts: Sequence[LabelledText]) -> NDArray[np.float64]:
    """The larger of what the network and the rules say of each kind."""
    joined = probabilities.copy()
    for row, text in zip(joined, texts, strict=True):
        for finding in analyse_text(text.text).findings:
            if finding.kind in KINDS:
                column = KINDS.index(finding.kind)
                row[column] = max(row[column], finding.probability)
    return joined


def _on_tweets(folder: ModelFolder, sources: TextSources, progress: Progress) -> dict[str, Any]:
    """How many of the odd half of the tweets would be found, at each of some thresholds."""
    if sources.tweets is None:
        return {}
    odd = list(tweets(sources.tweets, first=1, step=2))
    model = WordsModel.of(folder, RuntimeSettings(threads=2))
    highest = np.zeros(len(odd))
    for start in range(0, len(odd), 256):
        some = odd[start : start + 256]
        highest[start : start + 256] = model.score(some)[:, : len(BEHAVIOURS)].max(axis=1)
        progress("Reading tweets", start + len(some), len(odd))
    shares = {f"{threshold:.2f}": round(float((highest >= threshold).mean()), 5) for threshold in np.arange(0.2, 1.0, 0.1)}
    return {"tweets": len(odd), "share_found_by_the_network": shares}


def _manifest(sources: TextSources, texts: Sequence[LabelledText], languages: dict[str, list[str]]) -> dict[str, Any]:
    real = sum(text.language == "tweet" for text in texts)
    data = [{"name": "texts written for Consentry (data/text_training, data/text_cases)", "texts": len(texts) - real}]
    if sources.tweets is not None:
        data.append(
            {
                "name": "Davidson et al. 2017, labelled tweets (MIT), as texts that hold nothing",
                "texts": real,
                "sha256": sha256_of(sources.tweets),
            }
        )
    return {
        "name": "text",
        "version": "2",
        "task": "threats, offers, demands, calls, and cues of public interest in words",
        "made_by": "consentry train text --tweets TWEETS.csv",
        "kinds": list(KINDS),
        "languages": languages,
        "data": data,
        "files": {"graph": {"path": "graph.onnx"}, "vocabulary": {"path": "vocabulary.txt"}},
        "preprocessing": {"text": "NFKC, small letters, disguises undone, unigram pieces, windows of 126"},
        "sources": [ENCODER.source()],
    }


def _write_card(folder: Path, manifest: dict[str, Any], metrics: dict[str, Any]) -> None:
    environment = Environment(  # noqa: S701 - Markdown, not HTML
        loader=PackageLoader("consentry.training"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    text = environment.get_template("text_card.md.j2").render(manifest=manifest, metrics=metrics)
    write_text(folder / "card.md", text)
