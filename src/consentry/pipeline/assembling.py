"""From what was measured of a case to its assessment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from consentry.defects import InternalError, as_known
from consentry.errors import ConsentryError
from consentry.pipeline.measuring import MeasuredPart, joined
from consentry.pipeline.parts import Parts
from consentry.policy import decide
from consentry.records import Assessment, Case, Circumstances


class Decided(NamedTuple):
    """What became of a case, and the defects of ours that it met."""

    outcome: Assessment | ConsentryError
    defects: list[InternalError]


def decided(case: Case, found: Sequence[MeasuredPart], parts: Parts) -> Decided:
    """Hold a case against the policy; whatever that raises takes the place of its assessment.

    Args:
        case: The post, its report, and what people answered.
        found: What was measured of all its parts, in the order of the media.
        parts: What measured and decides.
    """
    met = [defect for part in found for defect in part.defects]
    try:
        signals = joined([part.signals for part in found], parts.unavailable)
        result = decide(parts.policy, case.post, case.report, signals, case.facts)
        assessment = Assessment(
            post_id=case.post.post_id,
            report_id=case.report.report_id if case.report else None,
            signals=signals,
            circumstances=Circumstances.of(case.post, case.report, case.facts),
            facts=result.facts,
            recommendation=result.recommendation,
            components=parts.components,
        )
    except Exception as error:  # noqa: BLE001  it costs this case, and is handed on to whoever asked for it
        known = as_known(error, "the policy from being applied")
        return Decided(known, [*met, known] if isinstance(known, InternalError) else met)
    return Decided(assessment, met)
