"""Purging: two people, an ended case, nothing readable afterwards; claims and old cases go by themselves."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from desk_office import Office, somebody
from sqlalchemy import select

from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.audit.verifying import verify
from consentry.desk.cases.ending import close, withdraw
from consentry.desk.cases.expiring import purge_expired
from consentry.desk.cases.filing import add_media
from consentry.desk.cases.letters import letters_of
from consentry.desk.cases.notes import add_note
from consentry.desk.cases.purging import approve_purge, ask_purge, purges, refuse_purge
from consentry.desk.cases.reading import get_case, list_cases
from consentry.desk.errors import DeskError
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import MediaRow
from consentry.desk.store.tables.keys import KeyRow
from consentry.desk.store.tables.log import EntryRow
from consentry.desk.store.tables.work import EventRow
from consentry.desk.vault.media import MediaStore
from consentry.desk.vault.sweeping import sweep

PHOTO = b"\xff\xd8\xff\xe0 pretends to be a photo"


def with_media(office: Office) -> UUID:
    """A case with a medium and a reference photo in the vault, withdrawn already."""
    case_id = office.open()
    store = MediaStore(office.settings.data / "media")
    for role, kind in (("post", "case"), ("reference", "claim")):
        with office.at(office.intake) as desk:
            until = desk.now + timedelta(days=desk.settings.claim_days)
            desk.keys.ensure(desk.session, desk.clock, case_id, "claim", expires_at=until)
            kept = store.keep(PHOTO, desk.keys.key(desk.session, case_id, kind))
            post = get_case(desk, case_id).posts[0].id if role == "post" else None
            add_media(
                desk, case_id, post=post, role=role, name="her.jpg", address=kept.address, size=kept.size,
                content_type="image/jpeg",
            )  # fmt: skip
    return case_id


def ended(office: Office) -> UUID:
    case_id = with_media(office)
    with office.at(office.anna) as desk:
        add_note(desk, case_id, "She was crying on the phone.")
    with office.at(office.intake) as desk:
        withdraw(desk, case_id)
    return case_id


def asked(office: Office, case_id: UUID, what: str = "case", actor: Actor | None = None) -> UUID:
    with office.at(actor or office.sam) as desk:
        return ask_purge(desk, case_id, what, "She asked us to.").id


def refused(office: Office, actor: Actor, act, *arguments: object) -> str:
    with pytest.raises(DeskError) as caught, office.at(actor) as desk:
        act(desk, *arguments)
    return caught.value.code


def acts(office: Office, case_id: UUID) -> list[str]:
    with office.database.reading() as session:
        return list(
            session.scalars(select(EntryRow.act).where(EntryRow.subject_id == case_id).order_by(EntryRow.number))
        )


def places(office: Office, case_id: UUID) -> list[str]:
    with office.database.reading() as session:
        found = session.scalars(select(KeyRow.half).where(KeyRow.case_id == case_id, KeyRow.half.is_not(None)))
        return [place for place in found if place is not None]


def files(office: Office, *parts: str) -> int:
    return sum(path.is_file() for path in office.settings.data.joinpath(*parts).rglob("*"))


def test_two_people_purge_a_case_and_nothing_of_it_is_left_but_its_history(office: Office) -> None:
    case_id = ended(office)
    assert files(office, "media") == 2
    assert len([office.keys.halves.read(place) for place in places(office, case_id)]) == 2
    purge_id = asked(office, case_id)
    assert refused(office, office.sam, approve_purge, purge_id) == "desk.own_decision"
    with office.at(office.tess) as desk:
        assert purges(desk, state="asked")[0].reason == "She asked us to."
        done = approve_purge(desk, purge_id)
    assert (done.state, done.asked_by, done.settled_by) == ("approved", office.sam.id, office.tess.id)
    assert files(office, "media") == 0
    assert not any(office.keys.halves.read(place) for place in places(office, case_id))
    view = office.seen(case_id)
    assert (view.readable, view.report, view.posts, view.notes, view.references) == (False, None, (), (), ())
    assert view.purged_at is not None
    with office.looking(office.sam) as desk:
        assert purges(desk, case_id=case_id)[0].reason is None
        assert list_cases(desk)[0].id == case_id
    assert refused(office, office.anna, add_note, case_id, "One more.") == "desk.purged"
    assert refused(office, office.sam, ask_purge, case_id, "case", "Again.") == "desk.purged"
    assert acts(office, case_id)[-2:] == ["purge.asked", "purge.done"]
    with office.database.reading() as session:
        assert "case.purged" in session.scalars(select(EventRow.kind).where(EventRow.case_id == case_id)).all()
        assert verify(session).entries > 0


def test_of_a_decided_case_it_stays_known_what_was_decided_and_no_word_of_it(office: Office) -> None:
    case_id = office.open()
    office.decided(case_id, office.anna, "recommend_removal")
    office.decided(case_id, office.ben, "recommend_removal")
    with office.at(office.sam) as desk:
        close(desk, case_id)
    with office.looking(office.sam) as desk:
        assert letters_of(desk, case_id) != []
    purge_id = asked(office, case_id)
    with office.at(office.tess) as desk:
        approve_purge(desk, purge_id)
    view = office.seen(case_id)
    assert [decision.reason for decision in view.decisions] == [None, None]
    assert view.decisions[-1].verdicts[0].action == "recommend_removal"
    assert refused(office, office.sam, letters_of, case_id) == "desk.purged"


def test_only_people_who_may_do_it_and_only_once(office: Office) -> None:
    case_id = ended(office)
    for actor in (office.anna, office.intake, somebody("policy", "auditor", "service"), SYSTEM):
        assert refused(office, actor, ask_purge, case_id, "case", "Why not.") == "desk.not_allowed"
    program = Actor(new_id(), "token", frozenset({"admin"}))
    assert refused(office, program, ask_purge, case_id, "case", "Why not.") == "desk.not_allowed"
    for reason in ("", "  ", "x" * 2001):
        assert refused(office, office.sam, ask_purge, case_id, "case", reason) == "desk.input"
    purge_id = asked(office, case_id)
    assert refused(office, office.tess, ask_purge, case_id, "claim", "Me too.") == "desk.exists"
    assert refused(office, office.anna, approve_purge, purge_id) == "desk.not_allowed"
    assert refused(office, program, approve_purge, purge_id) == "desk.not_allowed"
    assert refused(office, office.tess, approve_purge, new_id()) == "desk.not_found"
    with office.at(office.tess) as desk:
        assert refuse_purge(desk, purge_id).state == "refused"
    assert refused(office, office.tess, approve_purge, purge_id) == "desk.transition"
    with office.at(office.sam) as desk:
        assert refuse_purge(desk, ask_purge(desk, case_id, "case", "On second thoughts.").id).state == "withdrawn"
    assert office.seen(case_id).readable
    assert acts(office, case_id)[-4:] == ["purge.asked", "purge.refused", "purge.asked", "purge.withdrawn"]


def test_a_case_that_is_not_over_is_not_purged_but_its_claim_can_be(office: Office) -> None:
    case_id = with_media(office)
    assert refused(office, office.sam, ask_purge, case_id, "case", "Now.") == "desk.transition"
    purge_id = asked(office, case_id, "claim")
    with office.at(office.tess) as desk:
        approve_purge(desk, purge_id)
    view = office.seen(case_id)
    assert view.readable
    assert view.references == ()
    assert len(view.posts[0].media) == 1
    assert files(office, "media") == 1


def test_a_purge_that_nobody_approves_lapses(office: Office) -> None:
    case_id = ended(office)
    purge_id = asked(office, case_id)
    office.clock.pass_(days=8)
    assert refused(office, office.tess, approve_purge, purge_id) == "desk.transition"
    asked(office, case_id)
    with office.looking(office.auditor) as desk:
        assert [found.state for found in purges(desk)] == ["asked", "lapsed"]


def expire(office: Office) -> int:
    return purge_expired(office.database, office.settings, office.keys, office.clock)


def test_claims_and_cases_whose_time_is_over_are_purged_by_themselves(office: Office) -> None:
    open_case, old_case = with_media(office), ended(office)
    assert expire(office) == 0
    office.clock.pass_(days=91)
    assert expire(office) == 2  # both claims
    assert expire(office) == 0
    for case_id in (open_case, old_case):
        assert office.seen(case_id).readable
        assert office.seen(case_id).references == ()
    office.clock.pass_(days=100)
    assert expire(office) == 1
    assert office.seen(open_case).readable
    assert not office.seen(old_case).readable
    assert acts(office, old_case)[-2:] == ["purge.expired", "purge.expired"]
    assert files(office, "media") == 1


def test_an_installation_may_keep_what_is_over_until_two_people_purge_it(office: Office) -> None:
    kept = office.settings.model_copy(update={"purge_ended": False})
    case_id = ended(office)
    office.clock.pass_(days=400)
    assert purge_expired(office.database, kept, office.keys, office.clock) == 1
    assert office.seen(case_id).readable


def test_the_sweep_takes_what_nothing_speaks_of_and_nothing_else(office: Office) -> None:
    case_id = with_media(office)
    store = MediaStore(office.settings.data / "media")
    store.keep(b"an upload whose row was never written", bytes(32))
    begun = store.receive(bytes(32))
    begun.write(b"given up")
    rendition = office.settings.data / "renditions" / "ab" / ("ab" * 32)
    rendition.mkdir(parents=True)
    (rendition / "one").write_bytes(b"made some time ago")

    def swept() -> int:
        return sweep(office.database, office.settings, office.keys, office.clock)

    office.clock.at = _file_time(store)
    assert swept() == 0
    office.clock.pass_(hours=25)
    assert swept() == 3
    assert swept() == 0
    begun.abandon()
    assert files(office, "media") == 2
    assert all(office.keys.halves.read(place) for place in places(office, case_id))
    assert not rendition.exists()
    with office.looking(office.sam) as desk:
        row = desk.session.scalars(select(MediaRow).where(MediaRow.case_id == case_id, MediaRow.role == "post")).one()
        assert store.read(row.address, desk.keys.key(desk.session, case_id)) == PHOTO


def test_the_sweep_finishes_what_a_purge_left_when_its_program_ended(office: Office) -> None:
    case_id = ended(office)
    purge_id = asked(office, case_id)
    store = MediaStore(office.settings.data / "media")
    kept = {path: path.read_bytes() for path in (*store.folder.rglob("*"), *office.keys.halves.sheets())
            if path.is_file()}  # fmt: skip
    halves = places(office, case_id)
    with office.at(office.tess) as desk:
        approve_purge(desk, purge_id)
    for path, content in kept.items():
        path.write_bytes(content)
    assert not office.seen(case_id).readable
    office.clock.at = _file_time(store) + timedelta(hours=25)
    assert sweep(office.database, office.settings, office.keys, office.clock) == 4
    assert files(office, "media") == 0
    assert not any(office.keys.halves.read(place) for place in halves)
    assert places(office, case_id) == []


def _file_time(store: MediaStore):
    from datetime import UTC, datetime

    newest = max(path.stat().st_mtime for path in store.folder.rglob("*") if path.is_file())
    return datetime.fromtimestamp(newest, UTC)
