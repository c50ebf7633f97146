"""``consentry policy show``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.syntax import Syntax

from consentry.cli.output import ERR, OUT, plain
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes

if TYPE_CHECKING:
    from consentry.policy.language.loading import PolicyText


class Form(StrEnum):
    """How a policy is shown."""

    YAML = "yaml"
    TEXT = "text"
    HTML = "html"


def show(
    policy: PolicyArgument,
    form: Annotated[
        Form, typer.Option("--as", help="yaml as its author wrote it; text or html in numbered sentences.")
    ] = Form.YAML,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="With what it takes over from those it is based on; text and html always do."),
    ] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write it to a file instead of the terminal.")] = None,
) -> None:
    """Show a policy: as its author wrote it, or as numbered sentences that can be read without knowing YAML.

    consentry policy show twitter-private-media-2024-03-21 --as html --out policy.html

    consentry policy show twitter-private-media@2023-01-01 --whole > mine.yaml
    """
    from consentry.policy.language.versions import policy_text

    with policy_exit_codes():
        text = policy_text(policy)
    shown = _shown(text, form, whole=whole)
    if out is not None:
        out.write_text(shown, encoding="utf-8", newline="")
        ERR.print(f"Written: {out}", soft_wrap=True)
    elif not OUT.is_terminal:
        typer.echo(shown, nl=False)
    elif form is Form.YAML:
        safe = plain(shown).plain.removesuffix("\n")
        OUT.print(Syntax(safe, "yaml", theme="ansi_light", background_color="default", word_wrap=True))
    else:
        OUT.print(plain(shown), soft_wrap=True, end="")
    if form is Form.YAML and text.base is not None and not whole:
        ERR.print(plain(f"It is based on {text.based_on} and says what it changes; --whole shows all of it."))


def _shown(text: PolicyText, form: Form, *, whole: bool) -> str:
    if form is Form.YAML:
        return text.whole() if whole else text.as_written
    from consentry.policy.prose import as_page, as_text, told

    document = told(text)
    return as_page(document) if form is Form.HTML else as_text(document)
