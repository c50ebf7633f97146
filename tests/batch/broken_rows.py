"""A catalogue of ways in which a row of a manifest can be broken, each with the error that says so.

A row is what stands in a line of JSON: an object, to which a ``post_id`` is added if it has none; or a text or bytes,
which stand there as they are.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from malformed_media import attacks, good_files
from small_jobs import write_picture

ROW = "manifest.row"
TAKEN = "good-0"
"""The ``post_id`` of a row that comes before."""


class Broken(NamedTuple):
    """One kind.

    Attributes:
        what: Is wrong.
        row: The line.
        code: Of the error.
    """

    what: str
    row: dict[str, Any] | str | bytes
    code: str = ROW


def broken_rows(folder: Path) -> list[Broken]:
    """All kinds; the files that they name are made in a folder, relative to which paths are."""
    return [*_lines(), *_posts(), *_reports(), *_facts(), *_media(folder), *_hostile(folder)]


def _lines() -> Iterator[Broken]:
    yield Broken("no JSON", "{broken")
    yield Broken("cut off", '{"post_id": "x", "media": ["a.jp')
    yield Broken("words", "hello")
    yield Broken("quotes of Python", "{'post_id': 'x'}")
    yield Broken("a comma too many", '{"post_id": "x",}')
    yield Broken("a comment", '{"post_id": "x"} // as yesterday')
    yield Broken("two objects", '{"post_id": "x"} {"post_id": "y"}')
    yield Broken("a list", "[1, 2]")
    yield Broken("a text", '"post"')
    yield Broken("a number", "42")
    yield Broken("a truth value", "true")
    yield Broken("nothing", "null")
    yield Broken("no number", "NaN")
    yield Broken("an empty object", "{}")
    yield Broken("Latin-1", '{"post_id": "x", "text": "café"}'.encode("latin-1"))
    yield Broken("a control character in a text", '{"post_id": "x", "text": "a\x01b"}')
    yield Broken("lists in lists, 100,000 deep", "[" * 100_000)
    yield Broken("lists in lists, 500 deep", '{"post_id": "x", "facts": ' + "[" * 500 + "]" * 500 + "}")
    yield Broken("lists in lists, 40 deep", '{"post_id": "x", "facts": ' + "[" * 40 + "]" * 40 + "}")
    yield Broken("a number of 5,000 digits", '{"post_id": ' + "9" * 5_000 + "}")
    yield Broken("a number of 100 digits", '{"post_id": ' + "9" * 100 + "}")
    yield Broken("a number that is infinite", '{"post_id": 1e999}')
    yield Broken("30,000 values", {"media": ["x.jpg"] * 30_000})
    yield Broken("30,000 values in one", {"media": "x.jpg|" * 30_000})


def _posts() -> Iterator[Broken]:
    yield Broken("no id", '{"text": "x"}')
    yield Broken("an id that is nothing", {"post_id": None})
    yield Broken("an id without letters", {"post_id": ""})
    yield Broken("an id that is a list", {"post_id": ["x"]})
    yield Broken("an id that is an object", {"post_id": {"id": "x"}})
    yield Broken("an id that is a fraction", {"post_id": 1.5})
    yield Broken("an id that came before", {"post_id": TAKEN}, "manifest.duplicate")
    yield Broken("a column that is not known", {"likes": 3})
    yield Broken("a column that is misspelt", {"medai": ["x.jpg"]})
    yield Broken("a column with a half character", '{"post_id": "x", "\\ud83d": 1}')
    yield Broken("words that are a number", {"text": 7})
    yield Broken("words that are a list", {"text": ["a", "b"]})
    yield Broken("media that are a number", {"media": 7})
    yield Broken("media that are an object", {"media": {"path": "x.jpg"}})
    yield Broken("media that are numbers", {"media": [1, 2]})
    yield Broken("media that are lists", {"media": [["x.jpg"]]})
    yield Broken("media that are nothing", {"media": [None]})
    yield Broken("a day that no calendar has", {"posted_at": "2026-02-30"})
    yield Broken("a day in words", {"posted_at": "yesterday"})
    yield Broken("a year of five digits", {"posted_at": "12026-01-01T00:00:00Z"})
    yield Broken("a time that is infinite", '{"post_id": "y", "posted_at": 1e999}')
    yield Broken("a time that is a list", {"posted_at": [2026, 1, 1]})
    yield Broken("a time that is a truth value", {"posted_at": True})
    yield Broken("an account of no known kind", {"account": "celebrity"})
    yield Broken("an account that is a number", {"account": 3})


def _reports() -> Iterator[Broken]:
    def with_report(**values: object) -> dict[str, Any]:
        return {"report": {"standing": "other", **values}}

    yield Broken("a report that is no JSON", {"report": "depicted_person"})
    yield Broken("a report that is JSON of a list", {"report": "[1]"})
    yield Broken("a report that is a list", {"report": ["depicted_person"]})
    yield Broken("a report of JSON, 2,000 deep", {"report": "[" * 2_000 + "]" * 2_000})
    yield Broken("a report of JSON, 60 deep", {"report": "[" * 60 + "]" * 60})
    yield Broken("no standing", {"report": {"identity": "verified"}})
    yield Broken("an unknown standing", with_report(standing="friend"))
    yield Broken("an unknown authority", with_report(standing="authorised_representative", authority="uncle"))
    yield Broken("authority of the person depicted", with_report(standing="depicted_person", authority="lawyer"))
    yield Broken("an unknown identity", with_report(identity="sure"))
    yield Broken("an unknown consent", with_report(consent="maybe"))
    yield Broken("a report of no day", with_report(reported_at="2026-13-01"))
    yield Broken("a report with a field that is not known", with_report(colour="red"))
    yield Broken("a report in two ways", {"report": {"standing": "other"}, "report.standing": "other"})
    yield Broken("a column of the report with an unknown word", {"report.standing": "neighbour"})
    yield Broken("a column of the report that is not known", {"report.standing": "other", "report.mood": "bad"})
    yield Broken("a window of no days", with_report(window_days=0))
    yield Broken("a window in words", with_report(window_days="a week"))
    yield Broken("fewer reports than none", with_report(reports_by_reporter=-1))
    yield Broken("half a report", with_report(reports_against_account=0.5))
    yield Broken("a report without a name", with_report(report_id=""))
    yield Broken("a statement that is a list", with_report(statement=["she", "said"]))
    yield Broken("photos without a report", {"references": ["picture.jpg"]})
    yield Broken("photos that are a number", {"references": 1, **with_report()})


def _facts() -> Iterator[Broken]:
    def with_fact(**values: object) -> dict[str, Any]:
        return {"facts": [{"name": "public_figure", "value": "yes", "source": "reviewer", **values}]}

    yield Broken("facts that are no JSON", {"facts": "public_figure=yes"})
    yield Broken("facts that are an object", {"facts": {"public_figure": "yes"}})
    yield Broken("facts that are words", {"facts": ["public_figure"]})
    yield Broken("a fact without a name", {"facts": [{"value": "yes", "source": "reviewer"}]})
    yield Broken("a fact without a source", {"facts": [{"name": "public_figure", "value": "yes"}]})
    yield Broken("a fact from nobody that is known", with_fact(source="neighbour"))
    yield Broken("a fact of no day", with_fact(observed_at="soon"))
    yield Broken("a fact with a field that is not known", with_fact(weight=3))
    yield Broken("a fact that the policy does not know", with_fact(name="sun_shines"), "policy.unknown_name")
    yield Broken("a word that the fact does not take", with_fact(value="perhaps"), "policy.unknown_word")
    yield Broken("a fact that only a model gives", with_fact(source="model"), "policy.fact_source")


def _media(folder: Path) -> Iterator[Broken]:
    """What is no file that can be read."""
    write_picture(folder / "picture.jpg")
    jpeg, report = (folder / "picture.jpg").read_bytes(), {"report": {"standing": "other"}}
    os.mkfifo(folder / "fifo.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket.jpg"))
    (folder / "circle.jpg").symlink_to("circle.jpg")
    (folder / "nowhere.jpg").symlink_to("gone.jpg")
    (folder / "to_folder.jpg").symlink_to(folder)
    with (folder / "sparse.mp4").open("wb") as file:
        file.truncate(600 * 1024**2)
    for name, data in {
        "page.png": b"<!DOCTYPE html><title>Not found</title>",
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "scan.jpg": b"%PDF-1.7\n",
        "archive.jpg": b"PK\x03\x04" + bytes(100),
        "program.jpg": b"\x7fELF" + bytes(100),
        "zeros.jpg": bytes(1_000),
    }.items():
        (folder / name).write_bytes(data)
        yield Broken(f"no picture: {name}", {"media": [name]}, "media.unknown_format")
    for size in (10, 60):
        (folder / f"first_{size}.jpg").write_bytes(jpeg[:size])
        yield Broken(f"the first {size} bytes of a picture", {"media": [f"first_{size}.jpg"]}, "media.damaged")
    for what, path, code in (
        ("no such file", "gone.jpg", "not_found"),
        ("a file taken for a folder", "picture.jpg/other.jpg", "not_found"),
        ("a link to nowhere", "nowhere.jpg", "not_found"),
        ("an address of no such file", f"file://{folder}/gone.jpg", "not_found"),
        ("a folder", ".", "not_a_file"),
        ("the folder of all folders", "/", "not_a_file"),
        ("a link to a folder", "to_folder.jpg", "not_a_file"),
        ("a pipe", "fifo.jpg", "not_a_file"),
        ("a socket", "socket.jpg", "not_a_file"),
        ("a device", "/dev/zero", "not_a_file"),
        ("a link in a circle", "circle.jpg", "unreadable"),
        ("a path that is too long", "x/" * 3_000 + "x.jpg", "unreadable"),
        ("a name that is too long", "x" * 300 + ".jpg", "unreadable"),
        ("a path with a NUL", "nul\0.jpg", "unreadable"),
        ("a path with half a character", "half \ud83d.jpg", "unreadable"),
        ("the memory of a process", "/proc/self/mem", "unreadable"),
        ("600 MB of nothing", "sparse.mp4", "too_large"),
    ):
        yield Broken(what, {"media": [path]}, f"media.{code}")
    yield Broken("one medium of two", {"media": ["picture.jpg", "gone.jpg"]}, "media.not_found")
    yield Broken("more media than are looked at", {"media": ["picture.jpg"] * 301}, "media.too_many")
    yield Broken("no such photo", {"references": ["gone.jpg"], **report}, "media.not_found")
    yield Broken("more photos than are looked at", {"references": ["picture.jpg"] * 21, **report}, "media.too_many")


def _hostile(folder: Path) -> Iterator[Broken]:
    """Files that attack who opens them."""
    for attack in attacks():
        codes = [code for code in attack.codes if code and code != "media.partly_damaged"]
        if len(attack.codes) == 1 and codes and codes[0] != "media.sampled_in_part":
            (folder / attack.name).write_bytes(attack.data)
            yield Broken(f"{attack.name}: {attack.what}", {"media": [attack.name]}, codes[0])
    for name, data in good_files().items():
        if name in ("webp", "gif", "avif", "h264.mp4", "vp9.webm"):
            (folder / f"start-of-{name}").write_bytes(data[:24])
            yield Broken(f"the first bytes of {name}", {"media": [f"start-of-{name}"]}, "media.damaged")
