"""Logging in and out: what a session is, when it ends, and what is tried against it."""

from __future__ import annotations

import pytest
import uvicorn
from desk_office import SetClock
from desk_people import PASSWORD, Front
from sqlalchemy import select
from starlette.testclient import TestClient

from consentry.cli.desk.options import Installation
from consentry.cli.desk.serve import run_server
from consentry.desk.people.secrets import digest_of
from consentry.desk.people.sessions import SlowDownError, admit
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.tables.log import EntryRow
from consentry.desk.store.tables.people import LoginFailureRow, LoginSessionRow, TokenRow, UserRow
from consentry.desk.vault.keys import KeyRing

LOGIN = "/api/v1/session"


def test_somebody_logs_in_and_out(any_front: Front) -> None:
    any_front.account("reviewer", email="ana@example.org")
    browser = any_front.stranger()
    answer = browser.post(LOGIN, json={"email": " Ana@Example.org ", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert told["user"]["roles"] == ["reviewer"]
    assert "cases.decide" in told["acts"]
    assert "people.manage" not in told["acts"]
    assert browser.get(LOGIN).json()["csrf_token"] == told["csrf_token"]
    assert browser.delete(LOGIN).json()["code"] == "desk.csrf"
    secret = browser.cookies["consentry_desk"]
    assert browser.delete(LOGIN, headers={"X-CSRF-Token": told["csrf_token"]}).status_code == 204
    browser.cookies.set("consentry_desk", secret)  # a thief who kept it
    assert browser.get(LOGIN).json()["code"] == "desk.not_logged_in"


def test_over_https_the_cookie_is_for_this_host_alone(
    sqlite_database: Database, keys: KeyRing, settings: DeskSettings
) -> None:
    secure = settings.model_copy(update={"public_address": "https://desk.example.org"})
    front = Front(secure, sqlite_database, keys)
    front.account("reviewer", email="ana@example.org")
    answer = front.stranger().post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-consentry_desk=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_secrets_are_kept_as_digests(front: Front) -> None:
    front.account("reviewer", email="ana@example.org")
    browser = front.stranger()
    browser.post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD})
    secret = browser.cookies["consentry_desk"]
    with front.serving.database.reading() as session:
        assert session.scalars(select(LoginSessionRow.secret)).one() == digest_of(secret)
        assert session.scalars(select(UserRow.password)).one().startswith("$argon2id$")


def test_a_session_ends_when_it_is_not_used(timed_front: Front, clock: SetClock) -> None:
    person = timed_front.at_screen("reviewer")
    for _ in range(4):
        clock.pass_(minutes=29)
        assert person.get("/session").status_code == 200
    clock.pass_(minutes=31)
    assert person.get("/session").status_code == 401


def test_a_session_ends_in_any_case(timed_front: Front, clock: SetClock) -> None:
    person = timed_front.at_screen("reviewer")
    for _ in range(12 * 3 - 1):
        clock.pass_(minutes=20)
        assert person.get("/session").status_code == 200
    clock.pass_(minutes=20)
    assert person.get("/session").status_code == 401


def test_a_session_cannot_be_fixed_beforehand(front: Front) -> None:
    front.account("reviewer", email="ana@example.org")
    front.account("reviewer", email="eve@example.org")
    attacker = front.stranger()
    attacker.post(LOGIN, json={"email": "eve@example.org", "password": PASSWORD})
    planted = attacker.cookies["consentry_desk"]
    victim = front.stranger()
    victim.cookies.set("consentry_desk", planted)
    answer = victim.post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD})
    given = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert given != planted
    attacker.cookies.clear()
    attacker.cookies.set("consentry_desk", planted)
    assert attacker.get(LOGIN).status_code == 401  # the planted one ended with the login
    invented = front.stranger()
    invented.cookies.set("consentry_desk", "cds_chosen-by-the-attacker")
    invented.post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD})
    other = front.stranger()
    other.cookies.set("consentry_desk", "cds_chosen-by-the-attacker")
    assert other.get(LOGIN).status_code == 401


def test_guessing_is_slowed_down(timed_front: Front, clock: SetClock) -> None:
    timed_front.account("reviewer", email="ana@example.org")
    browser = timed_front.stranger()
    wrong = {"email": "ana@example.org", "password": "not the right words"}
    right = {"email": "ana@example.org", "password": PASSWORD}
    for _ in range(5):
        assert browser.post(LOGIN, json=wrong).json()["code"] == "desk.wrong_login"
    refused = browser.post(LOGIN, json=right)
    assert refused.status_code == 429
    assert refused.json()["code"] == "desk.slow_down"
    assert refused.headers["retry-after"] == "1"
    waits = []
    for _ in range(12):
        clock.pass_(hours=1)
        assert browser.post(LOGIN, json=wrong).status_code == 401
        waits.append(int(browser.post(LOGIN, json=right).headers["retry-after"]))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    clock.pass_(minutes=15)
    assert browser.post(LOGIN, json=right).status_code == 200
    assert browser.post(LOGIN, json=wrong).status_code == 401  # and the count begins anew
    assert browser.post(LOGIN, json=right).status_code == 200


def test_who_fails_for_somebody_else_does_not_lock_them_out(timed_front: Front, clock: SetClock) -> None:
    timed_front.account("reviewer", email="ana@example.org")
    attacker = timed_front.stranger()
    for _ in range(6):
        attacker.post(LOGIN, json={"email": "ana@example.org", "password": "not the right words"})

    at_home = TestClient(timed_front.app, client=("192.0.2.7", 5000))
    assert at_home.post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD}).status_code == 200


