"""Configurations on the command line: single settings, and a first file to change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting in place of the file's, as dotted.name=value; repeat for more."),
]
InitOption = Annotated[
    Path | None,
    typer.Option("--init", help="Train nothing; write a configuration with every setting and a comment each."),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace a model, or a configuration, that is there already.")
]


def settings_of(given: list[str] | None) -> dict[str, object]:
    """What ``--set`` says, by dotted name."""
    settings: dict[str, object] = {}
    for item in given or []:
        name, separator, value = item.partition("=")
        if not separator:
            raise typer.BadParameter(f"--set {item!r}: write dotted.name=value")
        try:
            settings[name] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise typer.BadParameter(f"--set {item!r}: the value is no YAML") from error
    return settings


def write_first_configuration(path: Path, recipe: Path, values: Mapping[str, Any], *, force: bool) -> None:
    """Write a configuration that comes with Consentry, with some values put in; comments stay.

    Args:
        path: Where to.
        recipe: The configuration.
        values: By the last part of their names, each of which stands in the file once.
        force: Whether a file that is there may be replaced.

    Raises:
        TrainingError: ``training.output`` if it is there, and may not.
    """
    from consentry.training.errors import TrainingError

    if path.exists() and not force:
        raise TrainingError(
            f"{path} is there already.", "Name another file, or give --force to replace it.", code="training.output"
        )
    text = recipe.read_text(encoding="utf-8")
    for name, value in values.items():
        text = _with(text, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _with(text: str, name: str, value: Any) -> str:
    """The text of a configuration with one value in place of another."""
    line = re.search(rf"^(?P<indent> *){name}:(?P<value> +[^#\n]*?)?(?P<remark> *#.*)?$", text, re.MULTILINE)
    if line is None:
        return text
    indent, remark = line["indent"], line["remark"] or ""
    if isinstance(value, Mapping) and value:
        dumped = yaml.safe_dump(dict(value), allow_unicode=True, sort_keys=False, width=10_000)
        below = "".join(f"\n{indent}  {one}" for one in dumped.splitlines())
        written = f"{indent}{name}:{remark}{below}"
    else:
        dumped = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000)
        written = f"{indent}{name}: {dumped.removesuffix(chr(10)).removesuffix(f'{chr(10)}...')}{remark}"
    return text[: line.start()] + written + text[line.end() :]
