"""What classes stand for, given by options or asked for on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from own_pictures import a_scene, write_classes

from consentry.cli.classes import label_map_of, outranking
from consentry.training.errors import TrainingError


def test_a_single_label_outranks_the_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text("My Room: private\nstage: public_event\n", encoding="utf-8")
    assert label_map_of(None, None) == {}
    assert label_map_of(path, ["my-room=neutral", "a=b=private"]) == {
        "my_room": "neutral",
        "stage": "public_event",
        "a=b": "private",
    }
    with pytest.raises(TrainingError, match="nowhere"):
        label_map_of(path, ["room=nowhere"])
    for wrong in ("room", "=private"):
        with pytest.raises(typer.BadParameter):
            label_map_of(None, [wrong])


def test_of_two_maps_the_first_counts_however_words_are_spelled() -> None:
    both = outranking({"my_room": "neutral"}, {"My Room": "private", "stage": "public_event"})
    assert both == {"my_room": "neutral", "stage": "public_event"}


def on_a_terminal(answers: list[tuple[str, str]], *arguments: object) -> str:
    """What a command shows on a terminal on which somebody answers its questions."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "consentry", *map(str, arguments)]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown, waiting = "", list(answers)
        while True:
            try:
                part = os.read(ours, 4096).decode(errors="replace")
            except OSError:  # the other end is closed
                break
            shown += part
            if waiting and waiting[0][0] in shown.rpartition("\n")[2]:
                os.write(ours, f"{waiting.pop(0)[1]}\n".encode())
        os.close(ours)
    assert process.returncode == 0, shown
    assert not waiting, shown
    return shown


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "pictures", {"bedroom": 2, "parade": 2, "Zyx": 1}, picture=a_scene)


def test_what_nobody_has_said_is_asked_for_one_by_one(pictures: Path) -> None:
    shown = on_a_terminal(
        [("bedroom (private)", ""), ("parade (public_event)", "p"), ("parade (public_event)", "neu"), ("Zyx", "priv")],
        "evaluate", "scene", pictures, "--bootstrap", 10,
    )  # fmt: skip
    assert "What do these classes show?" in shown
    assert "or its first letters" in shown
    assert "Please give one of" in shown  # p is private or public
    (positives,) = (line for line in shown.splitlines() if line.startswith("positives"))
    assert positives.split() == ["positives", "3", "0"]


def test_suggestions_are_taken_with_one_answer(pictures: Path) -> None:
    shown = on_a_terminal(
        [("Take the suggestions?", "")],
        "evaluate", "scene", pictures, "--label", "Zyx=neutral", "--bootstrap", 10,
    )  # fmt: skip
    (positives,) = (line for line in shown.splitlines() if line.startswith("positives"))
    assert positives.split() == ["positives", "2", "2"]
