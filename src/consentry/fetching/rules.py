"""What fetching may cost, and where it may lead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FetchRules:
    """Rules for everything that is fetched over HTTP. How large a medium may be, `Limits.max_bytes` says.

    None of it is part of a run's fingerprint: results depend on what an address gives, not on how it was asked.

    Attributes:
        private_addresses: Whether loopback, private networks and the like may be connected to, and protocols be used
            whose way cannot be checked (``ftp://``, ``hdfs://``, chains). Never allowed are link-local addresses,
            where clouds keep their machines' credentials, and what is no address of one machine.
        redirects: Most of them, one after the other.
        attempts: How often a medium is asked for, if the failure may pass: a time-out, a broken connection, the
            statuses 408, 425, 429, 500, 502, 503, 504. Where a server hangs up without a word, aiohttp asks once more
            each time.
        first_wait: Seconds before the second attempt; twice as many before each further one.
        longest_wait: Seconds that a server may have us wait (``Retry-After``).
        connect_seconds: For finding and connecting to a host.
        stall_seconds: For the head of an answer, and for each `stall_bytes` of it.
        stall_bytes: How much must come in that time; what drips more slowly is given up.
        total_seconds: For one medium, all attempts together.
    """

    private_addresses: bool = False
    redirects: int = 5
    attempts: int = 3
    first_wait: float = 1.0
    longest_wait: float = 30.0
    connect_seconds: float = 10.0
    stall_seconds: float = 20.0
    stall_bytes: int = 16 * 1024
    total_seconds: float = 300.0
