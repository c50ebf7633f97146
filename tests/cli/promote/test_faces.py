"""``consentry promote faces``: a tiny embedder against another, on real faces of a few persons."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest
import torch
from click.testing import Result
from small_faces import tiny_network, write_pairs, write_people
from torch import nn
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.errors import ConsentryError
from consentry.runtime import ModelFolder, RuntimeSettings, write_model_json
from consentry.training.facenet.build import calibrate_facenet, write_facenet

AT_A_RATE_FOR_FEW = ("--fmr", "0.05", "--bootstrap", "30")


class Blind(nn.Module):
    """An embedder that sees nothing but how light a face is."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        light = x.mean(dim=(1, 2, 3))[:, None]
        return nn.functional.normalize(torch.cat([light, torch.ones_like(light)], dim=1), dim=1)


def write_embedder(folder: Path, network: nn.Module, pairs: Path, *, version: str) -> Path:
    """One that states rates which a few pairs can measure."""
    write_facenet(folder, network, version=version, sources=[], made_by="a test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consentry.training.facenet.build.LEAST_PAIRS", 30)
        manifest = dict(calibrate_facenet(folder, pairs, settings=RuntimeSettings(threads=1)).manifest)
    manifest["thresholds"] = {**manifest["thresholds"], "match_fmr": 0.05, "no_match_fnmr": 0.1}
    write_model_json(folder, manifest)
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """Pairs to set thresholds on, others to decide on, and embedders: two versions of one, and a blind one."""
    place = tmp_path_factory.mktemp("place")
    media = repository / "data" / "demo" / "media"
    write_people(place / "people", media, count=6)
    (place / "set").mkdir()
    pairs = write_pairs(place / "set", write_people(place / "set" / "people", media, count=5))
    torch.manual_seed(4)
    network = tiny_network()
    write_embedder(place / "old" / "mine", network, pairs, version="1")
    write_embedder(place / "new" / "mine", network, pairs, version="2")
    write_embedder(place / "blind" / "mine", Blind(), pairs, version="3")
    write_embedder(place / "same id" / "mine", Blind(), pairs, version="1")
    return place


@pytest.fixture
def served(place: Path, tmp_path: Path) -> Path:
    """What is in use: a copy of the old one."""
    return Path(shutil.copytree(place / "old" / "mine", tmp_path / "served" / "mine"))


def promote(challenger: Path, champion: Path, pairs: Path, *arguments: object) -> Result:
    given = ("--challenger", challenger, "--champion", champion, "--pairs", pairs, *arguments)
    return CliRunner().invoke(app, ["promote", "faces", *map(str, given)], env={"COLUMNS": "100"})


def version(folder: Path) -> str:
    return ModelFolder.open(folder.name, root=folder.parent).id


def test_what_is_no_worse_takes_the_place(place: Path, served: Path, tmp_path: Path) -> None:
    tried = promote(place / "new" / "mine", served, place / "people", *AT_A_RATE_FOR_FEW, "--dry-run")
    assert tried.exit_code == 0, (tried.output, tried.exception)
    assert "nothing was changed" in tried.output
    assert version(served) == "mine@1"
    page = tmp_path / "page.html"
    result = promote(place / "new" / "mine", served, place / "people", *AT_A_RATE_FOR_FEW, "--html", page)
    assert result.exit_code == 0, (result.output, result.exception)
    said = " ".join(result.output.split())
    assert "mine@2 passes all 3 gates; it is no worse than the champion." in said
    assert "Templates that were enrolled with mine@1 cannot be compared any more" in said
    assert f"--models {served.parent} --embedder mine" in said
    assert version(served) == "mine@2"
    assert version(served.with_name("mine.before")) == "mine@1"
    assert ">promoted</span>" in page.read_text(encoding="utf-8")
    photo = place / "people" / "reference_curie" / "reference_curie_0000.jpg"
    (shown,) = (line for line in result.output.splitlines() if line.startswith("Use it: consentry "))
    (tmp_path / "report.yaml").write_text("{standing: depicted_person, identity: verified}")
    given = {"PHOTO.jpg": photo, "CLAIMANT.jpg": photo, "REPORT.yaml": tmp_path / "report.yaml"}
    words = [str(given.get(word, word)) for word in shlex.split(shown)[3:]]
    used = CliRunner().invoke(app, [*words, "--json"])
    assert used.exit_code == 0, (used.output, used.exception)
    assert "mine@2" in used.output


def test_what_is_worse_does_not(place: Path, served: Path, tmp_path: Path) -> None:
    told = tmp_path / "decision.json"
    result = promote(place / "blind" / "mine", served, place / "people", *AT_A_RATE_FOR_FEW, "--json", told, "-q")
    assert (result.exit_code, result.output) == (1, "")
    decision = json.loads(told.read_text(encoding="utf-8"))
    assert decision["promoted"] is False
    assert decision["champion_ships"] is False
    gain = decision["gates"][-1]
    assert (gain["metric"], gain["passed"]) == ("tar_at_fmr", False)
    assert gain["value"] < gain["required"]
    assert gain["low"] <= gain["value"] <= gain["high"]
    assert version(served) == "mine@1"
    assert not served.with_name("mine.before").exists()


def test_before_there_is_a_champion_the_one_that_ships_has_to_be_beaten(place: Path, tmp_path: Path) -> None:
    champion, told = tmp_path / "served" / "mine", tmp_path / "decision.json"
    result = promote(place / "blind" / "mine", champion, place / "people", *AT_A_RATE_FOR_FEW, "--json", told)
    assert result.exit_code == 1, (result.output, result.exception)
    decision = json.loads(told.read_text(encoding="utf-8"))
    assert decision["champion_ships"] is True
    assert decision["champion"]["model"].startswith("dlib-resnet@")
    assert decision["figures"]["champion"]["bands"]["match"]["true_accept_rate"] == 1.0
    assert not champion.exists()


def test_what_few_pairs_cannot_show_is_not_taken_as_shown(place: Path, served: Path) -> None:
    result = promote(place / "new" / "mine", served, place / "people", "--bootstrap", "30")
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "not measured" in said
    assert "There are 45 pairs of one person and 108 of two." in said
    assert "3000 of two for an FMR of 0.001" in said
    assert version(served) == "mine@1"


def refused(challenger: Path, champion: Path, pairs: Path) -> ConsentryError:
    error = promote(challenger, champion, pairs, *AT_A_RATE_FOR_FEW).exception
    assert isinstance(error, ConsentryError)
    return error


def test_another_network_under_the_same_id_is_refused(place: Path, served: Path) -> None:
    error = refused(place / "same id" / "mine", served, place / "people")
    assert error.code == "training.output"
    assert "--set version=2" in error.remedy
    assert version(served) == "mine@1"


def test_pairs_that_thresholds_were_set_on_decide_nothing(place: Path, served: Path) -> None:
    error = refused(place / "new" / "mine", served, place / "set" / "pairs.csv")
    assert error.code == "training.leakage"
    assert "mine@2" in error.message


def test_only_embedders_of_one_s_own(place: Path, tmp_path: Path, repository: Path) -> None:
    assert refused(tmp_path / "mine", place / "old" / "mine", place / "people").code == "model.missing"
    shipped = repository / "models" / "faces" / "2"
    assert refused(shipped, tmp_path / "2", place / "people").code == "model.invalid"


def test_the_folders_have_to_fit(place: Path) -> None:
    one = place / "new" / "mine"
    other = promote(one, place / "served" / "other", place / "people")
    assert other.exit_code == 2
    assert "one name" in other.output
    assert promote(one, one, place / "people").exit_code == 2
