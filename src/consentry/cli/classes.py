"""What classes of pictures stand for: the options that say it, and the question where nobody has."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.prompt import Confirm, InvalidResponse, PromptBase
from rich.table import Table
from rich.text import Text

from consentry.cli.output import ERR, Bars, plain

if TYPE_CHECKING:
    from consentry.training.scene.class_reading import Ask

LabelOption = Annotated[
    list[str] | None,
    typer.Option("--label", help="What a class of yours stands for, such as bedroom=private; repeat for more."),
]
_ABOUT = (
    "private: homes, bathrooms, hospital rooms, documents. public_event: protests, matches, concerts, crowds. "
    "semi_private, public_place and neutral count as neither."
)


class _ContextPrompt(PromptBase[str]):
    """Takes a context, or its first letters."""

    def process_response(self, value: str) -> str:
        """The context that is meant."""
        from consentry.training.data.label_maps import CONTEXTS, spelled_alike

        word = spelled_alike(value)
        meant = [context for context in CONTEXTS if context == word or (word and context.startswith(word))]
        if len(meant) != 1:
            raise InvalidResponse(Text(f"Please give one of {', '.join(CONTEXTS)}, or its first letters.", style="red"))
        return meant[0]


def label_map_of(file: Path | None, labels: list[str] | None) -> dict[str, str]:
    """What the options say that classes stand for; a single label outranks the file.

    Raises:
        TrainingError: ``training.labels``.
    """
    from consentry.training.data.label_maps import checked_label_map, read_label_map

    pairs = []
    for item in labels or []:
        label, separator, context = item.rpartition("=")
        if not separator or not label.strip():
            raise typer.BadParameter(f"--label {item!r}: write class=context, such as bedroom=private")
        pairs.append((label, context))
    given = checked_label_map(pairs, where="--label")
    return {**(read_label_map(file) if file is not None else {}), **given}


def outranking(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Two label maps in one; where both have a word, however it is spelled, the first counts."""
    from consentry.training.data.label_maps import spelled_alike

    words = {spelled_alike(word) for word in first}
    return {**{word: context for word, context in second.items() if spelled_alike(word) not in words}, **first}


def asking(bars: Bars, *, quiet: bool) -> Ask | None:
    """Asks on the terminal, with the progress bars out of the way; ``None`` where nobody is there to answer."""
    if quiet or not (sys.stdin.isatty() and ERR.is_terminal):
        return None

    def ask(counts: Mapping[str, int]) -> dict[str, str]:
        with bars.paused():
            return ask_for_contexts(counts)

    return ask


def ask_for_contexts(counts: Mapping[str, int]) -> dict[str, str]:
    """Ask what classes stand for: all suggestions at once, or one class after the other.

    Args:
        counts: Pictures by class.
    """
    from consentry.training.data.class_suggestions import suggested_context
    from consentry.training.data.label_maps import CONTEXTS

    ordered = sorted(counts, key=lambda label: (-counts[label], label))
    suggested = {label: suggested_context(label) for label in ordered}
    table = Table("class", "pictures", "suggestion", box=None, pad_edge=False)
    for label in ordered:
        table.add_row(plain(label), str(counts[label]), suggested[label] or "?")
    ERR.print("What do these classes show?", style="bold")
    ERR.print(table)
    ERR.print(_ABOUT, soft_wrap=True)
    found = {label: context for label, context in suggested.items() if context is not None}
    if len(found) == len(counts) and Confirm.ask("Take the suggestions?", console=ERR, default=True):
        return found
    ERR.print(
        f"One of {', '.join(CONTEXTS)}, or its first letters; Enter takes what stands in brackets.", soft_wrap=True
    )
    answers: dict[str, str] = {}
    for label in ordered:
        default = suggested[label]
        question = plain(label)
        answers[label] = (
            _ContextPrompt.ask(question, console=ERR)
            if default is None
            else _ContextPrompt.ask(question, console=ERR, default=default)
        )
    return answers
