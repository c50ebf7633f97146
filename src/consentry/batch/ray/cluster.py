"""A Ray cluster to run a job on: joined, or started on this machine alone; and what can go wrong with it."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from consentry.errors import ConsentryError

_USUAL_CPUS: Final = 4
"""Of a worker: enough to keep one set of models busy, so few enough copies of them lie in memory."""
_PATIENCE: Final = 10.0
"""Seconds that the head of a cluster may take to answer."""
_INSTALL: Final = 'Install it on every machine of the cluster with: pip install "consentry[ray]".'


class ClusterError(ConsentryError):
    """A job cannot be run on many machines. Its codes: ``consentry errors cluster``."""

    default_code = "cluster.failed"


@dataclass(frozen=True)
class Cluster:
    """Where a job runs, and how large one worker is.

    Attributes:
        address: ``host:port`` of a cluster; ``None`` joins the one that this machine belongs to (or that
            ``RAY_ADDRESS`` names), and starts Ray on this machine alone where there is none.
        workers: Most workers at a time; ``None`` for as many as there is room for, also on machines that join later.
        cpus: CPUs of a worker, for decoding and networks together; 0 for four, or what the largest machine has.
        gpus: GPUs of a worker; a part of one if several workers share it.
    """

    address: str | None = None
    workers: int | None = None
    cpus: int = 0
    gpus: float = 0.0


@contextmanager
def connected(cluster: Cluster) -> Iterator[Any]:
    """Ray, connected to the cluster until the end of the block; a connection that was there stays.

    Raises:
        ClusterError: ``cluster.no_ray`` or ``cluster.unreachable``.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ClusterError("Ray is not installed.", _INSTALL, code="cluster.no_ray") from error
    if ray.is_initialized():
        yield ray
        return
    if cluster.address is not None and cluster.address.startswith("ray://"):
        raise ClusterError(
            f"The job cannot be driven from outside the cluster, through {cluster.address}.",
            "Start it on a machine of the cluster, for example with: ray job submit -- consentry score ...",
            code="cluster.unreachable",
        )
    try:
        _knock(cluster.address)
        ray.init(
            address=cluster.address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            configure_logging=False,
            **({} if cluster.address else {"include_dashboard": False}),
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"The Ray cluster at {cluster.address or 'this machine'} cannot be reached: {_first_line(error)}",
            "See that `ray status` answers there, and that this machine has the same version of Ray and of Python. "
            "Without --address, Ray is started on this machine alone.",
            code="cluster.unreachable",
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str | None) -> None:
    """Fail at once where nobody listens; Ray itself tries for minutes."""
    host, separator, port = (address or "").rpartition(":")
    if separator and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()


def cpus_of(ray: Any, cluster: Cluster) -> int:
    """CPUs of one worker: as asked, else four, but no more than the largest machine has."""
    if cluster.cpus:
        return cluster.cpus
    largest = max((int(node["Resources"].get("CPU", 0)) for node in _alive(ray)), default=0)
    return min(_USUAL_CPUS, largest) if largest else _USUAL_CPUS


def room_for(ray: Any, cluster: Cluster, cpus: int) -> int:
    """How many workers the machines that are there have room for, at most as many as asked."""
    room = 0
    for node in _alive(ray):
        resources = node["Resources"]
        here = int(resources.get("CPU", 0) // cpus)
        if cluster.gpus:
            here = min(here, int(resources.get("GPU", 0) / cluster.gpus + 1e-9))
        room += here
    return room if cluster.workers is None else min(room, cluster.workers)


def failed(error: Exception) -> ClusterError:
    """What Ray says when it gives up, as an error of ours."""
    text = str(error)
    if "ModuleNotFoundError" in text or "ImportError" in text:
        return ClusterError(
            f"A worker cannot import what it needs: {_last_line(error)}",
            "Install the same version of Consentry on every machine of the cluster. " + _INSTALL,
            code="cluster.worker",
        )
    return ClusterError(
        f"Ray gave up ({type(error).__name__}): {_last_line(error)}",
        "See the logs of the workers (`ray logs`); usually a worker had too little memory. "
        "Then run the same command again: it goes on where it was.",
    )


def _alive(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300] or type(error).__name__


def _last_line(error: Exception) -> str:
    return str(error).strip().rsplit("\n", 1)[-1].strip()[:300] or type(error).__name__
