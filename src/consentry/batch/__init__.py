"""The scoring job: a manifest of posts in, shards of assessments out.

A job is planned (`plan_job`), its shards are made (`score_shard`; `run_job` makes all of them on one machine), kept
(`Store`) and counted (`finish`).
"""

from consentry.batch.errors import JobError, ManifestError
from consentry.batch.finish import finish
from consentry.batch.job import Options, Tolerance, run_job
from consentry.batch.manifest.cases import RowError, load_report, read_manifest
from consentry.batch.plan import Plan, Row, conditions_of, plan_job
from consentry.batch.results.store import Store
from consentry.batch.results.summary import Summary
from consentry.batch.scoring import Outcome, ShardResult, score_rows, score_shard
from consentry.fetching.rules import FetchRules

__all__ = [
    "FetchRules",
    "JobError",
    "ManifestError",
    "Options",
    "Outcome",
    "Plan",
    "Row",
    "RowError",
    "ShardResult",
    "Store",
    "Summary",
    "Tolerance",
    "conditions_of",
    "finish",
    "load_report",
    "plan_job",
    "read_manifest",
    "run_job",
    "score_rows",
    "score_shard",
]
