"""What can be set about serving: sessions, tokens, other logins, limits, webhooks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ServingSettings(BaseModel):
    """How the desk is served.

    Attributes:
        public_address: Under which browsers and programs reach it, such as ``https://desk.example.org``. With
            ``https://``, cookies are sent over HTTPS alone.
        https: Whether the server speaks HTTPS itself; ``serve --certificate`` sets it. Cookies then are sent over
            HTTPS alone.
        behind_proxies: Addresses of reverse proxies whose word about the client's address counts, with commas.
        session_idle_minutes: After so long without use a session ends.
        session_hours: After so long it ends in any case.
        fresh_minutes: How long ago a login may lie for acts that want a recent one.
        invitation_days: How long an invitation can be accepted.
        token_days: How long a token lasts at the most.
        password_passes: Passes of argon2id.
        password_memory_kib: Memory of one hash of a password.
        requests_a_second: Of one account, on average.
        requests_at_once: Of one account, in a moment.
        anonymous_a_second: Of one network address that has not logged in, on average.
        anonymous_at_once: The same, in a moment.
        body_bytes: Of a request, other than an upload.
        upload_bytes: Of one medium.
        upload_seconds: For one medium.
        stall_seconds: For each 16 KiB of a body.
        fetch_seconds: For a medium at an address.
        private_addresses: Whether media and webhooks may lie at loopback and private addresses.
        webhook_seconds: For one message.
        oidc_issuer: Whose login people may use, such as ``https://login.example.org``.
        oidc_client_id: What the desk is called there.
        oidc_client_secret: Its secret there.
        oidc_client_secret_file: The same in a file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_address: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.\-:\[\]]+)?$")
    https: bool = False
    behind_proxies: str = ""
    session_idle_minutes: float = Field(default=30, gt=0)
    session_hours: float = Field(default=12, gt=0)
    fresh_minutes: float = Field(default=10, gt=0)
    invitation_days: float = Field(default=7, gt=0)
    token_days: int = Field(default=365, ge=1)
    password_passes: int = Field(default=3, ge=1)
    password_memory_kib: int = Field(default=65_536, ge=8)
    requests_a_second: float = Field(default=50, gt=0)
    requests_at_once: int = Field(default=200, ge=1)
    anonymous_a_second: float = Field(default=2, gt=0)
    anonymous_at_once: int = Field(default=40, ge=1)
    body_bytes: int = Field(default=4 << 20, ge=1024)
    upload_bytes: int = Field(default=512 << 20, ge=1024)
    upload_seconds: float = Field(default=900, gt=0)
    stall_seconds: float = Field(default=20, gt=0)
    fetch_seconds: float = Field(default=60, gt=0)
    private_addresses: bool = False
    webhook_seconds: float = Field(default=15, gt=0)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_client_secret_file: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether it is reached over HTTPS."""
        return self.https or self.public_address.startswith("https://")

    @property
    def session_idle(self) -> timedelta:
        """After so long without use a session ends."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_length(self) -> timedelta:
        """After so long a session ends in any case."""
        return timedelta(hours=self.session_hours)

    @property
    def fresh(self) -> timedelta:
        """How long ago a recent login may lie."""
        return timedelta(minutes=self.fresh_minutes)
