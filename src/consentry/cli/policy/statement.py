"""``consentry policy statement``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consentry.cli.exit_codes import EXIT_USAGE
from consentry.cli.options import JsonOption
from consentry.cli.output import ERR
from consentry.cli.policy.exit_codes import policy_exit_codes
from consentry.writing import write_text

if TYPE_CHECKING:
    from consentry.records import Assessment, Decision


def statement(
    decision: Annotated[
        Path,
        typer.Argument(metavar="DECISION.yaml", help="post_id, report_id, action, decided_by, reason, decided_at."),
    ],
    on: Annotated[
        list[Path],
        typer.Option("--on", help="The folder of a run, a shard of it, or assessments.jsonl; repeat for more."),
    ],
    ground: Annotated[
        list[str] | None, typer.Option("--ground", help="A clause that it rests on, if other than what fired; repeat.")
    ] = None,
    content_date: Annotated[
        datetime | None, typer.Option("--content-date", formats=["%Y-%m-%d"], help="Day of the post, if not stored.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where the rules can be read; begins with https://.")] = None,
    article_16: Annotated[
        bool,
        typer.Option("--article-16", help="The report was a notice under Article 16 of the DSA (illegal content)."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for statement.json and the two letters.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write what is owed after a person's decision: the DSA statement of reasons, and a letter to each side.

    The statement has the field names of the DSA Transparency Database and holds no personal data. It is not sent.

    consentry policy statement decision.yaml --on results/ --out letters/
    """
    from consentry.policy.statement import letter_to_reporter, letter_to_uploader, statement_of_reasons

    chosen = _decision(decision)
    assessment = _assessment(chosen, on)
    grounds = tuple(ground or ())
    documents: dict[str, str] = {}
    with policy_exit_codes():
        if chosen.action in ("recommend_restrict", "recommend_removal"):
            made = statement_of_reasons(
                chosen,
                assessment,
                grounds=grounds,
                content_date=content_date.date() if content_date else None,
                reference_url=url,
                article_16=article_16,
            )
            documents["statement.json"] = json.dumps(made.payload(), indent=2, ensure_ascii=False) + "\n"
        documents["letter_to_uploader.txt"] = letter_to_uploader(chosen, assessment, grounds=grounds)
        if assessment.report_id is not None:
            documents["letter_to_reporter.txt"] = letter_to_reporter(chosen, assessment)
    if out is not None:
        for name, text in documents.items():
            write_text(out / name, text, make_folder=True)
            ERR.print(f"Written: {out / name}", soft_wrap=True)
    elif as_json:
        keyed = {Path(name).stem: text for name, text in documents.items()}
        if "statement" in keyed:
            keyed["statement"] = json.loads(keyed["statement"])
        typer.echo(json.dumps(keyed, indent=2, ensure_ascii=False))
    else:
        for name, text in documents.items():
            typer.echo(f"--- {name}\n{text}")


def _decision(path: Path) -> Decision:
    from pydantic import ValidationError

    from consentry.records import Decision
    from consentry.tables import TableError, read_document

    try:
        return Decision.model_validate(read_document(path))
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read") from error
    except TableError as error:
        raise typer.BadParameter(str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise typer.BadParameter(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _assessment(decision: Decision, on: list[Path]) -> Assessment:
    from consentry.batch.results.stored import read_assessments

    for assessment in read_assessments(on):
        if (assessment.post_id, assessment.report_id) == (decision.post_id, decision.report_id):
            return assessment
    ERR.print(
        f"No assessment of the post {decision.post_id!r} and the report {decision.report_id!r} is stored there.",
        markup=False,
    )
    raise typer.Exit(EXIT_USAGE)
