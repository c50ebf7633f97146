"""`consentry data` and the studies, from the command line, on real files."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from similar_pictures import detailed, save
from typer.testing import CliRunner, Result

from consentry.cli.app import app
from consentry.errors import ConsentryError
from consentry.pipeline.assessor import Assessor
from consentry.records import Decision, Fact, Post, Report
from consentry.training.data.manifest import Row, read_manifest
from consentry.training.data.pictures import Skipped
from consentry.training.scene.features import SceneFeatures


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["data", *map(str, arguments)])


def failure(result: Result) -> ConsentryError:
    assert isinstance(result.exception, ConsentryError), result.output
    return result.exception


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures in class folders; two of them look the same."""
    for number in range(12):
        name = "bedroom" if number % 2 else "parade"
        save(detailed(number), tmp_path / "pictures" / name / f"{number:02}.jpg")
    save(detailed(1).resize((60, 70)), tmp_path / "pictures" / "bedroom" / "01_again.jpg", quality=25)
    (tmp_path / "classes.yaml").write_text("private: [bedroom]\npublic_event: [parade]\n")
    return tmp_path


def test_a_folder_is_split_and_then_checked(folder: Path) -> None:
    options = ["--label-map", folder / "classes.yaml", "--cache", folder / "cache"]
    out = folder / "pictures" / "all.csv"
    shares = ["--share", "train=0.6", "--share", "test=0.4"]
    done = run("split", folder / "pictures", "--out", out, *options, *shares)
    assert done.exit_code == 0, done.exception
    assert "1 near-duplicates were kept together" in done.output
    rows = read_manifest(out).rows
    assert {row.split for row in rows} == {"train", "test"}
    split_of = {row.name: row.split for row in rows}
    assert split_of["bedroom/01.jpg"] == split_of["bedroom/01_again.jpg"]
    assert all(row.path.is_file() for row in rows)
    checked = run("check", out, "--cache", folder / "cache", "--json", folder / "check.json")
    assert checked.exit_code == 0, checked.output
    assert "0 leaks between splits, 1 near-duplicates" in checked.output
    assert json.loads((folder / "check.json").read_text())["pictures"] == 13
    before = out.read_bytes()
    assert run("split", folder / "pictures", "--out", out, *options, *shares, "--quiet").output == ""
    assert out.read_bytes() == before


def test_leakage_is_shown_and_mended_by_leaving_rows_out(folder: Path) -> None:
    manifest = folder / "pictures" / "leaky.csv"
    manifest.write_text(
        "file,context,split\nbedroom/01.jpg,private,train\nbedroom/01_again.jpg,private,test\n"
        "bedroom/03.jpg,private,train\nparade/00.jpg,public_event,test\nparade/gone.jpg,public_event,train\n"
    )
    options = ["--column", "path=file", "--cache", folder / "cache"]
    checked = run("check", manifest, *options, "--html", folder / "p.html", "--exclusions", folder / "out.txt")
    assert checked.exit_code == 1
    assert "1 broken, 1 leaks between splits" in checked.output
    assert "bedroom/01.jpg (train)" in checked.output
    assert "parade/gone.jpg" in checked.output
    assert "would mend it" in checked.output
    assert "data:image/jpeg" in (folder / "p.html").read_text()
    assert (folder / "out.txt").read_text().splitlines()[1:] == ["bedroom/01.jpg"]
    manifest.write_text(manifest.read_text().replace("parade/gone.jpg,public_event,train\n", ""))
    assert run("check", manifest, *options, "--exclude", folder / "out.txt").exit_code == 0
    assert run("check", manifest, *options, "--distance", "0").exit_code == 0


