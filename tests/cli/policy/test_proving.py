"""``consentry policy prove | explain | diff`` as people run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.batch.results.table import write_table
from consentry.cli.app import app
from consentry.policy import load_policy
from consentry.policy.cases.files import as_assessment, parse_cases, read_cases
from consentry.policy.proving.proof import prove
from consentry.records import Assessment

OLD = "twitter-private-media-2021-11-30"

POLICY = """\
policy: house-rule
version: 1
title: A rule
region: worldwide
effective: {from: 2026-01-01}
documents:
  house: {title: House rules, dated: 2026-01-01}
facts:
  private_setting: {from: scene.private_context.max, yes_at_least: 0.8, why: It says so., ask: At home?}
  excuse: {ask: An excuse?}
clauses:
  at_home: {kind: violation, when: private_setting, sentence: At home., source: {document: house, passage: x}}
  excused: {kind: exception, when: excuse, sentence: Excused., source: {document: house, passage: x}}
decisions:
  - {line: restrict, when: {all: [at_home, {not: excused}]}, action: recommend_restrict, because: At home.}
  - {line: close, when: excused, action: no_action, because: Excused.}
  - {line: otherwise, when: always, action: review, because: Look.}
"""
CASE = """\
case: at-home
post: {media: [a.jpg]}
signals: {media: {a.jpg: {private_context: 0.9, public_event: 0.1}}}
"""
BROKEN = "invariants:\n  never: {if: at_home, then: {never: [recommend_restrict]}, because: Never at home.}\n"


def run(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["policy", *(str(argument) for argument in arguments)], input=given)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "house.yaml"
    path.write_text(POLICY)
    return path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(CASE)
    return path


def assessment(name: str = "at-home") -> Assessment:
    (case,) = parse_cases(CASE.replace("at-home", name))
    return as_assessment(load_policy(OLD), case)


class TestProve:
    def test_what_holds_is_told_in_short(self, policy: Path) -> None:
        result = run("prove", policy)
        assert result.exit_code == 0
        assert "no clause is dead" in result.stdout
        assert "house-rule 1 holds: 14 things shown in" in result.stdout

    def test_quiet_says_the_verdict_only(self, policy: Path) -> None:
        assert len(run("prove", policy, "--quiet").stdout.strip().splitlines()) == 1

    def test_what_does_not_hold_comes_with_a_case_that_can_be_replayed(self, policy: Path, tmp_path: Path) -> None:
        policy.write_text(POLICY + BROKEN)
        written = tmp_path / "against.yaml"
        result = run("prove", policy, "--cases", written)
        assert result.exit_code == 1
        assert "never (line 19): Never at home." in result.stdout
        assert "house-rule 1 is refuted: 1 of 15 things do not hold." in result.stdout
        assert written.read_text() in result.stdout
        decided = run("decide", policy, written, "--json")
        assert json.loads(decided.stdout)["action"] == "recommend_restrict"

    def test_nothing_is_written_where_nothing_is_refuted(self, policy: Path, tmp_path: Path) -> None:
        assert run("prove", policy, "--cases", tmp_path / "none.yaml").exit_code == 0
        assert not (tmp_path / "none.yaml").exists()

    def test_notes_and_faults_without_a_case(self, policy: Path) -> None:
        policy.write_text(
            POLICY.replace("{all: [at_home, {not: excused}]}", "{all: [excused, {not: excused}, at_home]}")
        )
        result = run("prove", policy)
        assert result.exit_code == 1
        assert "'excused' and not 'excused' cannot hold together" in result.stdout
        assert "shortest case" not in result.stdout

    def test_json_is_the_whole_proof(self, policy: Path) -> None:
        policy.write_text(POLICY + BROKEN)
        result = run("prove", policy, "--json")
        assert result.exit_code == 1
        assert json.loads(result.stdout) == json.loads(json.dumps(prove(load_policy(policy)).as_json()))

    def test_an_invalid_policy_is_one_and_a_missing_one_is_two(self, policy: Path, tmp_path: Path) -> None:
        policy.write_text(POLICY.replace("when: excused, action", "when: excusd, action"))
        assert run("prove", policy).exit_code == 1
        assert run("prove", tmp_path / "nowhere.yaml").exit_code == 2
        assert run("prove").exit_code == 2


class TestExplain:
    def test_a_written_case(self, policy: Path, case: Path) -> None:
        result = run("explain", policy, case)
        assert result.exit_code == 0
        assert "By the line 'otherwise'." in result.stdout
        assert "excuse: unknown → no (a person's answer)" in result.stdout

    def test_json(self, policy: Path, case: Path) -> None:
        described = json.loads(run("explain", policy, case, "--json").stdout)
        assert described["action"] == "review"
        assert described["requires_human_decision"] is True
        assert [(item["action"], item["steps"][0]["fact"]) for item in described["would_change"]] == [
            ("no_action", "excuse"),
            ("recommend_restrict", "excuse"),
        ]

    def test_facts_are_told_with_their_source(self, tmp_path: Path, case: Path) -> None:
        case.write_text(CASE + 'report: {standing: depicted_person, reported_at: "2026-01-02T00:00:00Z"}\n')
        result = run("explain", OLD, case)
        assert "standing is depicted_person, says the report on 2026-01-02" in result.stdout

    def test_an_assessment_from_a_file_or_a_pipe(self, tmp_path: Path, policy: Path) -> None:
        path = tmp_path / "assessment.json"
        path.write_text(assessment().model_dump_json(indent=2))
        from_file = run("explain", policy, path, "--json")
        assert json.loads(from_file.stdout)["post_id"] == "at-home"
        assert run("explain", policy, "-", "--json", given=path.read_text()).stdout == from_file.stdout

    @pytest.mark.parametrize("name", ["results.parquet", "assessments.jsonl"])
    def test_results_of_a_run(self, tmp_path: Path, policy: Path, name: str) -> None:
        path = tmp_path / name
        several = [assessment("first"), assessment("second")]
        if path.suffix == ".parquet":
            write_table(several, path)
        else:
            path.write_text("".join(f"{item.model_dump_json()}\n" for item in several))
        assert json.loads(run("explain", policy, path, "--id", "second", "--json").stdout)["post_id"] == "second"
        several_left = run("explain", policy, path)
        assert several_left.exit_code == 2
        assert "first, second" in several_left.output
        assert run("explain", policy, path, "--id", "third").exit_code == 2

    def test_what_is_no_assessment_is_wrong_usage(self, tmp_path: Path, policy: Path) -> None:
        path = tmp_path / "something.json"
        path.write_text("{}")
        assert run("explain", policy, path).exit_code == 2
        assert run("explain", policy, tmp_path / "nowhere.json").exit_code == 2

    def test_where_nothing_can_change_it(self, tmp_path: Path, case: Path) -> None:
        stubborn = tmp_path / "stubborn.yaml"
        stubborn.write_text(POLICY.replace("recommend_restrict", "review").replace("no_action", "review"))
        assert "Nothing that people could answer" in run("explain", stubborn, case).stdout

    def test_what_a_guardrail_said_is_shown(self, policy: Path, case: Path) -> None:
        policy.write_text(POLICY.replace("recommend_restrict", "recommend_removal"))
        case.write_text(CASE + "answers: {excuse: no}\n")
        assert "nobody has reported this post" in run("explain", policy, case).stdout


class TestDiff:
    def test_what_is_possible(self, policy: Path, tmp_path: Path) -> None:
        written, other = tmp_path / "cases.yaml", tmp_path / "other.yaml"
        vip = POLICY.replace("  excuse:", "  vip: {ask: Important?}\n  excuse:").replace("version: 1", "version: 2")
        urgent = "  - {line: vips, when: vip, action: review_urgent, because: Important.}\n  - {line: close"
        other.write_text(vip.replace("  - {line: close", urgent))
        result = run("diff", policy, other, "--cases", written)
        assert result.exit_code == 0
        assert "changes of action are possible, and no other." in result.stdout
        assert "# only house-rule 2 asks" in result.stdout
        assert len(read_cases(written)) == int(result.stdout.split(" changes of action")[0].split()[-1]) > 1

    def test_quiet_leaves_the_cases_out(self, policy: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.yaml"
        other.write_text(POLICY.replace("0.8", "0.95"))
        shown = run("diff", policy, other).stdout
        assert "case:" in shown
        assert "other.yaml" in shown  # both are house-rule 1
        assert "case:" not in run("diff", policy, other, "--quiet").stdout

    def test_policies_that_are_alike(self, policy: Path, tmp_path: Path) -> None:
        result = run("diff", policy, policy, "--cases", tmp_path / "none.yaml")
        assert result.exit_code == 0
        assert "recommend the same in every case" in result.stdout
        assert not (tmp_path / "none.yaml").exists()

    def test_on_past_assessments(self, policy: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.yaml"
        other.write_text(POLICY.replace("{all: [at_home, {not: excused}]}", "at_home"))
        table = tmp_path / "results.parquet"
        write_table([assessment(f"post-{index}") for index in range(7)], table)
        result = run("diff", policy, other, "--on", table, "--quiet")
        assert "post-0, post-1, post-2, post-3, post-4, … (2 more)" in result.stdout
        assert "7 of 7 past assessments get another action." in result.stdout
        described = json.loads(run("diff", policy, other, "--on", table, "--json").stdout)
        (pair,) = described["on"]["pairs"]
        assert (pair["old"], pair["new"], pair["count"]) == ("review", "recommend_restrict", 7)
        assert ["review", "recommend_restrict"] in [
            [d["old"]["action"], d["new"]["action"]] for d in described["possible"]
        ]
        same = run("diff", policy, policy, "--on", table)
        assert "0 of 7 past assessments get another action." in same.stdout

    def test_wrong_usage(self, policy: Path, tmp_path: Path) -> None:
        assert run("diff", policy).exit_code == 2
        assert run("diff", policy, tmp_path / "nowhere.yaml").exit_code == 2
