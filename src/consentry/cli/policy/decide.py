"""``consentry policy decide``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consentry.cli.options import JsonOption
from consentry.cli.output import ACTION_STYLES, OUT, plain
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes
from consentry.records import Deadline, Reason, Recommendation


def decide(
    policy: PolicyArgument,
    case: Annotated[
        Path, typer.Argument(metavar="CASE.yaml", help="A written case, or several; docs/policy.md explains the form.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Decide written cases: the action, the clauses it was taken for, what else holds, what is still to be asked.

    A policy that is named without version and day is taken as of the day of the report, or else of the post.

    consentry policy decide twitter-private-media-2021-11-30 case.yaml
    """
    from consentry.policy import decide as decide_case
    from consentry.policy.cases.files import read_cases
    from consentry.policy.language.versions import policy_for

    found: list[tuple[str, str, Recommendation]] = []
    with policy_exit_codes():
        for each in read_cases(case):
            chosen = policy_for(policy, each.post, each.report)
            decided = decide_case(chosen, each.post, each.report, each.signals, each.facts)
            found.append((each.name, each.title, decided.recommendation))
    if as_json:
        described = [_described(name, recommendation) for name, _, recommendation in found]
        typer.echo(json.dumps(described[0] if len(described) == 1 else described, indent=2, ensure_ascii=False))
        return
    for name, title, recommendation in found:
        OUT.print(_rendered(name, title, recommendation))


def _described(name: str, recommendation: Recommendation) -> dict[str, Any]:
    return {
        "case": name,
        "policy": recommendation.policy,
        "action": recommendation.action,
        "rule": recommendation.rule,
        "because": recommendation.because,
        "decisive": _names(recommendation.decisive),
        "fired": _names(recommendation.fired),
        "not_evaluated": [
            {"clause": reason.clause, "missing": list(reason.missing)} for reason in recommendation.not_evaluated
        ],
        "questions": [
            {
                "fact": question.fact,
                "ask": question.ask,
                "could_lead_to": {change.to_value: change.action for change in question.could_lead_to},
            }
            for question in recommendation.questions
        ],
        "deadlines": [deadline.model_dump(mode="json") for deadline in recommendation.deadlines],
        "guardrails": list(recommendation.guardrails),
        "requires_human_decision": recommendation.requires_human_decision,
    }


def _names(reasons: Iterable[Reason]) -> list[str]:
    return [reason.clause for reason in reasons]


def _rendered(name: str, title: str, recommendation: Recommendation) -> RenderableType:
    action = Text(recommendation.action.replace("_", " "), style=ACTION_STYLES[recommendation.action])
    parts: list[RenderableType] = [action, plain(recommendation.because)]
    parts += [plain(sentence, "dim") for sentence in recommendation.guardrails]
    rows = Table.grid(padding=(0, 2))
    rows.add_column(justify="right", style="bold", no_wrap=True)
    rows.add_column()
    decisive = set(_names(recommendation.decisive))
    for reason in recommendation.fired:
        rows.add_row("decisive" if reason.clause in decisive else "holds", plain(f"{reason.clause}: {reason.sentence}"))
    for question in recommendation.questions:
        outcomes = ", ".join(f"{change.to_value} → {change.action}" for change in question.could_lead_to)
        asked = Text.assemble(plain(f"{question.fact}: {question.ask}"), (f" ({outcomes})", "dim"))
        rows.add_row(Text("?", "yellow"), asked)
    for deadline in recommendation.deadlines:
        rows.add_row(Text("by", "cyan"), plain(_due(deadline)))
    panel = Panel(
        Group(*parts), title=plain(f"{name}: {title}" if title else name), subtitle=plain(recommendation.policy)
    )
    return Group(panel, rows)


def _due(deadline: Deadline) -> str:
    counted = f"{deadline.within} from the {deadline.counted_from}"
    return f"{deadline.due_at.isoformat() if deadline.due_at else counted}: {deadline.do}"