def test_many_accounts_tried_from_one_place_are_slowed_down_too(timed_front: Front) -> None:
    browser = timed_front.stranger()
    answers = [
        browser.post(LOGIN, json={"email": f"user{number}@example.org", "password": "not the right words"}).status_code
        for number in range(45)
    ]
    assert answers[:41] == [401] * 41
    assert answers[41:] == [429] * 4


def test_an_account_that_is_not_there_answers_like_one_that_is(front: Front) -> None:
    front.account("reviewer", email="ana@example.org")
    browser = front.stranger()
    told = []
    for email in ("ana@example.org", "nobody@example.org"):
        answer = browser.post(LOGIN, json={"email": email, "password": "not the right words"})
        told.append((answer.status_code, {**answer.json(), "request_id": None}))
    assert told[0] == told[1]
    with front.serving.database.reading() as session:
        assert len(session.scalars(select(LoginFailureRow)).all()) == 5  # the place is one
        acts = session.scalars(select(EntryRow.act)).all()
    assert acts.count("user.login_failed") == 2


def test_pages_of_other_sites_cannot_use_a_session(front: Front) -> None:
    admin = front.at_screen("admin")
    body = {"email": "leo@example.org", "roles": ["reviewer"]}
    foreign: list[dict[str, str]] = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": front.at_screen("admin").client.headers["X-CSRF-Token"]},
    ]
    for headers in foreign:
        answer = admin.post("/invitations", json=body, headers=headers)
        assert answer.status_code == 403, headers
        assert answer.json()["code"] == "desk.csrf"
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert admin.post("/invitations", json=body, headers=own).status_code == 201
    login = front.stranger().post(
        LOGIN, json={"email": "a@example.org", "password": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert login.json()["code"] == "desk.csrf"


def test_a_form_of_another_site_is_no_json(front: Front) -> None:
    front.account("reviewer", email="ana@example.org")
    body = '{"email": "ana@example.org", "password": "four words walk home"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = front.stranger().post(LOGIN, content=body, headers={"Content-Type": kind})
        assert answer.status_code in {415, 422}, kind


def test_logging_in_again_exchanges_the_session(timed_front: Front, clock: SetClock) -> None:
    person = timed_front.at_screen("admin")
    clock.pass_(minutes=11)
    user = timed_front.account("reviewer")
    refused = person.delete(f"/users/{user.id}")
    assert refused.status_code == 401
    assert refused.json()["code"] == "desk.login_again"
    wrong = person.post("/session/proof", json={"password": "not the right words"})
    assert wrong.json()["code"] == "desk.wrong_login"
    before = person.client.cookies["consentry_desk"]
    proved = person.post("/session/proof", json={"password": PASSWORD})
    assert proved.status_code == 200
    person.client.headers["X-CSRF-Token"] = proved.json()["csrf_token"]
    after = proved.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert after != before
    person.client.cookies.clear()
    person.client.cookies.set("consentry_desk", after)
    assert person.delete(f"/users/{user.id}").status_code == 204


def test_a_changed_password_ends_other_sessions(front: Front) -> None:
    user = front.account("reviewer")
    here, elsewhere = front.at_screen(user=user), front.at_screen(user=user)
    body = {"password": PASSWORD, "new_password": "quite another sentence"}
    assert here.post("/session/password", json=body).status_code == 200
    assert elsewhere.get("/session").status_code == 401
    login = {"email": user.email, "password": PASSWORD}
    assert front.stranger().post(LOGIN, json=login).status_code == 401
    assert front.stranger().post(LOGIN, json={**login, "password": "quite another sentence"}).status_code == 200


def test_a_closed_account_is_out_at_once(front: Front) -> None:
    admin, user = front.at_screen("admin"), front.account("reviewer")
    at_screen, with_token = front.at_screen(user=user), front.with_token(user=user)
    assert at_screen.get("/session").status_code == with_token.get("/session").status_code == 200
    assert admin.delete(f"/users/{user.id}").status_code == 204
    assert at_screen.get("/session").status_code == with_token.get("/session").status_code == 401
    login = {"email": user.email, "password": PASSWORD}
    assert front.stranger().post(LOGIN, json=login).status_code == 401
    with front.serving.database.reading() as session:
        assert all(row.revoked_at for row in session.scalars(select(TokenRow)))


def test_guesses_sent_at_once_are_counted_before_any_has_failed(any_front: Front) -> None:
    serving = any_front.serving
    for _ in range(5):  # none of which has been found to be wrong yet
        with serving.database.writing() as session:
            admit(serving.desk(session), "ana@example.org", "192.0.2.7")
    with serving.database.writing() as session, pytest.raises(SlowDownError):
        admit(serving.desk(session), "ana@example.org", "192.0.2.7")


def test_right_passwords_do_not_slow_their_place_down(timed_front: Front) -> None:
    timed_front.account("reviewer", email="ana@example.org")
    for _ in range(3):
        answer = timed_front.stranger().post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD})
        assert answer.status_code == 200
    with timed_front.serving.database.reading() as session:
        assert session.scalars(select(LoginFailureRow)).all() == []


def test_served_with_a_certificate_the_cookie_is_secure_without_a_public_address(
    sqlite_database: Database, keys: KeyRing, settings: DeskSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: served.append(server.config))
    Front(settings, sqlite_database, keys).account("reviewer", email="ana@example.org")
    run_server(
        Installation(settings, sqlite_database, keys), host="127.0.0.1", port=0, certificate=("cert.pem", "key.pem")
    )
    browser = TestClient(served[0].app, base_url="https://testserver")
    cookie = browser.post(LOGIN, json={"email": "ana@example.org", "password": PASSWORD}).headers["set-cookie"]
    assert cookie.startswith("__Host-consentry_desk=")
    assert "Secure" in cookie
