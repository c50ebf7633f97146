"""``consentry policy diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from consentry.cli.options import JsonOption, QuietOption
from consentry.cli.output import ACTION_STYLES, OUT, plain, progress_bars
from consentry.cli.policy.exit_codes import PolicyArgument, policy_exit_codes
from consentry.writing import write_text

if TYPE_CHECKING:
    from consentry.policy.deciding.replaying import Replayed
    from consentry.policy.proving import Difference
    from consentry.records import Action

_SHOWN = 5
"""So many posts stand beside each pair; `--json` names all of them."""


def diff(
    old: PolicyArgument,
    new: PolicyArgument,
    on: Annotated[
        list[Path] | None,
        typer.Option("--on", help="Also count on past assessments: a run's folder, a shard, or assessments.jsonl."),
    ] = None,
    cases: Annotated[
        Path | None, typer.Option("--cases", help="Also write the cases to this file, for `policy decide`.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare two policies: every change of action that is possible, each with the shortest case for it.

    consentry policy diff twitter-private-media-2021-11-30 twitter-private-media-2022-04-05 --on results/
    """
    from consentry.batch.results.stored import read_assessments
    from consentry.policy import load_policy
    from consentry.policy.deciding.replaying import replay

    with policy_exit_codes():
        before, after = load_policy(old), load_policy(new)
        counted = replay(after, read_assessments(on), before=before) if on else None
    from consentry.policy.proving import case_file, differences

    with progress_bars(quiet=quiet or as_json) as bars:
        found = differences(before, after, progress=bars)
    if cases is not None and found:
        write_text(cases, case_file([difference.old for difference in found]))
    if as_json:
        described: dict[str, Any] = {"old": before.label, "new": after.label}
        described["possible"] = [difference.as_json() for difference in found]
        if counted is not None:
            described["on"] = _counted(counted)
        typer.echo(json.dumps(described, indent=2, ensure_ascii=False))
        return
    # Two drafts of one version are told apart by what they were called on the command line.
    names = (before.label, after.label) if before.label != after.label else (Path(old).name, Path(new).name)
    _print_possible(*names, found, quiet=quiet)
    if counted is not None:
        _print_counted(counted)


def _print_possible(old: str, new: str, found: tuple[Difference, ...], *, quiet: bool) -> None:
    if not found:
        OUT.print(plain(f"{old} and {new} recommend the same in every case.", "green"), soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False)
    for heading in (old, new, "by the lines"):
        table.add_column(plain(heading))
    for difference in found:
        lines = f"{difference.old.rule} → {difference.new.rule}"
        table.add_row(_action(difference.old.action), _action(difference.new.action), plain(lines))
    OUT.print(table)
    many = "1 change of action is" if len(found) == 1 else f"{len(found)} changes of action are"
    OUT.print(f"{many} possible, and no other.")
    if quiet:
        return
    from consentry.policy.proving import case_file

    OUT.print("The shortest case for each; an answer that only one policy asks for is left out for the other:\n")
    OUT.print(plain(case_file([difference.old for difference in found])), soft_wrap=True)


def _print_counted(counted: Replayed) -> None:
    table = Table("old", "new", "assessments", "such as", box=None, pad_edge=False)
    changed = [(pair, count) for pair, count in counted.pairs.most_common() if pair[0] != pair[1]]
    for pair, count in changed:
        posts = counted.changed[pair]
        more = f", … ({len(posts) - _SHOWN} more)" if len(posts) > _SHOWN else ""
        table.add_row(_action(pair[0]), _action(pair[1]), str(count), plain(", ".join(posts[:_SHOWN]) + more))
    if changed:
        OUT.print(table)
    total = sum(count for _, count in changed)
    OUT.print(f"{total} of {counted.total} past assessments get another action.")


def _counted(counted: Replayed) -> dict[str, Any]:
    pairs = [
        {"old": old, "new": new, "count": count, "posts": counted.changed.get((old, new), [])}
        for (old, new), count in sorted(counted.pairs.items())
    ]
    return {"total": counted.total, "pairs": pairs}


def _action(action: Action | None) -> Any:
    name = action or "no action at all"
    return plain(name.replace("_", " "), ACTION_STYLES.get(name, ""))
