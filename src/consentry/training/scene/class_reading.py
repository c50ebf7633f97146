"""What the classes of a manifest are, and what those stand for that nobody has said anything of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from consentry.training.data.class_suggestions import suggested_context, unknown_classes
from consentry.training.data.evaluation_manifest import read_evaluation_manifest
from consentry.training.data.label_maps import checked_label_map, context_of, spelled_alike
from consentry.training.data.manifest import Columns, Manifest, read_manifest
from consentry.training.errors import TrainingError
from consentry.training.scene.predictions import CONTEXT_OF

Ask = Callable[[Mapping[str, int]], Mapping[str, str]]
"""Asks somebody what classes stand for: from pictures by class to a context for each."""

_ANY_MAP: Final = {"private": "private"}
"""With a label map, however short, a column ``label`` or ``class`` will do in place of ``context``."""


def classes_of_manifest(path: Path, columns: Columns) -> Counter[str]:
    """How many pictures each class of a manifest has.

    Args:
        path: A table or a folder.
        columns: What its columns are called. The class is in the column of the context; where that is not there, in
            ``label`` or ``class``.

    Raises:
        TrainingError: ``training.manifest``.
    """
    _require(path)
    named = replace(columns, fine=(columns.context, "label", "class"))
    found = read_manifest(path, columns=named, label_map=_ANY_MAP, others="neutral")
    return Counter(row.fine for row in found.rows)


def _require(path: Path) -> None:
    if not path.exists():
        raise TrainingError(
            f"There is no file or folder {str(path)!r}.",
            "Give a folder with a folder for each class, such as pictures/bedroom/1.jpg, or a table with the columns "
            "path and context.",
            code="training.manifest",
        )


def unknown_among(classes: Mapping[str, int], label_map: Mapping[str, str], others: str | None) -> dict[str, int]:
    """Those of some classes whose context is not known, with the number of their pictures.

    Raises:
        TrainingError: ``training.labels`` if the label map makes no sense.
    """
    known = checked_label_map(label_map.items(), where="The label map")
    return {label: count for label, count in classes.items() if not context_of(label, known, others)}


def evaluated_classes(
    path: Path,
    columns: Columns,
    label_map: Mapping[str, str],
    others: str | None,
    ask: Ask | None = None,
) -> dict[str, str]:
    """The label map of a manifest to evaluate on.

    There, a word that means nothing counts as neither private nor a public event. That would be wrong, and silently so,
    of a class that is called bedroom: classes whose names say that they are one of the two have to be known.

    Args:
        path: A table or a folder.
        columns: What its columns are called.
        label_map: What is known of its classes.
        others: The context of all classes that mean nothing.
        ask: Told of the classes that have to be known; without it they are an error.

    Raises:
        TrainingError: ``training.manifest`` or ``training.labels``.
    """
    _require(path)
    classes = Counter(row.word for row in read_evaluation_manifest(path, columns=columns).rows)
    words = dict(label_map)
    unknown = unknown_among(classes, words, None)
    if others is not None:
        return words | dict.fromkeys(unknown, others)
    matter = {label: count for label, count in unknown.items() if suggested_context(label) in CONTEXT_OF.values()}
    if matter:
        if ask is None:
            raise unknown_classes(matter, where=path)
        words |= ask(unknown)
    return words


def read_classes(
    path: Path, columns: Columns, label_map: Mapping[str, str], others: str | None, ask: Ask | None = None
) -> Manifest:
    """Read a manifest whose classes may be called anything.

    The class of a row is also what it shows more finely, unless another column says that.

    Args:
        path: A table or a folder.
        columns: What its columns are called.
        label_map: What is known of its classes.
        others: The context of all classes that mean nothing.
        ask: Told of the classes whose context is not known; without it they are an error.

    Raises:
        TrainingError: ``training.manifest`` or ``training.labels``.
    """
    classes = classes_of_manifest(path, columns)
    words = dict(label_map)
    unknown = unknown_among(classes, words, others)
    if unknown:
        if ask is None:
            raise unknown_classes(unknown, where=path)
        words |= ask(unknown)
    mapped = {spelled_alike(word) for word in words}
    if others is not None or any(spelled_alike(label) in mapped for label in classes):
        columns = replace(columns, fine=(*columns.fine, columns.context))
    return read_manifest(path, columns=columns, label_map=words or _ANY_MAP, others=others)
