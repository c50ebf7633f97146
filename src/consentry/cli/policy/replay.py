"""``consentry policy replay``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from consentry.cli.options import JsonOption
from consentry.cli.output import ACTION_STYLES, OUT, plain
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes

_SHOWN = 5
"""So many posts stand beside each pair; `--json` names all of them."""


def replay(
    policy: PolicyArgument,
    on: Annotated[
        list[Path],
        typer.Option("--on", help="The folder of a run, a shard of it, or assessments.jsonl; repeat for more."),
    ],
    as_json: JsonOption = False,
) -> None:
    """Decide stored assessments again by another policy, without touching media, and count what changes.

    consentry policy replay mine.yaml --on results/
    """
    from consentry.batch.results.stored import read_assessments
    from consentry.policy import load_policy
    from consentry.policy import replay as replay_all

    with policy_exit_codes():
        loaded = load_policy(policy)
        found = replay_all(loaded, read_assessments(on))
    pairs = sorted(found.pairs.items(), key=lambda item: (item[0][0] == item[0][1], -item[1], item[0]))
    if as_json:
        described = [
            {"then": then, "now": now, "count": count, "posts": found.changed.get((then, now), [])}
            for (then, now), count in pairs
        ]
        summary = {"policy": loaded.label, "assessments": found.total, "changed": found.differing, "pairs": described}
        typer.echo(json.dumps(summary, indent=2, ensure_ascii=False))
        return
    table = Table("then", "now", "assessments", "such as", box=None, pad_edge=False)
    for (then, now), count in pairs:
        posts = found.changed.get((then, now), [])
        more = f", … ({len(posts) - _SHOWN} more)" if len(posts) > _SHOWN else ""
        table.add_row(
            plain(then.replace("_", " "), ACTION_STYLES[then]),
            plain(now.replace("_", " "), ACTION_STYLES[now]) if then != now else "the same",
            str(count),
            plain(", ".join(posts[:_SHOWN]) + more),
        )
    OUT.print(table)
    OUT.print(
        f"{found.differing} of {found.total} assessments get another action under {loaded.label}.", soft_wrap=True
    )
