"""``consentry policy explain``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consentry.cli.options import JsonOption, QuietOption
from consentry.cli.output import ACTION_STYLES, OUT, plain, progress_bars
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes
from consentry.records import Assessment, Fact

if TYPE_CHECKING:
    from consentry.policy import Policy
    from consentry.policy.proving import Explanation, Step

_LISTED = 10


def explain(
    policy: PolicyArgument,
    assessment: Annotated[
        Path,
        typer.Argument(
            metavar="ASSESSMENT",
            help="JSON of `consentry assess --json` (- reads it from the pipe), results of `consentry score`, or a "
            "written case (.yaml).",
        ),
    ],
    chosen: Annotated[
        str | None, typer.Option("--id", help="Which one, if there are several: a post id, or the name of a case.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Explain a recommendation: the clauses and facts it rests on, and the least that would have to be otherwise.

    For each other action that can be reached, the smallest set of facts that leads there. What the report says changes
    with the report, never by an answer.

    consentry policy explain twitter-private-media-2021-11-30 case.yaml
    """
    from consentry.policy import load_policy

    with policy_exit_codes():
        loaded = load_policy(policy)
        found = _read(loaded, assessment, chosen)
    from consentry.policy.proving import explain as explain_assessment

    with policy_exit_codes(), progress_bars(quiet=quiet or as_json) as bars:
        explanation = explain_assessment(loaded, found, progress=bars)
    if as_json:
        typer.echo(json.dumps(_described(loaded, found.post_id, explanation), indent=2, ensure_ascii=False))
    else:
        OUT.print(_rendered(found.post_id, explanation))


# --- which one ----------------------------------------------------------------------------------------------------


def _read(policy: Policy, path: Path, chosen: str | None) -> Assessment:
    if path.suffix.lower() in (".yaml", ".yml"):
        from consentry.policy.cases.files import as_assessment, read_cases

        cases = {case.name: case for case in read_cases(path)}
        return as_assessment(policy, cases[_one(list(cases), chosen, path)])
    if path.is_dir() or path.suffix.lower() in (".parquet", ".jsonl"):
        from consentry.batch.results.stored import read_assessments

        first: dict[str, Assessment] = {}
        for assessment in read_assessments(path):
            first.setdefault(assessment.post_id, assessment)
            if assessment.post_id == chosen:
                return assessment
        return first[_one(list(first), chosen, path)]
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read") from error
    try:
        return Assessment.model_validate_json(text)
    except ValidationError as error:
        first_error = error.errors()[0]
        where = ".".join(str(part) for part in first_error["loc"]) or "it"
        raise typer.BadParameter(f"{path} is not an assessment: {where}: {first_error['msg']}") from error


def _one(names: list[str], chosen: str | None, path: Path) -> str:
    if chosen is None and len(names) == 1:
        return names[0]
    if chosen in names:
        return str(chosen)
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    what = "has several; say which with --id" if chosen is None else f"has no '{chosen}'"
    raise typer.BadParameter(f"{path} {what}: {listed or 'there is none'}")


# --- what is said -------------------------------------------------------------------------------------------------


def _described(policy: Policy, post_id: str, explanation: Explanation) -> dict[str, Any]:
    recommendation = explanation.decided.recommendation
    return {
        "post_id": post_id,
        "policy": policy.label,
        "action": recommendation.action,
        "rule": recommendation.rule,
        "because": recommendation.because,
        "guardrails": list(recommendation.guardrails),
        "decisive": [reason.model_dump(mode="json") for reason in recommendation.decisive],
        "would_change": [counterfactual.as_json() for counterfactual in explanation.counterfactuals],
        "requires_human_decision": recommendation.requires_human_decision,
    }


def _rendered(post_id: str, explanation: Explanation) -> RenderableType:
    recommendation = explanation.decided.recommendation
    action = Text(recommendation.action.replace("_", " "), style=ACTION_STYLES[recommendation.action])
    parts: list[RenderableType] = [action, plain(recommendation.because)]
    parts.append(plain(f"By the line '{recommendation.rule}'.", "dim"))
    parts += [plain(sentence, "dim") for sentence in recommendation.guardrails]
    why = Table.grid(padding=(0, 2))
    why.add_column(justify="right", style="bold", no_wrap=True)
    why.add_column()
    for reason in recommendation.decisive:
        why.add_row("because", plain(f"{reason.clause}: {reason.sentence}"))
        for fact in reason.facts:
            why.add_row("", plain(_told(fact), "dim"))
    panel = Panel(Group(*parts), title=plain(post_id), subtitle=plain(recommendation.policy))
    return Group(panel, why, _changes(explanation))


def _told(fact: Fact) -> str:
    when = f" on {fact.observed_at:%Y-%m-%d}" if fact.observed_at else ""
    return f"{fact.name} is {fact.value}, says the {fact.source}{when}{': ' + fact.detail if fact.detail else ''}"


def _changes(explanation: Explanation) -> RenderableType:
    table = Table("instead", "the least that would have to be otherwise", "line", box=None, pad_edge=False)
    for counterfactual in explanation.counterfactuals:
        table.add_row(
            Text(counterfactual.action.replace("_", " "), ACTION_STYLES[counterfactual.action]),
            plain("\n".join(_step(step) for step in counterfactual.steps)),
            plain(counterfactual.rule),
        )
    if not explanation.counterfactuals:
        return Text("Nothing that people could answer or the report could say would change it.")
    return Group(Text(), table)


def _step(step: Step) -> str:
    who = "the report" if step.by == "report" else "a person's answer"
    return f"{step.fact}: {step.from_value} → {step.to_value} ({who})"
