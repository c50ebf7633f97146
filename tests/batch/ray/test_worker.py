"""The parts of the Ray engine that need no cluster: what travels, what a worker answers, what is refused."""

from __future__ import annotations

import json
import pickle  # as Ray sends things between its processes
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from consentry import Assessor, RuntimeSettings
from consentry.batch import FetchRules, Options, plan_job, run_job
from consentry.batch.plan import conditions_of
from consentry.batch.ray.cluster import Cluster, ClusterError, connected, cpus_of, failed, room_for
from consentry.batch.results.files import SHARDS

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
]
SETTINGS = RuntimeSettings(threads=1)


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.load(settings=SETTINGS)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "posts.jsonl"
    path.write_text("".join(json.dumps({"post_id": str(i), "text": "$500 for her name"}) + "\n" for i in range(7)))
    return path


class Calls:
    """Stands for the handle of the actor `Attempts`: the call at once, as `ray.get` of here hands it on."""

    def __init__(self) -> None:
        from consentry.batch.ray.worker import Attempts

        self.begin = SimpleNamespace(remote=Attempts().begin)


@pytest.fixture
def no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    import ray

    monkeypatch.setattr(ray, "get", lambda found: found)


def sent(thing: Any) -> Any:
    """What arrives on another machine."""
    return pickle.loads(pickle.dumps(thing))  # noqa: S301


