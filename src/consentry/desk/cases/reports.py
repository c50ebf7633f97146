"""What becomes known of a report after it was filed: the outcome of the identity check, consent, whom it comes from."""

from __future__ import annotations

from uuid import UUID

from consentry.desk.cases.locating import case_to_change, posts_of, touch
from consentry.desk.cases.recording import decide_again, report_of
from consentry.desk.cases.states import WAITING, require_role
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.records import Authority, Consent, Identity, Record, Report, Standing


class ReportChange(Record):
    """What is known now; ``None`` leaves it as it was."""

    standing: Standing | None = None
    authority: Authority | None = None
    identity: Identity | None = None
    consent: Consent | None = None


def change_report(desk: Desk, case_id: UUID, change: ReportChange, *, version: int | None = None) -> CaseRow:
    """Note what became known of a report; the posts are decided again with it.

    Raises:
        DeskError: ``desk.input`` if nobody reported the posts or nothing is said; ``desk.transition`` once it is
            decided.
    """
    require_role(desk.actor, "intake", "service", "senior")
    case = case_to_change(desk, case_id, version)
    if case.state not in {"received", "assessing", "in_review", *WAITING}:
        raise DeskError(
            f"The report of a case that is '{case.state}' is not changed any more.",
            "File an appeal, which can bring new proof.",
            code="desk.transition",
        )
    report = report_of(desk, case)
    said = change.model_dump(exclude_none=True)
    if report is None or not said:
        raise DeskError("There is nothing to change: nobody reported this, or nothing is said.", "Say what is known.")
    try:
        changed = Report.model_validate({**report.model_dump(), **said})
    except ValueError as error:
        raise DeskError("Only an authorised representative has an authority.", "Give their standing too.") from error
    case.report = desk.seal(case.id, "cases.report", changed.model_dump_json())
    case.standing, case.identity = changed.standing, changed.identity
    touch(desk, case)
    desk.log("case.change_report", case.id, **said)
    if case.state not in {"received", "assessing"}:
        decide_again(desk, case, "report", new_id(), posts_of(desk, case.id))
    return case
