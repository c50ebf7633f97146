"""Fixtures that all rooms share."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from hypothesis import settings

# Laws are tried without a clock: how fast an example runs depends on the machine.
settings.register_profile("consentry", deadline=None)
settings.load_profile("consentry")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def commands_are_built_once() -> Iterator[None]:
    """Typer's runner builds all commands anew for every call: half a second under coverage."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", functools.cache(typer.main.get_command))
        yield


@pytest.fixture(autouse=True)
def scheduled_as_others() -> Iterator[None]:
    """No test leaves its process before all others (`as_scheduled_before` says which library does such things)."""
    yield
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The development data beside the checkout; tests that need it are skipped where it is not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the development data in ../shared/data, which is not here")
    return folder


@pytest.fixture(scope="session")
def empty_mlflow_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of MLflow without a run; making its tables takes seconds, copying them does not."""
    from consentry.training.registry.tracking import mlflow_at

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    with mlflow_at(f"sqlite:///{path}") as mlflow:
        mlflow.MlflowClient().search_experiments()
    return path


@pytest.fixture
def mlflow_uri(empty_mlflow_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a store of one's own in ``tmp_path``."""
    monkeypatch.chdir(tmp_path)  # MLflow puts artifacts of a local store below the working directory
    monkeypatch.delenv("MLFLOW_REGISTRY_URI", raising=False)  # the registry is where the runs are
    shutil.copyfile(empty_mlflow_store, tmp_path / "mlflow.db")
    return f"sqlite:///{tmp_path / 'mlflow.db'}"
