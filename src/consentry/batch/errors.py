"""What can go wrong with a job as a whole. What goes wrong with one post stands in its row."""

from __future__ import annotations

from consentry.errors import ConsentryError


class ManifestError(ConsentryError):
    """A manifest, or one row of it, cannot be used.

    Codes: ``manifest.missing``, ``manifest.format``, ``manifest.columns``, ``manifest.types``, ``manifest.empty``,
    ``manifest.filesystem`` (the package that reads its address is not installed); of one over HTTP also
    ``manifest.private_address``, ``redirect``, ``refused``, ``too_large``, ``fetch_failed``, ``fetch_timeout`` and
    ``bad_address``; of a row: ``manifest.row``, ``manifest.duplicate``.
    """

    default_code = "manifest.row"


class JobError(ConsentryError):
    """The job cannot go on.

    Codes: ``job.other_run`` (the folder holds results of another manifest, model, policy or setting), ``job.in_use``
    (another process is writing into it), ``job.damaged`` (a file of it cannot be read), ``job.unfinished`` (shards are
    missing), ``job.too_many_errors``, ``job.stopped`` (somebody asked for it). A folder that cannot be written to is an
    `OutputError`.
    """

    default_code = "job.other_run"
