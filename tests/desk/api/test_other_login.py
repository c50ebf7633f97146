"""Logging in elsewhere, with a real provider on loopback that says true things, and others."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from desk_people import Front
from joserfc.jwk import RSAKey
from oidc_provider import CLIENT, SECRET, Provider, provider
from starlette.testclient import TestClient

from consentry.desk.actor import SYSTEM
from consentry.desk.people.accounts import invite
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.vault.keys import KeyRing

OTHER = "/api/v1/session/other"


@pytest.fixture
def elsewhere() -> Iterator[Provider]:
    with provider() as made:
        yield made


@pytest.fixture
def joined(elsewhere: Provider, settings: DeskSettings, sqlite_database: Database, keys: KeyRing) -> Front:
    """The application, with the provider set up."""
    said = {"oidc_issuer": elsewhere.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    return Front(settings.model_copy(update=said), sqlite_database, keys)


def invited(front: Front, email: str = "ana@example.org") -> None:
    with front.serving.database.writing() as session:
        invite(front.serving.desk(session, SYSTEM), email, ["reviewer"])


def logged_in(browser: TestClient, *, again: bool = False) -> Any:
    """Go there and come back, as a browser does."""
    departed = browser.get(OTHER, params={"again": again}, follow_redirects=False)
    assert departed.status_code == 303, departed.text
    there = httpx.get(departed.headers["location"])
    assert there.status_code == 303
    return browser.get(there.headers["location"])


def test_somebody_who_was_invited_logs_in_elsewhere(joined: Front, elsewhere: Provider) -> None:
    invited(joined)
    browser = joined.stranger()
    answer = logged_in(browser)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["roles"] == ["reviewer"]
    assert answer.json()["user"]["other_login"] is True
    assert browser.get("/api/v1/session").json()["user"]["email"] == "ana@example.org"
    elsewhere.claims["email"] = "ana.married@example.org"  # the account is bound to the subject, not to the address
    again = logged_in(joined.stranger())
    assert again.json()["user"]["id"] == answer.json()["user"]["id"]
    login = {"email": "ana@example.org", "password": ""}
    assert joined.stranger().post("/api/v1/session", json={**login, "password": "x"}).status_code == 401


def test_who_has_to_log_in_again_really_does(joined: Front, elsewhere: Provider) -> None:
    invited(joined)
    browser = joined.stranger()
    departed = browser.get(OTHER, params={"again": True}, follow_redirects=False)
    assert "prompt=login" in departed.headers["location"]
    assert logged_in(browser, again=True).json()["code"] == "desk.other_login"  # it does not say when
    elsewhere.claims["auth_time"] = int(time.time()) - 3600
    assert logged_in(browser, again=True).json()["code"] == "desk.other_login"
    elsewhere.claims["auth_time"] = int(time.time())
    assert logged_in(browser, again=True).status_code == 200


def test_who_was_not_invited_stays_outside(joined: Front, elsewhere: Provider) -> None:
    assert logged_in(joined.stranger()).json()["code"] == "desk.not_invited"
    invited(joined)
    for unproven in (
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": ""},
        {"email": "leo@example.org"},
    ):
        before = dict(elsewhere.claims)
        elsewhere.claims.update(unproven)
        assert logged_in(joined.stranger()).json()["code"] == "desk.not_invited", unproven
        elsewhere.claims = before
    joined.account("admin", email="eva@example.org")  # an account with a password is not taken over
    elsewhere.claims["email"] = "eva@example.org"
    assert logged_in(joined.stranger()).json()["code"] == "desk.not_invited"


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 36_000},
        {"nonce": "of another login"},
    ],
)
def test_a_token_for_others_is_not_believed(joined: Front, elsewhere: Provider, lie: dict[str, Any]) -> None:
    invited(joined)
    elsewhere.claims.update(lie)
    answer = logged_in(joined.stranger())
    assert (answer.status_code, answer.json()["code"]) == (502, "desk.other_login")
    assert "set-cookie" not in answer.headers


def test_a_token_that_others_signed_is_not_believed(joined: Front, elsewhere: Provider) -> None:
    invited(joined)
    elsewhere.key = RSAKey.generate_key(2048, {"kid": "1"})
    assert logged_in(joined.stranger()).json()["code"] == "desk.other_login"
    public = elsewhere.published.as_pem(private=False)
    for algorithm, key in (("HS256", public), ("HS256", SECRET.encode()), ("none", None)):
        elsewhere.forge = partial(forged, algorithm, key)
        assert logged_in(joined.stranger()).json()["code"] == "desk.other_login", algorithm


def forged(algorithm: str, key: bytes | None, claims: dict[str, Any]) -> str:
    """A token with an algorithm that must not be taken: the public key as a shared secret, or none."""
    parts = [{"alg": algorithm, "kid": "1"}, claims]
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    tag = b"" if key is None else hmac.digest(key, signed, "sha256")
    return (signed + b"." + base64.urlsafe_b64encode(tag).rstrip(b"=")).decode()


def test_another_browsers_return_is_not_taken(joined: Front) -> None:
    invited(joined)
    attacker, victim = joined.stranger(), joined.stranger()
    departed = attacker.get(OTHER, follow_redirects=False)
    back = httpx.get(departed.headers["location"]).headers["location"]
    assert victim.get(back).json()["code"] == "desk.other_login"  # it has no state of its own
    victim.get(OTHER, follow_redirects=False)
    assert victim.get(back).json()["code"] == "desk.other_login"  # nor does another's fit
    assert attacker.get(back).status_code == 200
    assert attacker.get(back).json()["code"] == "desk.other_login"  # a code works once
    for kept in ("", "x", "AAAA" * 20):
        attacker.cookies.set("consentry_desk_login", kept, path=OTHER)
        assert attacker.get(back).status_code == 502


def test_a_provider_that_is_another_one_or_away(joined: Front, elsewhere: Provider) -> None:
    for lie in ({"issuer": "http://127.0.0.1:1"}, {"token_endpoint": "file:///etc/passwd"}, {"jwks_uri": ""}):
        elsewhere.described = lie
        assert joined.stranger().get(OTHER).json()["code"] == "desk.other_login", lie
    elsewhere.described = {}
    elsewhere.server.shutdown()
    elsewhere.server.server_close()
    assert joined.stranger().get(OTHER).json()["code"] == "desk.other_login"


def test_without_a_provider_there_is_no_other_login(front: Front) -> None:
    assert front.stranger().get(OTHER).status_code == 404
    assert front.stranger().get(f"{OTHER}/return", params={"state": "a", "code": "b"}).status_code == 404
