"""``consentry policy``: what its commands print and exit with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.batch.results.table import write_table
from consentry.cli.app import app
from consentry.policy import list_policies, load_policy
from consentry.policy.cases.files import as_assessment, read_cases
from consentry.policy.drawing import draw

NEWEST = "twitter-private-media-2024-03-21"
CASE = """\
case: leaked
title: A leak
post: {media: [party.mp4], posted_at: "2022-05-01T10:00:00Z"}
report: {standing: depicted_person, identity: verified, consent: refused, reported_at: "2022-05-01T12:00:00Z"}
signals:
  references: 1
  media: {party.mp4: {private_context: 0.96, public_event: 0.03, face: match, copies: nothing_found}}
  text: nothing_found
expect: {action: recommend_restrict}
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", *(str(argument) for argument in arguments)])


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    policy = load_policy()
    path = tmp_path_factory.mktemp("run") / "results.parquet"
    files = sorted((repository / "data/cases").glob("*.yaml"))
    cases = [case for file in files for case in read_cases(file) if not case.policy]
    write_table([as_assessment(policy, case) for case in cases], path)
    return path


@pytest.mark.parametrize(
    "command",
    ["", "list", "show", "check", "decide", "cases", "prove", "explain", "diff", "replay", "draw", "statement"],
)
def test_every_command_explains_itself(command: str) -> None:
    result = run(*([command] if command else []), "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output
    if command:
        assert f"consentry policy {command}" in " ".join(result.output.split())  # an example


def test_list() -> None:
    shown = run("list").output
    assert all(name in shown for name in list_policies())
    listed = json.loads(run("list", "--json").stdout)
    assert [each["name"] for each in listed] == list(list_policies())
    assert listed[0]["effective_until"] == "2022-04-04"


class TestCheck:
    def test_policies_that_ship(self) -> None:
        result = run("check", *list_policies())
        assert result.exit_code == 0
        assert result.output.count("valid.") == len(list_policies())

    def test_a_fault_names_file_line_and_what_was_meant(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text(
            run("show", NEWEST, "--whole").stdout.replace("[proven_standing, ", "[proven_standin, ", 1),
            encoding="utf-8",
        )
        result = run("check", path)
        assert result.exit_code == 1
        assert "mine.yaml, line" in result.stderr
        assert "Did you mean 'proven_standing'?" in result.stderr
        (described,) = json.loads(run("check", path, "--json").stdout)
        assert (described["valid"], described["code"]) == (False, "policy.unknown_name")

    def test_overlapping_dates(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text(
            run("show", NEWEST, "--whole").stdout.replace("version: 2024-03-21", "version: 2", 1), encoding="utf-8"
        )
        assert run("check", path).exit_code == 0
        result = run("check", NEWEST, path)
        assert result.exit_code == 1
        assert "in force on the same days" in " ".join(result.stderr.split())

    def test_what_is_not_there_is_wrong_usage(self, tmp_path: Path) -> None:
        assert run("check", "twitter-private-media-2021").exit_code == 2
        assert run("check", tmp_path / "nothing.yaml").exit_code == 2
        assert run("check", "twitter-private-media").exit_code == 2
        assert run("check").exit_code == 2


class TestDecide:
    def test_json(self, case: Path) -> None:
        result = run("decide", "twitter-private-media-2021-11-30", case, "--json")
        assert result.exit_code == 0
        found = json.loads(result.stdout)
        assert found["action"] == "recommend_restrict"
        assert found["rule"] == "restrict_media"
        assert set(found["decisive"]) == {"proven_standing", "media_without_permission", "permission_refused"}
        assert set(found["decisive"]) < set(found["fired"])
        asked = {question["fact"]: question["could_lead_to"] for question in found["questions"]}
        assert asked["intent_to_harass"]["yes"] == "recommend_removal"
        assert found["deadlines"][0]["due_at"] == "2022-05-03T12:00:00Z"
        assert found["requires_human_decision"] is True

    def test_a_table_for_people(self, case: Path) -> None:
        shown = " ".join(run("decide", NEWEST, case).output.split())
        assert "recommend restrict" in shown
        assert "media_without_permission: Media of a private individual" in shown
        assert "2022-05-03T12:00:00+00:00: Answer the open questions" in shown

    def test_the_day_of_the_case_chooses(self, case: Path, tmp_path: Path) -> None:
        found = json.loads(run("decide", "twitter-private-media", case, "--json").stdout)
        assert found["policy"] == "twitter-private-media 2022-04-05"
        undated = tmp_path / "undated.yaml"
        undated.write_text("case: x\npost: {text: words}\n", encoding="utf-8")
        result = run("decide", "twitter-private-media", undated)
        assert result.exit_code == 2
        assert "has 4 versions" in result.stderr

    def test_several_cases_make_a_list(self, repository: Path) -> None:
        found = json.loads(run("decide", NEWEST, repository / "data/cases/anonymity.yaml", "--json").stdout)
        assert len(found) > 3

    def test_what_is_wrong(self, case: Path, tmp_path: Path) -> None:
        case.write_text(CASE.replace("standing:", "standng:"), encoding="utf-8")
        result = run("decide", NEWEST, case)
        assert result.exit_code == 1
        assert "case.yaml, line 4" in result.stderr
        assert run("decide", NEWEST, tmp_path / "nothing.yaml").exit_code == 2
        assert run("decide", NEWEST).exit_code == 2


class TestCases:
    def test_the_golden_cases_come_out(self, repository: Path) -> None:
        result = run("cases", repository / "data/cases")
        assert result.exit_code == 0, result.output
        assert "all as expected" in result.output
        described = json.loads(run("cases", repository / "data/cases/reports.yaml", "--json").stdout)
        assert all(each["unmet"] == [] for each in described)

    def test_an_unmet_expectation(self, case: Path) -> None:
        assert run("cases", case).exit_code == 0
        case.write_text(CASE.replace("action: recommend_restrict", "action: no_action"), encoding="utf-8")
        result = run("cases", case)
        assert result.exit_code == 1
        assert "leaked: no_action was expected, recommend_restrict came out" in result.output
        assert run("cases", case, "--policy", "twitter-private-media-lenient-2024-03-21").exit_code == 1

    def test_the_table_of_the_documents_is_that_of_the_command(self, repository: Path) -> None:
        page = (repository / "docs/policy_cases.md").read_text(encoding="utf-8")
        assert run("cases", repository / "data/cases", "--markdown").stdout.strip() == page.split("\n\n", 2)[2].strip()

    def test_nothing_there(self, tmp_path: Path) -> None:
        result = run("cases", tmp_path)
        assert result.exit_code == 2
        assert "There are no cases" in result.stderr


class TestReplay:
    def test_what_changes_by_pair(self, results: Path) -> None:
        found = json.loads(run("replay", "twitter-private-media-lenient-2024-03-21", "--on", results, "--json").stdout)
        assert found["changed"] == sum(pair["count"] for pair in found["pairs"] if pair["then"] != pair["now"]) > 0
        pairs = {(pair["then"], pair["now"]): pair for pair in found["pairs"]}
        assert "friends-private-video" in pairs["recommend_restrict", "review_urgent"]["posts"]
        assert found["assessments"] == sum(pair["count"] for pair in found["pairs"])
        shown = run("replay", "twitter-private-media-lenient-2024-03-21", "--on", results).output
        assert f"{found['changed']} of {found['assessments']} assessments get another action" in shown

    def test_nothing_changes_under_the_same_policy(self, results: Path) -> None:
        assert (
            json.loads(run("replay", "twitter-private-media-2021-11-30", "--on", results, "--json").stdout)["changed"]
            == 0
        )

    def test_nothing_there(self, tmp_path: Path) -> None:
        result = run("replay", NEWEST, "--on", tmp_path / "nothing.parquet")
        assert getattr(result.exception, "code", "") == "stored.missing"


class TestDraw:
    def test_to_a_file_and_to_the_terminal(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        picture = draw(load_policy(NEWEST))
        assert run("draw", NEWEST).exit_code == 0
        assert (tmp_path / f"{NEWEST}.svg").read_text(encoding="utf-8") == picture
        assert run("draw", NEWEST, "--out", "-").stdout == picture
        assert run("draw", "nothing").exit_code == 2


class TestStatement:
    @pytest.fixture
    def decision(self, tmp_path: Path) -> Path:
        path = tmp_path / "decision.yaml"
        path.write_text(
            "post_id: friends-private-video\nreport_id: friends-private-video\naction: recommend_removal\n"
            "decided_by: Jane\nreason: I saw it.\ndecided_at: 2026-03-31T12:00:00Z\n",
            encoding="utf-8",
        )
        return path

    def test_files_json_and_terminal(self, decision: Path, results: Path, tmp_path: Path) -> None:
        options = ("statement", decision, "--on", results, "--content-date", "2026-03-01")
        out = tmp_path / "letters"
        assert run(*options, "--out", out).exit_code == 0
        assert sorted(path.name for path in out.iterdir()) == [
            "letter_to_reporter.txt",
            "letter_to_uploader.txt",
            "statement.json",
        ]
        written = json.loads((out / "statement.json").read_text(encoding="utf-8"))
        assert written["content_date"] == "2026-03-01"
        found = json.loads(run(*options, "--json").stdout)
        assert found["statement"] == written
        assert found["letter_to_uploader"] in run(*options).stdout

    def test_a_decision_that_restricts_nothing_has_letters_only(self, decision: Path, results: Path) -> None:
        text = decision.read_text(encoding="utf-8").replace("recommend_removal", "no_action")
        decision.write_text(text, encoding="utf-8")
        found = json.loads(run("statement", decision, "--on", results, "--json").stdout)
        assert set(found) == {"letter_to_uploader", "letter_to_reporter"}

    def test_what_is_wrong(self, decision: Path, results: Path, tmp_path: Path) -> None:
        assert run("statement", decision, "--on", results).exit_code == 1  # the day of the post is not stored
        assert run("statement", tmp_path / "nothing.yaml", "--on", results).exit_code == 2
        text = decision.read_text(encoding="utf-8")
        for wrong in (
            text.replace("decided_by: Jane\n", ""),
            "[",
            text.replace("post_id: friends", "post_id: enemies"),
        ):
            decision.write_text(wrong, encoding="utf-8")
            assert run("statement", decision, "--on", results).exit_code == 2