def made_by(worker: Any, block: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = worker(block).to_pylist()
    return rows


@pytest.mark.usefixtures("no_cluster")
def test_a_worker_makes_the_shards_of_the_local_job(manifest: Path, tmp_path: Path, assessor: Assessor) -> None:
    from consentry.batch.ray.worker import Recipe, ShardWorker, durations_of, shard_blocks

    run_job(manifest, tmp_path / "out", assessor, Options(shard_rows=3))
    plan = plan_job(manifest, conditions_of(assessor), shard_rows=3)
    worker = ShardWorker(sent(Recipe.of(settings=SETTINGS)), conditions_of(assessor), 16, Calls())
    blocks = list(shard_blocks(plan, {0: None, 2: None}))
    assert [block.column("shard").to_pylist() for block in blocks] == [[0], [2]]
    for block, number, rows in zip(blocks, (0, 2), (3, 1), strict=True):
        (made,) = made_by(worker, block)
        assert made["content"] == (tmp_path / "out" / SHARDS / f"{number:06d}.parquet").read_bytes()
        assert (made["shard"], made["rows"], made["errors"], made["failure"]) == (number, rows, 0, None)
        assert sum(durations_of(made["durations"]).counts.values()) == rows
    (only,) = shard_blocks(plan, {1: frozenset({5})})
    assert made_by(worker, only)[0]["rows"] == 1


@pytest.mark.usefixtures("no_cluster")
def test_rows_that_break_something_are_the_same_rows_on_a_cluster(
    tmp_path: Path, assessor: Assessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consentry.batch.ray.worker import ShardWorker, shard_blocks
    from consentry.signals.text import TextReader

    rows = ['{"post_id": "a", "media": ["/proc/self/mem"]}', "{broken", '{"post_id": "b", "text": "her words"}', "[1]",
            '{"post_id": "c\\udce9", "text": "half \\ud83d"}']  # fmt: skip
    manifest = tmp_path / "posts.jsonl"
    manifest.write_text("".join(f"{row}\n" for row in rows))
    sound = TextReader.analyse
    monkeypatch.setattr(TextReader, "analyse", lambda self, text: {}[text] if "her" in text else sound(self, text))
    summary = run_job(manifest, tmp_path / "out", assessor)
    assert (summary.internal, summary.rejected, summary.assessed) == (1, 2, 3)
    plan = plan_job(manifest, conditions_of(assessor))
    (block,) = shard_blocks(plan, {0: None})
    worker = ShardWorker(SimpleNamespace(load=lambda: assessor), conditions_of(assessor), 16, Calls())
    (made,) = made_by(worker, sent(block))
    assert made["content"] == (tmp_path / "out" / SHARDS / "000000.parquet").read_bytes()
    assert (made["rows"], made["errors"]) == (5, 4)


@pytest.mark.usefixtures("no_cluster")
def test_a_worker_that_would_answer_otherwise_makes_nothing(manifest: Path, assessor: Assessor) -> None:
    from consentry.batch.ray.worker import Recipe, ShardWorker, shard_blocks

    conditions = conditions_of(assessor)
    (block,) = shard_blocks(plan_job(manifest, conditions), {0: None})
    worker = ShardWorker(Recipe.of(settings=SETTINGS), {**conditions, "consentry": "0.0"}, 16, Calls())
    (made,) = made_by(worker, block)
    assert "other consentry than" in made["failure"]
    assert made["content"] == b""


@pytest.mark.usefixtures("no_cluster")
def test_a_shard_that_kills_its_workers_is_given_up(manifest: Path, assessor: Assessor) -> None:
    from consentry.batch.ray.worker import MOST_ATTEMPTS, Recipe, ShardWorker, shard_blocks

    conditions, attempts = conditions_of(assessor), Calls()
    (block,) = shard_blocks(plan_job(manifest, conditions), {0: None})
    for _ in range(MOST_ATTEMPTS):
        attempts.begin.remote(0)
    (made,) = made_by(ShardWorker(Recipe.of(settings=SETTINGS), conditions, 16, attempts), block)
    assert "made shard 0" in made["failure"]


@pytest.mark.usefixtures("no_cluster")
@pytest.mark.parametrize("allowed", [False, True])
def test_a_worker_fetches_by_the_rules_of_the_job(tmp_path: Path, assessor: Assessor, *, allowed: bool) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    from consentry.batch.ray.worker import Recipe, ShardWorker, shard_blocks

    rules = sent(FetchRules(private_addresses=allowed, first_wait=0.01))
    (tmp_path / "p.jsonl").write_text('{"post_id": "1", "media": "http://127.0.0.1:9/a.jpg"}\n')
    conditions = conditions_of(assessor)
    (block,) = shard_blocks(plan_job(tmp_path / "p.jsonl", conditions, fetching=rules), {0: None})
    (made,) = made_by(ShardWorker(Recipe.of(settings=SETTINGS), conditions, 16, Calls(), rules), block)
    (code,) = parquet.read_table(pa.BufferReader(made["content"])).column("error_code").to_pylist()
    assert code == ("media.fetch_failed" if allowed else "media.private_address")


def test_a_recipe_carries_policy_and_bank(tmp_path: Path, repository: Path) -> None:
    from consentry.batch.ray.worker import Recipe, conditions_on_worker
    from consentry.policy.language.loading import SHIPPED

    policy, bank = tmp_path / "own.yaml", tmp_path / "known.csv"
    policy.write_bytes((SHIPPED / "twitter-private-media-2021-11-30.yaml").read_bytes())
    bank.write_bytes((repository / "data/demo/bank.csv").read_bytes())
    here = conditions_of(Assessor.load(policy=policy, bank=bank, settings=SETTINGS))
    recipe = sent(Recipe.of(policy=policy, bank=bank, settings=SETTINGS))
    policy.unlink()
    bank.unlink()
    assert conditions_on_worker(recipe) == here


def test_a_worker_says_what_it_lacks() -> None:
    from consentry.batch.ray.worker import Recipe, conditions_on_worker

    found = conditions_on_worker(Recipe(policy="no-such-policy", settings=SETTINGS))
    assert found["failure"]["code"].startswith("policy.")


def test_workers_fit_the_machines() -> None:
    nodes = [
        {"Alive": True, "Resources": {"CPU": 8.0, "GPU": 1.0}},
        {"Alive": True, "Resources": {"CPU": 2.0}},
        {"Alive": True, "Resources": {}},
        {"Alive": False, "Resources": {"CPU": 64.0}},
    ]
    ray = SimpleNamespace(nodes=lambda: nodes)
    assert cpus_of(ray, Cluster()) == 4
    assert cpus_of(ray, Cluster(cpus=2)) == 2
    assert cpus_of(SimpleNamespace(nodes=lambda: nodes[1:3]), Cluster()) == 2
    assert cpus_of(SimpleNamespace(nodes=list), Cluster()) == 4
    assert room_for(ray, Cluster(), 2) == 5
    assert room_for(ray, Cluster(workers=3), 2) == 3
    assert room_for(ray, Cluster(gpus=0.5), 2) == 2


def test_a_cluster_that_cannot_be_used_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ClusterError, match="from outside") as caught, connected(Cluster(address="ray://head:10001")):
        pass
    assert "ray job submit" in caught.value.remedy
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    nowhere = Cluster(address=f"127.0.0.1:{port}")  # it is closed again
    with pytest.raises(ClusterError, match="cannot be reached:") as caught, connected(nowhere):
        pass
    assert caught.value.code == "cluster.unreachable"
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match="not installed") as caught, connected(Cluster()):
        pass
    assert (caught.value.code, "consentry[ray]" in caught.value.remedy) == ("cluster.no_ray", True)


def test_what_ray_says_last_is_told() -> None:
    assert "cannot import" in failed(RuntimeError("x\nModuleNotFoundError: No module named 'consentry'")).message
    assert failed(RuntimeError("long\nout of memory")).message.endswith("out of memory")
