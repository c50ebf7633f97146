"""What every code of an error or a note means; the codes themselves stand in ``error_codes.yaml`` beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import yaml

Shown = Literal["command", "row", "assessment", "response"]
"""Where a code is met: it ends a command, stands in a row of the results, or among the notes of an assessment."""


@dataclass(frozen=True)
class ErrorCode:
    """One code.

    Attributes:
        code: As in ``ConsentryError.code`` and ``ErrorNote.code``.
        error: Name of the class that carries it; ``ErrorNote`` if nothing is ever raised with it.
        module: Where that class is found.
        shown: Where it is met.
        when: When it comes, in one sentence.
        do: What to do, in one sentence or two.
        read: The page with more about it; empty if there is none.
    """

    code: str
    error: str
    module: str
    shown: tuple[Shown, ...]
    when: str
    do: str
    read: str = ""

    @property
    def room(self) -> str:
        """What stands before the dot."""
        return self.code.partition(".")[0]


@cache
def error_codes() -> Mapping[str, ErrorCode]:
    """Every code by its name, those of one class together, as they stand in the file."""
    text = resources.files("consentry").joinpath("error_codes.yaml").read_text(encoding="utf-8")
    written: dict[str, dict[str, Any]] = yaml.safe_load(text)
    found = [
        _code(code, name, family, entry) for name, family in written.items() for code, entry in family["codes"].items()
    ]
    return {each.code: each for each in found}


def codes_like(name: str) -> tuple[ErrorCode, ...]:
    """The code of a name, or those of a room such as ``media``; none if there is neither."""
    codes = error_codes()
    if name in codes:
        return (codes[name],)
    return tuple(each for each in codes.values() if each.room == name.removesuffix("."))


def _code(code: str, name: str, family: Mapping[str, Any], entry: Mapping[str, Any]) -> ErrorCode:
    error = entry.get("class", name)
    shown = tuple(entry.get("shown", family["shown"]))
    if not set(shown) <= set(get_args(Shown)):
        raise ValueError(f"error_codes.yaml: {code} is shown in {shown}")
    module = "consentry.records" if error == "ErrorNote" else entry.get("from", family["from"])
    return ErrorCode(code, error, module, shown, entry["when"], entry["do"], family.get("read", ""))
