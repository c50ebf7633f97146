"""What the rules for behaviour find in the languages of the corpus, none of which they were written for.

    python benchmarks/text_corpus.py

Counts the texts of ``data/text_training/corpus`` in which anything of the four kinds is found at the 0.6 of the
policies, by language, with 95 % Wilson intervals: of those that are of any of them, of those for which the kind found
is one of theirs, and of those that only come near.
"""

from __future__ import annotations

from pathlib import Path

from consentry.signals.text import analyse_text
from consentry.training.measures.intervals import score_interval
from consentry.training.words.corpus import BEHAVIOURS, LabelledText, read_corpus

ROOT = Path(__file__).resolve().parent.parent
THRESHOLD = 0.6


def found(text: LabelledText) -> set[str]:
    """The behaviours that are found in a text."""
    findings = analyse_text(text.text).findings
    return {finding.kind for finding in findings if finding.kind in BEHAVIOURS and finding.probability >= THRESHOLD}


def share(hits: int, total: int) -> str:
    """A share with its interval and counts."""
    return f"{score_interval(hits, total):.2f} ({hits}/{total})"


def main() -> None:
    """Print the table."""
    corpus = read_corpus(ROOT / "data/text_training/corpus")
    print("| language | any behaviour found | the right one | found in texts that only come near |\n|---|---|---|---|")
    for language in sorted({text.language for text in corpus}):
        some = [(text, found(text)) for text in corpus if text.language == language]
        behaving = [(text, kinds) for text, kinds in some if text.behaves]
        near = [kinds for text, kinds in some if not text.behaves]
        print(
            f"| {language} | {share(sum(bool(kinds) for _, kinds in behaving), len(behaving))} "
            f"| {share(sum(bool(kinds & text.kinds) for text, kinds in behaving), len(behaving))} "
            f"| {share(sum(map(bool, near)), len(near))} |"
        )


if __name__ == "__main__":
    main()
