"""The commands, put together, and what every one of them does with an error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from consentry.cli import (
    assess,
    bank,
    claim,
    data,
    desk,
    doctor,
    errors,
    evaluate,
    export,
    models,
    policy,
    schema,
    signals,
)
from consentry.cli.exit_codes import exit_code_of
from consentry.cli.output import EXIT_FAILED, print_error
from consentry.cli.promote import group as promote
from consentry.cli.scoring import score
from consentry.cli.streams import Watched, watched_output
from consentry.cli.train import group as train
from consentry.errors import ConsentryError
from consentry.version import __version__
from consentry.writing import disk_error_in, output_error

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
app.add_typer(policy.app, name="policy")
app.add_typer(models.app, name="models")
app.add_typer(bank.app, name="bank")
app.add_typer(claim.app, name="claim")
app.add_typer(data.app, name="data")
app.add_typer(desk.app, name="desk")
app.add_typer(train.app, name="train")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(promote.app, name="promote")
app.add_typer(export.app, name="export")


def main() -> None:
    """Entry point of the program ``consentry``."""
    with watched_output() as output:
        status = _run(output)
        if (lost := output.unprinted()) is not None:
            print_error(lost)
            status = EXIT_FAILED
    _end_messages()
    raise SystemExit(status)


def _end_messages() -> None:
    """Messages that nobody takes (the log's disk is full) do not change the exit code, as Python's own end would."""
    try:
        if sys.stderr is not None:  # as it is where it was closed
            sys.stderr.flush()
    except OSError:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  until the program ends


def _run(output: Watched) -> int | str | None:
    """Run the command that was asked for, and say what went wrong with it.

    Args:
        output: What it prints to. An error that comes from there is left to the caller.

    Returns:
        The exit code, or what `SystemExit` takes else.
    """
    try:
        app()
    except SystemExit as end:  # so it always ends
        return end.code
    except ConsentryError as error:
        print_error(error)
        return exit_code_of(error.code)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if error is output.error:
            return EXIT_FAILED
        known = _of_system(error)
        if known is None:
            raise
        print_error(known)
        return EXIT_FAILED
    return 0


def _of_system(error: Exception) -> ConsentryError | None:
    """A disk that is full or fails, wherever it was met; or a file that the system would not hand over."""
    if (disk := disk_error_in(error)) is not None:
        return output_error(str(disk.filename or "what the command writes"), disk)
    if isinstance(error, OSError) and error.filename is not None:
        return ConsentryError(
            f"{error.filename}: {error.strerror}.",
            "See that it is there and may be read or written.",
            code="system.refused",
        )
    return None
