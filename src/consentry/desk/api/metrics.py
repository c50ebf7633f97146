"""What Prometheus collects from a server: requests by route, and what the desk says of itself when it is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FIGURES_LAST: Final = 60.0
"""Seconds for which figures of the database are told again."""
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

Figure = tuple[str, str, tuple[str, ...], list[tuple[tuple[str, ...], float]]]
"""A name, what it is, the names of its labels, and values by labels."""


class Metrics:
    """Figures of one server process; each application has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._turn = threading.Lock()
        self._kept: dict[str, tuple[list[Figure], float]] = {}
        self._requests = Counter(
            "consentry_desk_requests", "Requests.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "consentry_desk_request_seconds",
            "Seconds that requests took.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def kept(self, name: str, read: Callable[[], list[Figure]]) -> list[Figure]:
        """Figures that were read less than a minute ago, or are read now; by one request at a time.

        Args:
            name: Of what is read.
            read: Reads it.
        """
        with self._turn:
            found, read_at = self._kept.get(name, ([], float("-inf")))
            if time.monotonic() - read_at >= FIGURES_LAST:
                found = read()
                self._kept[name] = (found, time.monotonic())
            return found

    def text(self, figures: Iterable[Figure] = ()) -> bytes:
        """Everything, as Prometheus reads it.

        Args:
            figures: What was read from the database for this answer.
        """
        registry = CollectorRegistry()
        registry.register(_Read(list(figures)))
        return generate_latest(self.registry) + generate_latest(registry)


class _Read(Collector):
    def __init__(self, figures: list[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, described, labels, values in self._figures:
            family = GaugeMetricFamily(name, described, labels=labels)
            for at, value in values:
                family.add_metric(at, value)
            yield family
