"""What can go wrong with a job as a whole. What goes wrong with one post stands in its row."""

from __future__ import annotations

from consentry.errors import ConsentryError


class ManifestError(ConsentryError):
    """A manifest, or one row of it, cannot be used. Its codes: ``consentry errors manifest``."""

    default_code = "manifest.row"


class JobError(ConsentryError):
    """The job cannot go on. Its codes: ``consentry errors job``."""

    default_code = "job.other_run"
