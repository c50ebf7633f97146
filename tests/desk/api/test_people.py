"""Accounts through the API: invited, joined, changed, closed; and their tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_office import SetClock
from desk_people import PASSWORD, Front, Person
from sqlalchemy import func, select

from consentry.desk.actor import SYSTEM
from consentry.desk.people.sessions import admit
from consentry.desk.people.tidying import tidy
from consentry.desk.store.tables.people import LoginFailureRow, LoginSessionRow
from consentry.desk.store.tables.replies import ReplyRow

WORDS = "a sentence of one's own"


def taken(front: Front, secret: str, name: str = "Leo", password: str = WORDS) -> tuple[int, str]:
    """Take an invitation; the status, and the problem's code if there is one."""
    body = {"secret": secret, "name": name, "password": password}
    answer = front.stranger().post("/api/v1/invitations/accept", json=body)
    return answer.status_code, answer.json().get("code", "")


def test_somebody_is_invited_and_joins(any_front: Front) -> None:
    admin = any_front.at_screen("admin")
    invited = admin.post("/invitations", {"email": " Leo@Example.org", "roles": ["senior", "reviewer"]})
    assert invited.status_code == 201, invited.text
    assert invited.json()["email"] == "leo@example.org"
    assert invited.json()["roles"] == ["reviewer", "senior"]
    secret = invited.json()["secret"]
    [listed] = [each for each in admin.get("/invitations").json()["items"] if each["email"] == "leo@example.org"]
    assert "secret" not in listed
    assert listed["state"] == "open"
    assert taken(any_front, secret, password="short") == (422, "desk.weak_password")
    assert taken(any_front, secret, name=" \u202e ") == (422, "desk.input")
    assert taken(any_front, secret) == (201, "")
    assert taken(any_front, secret) == (404, "desk.not_found")
    login = any_front.stranger().post("/api/v1/session", json={"email": "leo@example.org", "password": WORDS})
    assert login.json()["user"]["name"] == "Leo"
    again = admin.post("/invitations", {"email": "leo@example.org", "roles": ["intake"]})
    assert (again.status_code, again.json()["code"]) == (409, "desk.exists")


def test_an_invitation_ends(timed_front: Front, clock: SetClock) -> None:
    admin = timed_front.at_screen("admin")
    body = {"email": "leo@example.org", "roles": ["intake"]}
    first, second = (admin.post("/invitations", body).json() for _ in range(2))
    assert taken(timed_front, first["secret"])[0] == 404  # the second took its place
    assert admin.delete(f"/invitations/{second['id']}").status_code == 204
    assert admin.delete(f"/invitations/{second['id']}").status_code == 204
    assert taken(timed_front, second["secret"])[0] == 404
    third = admin.post("/invitations", body).json()
    clock.pass_(days=8)
    assert taken(timed_front, third["secret"])[0] == 404
    for nonsense in ("", "x", "cdi_", "cdt_" + "x" * 40, "cdi_" + "x" * 200):
        assert taken(timed_front, nonsense)[0] in {404, 422}


@pytest.mark.parametrize(
    "body",
    [
        {"email": "leo@example.org", "roles": []},
        {"email": "leo@example.org", "roles": ["service"]},
        {"email": "leo@example.org", "roles": ["king"]},
        {"email": "no address", "roles": ["intake"]},
        {"email": "a@b\nBcc: c@d", "roles": ["intake"]},
        {"email": "leo@example.org", "roles": ["intake"], "is_admin": True},
    ],
)
def test_what_is_no_invitation(front: Front, body: dict[str, object]) -> None:
    assert front.at_screen("admin").post("/invitations", body).status_code == 422


def test_roles_are_changed_by_whoever_saw_them(front: Front) -> None:
    admin, user = front.at_screen("admin"), front.account("intake")
    person = front.at_screen(user=user)
    seen = admin.get(f"/users/{user.id}").headers["etag"]
    assert person.get("/queue").status_code == 403
    assert admin.patch(f"/users/{user.id}", {"roles": ["reviewer"]}).json()["code"] == "desk.no_version"
    changed = admin.patch(f"/users/{user.id}", {"roles": ["reviewer"]}, version=seen)
    assert changed.json()["roles"] == ["reviewer"]
    assert person.get("/queue").status_code == 200  # at once
    assert admin.patch(f"/users/{user.id}", {"roles": ["senior"]}, version=seen).json()["code"] == "desk.version"
    for nonsense in ("3", 'W/"3"', "*", '"x"', '"1", "2"'):
        assert admin.patch(f"/users/{user.id}", {"roles": ["senior"]}, version=nonsense).status_code == 412


