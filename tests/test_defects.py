"""Tracebacks without anybody's words, and exceptions as errors of a row."""

from __future__ import annotations

import errno
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from consentry.defects import CODE, InternalError, as_known, places_of, trace_from, trace_of
from consentry.errors import ConsentryError
from consentry.media import MediaError


def raised(error: BaseException) -> BaseException:
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def fails_within(word: str) -> None:
    try:
        {}[word]
    except KeyError as error:
        raise ValueError(f"not {word}") from error


def test_a_trace_says_where_and_what_but_not_what_was_said() -> None:
    word = "hers"
    with pytest.raises(ValueError, match="not hers") as caught:
        fails_within(word)
    trace = trace_of(caught.value)
    assert "hers" not in trace
    assert "ValueError" in trace
    assert "which came of:" in trace
    assert "KeyError" in trace
    assert "in fails_within\n" in trace
    assert "test_defects.py" in trace


def test_a_trace_of_the_system_has_its_number() -> None:
    assert trace_of(raised(OSError(errno.ESTALE, "/home/her name/x"))).startswith("OSError (ESTALE)\n")
    assert trace_of(raised(OSError("no number"))).startswith("OSError\n")
    assert trace_of(raised(OSError(99_999, "?"))).startswith("OSError (99999)\n")


def test_an_endless_recursion_is_cut() -> None:
    def again() -> None:
        again()

    with pytest.raises(RecursionError) as caught:
        again()
    trace = trace_of(caught.value)
    assert len(trace.splitlines()) == 81


def test_a_trace_from_another_process_says_the_same_but_for_the_code() -> None:
    with pytest.raises(ValueError, match="not hers") as caught:
        fails_within("hers")
    places = json.loads(json.dumps(places_of(caught.value)))
    without_code = [line for line in trace_of(caught.value).splitlines() if not line.startswith("    ")]
    assert trace_from(places).splitlines() == without_code


def test_causes_that_go_round_in_a_circle_end() -> None:
    one, other = KeyError("a"), ValueError("b")
    one.__cause__, other.__cause__ = other, one
    assert trace_of(one).count("which came of") == 1


def test_what_was_silenced_is_not_said() -> None:
    error = ValueError("x")
    error.__context__, error.__suppress_context__ = KeyError("y"), True
    assert "KeyError" not in trace_of(error)


def test_the_same_defect_reads_the_same_wherever_consentry_lies(tmp_path: Path) -> None:
    package = tmp_path / "elsewhere" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "module.py").write_text("def fail():\n    raise RuntimeError\n")
    script = (
        "from package.module import fail\nfrom consentry.defects import trace_of\n"
        "try:\n    fail()\nexcept RuntimeError as error:\n    print(trace_of(error))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(package.parent), *sys.path])},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "  package/module.py, line 2, in fail\n    raise RuntimeError\n" in said
    assert str(tmp_path) not in said


def test_errors_of_ours_stay_what_they_are() -> None:
    error = MediaError("It is gone.", "Look for it.")
    assert as_known(error, "it from being read") is error


def test_others_become_errors_with_a_code() -> None:
    cause = raised(TypeError("her words"))
    known = as_known(cause, "faces from being looked for")
    assert isinstance(known, InternalError)
    assert (known.code, known.__cause__) == (CODE, cause)
    assert known.message == "A defect of Consentry (TypeError) kept faces from being looked for."
    short = as_known(MemoryError(), "it from being read")
    assert (short.code, isinstance(short, InternalError)) == ("assess.memory", False)


def test_an_internal_error_survives_the_way_between_processes() -> None:
    error = as_known(raised(TypeError()), "it")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert isinstance(error, InternalError)
    assert (type(again), again.code, again.message, again.trace) == (InternalError, CODE, error.message, error.trace)


def test_notes_hold_what_every_file_can_hold_and_not_too_much() -> None:
    note = ConsentryError("half \ud83d" + "x" * 5_000, "r\udce9").note(stage="media", media_id="caf\udce9.jpg")
    assert note.media_id == "caf\\udce9.jpg"
    assert note.message.startswith("half �x")
    assert len(note.message) <= 2_000
    assert note.model_dump_json().encode()