def test_leakage_between_tests_cannot_be_mended(folder: Path) -> None:
    manifest = folder / "pictures" / "leaky.csv"
    splits = ("train", "val", "test", "test_far")
    groups = {"a": (("bedroom/01", 2), ("bedroom/01", 3)), "b": (("bedroom/03", 2), ("bedroom/03", 3)),
              "c": (("parade/00", 0), ("parade/02", 1)), "d": (("parade/04", 0), ("parade/06", 1), ("parade/08", 2)),
              "e": (("bedroom/05", 0), ("bedroom/07", 1), ("bedroom/09", 2), ("bedroom/11", 3))}  # fmt: skip
    lines = [f"{name}.jpg,neutral,{group},{splits[split]}" for group, rows in groups.items() for name, split in rows]
    manifest.write_text("\n".join(["path,context,group,split", *lines]) + "\n")
    checked = run("check", manifest, "--cache", folder / "cache")
    assert checked.exit_code == 1
    assert "would mend all but 3 leaks, which lie between test splits" in checked.output
    assert "and 4 more; --html shows the pictures" in checked.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "m.csv", "--column", "path"],
        ["check", "m.csv", "--column", "colour=x"],
        ["split", "m.csv", "--out", "o.csv", "--share", "train"],
        ["split", "m.csv", "--out", "o.csv", "--share", "train=much"],
        ["split", "m.csv", "--out", "o.csv", "--share", "train=-1"],
        ["split", "m.csv"],
    ],
)
def test_wrong_options_are_told(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_broken_pictures_are_named_when_splitting(folder: Path) -> None:
    (folder / "pictures" / "parade" / "00.jpg").write_bytes(b"broken")
    done = run("split", folder / "pictures", "--out", folder / "o.csv", "--others", "neutral", "--cache", folder / "c")
    assert done.exit_code == 0, done.exception
    assert "broken: parade/00.jpg" in done.output


ROOMS = ("living_room.jpg", "bedroom.jpg", "stock_photo_mirrored.jpg")
OTHERS = ("group_1927.jpg", "portrait_hopper.jpg", "reference_curie.jpg")
WRONG = ("0_reference_curie.jpg", "3_living_room.jpg")


def mislabelled(repository: Path, folder: Path) -> Path:
    """Parts of the demo's rooms and of its other pictures, two of them with the wrong label, and one that is gone."""
    lines = ["path,context,group"]
    for name in (*ROOMS, *OTHERS):
        with Image.open(repository / "data" / "demo" / "media" / name) as picture:
            width, height = picture.size
            for part in range(4):
                left, top = (part % 2) * width // 4, (part // 2) * height // 4
                target = f"{part}_{name}"
                picture.crop((left, top, left + 3 * width // 4, top + 3 * height // 4)).save(folder / target)
                is_private = (name in ROOMS) != (target in WRONG)
                lines.append(f"{target},{'private' if is_private else 'neutral'},{name}")
    (folder / "m.csv").write_text("\n".join([*lines, "none.jpg,private,gone"]) + "\n")
    return folder / "m.csv"


def suspects_found(manifest: Path, folder: Path) -> list[str]:
    arguments = [manifest, "--out", folder / "s.csv", "--cache", folder / "cache", "--threads", "1"]
    done = run("suspects", *arguments, "--html", folder / "s.html", "--folds", "3")
    assert done.exit_code == 0, done.exception
    assert "broken: none.jpg" in done.output
    assert run("suspects", *arguments, "--quiet").output == ""
    assert failure(run("suspects", *arguments, "--split", "test")).code == "training.split"
    with (folder / "s.csv").open() as stream:
        return [row["path"] for row in csv.DictReader(stream)]


@pytest.mark.slow
def test_suspects_among_the_demo_pictures(repository: Path, tmp_path: Path) -> None:
    listed = suspects_found(mislabelled(repository, tmp_path), tmp_path)
    assert set(listed) >= set(WRONG)
    assert len(listed) <= 6
    assert "data:image/jpeg" in (tmp_path / "s.html").read_text()


def test_suspects_with_plain_features(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole command, but for the network: features say whether the file is a room, and nothing of its label."""

    def features(rows: tuple[Row, ...], *_: object, **__: object) -> SceneFeatures:
        readable = tuple(row for row in rows if row.path.is_file())
        values = np.random.default_rng(0).normal(0, 0.2, (len(readable), 8))
        values[[any(room in row.name for room in ROOMS) for row in readable], :4] += 1
        gone = Skipped("none.jpg", "media.not_found", "There is no such file.")
        return SceneFeatures(readable, {"original": (9 * values).astype(np.float32)}, {}, (gone,))

    monkeypatch.setattr("consentry.training.scene.features.scene_features", features)
    manifest = mislabelled(repository, tmp_path)
    assert set(suspects_found(manifest, tmp_path)) <= set(WRONG)
    (tmp_path / "exclude.txt").write_text(f"{WRONG[0]}\n")
    left = run("suspects", manifest, "--exclude", tmp_path / "exclude.txt", "--out", tmp_path / "s.csv")
    assert "of 23 labels are suspect" in left.output


def test_reviewers_decisions_become_a_manifest(repository: Path, tmp_path: Path) -> None:
    shutil.copy(repository / "data" / "demo" / "media" / "living_room.jpg", tmp_path)
    post = Post(post_id="p1", media=(tmp_path / "living_room.jpg",))
    report = Report(report_id="r1", standing="depicted_person", identity="verified", consent="refused")
    answer = Fact(name="private_setting", value="yes", source="reviewer")
    assessment = Assessor.load().assess(post, report, facts=[answer])
    decision = Decision(
        post_id="p1", report_id="r1", action="recommend_restrict", decided_by="Ada", reason="A home.",
        decided_at=datetime(2026, 11, 22, tzinfo=UTC),
    )  # fmt: skip
    (tmp_path / "assessments.jsonl").write_text(assessment.model_dump_json() + "\n")
    (tmp_path / "decisions.jsonl").write_text(decision.model_dump_json() + "\n")
    (tmp_path / "posts.jsonl").write_text(
        json.dumps({"post_id": "p1", "media": ["living_room.jpg"]}) + '\n{"post_id": "p2", "mediums": []}\n'
    )
    files = [tmp_path / "assessments.jsonl", tmp_path / "decisions.jsonl"]
    options = ["--posts", tmp_path / "posts.jsonl", "--out", tmp_path / "out" / "decided.csv"]
    done = run("from-decisions", *files, *options)
    assert done.exit_code == 0, done.exception
    assert "1 media with a label" in done.output
    (row,) = read_manifest(tmp_path / "out" / "decided.csv").rows
    assert (row.context, row.group, row.source) == ("private", "r1", "decided_cases")
    assert row.path.is_file()
    assert row.extra["answers"] == "private_setting=yes"
    assert "Ada" not in (tmp_path / "out" / "decided.csv").read_text()
    assert run("from-decisions", *files, *options, "--quiet").output == ""
    (tmp_path / "posts.csv").write_text("ID;Image;likes\np1;living_room.jpg;7\n")
    named = ["--column", "post_id=id", "--column", "media=image", "--ignore-column", "likes"]
    done = run("from-decisions", *files, "--posts", tmp_path / "posts.csv", *options[2:], *named)
    assert "1 media with a label" in done.output
    assert run("from-decisions", *files, *options, "--column", "id=post_id").exit_code == 2
    without = run("from-decisions", files[0], *options)
    assert "left out: 1 media: no human has decided" in without.output
    assert "0 media with a label" in without.output


def test_published_figures_on_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Filename,privacy,split,net\n1,private,1,0.9\n2,public,1,0.2\n")
    arguments = ["evaluate", "published", str(path), "--json", str(tmp_path / "f.json")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.exception
    assert "1.000-1.000" in done.output
    assert json.loads((tmp_path / "f.json").read_text())[0]["network"] == "net"
    assert CliRunner().invoke(app, [*arguments, "--quiet"]).output == ""


def test_dipa2_on_the_terminal(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    lines, marks = ["path,frac_private,scene_context"], []
    for name, share, scene in (("bedroom", 1.0, "private"), ("football_match", 0.0, "public_event"),
                               ("living_room", 0.75, ""), ("group_1927", 0.5, "")):  # fmt: skip
        shutil.copy(repository / "data" / "demo" / "media" / f"{name}.jpg", tmp_path / "images")
        lines.append(f"images/{name}.jpg,{share},{scene}")
        marks.append(f'{name}.jpg,"[1, 0, 0, 0, 0, 0, 0]",UK' + ",x" * 9)
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    who = "age,gender,frequency,platform,extraversion,agreeableness,conscientiousness,neuroticism,openness"
    (tmp_path / "annotations.csv").write_text("\n".join([f"imagePath,sharingOwner,nationality,{who}", *marks]) + "\n")
    arguments = ["evaluate", "dipa2", str(tmp_path), "--json", str(tmp_path / "f.json"), "--threads", "1"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.exception
    assert "annotators from UK" in done.output
    assert "private_context says" in done.output
    assert "–" in done.output  # the annotators from the UK all agree: no correlation
    assert json.loads((tmp_path / "f.json").read_text())["n"] == 4
    assert CliRunner().invoke(app, [*arguments, "--quiet"]).output == ""
