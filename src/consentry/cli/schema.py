"""``consentry schema``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from consentry.records import Case, json_schema


def schema(
    for_input: Annotated[
        bool, typer.Option("--input", help="Of what goes in (post, report, references, facts) instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of an assessment, with its version.

    Pipe it into a validator, or generate types for another language from it.
    """
    found = Case.model_json_schema() if for_input else json_schema()
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
