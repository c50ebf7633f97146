"""``index.html``: what a run came to, and the cases most worth a look with their pictures, in one self-contained file.

The page is written case by case, so drawing it takes the memory of one case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from consentry.batch.manifest.cases import case_of
from consentry.batch.page import plots
from consentry.batch.page.choosing import READ, choose
from consentry.batch.page.drawn import SIDE, DrawnCase, Opens, at, draw_case
from consentry.batch.page.excerpts import beginning
from consentry.batch.page.timeline import moments_said, time_line
from consentry.batch.plan import Plan
from consentry.batch.results.files import PAGE
from consentry.batch.results.store import Store
from consentry.batch.results.summary import Summary
from consentry.defects import InternalError, as_known, log
from consentry.errors import ConsentryError
from consentry.fetching.fetcher import Fetcher
from consentry.media import DecoderPool, Limits, MediaError, OpenedMedia
from consentry.policy import SEVERITY
from consentry.records import Assessment, Case, Media, MomentsScore, SceneScore
from consentry.version import __version__
from consentry.writing import replacing

Progress = Callable[[str, int, int], None]
_DECODERS: Final = 2


def write_page(
    plan: Plan, store: Store, summary: Summary, *, bank: Path | None = None, progress: Progress | None = None
) -> Path:
    """Draw the page of a finished run.

    Args:
        plan: The job; the words and media of posts are read from its manifest.
        store: Its results.
        summary: Their counts.
        bank: The bank that was looked up in, for the pictures that it keeps.
        progress: Told of every case drawn.

    Returns:
        The page.
    """
    chosen = choose(store.rows(READ))
    cases = _cases(plan, chosen)
    environment = Environment(
        loader=PackageLoader("consentry.batch.page"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = lambda value: str(value).replace("_", " ")
    environment.filters["probability"] = _probability
    environment.filters["beginning"] = beginning
    severity = sorted(SEVERITY, key=lambda action: -SEVERITY[action])
    actions: dict[str, int] = {action: summary.actions[action] for action in severity if summary.actions[action]}
    path = store.out / PAGE
    limits = Limits(**plan.fingerprint.get("limits", {}))
    with (
        DecoderPool(workers=_DECODERS, limits=limits) as decoders,
        Fetcher(limits, plan.fetching) as fetch,
        replacing(path) as stream,
    ):
        drawn = _drawn(chosen, cases, store, decoders, fetch, bank, progress)
        stream.writelines(
            environment.get_template("page.html.j2").generate(
                cases=drawn,
                shown=len(cases),
                summary=summary,
                actions=actions,
                components=plan.fingerprint.get("components", []),
                version=__version__,
                bar=_bar,
                moments_said=moments_said,
                time_line=time_line,
                at=at,
                percentiles=summary.timing.durations.percentiles() if summary.timing else {},
                plots={
                    "actions": plots.bars(
                        {**actions, **_others(summary)},
                        summary.rows,
                        {name: f"var(--{name})" for name in actions} | dict.fromkeys(_others(summary), "#dc2626"),
                    ),
                    "errors": plots.bars(dict(summary.error_codes.most_common(12)), summary.rows),
                    "decisive": plots.bars(dict(summary.decisive.most_common(12)), summary.rows),
                    "rate": plots.curve(summary.timing.curve, "posts a second") if summary.timing else "",
                    "durations": plots.histogram(summary.timing.durations) if summary.timing else "",
                },
            )
        )
    return path


def _others(summary: Summary) -> dict[str, int]:
    found = {"no case": summary.rejected, "failed": summary.failed}
    return {name: count for name, count in found.items() if count}


def _cases(plan: Plan, chosen: Mapping[int, int]) -> dict[int, Case]:
    """The cases of the chosen rows; one that is no longer what it was is left out."""
    cases: dict[int, Case] = {}
    for row in plan.read_rows(chosen.keys()):
        try:
            cases[row.number] = case_of(row.content, row.base)
        except ConsentryError:
            continue
    return cases


def _drawn(
    chosen: Mapping[int, int],
    cases: Mapping[int, Case],
    store: Store,
    decoders: DecoderPool,
    fetch: Fetcher,
    bank: Path | None,
    progress: Progress | None,
) -> Iterator[DrawnCase]:
    def opens(item: Media) -> Future[OpenedMedia]:
        try:
            return decoders.open(fetch(item), longest_side=SIDE)
        except MediaError as error:
            return _unopened(error)

    for number, (row, shard) in enumerate(chosen.items(), 1):
        if row in cases and (drawn := _draw(cases[row], _assessment(store, shard, row), opens, bank)):
            yield drawn
        if progress is not None:
            progress("Drawing the page", number, len(chosen))


def _draw(case: Case, assessment: Assessment, opens: Opens, bank: Path | None) -> DrawnCase | None:
    """A case with its pictures; without them if they cannot be drawn, and nothing at all if that is no better."""
    gone = MediaError("It is not shown.", "See the log.")
    for opening in (opens, lambda _: _unopened(gone)):
        try:
            return draw_case(case, assessment, opening, bank)
        except Exception as error:  # noqa: BLE001  one case does not keep the others from being shown
            known = as_known(error, "a case from being drawn")
            if isinstance(known, InternalError):
                log(known, f"The page, post {assessment.post_id}")
    return None


def _unopened(error: Exception) -> Future[OpenedMedia]:
    failed: Future[OpenedMedia] = Future()
    failed.set_exception(error)
    return failed


def _assessment(store: Store, shard: int, row: int) -> Assessment:
    from pyarrow import compute

    table = store.read(shard, ["row", "assessment"])
    (text,) = table.filter(compute.equal(table.column("row"), row)).column("assessment").to_pylist()
    return Assessment.model_validate_json(text)


def _probability(value: float) -> str:
    """Two digits, but never the certainty that no model has."""
    return "< 0.01" if value < 0.01 else "> 0.99" if value > 0.99 else f"{value:.2f}"


def _bar(score: SceneScore | MomentsScore) -> dict[str, Any]:
    """A score as percentages for the style sheet."""
    return {
        "value": round(100 * score.probability, 1),
        "low": round(100 * score.low, 1),
        "width": round(100 * max(score.high - score.low, 0.005), 1),
        "band": score.band,
    }
