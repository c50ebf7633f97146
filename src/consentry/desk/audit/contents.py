"""Digests of what the log speaks of, so that it also tells when that was altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from consentry.desk.store.tables.decisions import DecisionRow, VerdictRow


def content_of_decision(decision: DecisionRow, verdicts: Sequence[VerdictRow]) -> str:
    """The digest of a decision with its verdicts. Its reason is in it sealed, so it tells nothing about the words."""
    written = {
        "id": str(decision.id),
        "case": str(decision.case_id),
        "round": decision.round,
        "step": decision.step,
        "by": str(decision.decided_by),
        "effective": decision.effective,
        "followed": decision.followed,
        "agreed": decision.agreed,
        "reason": hashlib.sha256(decision.reason).hexdigest(),
        "at": decision.decided_at.isoformat(timespec="microseconds"),
        "verdicts": sorted(
            [str(v.post_id), str(v.assessment_id), v.recommended, v.action, *sorted(v.clauses)] for v in verdicts
        ),
    }
    return hashlib.sha256(json.dumps(written, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
