"""Passwords, secrets, and how those who guess are slowed down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.desk.errors import DeskError
from consentry.desk.people.passwords import Passwords
from consentry.desk.people.secrets import csrf_matches, csrf_token_of, digest_of, looks_like, new_secret
from consentry.desk.people.slowing import PATIENCE, Patience, keys_of, waits_until

CHEAP = Passwords(passes=1, memory_kib=64)


def test_a_password_belongs_to_its_hash_alone() -> None:
    hashed = CHEAP.hash("four words walk home")
    assert hashed.startswith("$argon2id$")
    assert CHEAP.matches(hashed, "four words walk home")
    assert not CHEAP.matches(hashed, "four words walk hom")
    assert CHEAP.hash("four words walk home") != hashed  # salted
    assert not CHEAP.matches(None, "nobody's password")
    assert not CHEAP.matches("no hash at all", "four words walk home")


def test_one_character_from_two_keyboards() -> None:
    hashed = CHEAP.hash("cafe\u0301 au lait, please")
    assert CHEAP.matches(hashed, "caf\u00e9 au lait, please")


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaa", "ana@example.org", "x" * 257, "ababababababab"])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(DeskError, match="too easy") as error:
        CHEAP.hash(weak, name="ana@example.org")
    assert error.value.code == "desk.weak_password"


def test_hashes_are_made_anew_when_parameters_rise() -> None:
    stronger = Passwords(passes=2, memory_kib=64)
    old = CHEAP.hash("four words walk home")
    assert stronger.outdated(old)
    assert not stronger.outdated(stronger.rehash("four words walk home"))
    assert stronger.matches(old, "four words walk home")


def test_secrets_are_told_by_their_beginning_and_kept_as_a_digest() -> None:
    token, session = new_secret("token"), new_secret("session")
    assert looks_like("token", token)
    assert not looks_like("session", token)
    assert not looks_like("token", "cdt_" + "x" * 200)
    assert not looks_like("token", "cdt_\u00e9")
    assert digest_of(token) != digest_of(session)
    assert len(digest_of(token)) == 64


def test_a_csrf_token_belongs_to_its_session() -> None:
    mine, other = new_secret("session"), new_secret("session")
    assert csrf_matches(mine, csrf_token_of(mine))
    assert not csrf_matches(mine, csrf_token_of(other))
    assert not csrf_matches(mine, "")
    assert not csrf_matches(mine, "\ud800")
    assert mine not in csrf_token_of(mine)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_failures_never_wait_less(fewer: int, more: int) -> None:
    for patience in PATIENCE.values():
        waits = [patience.wait_after(failures) for failures in sorted((fewer, more))]
        assert timedelta(0) <= waits[0] <= waits[1] <= patience.most


def test_waiting_doubles_after_the_free_failures() -> None:
    patience = Patience(free=2, first=timedelta(seconds=1), most=timedelta(seconds=5))
    assert [patience.wait_after(failures).total_seconds() for failures in range(7)] == [0, 0, 0, 1, 2, 4, 5]
    last = datetime(2026, 1, 1, tzinfo=UTC)
    assert waits_until("pair", 6, last) == last + timedelta(seconds=2)


def test_failures_are_kept_without_names_or_places() -> None:
    keys = keys_of("ana@example.org", "192.0.2.7")
    assert len(set(keys.values())) == 3
    assert keys["account"] == keys_of("ana@example.org", "198.51.100.1")["account"]
    assert keys["place"] == keys_of("leo@example.org", "192.0.2.7")["place"]
    assert keys["pair"] != keys_of("ana@example.org", "198.51.100.1")["pair"]
    assert not any("ana" in key or "192" in key for key in keys.values() if len(key) != 64)
