"""The promises of the design that are about the whole house; the others are tested in their rooms.

1 to 4: tests/policy/deciding/test_guardrails.py and test_shipped.py. 5: tests/signals/faces/test_matching.py and
tests/pipeline/test_claimants.py. 6: tests/signals/faces/test_enrolment.py, test_keys.py, test_templates.py and
tests/pipeline/test_claimants.py. 8: tests/pipeline/test_assessor.py. 9: tests/batch/test_job.py.
13: tests/batch/test_broken_rows.py, tests/batch/test_injected_errors.py and tests/pipeline/test_isolating.py.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from consentry import json_schema
from consentry.records import Action, Face

SOURCE = Path(__file__).resolve().parents[1] / "src" / "consentry"
PROTECTED = ("gender", "sex", "ethnic", "race", "age", "skin", "nationality", "religion", "orientation")


@cache
def nodes() -> tuple[tuple[Path, ast.AST], ...]:
    """Every import and call in the package, with its file; parsed once for all promises."""
    return tuple(
        (path, node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call)
    )


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    """Every call in the package of something so named."""
    last = name.rsplit(".", 1)[-1]
    return [
        (path, node)
        for path, node in nodes()
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) == last
        and ast.unparse(node.func) == name
    ]


def test_promise_1_nothing_acts_on_a_recommendation() -> None:
    """No network client is imported anywhere, and no file is deleted: there is nothing to act with.

    Decoders are spoken to over a pair of sockets that lead nowhere else, and before Ray is asked for a cluster, a
    socket tells whether there is anything at its address. Media and manifests at addresses are asked for with GET.
    What is sent are the desk's webhooks alone, which say what people did; and its client, its login and its keys speak
    to servers that whoever runs them names. What is deleted is what was begun to be written and could not be finished,
    what two people had purged from the vault, and renditions that are made again when they are asked for.
    """
    speaking = {
        "desk/client.py",
        "desk/people/other_login.py",
        "desk/vault/key_service.py",
        "fetching/sending.py",
    }
    unfinished = {"writing.py", "export.py"}
    purging = {"destroying.py"}
    fetching = {"destinations.py", "downloading.py", "requesting.py"}
    pairs = {"decoder_messages.py", "decoder_process.py", "decoder_worker.py"}
    clients = {"requests", "httpx", "urllib3", "aiohttp", "socket", "http", "smtplib", "ftplib", "urllib"}
    removers = {"unlink", "rmtree", "remove", "rmdir"}
    for path, node in nodes():
        if isinstance(node, ast.Import) and path.name in pairs:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\.(connect|bind|listen|create_connection)\(", text), path
        elif isinstance(node, ast.Import) and path.name in fetching:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\.(post|put|patch|delete|request|ws_connect|send\w*|bind|listen)\(", text), path
        elif isinstance(node, ast.Import) and path.name != "cluster.py" and _place(path) not in speaking:
            assert not {alias.name.split(".")[0] for alias in node.names} & clients, path
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            module = node.module or ""
            assert module == "urllib.parse" or module.split(".")[0] not in clients, path  # it takes words apart
            if module == "consentry.fetching.sending":
                assert _place(path) in {"desk/webhooks/delivering.py", "desk/webhooks/endpoints.py"}, path
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in removers:
            allowed = {"training", "vault", "renditions"} & set(path.parts) or path.name in unfinished | purging
            assert allowed, f"{path} deletes something"


def _place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_promise_1_actions_are_advice() -> None:
    from typing import get_args

    for action in get_args(Action):
        assert not re.match(r"(remove|delete|restrict|suspend|ban|block)", action)


def test_promise_7_no_field_holds_an_inferred_attribute() -> None:
    schema = json_schema()
    names = {name for part in [schema, *schema["$defs"].values()] for name in part.get("properties", {})}
    assert not {name for name in names for word in PROTECTED if word in name.split("_")}
    assert set(Face.model_fields) == {
        "box", "second", "detection_probability", "quality", "band", "match_probability", "track",
    }  # fmt: skip


def test_promise_5_and_6_no_field_holds_a_template() -> None:
    schema = json_schema()
    names = {name for part in [schema, *schema["$defs"].values()] for name in part.get("properties", {})}
    assert not {name for name in names if re.search("embedding|template|descriptor|vector", name)}


def test_promise_6_templates_are_made_and_opened_in_one_room() -> None:
    """Nothing but the faces room makes a `Template`, and only the files of claims and keys are written there."""
    made = {path.relative_to(SOURCE).as_posix() for path, _ in calls("Template")}
    assert made == {"signals/faces/enrolment.py", "signals/faces/matching.py", "signals/faces/templates.py"}
    for path in (SOURCE / "signals" / "faces").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "logging" not in text, path
        writes = re.search(r"\.(write\w*|tofile|save\w*|dump)\(", text)
        assert not writes or path.name in {"claim_files.py", "keys.py"}, path


@pytest.mark.parametrize("name", ["pickle.load", "pickle.loads", "joblib.load", "numpy.load", "np.load", "torch.load"])
def test_promise_10_no_weights_are_unpickled(name: str) -> None:
    for path, call in calls(name):
        if path.name == "worker.py" and name == "pickle.loads":
            continue  # rows of a manifest on their way to a worker of the same job; Ray itself sends everything so
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if name == "torch.load":
            assert keywords.get("weights_only") == "True", path
            assert "locate()" in ast.unparse(call.args[0]) or path.name == "backbone.py", path
        else:
            assert name.endswith(("np.load", "numpy.load")), path
            assert keywords.get("allow_pickle", "False") == "False", path