def test_the_last_admin_stays(front: Front) -> None:
    admin = front.at_screen("admin")
    version = admin.get(f"/users/{admin.id}").headers["etag"]
    assert admin.patch(f"/users/{admin.id}", {"roles": ["intake"]}, version=version).json()["code"] == "desk.last_admin"
    assert admin.delete(f"/users/{admin.id}").json()["code"] == "desk.last_admin"
    front.account("admin")
    assert admin.delete(f"/users/{admin.id}").status_code == 204


def test_programs_have_tokens_and_no_password(timed_front: Front, clock: SetClock) -> None:
    admin = timed_front.at_screen("admin")
    made = admin.post("/services", {"name": "report-form"})
    assert made.json()["kind"] == "service"
    assert admin.post("/services", {"name": "report-form"}).json()["code"] == "desk.exists"
    assert admin.post("/services", {"name": "Report Form"}).status_code == 422
    user = made.json()["id"]
    version = admin.get(f"/users/{user}").headers["etag"]
    assert admin.patch(f"/users/{user}", {"roles": ["admin"]}, version=version).status_code == 422
    for scopes in (["cases.decide"], ["people.manage"], ["nothing"], []):
        assert admin.post(f"/users/{user}/tokens", {"name": "x", "scopes": scopes}).status_code == 422, scopes
    assert admin.post(f"/users/{user}/tokens", {"name": "x", "scopes": ["cases.read"], "days": 999}).status_code == 422
    token = admin.post(f"/users/{user}/tokens", {"name": "x", "scopes": ["cases.read"], "days": 2}).json()
    program = Person(made.json()["id"], timed_front.stranger())
    program.client.headers["Authorization"] = f"Bearer {token['token']}"
    assert program.get("/cases").status_code == 200
    [listed] = admin.get("/tokens", params={"user": user}).json()["items"]
    assert listed["used_at"] is not None
    clock.pass_(days=2)
    assert program.get("/cases").status_code == 401
    later = timed_front.at_screen("admin")
    fresh = later.post(f"/users/{user}/tokens", {"name": "y", "scopes": ["cases.read"]}).json()
    program.client.headers["Authorization"] = f"Bearer {fresh['token']}"
    assert program.get("/session").json()["acts"] == ["cases.read"]
    assert program.get("/session").json()["csrf_token"] is None
    assert later.delete(f"/tokens/{fresh['id']}").status_code == 204
    assert program.get("/cases").status_code == 401
    for header in ("Bearer", "Bearer x", "Basic eDp5", f"bearer {fresh['token']}x"):
        program.client.headers["Authorization"] = header
        assert program.get("/cases").status_code == 401, header


def test_a_password_that_was_hashed_with_less_is_hashed_anew(front: Front) -> None:
    user = front.account("reviewer")
    dearer = Front(
        front.serving.settings.model_copy(update={"password_passes": 2}), front.serving.database, front.serving.keys
    )
    login = {"email": user.email, "password": PASSWORD}
    assert dearer.stranger().post("/api/v1/session", json=login).status_code == 200
    with front.serving.database.reading() as session:
        hashed = session.get_one(type(user), user.id).password
    assert hashed is not None
    assert "t=2" in hashed
    assert front.stranger().post("/api/v1/session", json=login).status_code == 200


@pytest.fixture
def used(timed_front: Front) -> Front:
    """A desk with sessions, failures and answers of a while ago."""
    person = timed_front.at_screen("admin")
    person.post("/services", {"name": "one"}, headers={"Idempotency-Key": "a-key-of-sixteen-or-more"})
    with timed_front.serving.database.writing() as session:
        admit(timed_front.serving.desk(session, SYSTEM), "ana@example.org", "192.0.2.7")
    return timed_front


def test_what_nobody_can_use_any_more_is_deleted(used: Front, clock: SetClock) -> None:
    kinds = (LoginSessionRow, LoginFailureRow, ReplyRow)

    def counts() -> list[int]:
        with used.serving.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]

    def tidied() -> int:
        with used.serving.database.writing() as session:
            return tidy(session, clock(), used.serving.settings)

    assert counts() == [1, 3, 1]
    assert tidied() == 0
    clock.at += timedelta(hours=25)
    assert tidied() == 5
    assert counts() == [0, 0, 0]
