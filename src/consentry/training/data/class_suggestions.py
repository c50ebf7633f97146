"""Which context the classes of somebody's pictures probably stand for: a suggestion that a person confirms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from consentry.training.data.label_maps import CONTEXTS, spelled_alike
from consentry.training.errors import TrainingError

_WORDS: Final = Path(__file__).parent.parent / "configs" / "class_words.yaml"
_ALIKE: Final = 0.85
"""How alike words have to be spelled, by difflib's ratio, to be taken for a slip of the pen."""
_SHOWN: Final = 40
FILL_IN: Final = "FILL_IN"
"""What stands where nothing is suggested; reading the map refuses it."""


def suggested_context(label: str) -> str | None:
    """The context that a class probably stands for; ``None`` where its name says nothing.

    Args:
        label: The name of the class, as somebody wrote it.
    """
    known = _known_words()
    word = spelled_alike(label.replace("/", " "))
    if word in known:
        return known[word]
    parts = word.split("_")
    for length in range(len(parts) - 1, 0, -1):  # the longest known words in it, the last ones first
        for first in range(len(parts) - length, -1, -1):
            inside = "_".join(parts[first : first + length])
            for form in (inside, inside.removesuffix("s")):
                if form in known:
                    return known[form]
    close = get_close_matches(word, known, n=1, cutoff=_ALIKE) or get_close_matches(
        word.removesuffix("s"), known, n=1, cutoff=_ALIKE
    )
    return known[close[0]] if close else None


def label_map_file(labels: Iterable[str]) -> str:
    """A label map to begin with, as YAML: a line for each class, `FILL_IN` where there is no suggestion."""
    suggested = {label: suggested_context(label) or FILL_IN for label in labels}
    return yaml.safe_dump(suggested, sort_keys=False, allow_unicode=True, width=10_000)


def unknown_classes(counts: Mapping[str, int], *, where: Path) -> TrainingError:
    """The error for classes whose context nobody has said: it shows the label map to write.

    Args:
        counts: Pictures by class.
        where: The folder or table.
    """
    listed = sorted(counts, key=lambda label: (-counts[label], label))
    shown = ", ".join(f"{label!r} ({counts[label]})" for label in listed[:5])
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    lines = label_map_file(listed[:_SHOWN]).splitlines()
    if len(listed) > _SHOWN:
        lines.append(f"# and {len(listed) - _SHOWN} more")
    options = " ".join(f'--label "{label}={suggested_context(label) or FILL_IN}"' for label in listed[:2])
    return TrainingError(
        f"{where} has classes of which it is not known whether they are private or public: {shown}{more}.",
        "Save these lines as labels.yaml, mend what is wrong (each is one of "
        f"{', '.join(CONTEXTS)}), and give --label-map labels.yaml; or give {options} and so on, or --others neutral "
        "for all of which nothing is said.\n\n" + "\n".join(f"    {line}" for line in lines) + "\n",
        code="training.labels",
    )


@cache
def _known_words() -> dict[str, str]:
    content = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return {spelled_alike(word): context for context, words in content.items() for word in words}
