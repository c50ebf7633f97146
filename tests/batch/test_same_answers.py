"""One machine, a cluster, a served model and the library: the same assessments, byte for byte. Promise 8."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentry import Assessor, RuntimeSettings
from consentry.batch import Options, read_manifest, run_job
from consentry.batch.manifest.reading import read_rows
from consentry.batch.manifest.sources import find_sources, joined
from consentry.batch.results.store import Store
from consentry.records import Case

SETTINGS = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def demo(repository: Path) -> Path:
    return repository / "data/demo/posts.yaml"


@pytest.fixture(scope="module")
def bank(repository: Path) -> Path:
    return repository / "data/demo/bank.csv"


@pytest.fixture(scope="module")
def of_the_library(demo: Path, bank: Path) -> list[str]:
    """One post at a time, in this process."""
    assessor = Assessor.load(settings=SETTINGS, bank=bank)
    cases = [case for case in read_manifest(demo) if isinstance(case, Case)]
    assert len(cases) >= 5
    return [
        assessor.assess(case.post, case.report, case.references, case.facts).model_dump_json() for case in cases
    ]  # fmt: skip


def stored(out: Path) -> list[str]:
    return [row["assessment"] for _, row in Store(out).rows(["assessment"])]


def test_the_job_on_one_machine(demo: Path, bank: Path, tmp_path: Path, of_the_library: list[str]) -> None:
    run_job(demo, tmp_path / "out", Assessor.load(settings=SETTINGS, bank=bank), Options(shard_rows=3, batch_size=4))
    assert stored(tmp_path / "out") == of_the_library


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow", "ignore::FutureWarning:mlflow")
@pytest.mark.filterwarnings("ignore::UserWarning:mlflow", "ignore::DeprecationWarning:pydantic")
def test_the_model_for_mlflow(demo: Path, bank: Path, tmp_path: Path, of_the_library: list[str]) -> None:
    import mlflow.pyfunc
    import pandas as pd

    from consentry.batch.pyfunc.export import export_pyfunc

    posts = []
    for source, content in read_rows(find_sources(demo)):
        row = {name: value if isinstance(value, str) else json.dumps(value, default=str)
               for name, value in content.items()}  # fmt: skip
        for name in ("media", "references"):
            places = content.get(name, [])
            parts = places.split("|") if isinstance(places, str) else places
            row[name] = "|".join(joined(source.base, part) for part in parts)
        posts.append(row)
    export_pyfunc(tmp_path / "scorer", bank=bank)
    model = mlflow.pyfunc.load_model(str(tmp_path / "scorer"))
    assert model.predict(pd.DataFrame(posts)).assessment.tolist() == of_the_library


@pytest.fixture
def ray_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from ray.cluster_utils import Cluster as LocalCluster

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    local = LocalCluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "object_store_memory": 100 * 1024 * 1024, "include_dashboard": False},
    )
    yield local.address
    local.shutdown()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray", "ignore::FutureWarning:ray", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_job_on_a_cluster(
    demo: Path, bank: Path, tmp_path: Path, of_the_library: list[str], ray_here: str
) -> None:  # fmt: skip
    from consentry.batch.ray.cluster import Cluster
    from consentry.batch.ray.engine import run_job_on_ray

    out = tmp_path / "out"
    run_job_on_ray(demo, out, Options(shard_rows=3), Cluster(address=ray_here), bank=bank, settings=SETTINGS)
    assert stored(out) == of_the_library
