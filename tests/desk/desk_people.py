"""People for tests: accounts of every role, logged in at a screen or with a token, in front of the real application."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any
from uuid import UUID

from desk_signals import BEDROOM_SIGNALS
from starlette.testclient import TestClient

from consentry.desk.actor import SYSTEM
from consentry.desk.api.serving import Serving
from consentry.desk.cases.assessed import record_assessed
from consentry.desk.cases.locating import case_to_change, posts_of
from consentry.desk.cases.recording import Found
from consentry.desk.pages.app import make_desk
from consentry.desk.people.accounts import invite, joined, make_service
from consentry.desk.people.roles import NEVER_BY_TOKEN, acts_of
from consentry.desk.people.secrets import csrf_token_of
from consentry.desk.people.sessions import begin
from consentry.desk.people.tokens import make_token
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.people import UserRow
from consentry.desk.vault.keys import KeyRing
from consentry.desk.vault.media import MediaStore
from consentry.records import Signals

PASSWORD = "four words walk home"


class Person:
    """Somebody in front of the application.

    Attributes:
        id: Of the account.
        client: Sends their requests, with their session or token.
    """

    def __init__(self, user_id: UUID, client: TestClient) -> None:
        self.id = user_id
        self.client = client

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/api/v1{path}", **more)

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        return self.client.post(f"/api/v1{path}", json=json, **more)

    def patch(self, path: str, json: Any = None, *, version: str | None = None, **more: Any) -> Any:
        headers = {**more.pop("headers", {}), **({"If-Match": version} if version else {})}
        return self.client.patch(f"/api/v1{path}", json=json, headers=headers, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.client.delete(f"/api/v1{path}", **more)


class Front:
    """The application with its database, and people in front of it."""

    def __init__(self, settings: DeskSettings, database: Database, keys: KeyRing, **more: Any) -> None:
        self.serving = Serving.begin(settings, database, keys, MediaStore(settings.data / "media"), **more)
        self.app = make_desk(self.serving)
        self._numbers = count(1)

    def stranger(self) -> TestClient:
        """Somebody who is not known."""
        return TestClient(self.app, raise_server_exceptions=False)

    def account(self, *roles: str, email: str = "", password: str = PASSWORD) -> UserRow:
        """An account with roles; a service if that is its role."""
        with self.serving.database.writing() as session:
            desk = self.serving.desk(session, SYSTEM)
            name = email or f"{'-'.join(roles)}-{next(self._numbers)}"
            if roles == ("service",):
                return make_service(desk, name.partition("@")[0][:60].lower())
            invitation, _ = invite(desk, email or f"{name}@example.org", roles)
            hashed = self.serving.passwords.hash(password)
            return joined(desk, invitation, name, password=hashed)

    def at_screen(self, *roles: str, user: UserRow | None = None) -> Person:
        """Somebody with these roles who is logged in."""
        user = user or self.account(*roles)
        with self.serving.database.writing() as session:
            secret = begin(self.serving.desk(session, SYSTEM), session.merge(user)).secret
        client = self.stranger()
        client.cookies.set("consentry_desk", secret)
        client.headers["X-CSRF-Token"] = csrf_token_of(secret)
        return Person(user.id, client)

    def with_token(self, *roles: str, user: UserRow | None = None, scopes: Iterable[str] | None = None) -> Person:
        """Somebody with these roles who uses a token, for all that a token can be made for."""
        user = user or self.account(*roles)
        client = self.stranger()
        client.headers["Authorization"] = f"Bearer {self.token(user, scopes)}"
        return Person(user.id, client)

    def assess(self, case_id: str, signals: Signals = BEDROOM_SIGNALS) -> None:
        """What a worker does once models have measured the media of a case."""
        with self.serving.database.writing() as session:
            desk = self.serving.desk(session, SYSTEM)
            case = case_to_change(desk, UUID(case_id))
            found = {post.id: Found(signals, ("bedroom.jpg",)) for post in posts_of(desk, case.id)}
            record_assessed(desk, case, found, "measured", new_id())

    def token(self, user: UserRow, scopes: Iterable[str] | None = None) -> str:
        """A token of an account."""
        wanted = list(scopes) if scopes is not None else sorted(acts_of(user.roles) - NEVER_BY_TOKEN)
        with self.serving.database.writing() as session:
            return make_token(self.serving.desk(session, SYSTEM), session.merge(user), "tests", wanted, 30)[1]
