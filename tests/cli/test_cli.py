"""The program as people run it: what it prints, writes and exits with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli.app import app, main
from consentry.cli.output import plain, print_error
from consentry.errors import ConsentryError
from consentry.records import Assessment
from consentry.version import __version__

COMMANDS = (
    [], ["assess"], ["score"], ["doctor"], ["schema"], ["models"], ["models", "build", "faces"], ["train", "scene"],
    ["evaluate", "scene"], ["evaluate", "faces"], ["evaluate", "detection"],
)  # fmt: skip


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def demo(repository: Path) -> Path:
    return repository / "data" / "demo"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.yaml"
    path.write_text("standing: depicted_person\nidentity: verified\nconsent: refused\n")
    return path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_version_is_printed() -> None:
    assert run("--version").output.strip() == f"consentry {__version__}"


class TestAssess:
    def test_with_a_report_and_a_reference(self, demo: Path, report: Path) -> None:
        result = run("assess", "--media", demo / "media/bedroom.jpg", "--report", report,
                     "--reference", demo / "media/reference_collins.jpg", "--json")  # fmt: skip
        assert result.exit_code == 0
        assessment = Assessment.model_validate_json(result.stdout)
        assert assessment.recommendation.action == "recommend_restrict"
        assert assessment.report_id == "report"

    def test_without_a_report_the_media_are_scored(self, demo: Path) -> None:
        result = run("assess", "--media", demo / "media/football_match.jpg", "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout)["signals"]["scene"][0]["public_event"]["probability"] > 0.5

    def test_for_people_it_shows_scores_reasons_and_questions(self, demo: Path, report: Path) -> None:
        result = run("assess", "--media", demo / "media/damaged.jpg", "--media", demo / "media/bedroom.jpg",
                     "--report", report, "--text", "call her on +1 202-555-0143")  # fmt: skip
        assert result.exit_code == 0
        for shown in ("review", "a person decides", "not readable", "media.damaged", "private context", "?", "phone"):
            assert shown in result.stdout

    def test_quiet_prints_the_action_alone(self, demo: Path) -> None:
        assert run("assess", "--media", demo / "media/living_room.jpg", "--quiet").stdout == "no_action\n"

    def test_a_reviewers_answer_counts(self, demo: Path, report: Path) -> None:
        arguments = ("assess", "--media", demo / "media/living_room.jpg", "--report", report, "--quiet")
        assert run(*arguments, "--fact", "intimate_media=yes").stdout == "route_out\n"

    def test_words_alone_can_be_assessed(self) -> None:
        assert run("assess", "--text", "$500 for her name", "--quiet").stdout == "review_urgent\n"

    def test_nothing_readable_is_exit_code_three_and_still_an_assessment(self, demo: Path) -> None:
        result = run("assess", "--media", demo / "media/damaged.jpg", "--json")
        assert result.exit_code == 3
        assert Assessment.model_validate_json(result.stdout).signals.errors[0].code == "media.damaged"

    @pytest.mark.parametrize(
        "arguments",
        [[], ["--media", "a.jpg", "--reference", "b.jpg"], ["--text", "x", "--fact", "nonsense"], ["--colour", "red"],
         ["--text", "x", "--device", "abacus"]],
    )  # fmt: skip
    def test_wrong_usage_is_exit_code_two(self, arguments: list[str]) -> None:
        assert run("assess", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["assess", "--text", "x", "--report", "gone.yaml"], 2, "manifest.missing"),
        (["assess", "--text", "x", "--policy", "gone"], 2, "policy."),
        (["assess", "--text", "x", "--fact", "public_figur=no"], 2, "public_figure"),
        (["assess", "--text", "x", "--bank", "gone.csv"], 2, "copies."),
        (["score", "gone.jsonl", "--out", "out"], 2, "manifest.missing"),
        (["models", "list", "--models", "gone"], 0, ""),
        (["evaluate", "faces", "gone.csv"], 2, "training.manifest"),
        (["evaluate", "scene", "gone.csv"], 2, "training.manifest"),
        (["train", "scene", "gone.yaml"], 2, "training.config"),
    ],
)
def test_errors_come_with_code_and_remedy(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["consentry", *arguments])
    with pytest.raises(SystemExit) as raised:
        main()
    shown = capsys.readouterr().err
    assert (raised.value.code or 0) == code
    assert said in shown
    assert code == 0 or "→" in shown


def test_the_module_is_the_program(tmp_path: Path) -> None:
    """In a process of its own; in the other tests the program runs in this one, which takes a tenth of the time."""
    done = subprocess.run(
        [sys.executable, "-m", "consentry", "score", "gone.jsonl", "--out", "out"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "manifest.missing" in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


def test_trouble_with_the_installation_is_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["consentry", "assess", "--text", "x", "--device", "cuda"])
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 1
    assert "runtime.device" in capsys.readouterr().err


class TestScore:
    def test_a_run_prints_a_table_and_where_things_are(self, tmp_path: Path) -> None:
        manifest = tmp_path / "posts.yaml"
        manifest.write_text("- post_id: one\n  text: $500 for her name\n- post_id: two\n- {}\n")
        result = run("score", manifest, "--out", tmp_path / "out", "--page")
        assert result.exit_code == 0
        for shown in ("one", "review urgent", "3 rows in", "shards", "index.html", "manifest.row"):
            assert shown in result.output.replace("\n", "")
        assert (tmp_path / "out" / "index.html").stat().st_size > 2000
        again = run("score", manifest, "--out", tmp_path / "out")
        assert "were there already" in again.output

    def test_the_columns_are_named(self) -> None:
        assert "report.standing" in run("score", "--schema").output
        listed = json.loads(run("score", "--schema", "--json").stdout)
        assert [column["name"] for column in listed if column["required"]] == ["post_id"]
        assert run("score").exit_code == 2

    def test_columns_of_other_names(self, tmp_path: Path) -> None:
        manifest = tmp_path / "posts.csv"
        manifest.write_text("ID;Image;caption;likes\n007;gone.jpg;hello, you;3\n")
        arguments = ("score", manifest, "--out", tmp_path / "out", "--json")
        said = run(*arguments).exception
        assert "--column post_id=id --column media=image --column text=caption" in str(said)
        named = ["--column", "post_id=id", "--column", "media=IMAGE", "--column", "text=caption"]
        found = run(*arguments, *named, "--ignore-column", "likes")
        assert json.loads(found.stdout)["rows"] == 1
        assert run(*arguments, "--column", "pst_id=id").exit_code == 2

    def test_too_many_errors_are_exit_code_four(self, tmp_path: Path) -> None:
        manifest = tmp_path / "posts.jsonl"
        manifest.write_text('{"post_id": "one"}\n{}\n')
        arguments = ("score", manifest, "--out", tmp_path / "out", "--quiet", "--max-errors")
        assert run(*arguments, "49%").exit_code == 4
        assert run(*arguments, "50%").exit_code == 0
        assert run(*arguments, "some").exit_code == 2

    def test_json_is_for_programs(self, tmp_path: Path) -> None:
        manifest = tmp_path / "posts.jsonl"
        manifest.write_text('{"post_id": "one"}\n')
        result = run("score", manifest, "--out", tmp_path / "out", "--json")
        assert json.loads(result.stdout)["assessed"] == 1

    def test_nothing_readable_is_exit_code_three(self, tmp_path: Path) -> None:
        manifest = tmp_path / "posts.jsonl"
        manifest.write_text('{"post_id": "one", "media": ["gone.jpg"]}\n')
        assert run("score", manifest, "--out", tmp_path / "out", "--quiet").exit_code == 3


class TestDoctor:
    def test_a_whole_installation_is_well(self) -> None:
        result = run("doctor", "--json")
        found = json.loads(result.stdout)
        assert (result.exit_code, found["ok"]) == (0, True)
        checks = {check["name"]: check for check in found["checks"]}
        assert {"python", "model scene", "model faces", "policy", "speed", "cuda", "openvino"} <= set(checks)
        assert "pictures a second" in checks["speed"]["found"]
        assert "All is well" in run("doctor").stdout

    def test_what_is_wrong_comes_with_its_remedy(self, tmp_path: Path) -> None:
        result = run("doctor", "--models", tmp_path, "--json")
        found = json.loads(result.stdout)
        assert (result.exit_code, found["ok"]) == (1, False)
        wrong = [check for check in found["checks"] if check["state"] == "wrong"]
        assert {check["name"] for check in wrong} == {"model scene", "model faces", "model text", "model reading"}
        assert all(check["remedy"] for check in wrong)


class TestModels:
    def test_the_list_names_sources_and_licences(self) -> None:
        shown = run("models", "list").stdout
        assert "faces@" in shown
        assert "Apache-2.0" in shown
        assert run("models").stdout == shown
        listed = json.loads(run("models", "list", "--json").stdout)
        assert {model["name"] for model in listed} >= {"faces", "scene"}

    def test_verify_reads_every_file(self) -> None:
        result = run("models", "verify")
        assert result.exit_code == 0
        assert result.stdout.count("as model.json says") == 4


def test_the_schema_of_output_and_input() -> None:
    assert json.loads(run("schema").stdout)["x-schema-version"] == "1.3"
    assert "post" in json.loads(run("schema", "--input").stdout)["properties"]


def test_foreign_text_cannot_steer_the_terminal() -> None:
    assert plain("\x1b[31mred\x07 \u202eevil [bold]x[/]\n").plain == "�[31mred� �evil [bold]x[/]\n"


def test_an_error_has_three_parts(capsys: pytest.CaptureFixture[str]) -> None:
    print_error(ConsentryError("It [broke].", "Mend it."))
    shown = capsys.readouterr().err
    assert "consentry.error" in shown
    assert "It [broke]." in shown
    assert "→ Mend it." in shown
