"""The commands of the desk, as somebody types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra desk: pip install 'consentry[desk]'")

from click.testing import Result
from sqlalchemy import select, text
from typer.testing import CliRunner

from consentry.cli.app import app
from consentry.desk.actor import SYSTEM, Actor
from consentry.desk.cases.answering import answer
from consentry.desk.cases.deciding import Verdict, decide
from consentry.desk.cases.queue import take
from consentry.desk.cases.reading import get_case, list_cases
from consentry.desk.desk import Desk
from consentry.desk.errors import DeskError
from consentry.desk.settings import DeskSettings
from consentry.desk.store.database import Database
from consentry.desk.store.ids import new_id
from consentry.desk.store.tables.cases import CaseRow
from consentry.desk.vault.opening import open_keys, write_new_master_key
from consentry.records import Fact

Run = Callable[..., Result]
REVIEWER = Actor(new_id(), "user", frozenset({"reviewer"}))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_new_master_key(tmp_path / "master.key")
    monkeypatch.setenv("CONSENTRY_DESK_MASTER_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "desk"


@pytest.fixture
def run(data: Path) -> Run:
    def typed(*words: object, fails: bool = False) -> Result:
        done = CliRunner().invoke(app, ["desk", *map(str, words), "--data", str(data)])
        if not fails and done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return typed


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """What the job wrote of the demo's posts."""
    out = tmp_path_factory.mktemp("results")
    done = CliRunner().invoke(
        app, ["score", str(repository / "data/demo/posts.yaml"), "--out", str(out), "--quiet", "--shard-rows", "5"]
    )
    assert done.exit_code in {0, 1}, done.output
    return out


def test_a_desk_is_made_and_taken_away(run: Run) -> None:
    assert "are of 0001 now" in run("migrate").output
    assert "are of none now" in run("migrate", "--to", "base").output
    with pytest.raises(DeskError, match="consentry desk migrate"):
        run("verify-log")


def test_results_become_cases_once(run: Run, data: Path, results: Path, repository: Path) -> None:
    run("migrate")
    posts = repository / "data/demo/posts.yaml"
    done = run("import", results, "--posts", posts)
    assert "12 cases were made, 0 were there already." in done.output
    assert "0 cases were made, 12 were there already." in run("import", results, "--posts", posts).output
    settings = DeskSettings.load(given={"data": data})
    database, keys = Database(settings.address), open_keys(settings)
    with database.reading() as session:
        desk = Desk(session, SYSTEM, settings, keys)
        views = {view.posts[0].post_id: view for view in (get_case(desk, line.id) for line in list_cases(desk))}
    database.close()
    assert len(views) == 12
    home = views["at-home"]
    assert home.state == "open"
    assert home.posts[0].words.startswith("Look who forgot")
    assert home.report is not None
    assert home.report.statement.startswith("That is my bedroom")
    assert [medium.name for medium in home.posts[0].media] == ["bedroom.jpg"]
    assert [medium.name for medium in home.references] == ["reference_collins.jpg"]
    assert home.posts[0].assessments[0].cause == "imported"
    reviewed = views["at-home-reviewed"]
    assert reviewed.action == "recommend_removal"
    assert "intent_to_harass" in {given.fact for given in reviewed.posts[0].answers}


def test_only_what_is_asked_for_is_imported_and_words_are_not_needed(run: Run, data: Path, results: Path) -> None:
    run("migrate")
    assert "1 cases were made" in run("import", results, "--action", "recommend_removal").output
    assert run("import", results, "--action", "nothing", fails=True).exit_code == 2
    with pytest.raises(DeskError, match="no results"):
        run("import", data)


def test_the_log_is_verified_signed_and_found_wanting(run: Run, data: Path, results: Path, tmp_path: Path) -> None:
    run("migrate")
    run("import", results)
    heads = tmp_path / "heads"
    assert '"number"' in run("sign-log", "--out", heads).output
    assert "Nothing has happened" in run("sign-log", "--out", heads).output
    assert "The log is whole" in run("verify-log", "--head", heads).output
    database = Database(DeskSettings.load(given={"data": data}).address)
    with database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER log_entries_no_update"))
        connection.execute(text("UPDATE log_entries SET act = 'case.close' WHERE number = 2"))
    database.close()
    done = run("verify-log", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["problems"][0] == {"number": 2, "what": "The entry was altered."}
    assert "entry 2: The entry was altered." in run("verify-log").output


@pytest.mark.slow
def test_the_demo_can_be_made_twice_and_its_cases_are_assessed(run: Run, data: Path) -> None:
    made = run("demo", "--no-serve").output
    assert "12 cases of the demo were filed" in made
    assert made.count("@desk.example") == 9
    again = run("demo", "--no-serve").output
    assert "0 cases of the demo were filed" in again
    assert "made before" in again
    done = CliRunner().invoke(
        app,
        ["desk", "worker", "--until-done", "--data", str(data)],
        env={"CONSENTRY_DESK_MASTER_KEY_FILE": str(data / "demo-master.key")},
    )
    assert done.exit_code == 0, done.output
    database = Database(DeskSettings.load(given={"data": data}).address)
    with database.reading() as session:
        states = session.execute(select(CaseRow.state, CaseRow.set_aside)).all()
    database.close()
    assert {tuple(row) for row in states} == {("open", False)}


def test_decided_cases_become_a_training_manifest(run: Run, data: Path, results: Path, repository: Path) -> None:
    run("migrate")
    run("import", results, "--posts", repository / "data/demo/posts.yaml", "--action", "recommend_restrict")
    settings = DeskSettings.load(given={"data": data})
    database, keys = Database(settings.address), open_keys(settings)
    with database.writing() as session:
        desk = Desk(session, REVIEWER, settings, keys)
        (line,) = list_cases(desk)
        (post,) = get_case(desk, take(desk, line.id).id).posts
        facts = [
            Fact(name=name, value=value, source="reviewer")
            for name, value in (("private_setting", "yes"), ("intimate_media", "no"), ("apparent_minor", "no"))
        ]
        answer(desk, line.id, post.id, facts)
        (post,) = get_case(desk, line.id).posts
        assert post.assessment is not None
        recommendation = post.assessment.recommendation
        verdict = Verdict.model_validate(
            {
                "post": post.id,
                "action": recommendation.action,
                "clauses": (recommendation.decisive[0].clause,),
                "content_date": "2026-11-01",
            }
        )
        assert decide(desk, line.id, [verdict], "Her bedroom.").effective
    database.close()
    out, pictures = data / "decided.csv", data / "pictures"
    done = CliRunner().invoke(
        app, ["data", "from-decisions", "--desk", str(data), "--media", str(pictures), "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    (picture,) = pictures.iterdir()
    assert picture.read_bytes() == (repository / "data/demo/media/bedroom.jpg").read_bytes()
    assert "private" in out.read_text()
    assert str(REVIEWER.id) not in out.read_text()
