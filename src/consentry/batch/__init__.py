"""The scoring job: a manifest of posts in, assessments out, on one machine."""

from consentry.batch.job import JobSummary, score_manifest
from consentry.batch.manifest import ManifestError, RowError, load_report, read_manifest

__all__ = ["JobSummary", "ManifestError", "RowError", "load_report", "read_manifest", "score_manifest"]
