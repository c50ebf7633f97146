"""Label maps: from the words of a data set to ours.

A label map is a YAML or JSON file, one way round or the other, or a CSV file with the columns ``label`` and
``context``::

    bedroom: private            private: [bedroom, bathroom]
    bathroom: private           public_event: [parade]
    parade: public_event

Words are compared without regard to case, and ``-``, ``_`` and spaces count as the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from consentry.tables import TableError, format_of, read_document, read_table
from consentry.training.errors import TrainingError

CONTEXTS: Final = ("private", "public_event", "semi_private", "public_place", "neutral")
"""What a picture can show. The last three count as neither private nor a public event."""

_SHOWN = 5


def spelled_alike(word: str) -> str:
    """The form in which words are compared."""
    return "_".join(word.casefold().replace("-", " ").replace("_", " ").split())


def read_label_map(path: Path) -> dict[str, str]:
    """Read a label map.

    Raises:
        TrainingError: ``training.labels`` if it cannot be read, maps to something else than `CONTEXTS`, or maps one
            word to two of them.
    """
    try:
        if format_of(path.name) == "delimited" and path.suffix.casefold() != ".txt":
            with path.open("rb") as stream:
                rows = list(read_table(stream, path.name, "delimited", known=("label", "context")))
            pairs = [(row["label"], row["context"]) for row in rows if isinstance(row, dict)]
        else:
            pairs = list(_pairs(read_document(path)))
    except (OSError, ValueError, KeyError, TypeError, TableError) as error:
        raise TrainingError(
            f"{path} cannot be read as a label map: {error.message if isinstance(error, TableError) else error}",
            "Write lines such as `bedroom: private`, or a CSV file with the columns label and context.",
            code="training.labels",
        ) from error
    return checked_label_map(pairs, where=str(path))


def checked_label_map(pairs: Iterable[tuple[str, str]], *, where: str) -> dict[str, str]:
    """A label map whose words are spelled in one way and lead to `CONTEXTS`.

    Args:
        pairs: Words and contexts.
        where: For the messages.

    Raises:
        TrainingError: ``training.labels``.
    """
    words: dict[str, str] = {}
    for label, context in pairs:
        word, ours = spelled_alike(label), spelled_alike(context)
        if ours not in CONTEXTS:
            raise TrainingError(
                f"{where} maps {label!r} to {context!r}, which is no context{_suggestion(ours, CONTEXTS)}.",
                f"Map it to one of {', '.join(CONTEXTS)}.",
                code="training.labels",
            )
        if words.setdefault(word, ours) != ours:
            raise TrainingError(
                f"{where} maps {label!r} both to {words[word]!r} and to {ours!r}.",
                "Keep one of the two lines.",
                code="training.labels",
            )
    return words


def context_of(label: str, words: Mapping[str, str], others: str | None) -> str:
    """The context that a label stands for; empty if it means nothing here.

    Args:
        label: As the manifest has it.
        words: A label map, from `checked_label_map`.
        others: What stands for words that mean nothing.
    """
    word = spelled_alike(label)
    return words.get(word) or (word if word in CONTEXTS else others or "")


def refuse_unknown(labels: Mapping[str, int], words: Mapping[str, str], *, where: Path) -> None:
    """Say which labels mean nothing, how often they occur, and what they may be a slip of the pen for.

    Raises:
        TrainingError: ``training.labels`` if there are any.
    """
    if not labels:
        return
    known = [*CONTEXTS, *words]
    listed = [
        f"{label or '(empty)'!r} in {count} row{'s' if count > 1 else ''}{_suggestion(spelled_alike(label), known)}"
        for label, count in sorted(labels.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    ]
    more = f"; and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    raise TrainingError(
        f"{where} has contexts that mean nothing here: {'; '.join(listed)}{more}.",
        f"Use {', '.join(CONTEXTS)}, or map your own words to them in a label map.",
        code="training.labels",
    )


def _suggestion(word: str, known: Iterable[str]) -> str:
    found = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _pairs(content: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(content, Mapping) or not content:
        raise ValueError("it holds no words")
    for key, value in content.items():
        if isinstance(value, list):
            yield from ((str(label), str(key)) for label in value)
        elif isinstance(value, str):
            yield str(key), value
        else:
            raise ValueError(f"{key!r} leads to {value!r}")  # noqa: TRY004 - one kind of error for a bad file
