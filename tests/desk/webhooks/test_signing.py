"""Signatures, held against the example of the specification's own libraries; and when messages are sent again."""

from __future__ import annotations

import base64
import hmac
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consentry.desk.webhooks.schedule import LONGEST_ASKED, WAITS, wait_before
from consentry.desk.webhooks.signing import is_secret, new_secret, signature, signed_headers

# From the tests of the reference libraries (standard-webhooks on GitHub).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SENT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_reference_libraries_sign_the_same() -> None:
    assert signature(SECRET, MESSAGE, SENT, BODY) == SIGNED
    assert signed_headers([SECRET], MESSAGE, SENT, BODY) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNED,
    }


@given(st.binary(max_size=200), st.text(alphabet="abc_123", min_size=1), st.integers(0, 2**31))
def test_a_receiver_can_check_it(body: bytes, message: str, seconds: int) -> None:
    secrets = [new_secret(), new_secret()]
    headers = signed_headers(secrets, message, datetime.fromtimestamp(seconds, UTC), body)
    for secret, given_signature in zip(secrets, headers["webhook-signature"].split(" "), strict=True):
        scheme, _, value = given_signature.partition(",")
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        assert scheme == "v1"
        assert base64.b64decode(value) == hmac.digest(key, signed, "sha256")


def test_what_a_secret_is() -> None:
    assert is_secret(SECRET)
    assert is_secret(new_secret())
    for text in ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_???", "whsec_" + "QUFB" * 40):
        assert not is_secret(text)


def test_messages_are_sent_again_for_three_days() -> None:
    waits = [wait_before(attempt, chance=random.Random(1)) for attempt in range(1, len(WAITS) + 3)]
    assert waits[0] == timedelta(0)
    assert waits[-1] is None
    between = [wait for wait in waits[1:-1] if wait is not None]
    assert all(plain <= wait <= plain * 1.2 for plain, wait in zip(WAITS, between, strict=True))
    assert timedelta(days=3) < sum(between, timedelta(0)) < timedelta(days=4)


def test_a_receiver_may_ask_for_patience_within_bounds() -> None:
    chance = random.Random(1)
    assert wait_before(2, asked=timedelta(minutes=2), chance=chance) == timedelta(minutes=2)
    assert wait_before(2, asked=timedelta(days=30), chance=chance) == LONGEST_ASKED
