"""A desk for tests: its store, a clock that is set by hand, people, and ways to bring a case where it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from desk_signals import BEDROOM_SIGNALS

from consentry.desk.actor import SYSTEM, Actor, Role
from consentry.desk.cases.assessed import record_assessed
from consentry.desk.cases.deciding import Verdict, decide
from consentry.desk.cases.filing import FiledPost, Filing, file_case
from consentry.desk.cases.locating import case_to_change, posts_of
from consentry.desk.cases.queue import take
from consentry.desk.cases.reading import get_case
from consentry.desk.cases.recording import Found
from consentry.desk.cases.views import CaseView
from consentry.desk.desk import Desk
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.decisions import DecisionRow
from consentry.desk.vault.keys import KeyRing
from consentry.records import Report, Signals
from consentry.signals.faces.keys import MasterKey

BEGINNING = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = BEGINNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """The moment at which it stands."""
        return self.at

    def pass_(self, **span: float) -> None:
        """Let time go by."""
        self.at += timedelta(**span)


def somebody(*roles: Role) -> Actor:
    """A person with roles."""
    return Actor(new_id(), "user", frozenset(roles))


@dataclass
class Office:
    """A store, its clock and its people."""

    database: Database
    settings: DeskSettings
    keys: KeyRing
    clock: SetClock = field(default_factory=SetClock)
    intake: Actor = field(default_factory=lambda: somebody("intake"))
    anna: Actor = field(default_factory=lambda: somebody("reviewer"))
    ben: Actor = field(default_factory=lambda: somebody("reviewer"))
    carla: Actor = field(default_factory=lambda: somebody("reviewer"))
    sam: Actor = field(default_factory=lambda: somebody("senior"))
    tess: Actor = field(default_factory=lambda: somebody("senior"))
    auditor: Actor = field(default_factory=lambda: somebody("auditor"))
    _reports: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def at(self, actor: Actor) -> Iterator[Desk]:
        """One transaction of somebody; a second goes by before it."""
        self.clock.pass_(seconds=1)
        with self.database.writing() as session:
            yield Desk(session, actor, self.settings, self.keys, self.clock)

    @contextmanager
    def looking(self, actor: Actor) -> Iterator[Desk]:
        """A look of somebody, which changes nothing."""
        with self.database.reading() as session:
            yield Desk(session, actor, self.settings, self.keys, self.clock)

    def filed(self, posts: int = 1, **report: Any) -> UUID:
        """A report that came in: by the person depicted, whose identity is verified, unless said otherwise."""
        number = next(self._reports)
        said = {"standing": "depicted_person", "identity": "verified", "consent": "refused", **report}
        given = Report(report_id=f"report-{number}", statement="That is my bedroom.", **said)
        filing = Filing(
            source="api",
            report=given,
            posts=tuple(
                FiledPost(
                    post_id=f"post-{number}-{place}", words="Look who forgot to lock the door.",
                    posted_at=BEGINNING - timedelta(days=1), account="private_individual",
                )
                for place in range(posts)
            ),
        )  # fmt: skip
        with self.at(self.intake) as desk:
            return file_case(desk, filing, submit=True).id

    def open(self, posts: int = 1, signals: Signals = BEDROOM_SIGNALS, **report: Any) -> UUID:
        """A case that was assessed."""
        case_id = self.filed(posts, **report)
        with self.at(SYSTEM) as desk:
            case = case_to_change(desk, case_id)
            found = {post.id: Found(signals, ("bedroom.jpg",)) for post in posts_of(desk, case_id)}
            record_assessed(desk, case, found, "measured", new_id())
        return case_id

    def seen(self, case_id: UUID, actor: Actor | None = None) -> CaseView:
        """What somebody sees of a case; an auditor unless said otherwise."""
        with self.looking(actor or self.auditor) as desk:
            return get_case(desk, case_id)

    def taken(self, case_id: UUID, actor: Actor) -> int:
        """Have somebody take a case; its version then."""
        with self.at(actor) as desk:
            return take(desk, case_id).version

    def decided(
        self, case_id: UUID, actor: Actor, *actions: str, clauses: tuple[str, ...] | None = None
    ) -> DecisionRow:
        """Have somebody take a case and decide it, one action a post, by the first clause that can be named."""
        self.taken(case_id, actor)
        with self.at(actor) as desk:
            return decide(desk, case_id, self.verdicts(get_case(desk, case_id), *actions, clauses=clauses), "Seen.")

    @staticmethod
    def verdicts(view: CaseView, *actions: str, clauses: tuple[str, ...] | None = None) -> list[Verdict]:
        """Verdicts on the posts of a case; the last action holds for all that are left."""
        found = []
        for place, post in enumerate(view.posts):
            assert post.assessment is not None
            recommendation = post.assessment.recommendation
            known = [reason.clause for reason in (*recommendation.fired, *recommendation.not_evaluated)]
            named = clauses if clauses is not None else tuple(known[:1])
            action = actions[min(place, len(actions) - 1)]
            found.append(Verdict.model_validate({"post": post.id, "action": action, "clauses": named}))
        return found


def new_office(address: str, folder: Path, **settings: Any) -> Office:
    """An office with a store at an address.

    Nothing is drawn for audit unless the settings say so.
    """
    said = {"data": folder / "data", "database": address, "audit_share": 0.0, **settings}
    return Office(Database(address), DeskSettings(**said), KeyRing(MasterKey(bytes(range(32))), folder / "keys"))
