"""The commands, put together, and what every one of them does with an error."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from consentry.cli import assess, claim, data, doctor, errors, promote, schema, signals, train
from consentry.cli.bank import entries as bank
from consentry.cli.evaluate import faces as evaluate_faces
from consentry.cli.evaluate import scene as evaluate
from consentry.cli.evaluate import studies
from consentry.cli.exit_codes import exit_code_of
from consentry.cli.models import export
from consentry.cli.models import folders as models
from consentry.cli.output import print_error
from consentry.cli.policy import looking as policy
from consentry.cli.scoring import score
from consentry.errors import ConsentryError
from consentry.version import __version__

app = typer.Typer(
    name="consentry",
    help=(
        "Helps people who review reports of private media: scores what a picture shows, looks for the claimant in it, "
        "and recommends, with reasons. A person decides.\n\n"
        "Start with: consentry assess --media photo.jpg"
    ),
    epilog="Exit codes: 0 done, 1 something here must be mended (the message says what), 2 wrong usage or input, "
    "3 nothing could be read.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"consentry {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Nothing to do: options of the program itself have callbacks."""


app.command("assess")(assess.assess)
app.command("score")(score.score)
app.command("doctor")(doctor.doctor)
app.command("signals")(signals.signals)
app.command("errors")(errors.errors)
app.command("schema")(schema.schema)
app.command("promote")(promote.promote)
app.add_typer(policy.app, name="policy")
app.add_typer(models.app, name="models")
app.add_typer(bank.app, name="bank")
app.add_typer(claim.app, name="claim")
app.add_typer(data.app, name="data")
app.add_typer(train.app, name="train")
evaluate.app.command("faces")(evaluate_faces.faces)
evaluate.app.command("detection")(evaluate_faces.detection)
evaluate.app.command("published")(studies.published)
evaluate.app.command("dipa2")(studies.dipa2)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(export.app, name="export")


def main() -> None:
    """Entry point of the program ``consentry``."""
    try:
        app()
    except ConsentryError as error:
        print_error(error)
        sys.exit(exit_code_of(error.code))
    except KeyboardInterrupt:
        sys.exit(130)
