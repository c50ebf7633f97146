"""Promise 6, with tests that try to break it: templates at rest are encrypted, bound, dated, and gone when purged."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentry.errors import ConsentryError
from consentry.signals.faces.claim_files import EnrolmentError
from consentry.signals.faces.enrolment import PURPOSE, ClaimStore
from consentry.signals.faces.keys import KEY_FILE_VARIABLE, KEY_VARIABLE, MasterKey, new_key
from consentry.signals.faces.templates import Template, TemplateError
from consentry.writing import OutputError
from small_disks import BLOCK, small_disk

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def templates(seed: int = 0, count: int = 2, size: int = 128) -> list[Template]:
    generator = np.random.default_rng(seed)
    return [Template("dlib@1", generator.normal(size=size).astype(np.float32), 0.5 + i / 4) for i in range(count)]


@pytest.fixture
def store(tmp_path: Path) -> ClaimStore:
    return ClaimStore(tmp_path / "claims", MasterKey(new_key()))


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(ConsentryError) as caught:
        call()
    return caught.value.code


def files_of(store: ClaimStore) -> dict[str, Path]:
    return {path.parent.name: path for path in store.folder.rglob("*.json")}


def every_byte(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def traces(template: Template) -> list[bytes]:
    """What part of a template would look like in a file: raw, hexadecimal, or written out."""
    raw = template.embedding.tobytes()
    numbers = [f"{value:.5f}"[:7].encode() for value in template.embedding[:8]]
    return [raw[:8], raw[-8:], raw[:8].hex().encode(), template.embedding[::-1].tobytes()[:8], *numbers]


def test_what_is_enrolled_comes_back_for_its_claim(store: ClaimStore) -> None:
    given_ = templates()
    enrolment = store.enrol("report-1", given_, expires=LATER, now=NOW)
    assert (enrolment.templates, enrolment.size, enrolment.embedder, enrolment.purpose) == (2, 128, "dlib@1", PURPOSE)
    found = store.load("report-1", now=NOW)
    for one, other in zip(given_, found, strict=True):
        assert one.embedding.tobytes() == other.embedding.tobytes()
        assert (one.weight, one.embedder) == (other.weight, other.embedder)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), count=st.integers(1, 4), size=st.integers(8, 200))
def test_nothing_plain_touches_the_disk(tmp_path: Path, seed: int, count: int, size: int) -> None:
    folder = tmp_path / f"{seed}-{count}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    key = new_key()
    store = ClaimStore(folder, MasterKey(key))
    given_ = templates(seed, count, size)
    store.enrol("report", given_, expires=LATER, now=NOW)
    written = every_byte(folder)
    assert not [trace for template in given_ for trace in traces(template) if trace in written]
    assert key not in written
    assert key.hex().encode() not in written
    found = store.load("report", now=NOW)
    assert [template.embedding.tobytes() for template in found] == [each.embedding.tobytes() for each in given_]
    store.purge("report")
    assert not [trace for template in given_ for trace in traces(template) if trace in every_byte(folder)]


def test_only_the_owner_can_look(store: ClaimStore) -> None:
    store.enrol("report", templates(), expires=LATER, now=NOW)
    for path in store.folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert not list(store.folder.rglob("*.new"))


def test_two_claims_of_one_person_cannot_be_linked(store: ClaimStore) -> None:
    store.enrol("one", templates(7), expires=LATER, now=NOW)
    store.enrol("two", templates(7), expires=LATER, now=NOW)
    one, two = (json.loads(path.read_text())["templates"] for path in sorted(store.folder.glob("templates/*")))
    assert one != two
    shared = sum(a == b for a, b in zip(bytes.fromhex(one), bytes.fromhex(two), strict=True))
    assert shared < len(one) / 2 * 0.05  # 1 / 256 by chance


class TestRefusals:
    def test_another_claim(self, store: ClaimStore) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        assert code_of(lambda: store.load("two", now=NOW)) == "enrolment.missing"

    def test_another_purpose(self, store: ClaimStore) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        assert code_of(lambda: store.load("one", purpose="finding people", now=NOW)) == "enrolment.purpose"
        store.enrol("two", templates(), expires=LATER, purpose="an appeal", now=NOW)
        assert code_of(lambda: store.load("two", now=NOW)) == "enrolment.purpose"
        assert len(store.load("two", purpose="an appeal", now=NOW)) == 2

    def test_too_late(self, store: ClaimStore) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        assert len(store.load("one", now=LATER - timedelta(seconds=1))) == 2
        assert code_of(lambda: store.load("one", now=LATER)) == "enrolment.expired"
        assert code_of(lambda: store.enrol("two", templates(), expires=NOW, now=NOW)) == "enrolment.expired"

    def test_by_the_clock_unless_told(self, store: ClaimStore) -> None:
        past = datetime(2020, 1, 1, tzinfo=UTC)
        store.enrol("one", templates(), expires=past + timedelta(days=1), now=past)
        assert code_of(lambda: store.load("one")) == "enrolment.expired"

    def test_another_master_key(self, store: ClaimStore) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        thief = ClaimStore(store.folder, MasterKey(new_key()))
        assert code_of(lambda: thief.load("one", now=NOW)) == "claim_key.other"

    def test_no_master_key(self, store: ClaimStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(KEY_VARIABLE, raising=False)
        monkeypatch.delenv(KEY_FILE_VARIABLE, raising=False)
        store.enrol("one", templates(), expires=LATER, now=NOW)
        assert code_of(lambda: ClaimStore(store.folder).load("one", now=NOW)) == "claim_key.missing"
        assert [found.claim for found in ClaimStore(store.folder).enrolments(now=NOW)] == ["one"]

    def test_no_templates_or_mixed_ones(self, store: ClaimStore) -> None:
        assert code_of(lambda: store.enrol("one", [], expires=LATER, now=NOW)) == "enrolment.empty"
        mixed = [*templates(), Template("other@1", np.zeros(128, np.float32))]
        with pytest.raises(TemplateError):
            store.enrol("one", mixed, expires=LATER, now=NOW)

    def test_moments_without_a_zone(self, store: ClaimStore) -> None:
        naive = datetime(2027, 1, 1)  # noqa: DTZ001
        assert code_of(lambda: store.enrol("one", templates(), expires=naive, now=NOW)) == "enrolment.moment"

    def test_a_claim_is_not_enrolled_twice(self, store: ClaimStore) -> None:
        store.enrol("one", templates(1), expires=LATER, now=NOW)
        assert code_of(lambda: store.enrol("one", templates(2), expires=LATER, now=NOW)) == "enrolment.exists"
        store.purge("one")
        store.enrol("one", templates(2), expires=LATER, now=NOW)
        assert store.load("one", now=NOW)[0].embedding.tobytes() == templates(2)[0].embedding.tobytes()


class TestPurge:
    def test_it_is_gone_and_so_is_every_copy_of_it(self, store: ClaimStore, tmp_path: Path) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        copy = Path(shutil.copytree(store.folder / "templates", tmp_path / "copy"))
        store.purge("one")
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.purged"
        for path in copy.iterdir():
            shutil.copy(path, store.folder / "templates" / path.name)
        # The template file is whole again, the master key is at hand, and still nothing can be read.
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.purged"
        key_file = files_of(store)["keys"]
        key_file.write_text(json.dumps({"state": "in force", "key": "00" * 68}))
        assert code_of(lambda: store.load("one", now=NOW)).startswith("claim_key.")

    def test_the_wrapped_key_is_overwritten_where_it_lay(self, store: ClaimStore) -> None:
        """The very file that held the key holds zeros before another one takes its place."""
        store.enrol("one", templates(), expires=LATER, now=NOW)
        key_file = files_of(store)["keys"]
        wrapped = json.loads(key_file.read_text())["key"]
        with key_file.open("rb") as held:  # keeps the old file alive
            store.purge("one")
            assert set(held.read()) == {0}
        assert wrapped not in every_byte(store.folder).decode()

    def test_it_stays_on_the_list(self, store: ClaimStore) -> None:
        for name in ("b", "a", "c"):
            store.enrol(name, templates(), expires=LATER, now=NOW)
        store.purge("b")
        found = [(each.claim, each.state) for each in store.enrolments(now=NOW)]
        assert found == [("a", "in force"), ("b", "purged"), ("c", "in force")]
        assert code_of(lambda: store.purge("d")) == "enrolment.missing"
        store.purge("b")  # once more does no harm

    def test_everything_that_has_expired(self, store: ClaimStore) -> None:
        store.enrol("soon", templates(), expires=NOW + timedelta(days=1), now=NOW)
        store.enrol("later", templates(), expires=LATER, now=NOW)
        in_two_days = NOW + timedelta(days=2)
        assert [found.state for found in store.enrolments(now=in_two_days)] == ["in force", "expired"]
        assert store.purge_expired(now=in_two_days) == ["soon"]
        assert store.purge_expired(now=in_two_days) == []
        assert code_of(lambda: store.load("soon", now=NOW)) == "enrolment.purged"
        assert len(store.load("later", now=NOW)) == 2


class TestAlteredFiles:
    @pytest.mark.parametrize(
        ("name", "value"),
        [("expires", "2099-01-01T00:00:00Z"), ("purpose", "x"), ("embedder", "dlib@2"), ("templates", 1), ("size", 64)],
    )
    def test_the_header_is_bound_to_the_templates(self, store: ClaimStore, name: str, value: Any) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        path = files_of(store)["templates"]
        content = json.loads(path.read_text())
        content["header"][name] = value
        path.write_text(json.dumps(content))
        purpose = "x" if name == "purpose" else PURPOSE
        assert code_of(lambda: store.load("one", purpose=purpose, now=NOW)) == "claim_key.damaged"

    def test_templates_cannot_be_moved_to_another_claim(self, store: ClaimStore) -> None:
        store.enrol("one", templates(1), expires=LATER, now=NOW)
        store.enrol("two", templates(2), expires=LATER, now=NOW)
        by_claim = {
            json.loads(path.read_text())["header"]["claim"]: path for path in store.folder.glob("templates/*.json")
        }
        shutil.copy(by_claim["two"], by_claim["one"])
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.damaged"
        content = json.loads(by_claim["one"].read_text())
        content["header"]["claim"] = "one"
        by_claim["one"].write_text(json.dumps(content))
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.damaged"

    def test_ciphertext_of_another_time_does_not_open(self, store: ClaimStore) -> None:
        store.enrol("one", templates(1), expires=LATER, now=NOW)
        path = files_of(store)["templates"]
        content = json.loads(path.read_text())
        content["templates"] = content["templates"][:-2] + ("00" if content["templates"][-2:] != "00" else "01")
        path.write_text(json.dumps(content))
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.damaged"

    @pytest.mark.parametrize("part", ["templates", "keys"])
    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"state": "in force", "key": "zz"}', "\xff"])
    def test_broken_files_are_said_to_be(self, store: ClaimStore, part: str, content: str) -> None:
        store.enrol("one", templates(), expires=LATER, now=NOW)
        files_of(store)[part].write_text(content, encoding="latin-1")
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.damaged"
        assert code_of(lambda: store.enrolments(now=NOW)) == "enrolment.damaged"


def test_names_of_claims_are_no_paths(store: ClaimStore) -> None:
    for claim in ("../../etc/passwd", "a/b", "", "ü" * 300):
        store.enrol(claim, templates(), expires=LATER, now=NOW)
        assert len(store.load(claim, now=NOW)) == 2
    assert {path.parent.parent for path in store.folder.rglob("*.json")} == {store.folder}


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = ClaimStore(tmp_path / "file", MasterKey(new_key()))
    assert code_of(lambda: store.enrol("one", templates(), expires=LATER, now=NOW)) == "output.in_the_way"


def test_a_claim_on_a_full_disk_is_enrolled_when_there_is_room(tmp_path: Path) -> None:
    """Whatever was written of it before: nothing, the key, or half of the templates."""
    with small_disk(tmp_path) as disk:
        store = ClaimStore(disk.path / "claims", MasterKey(new_key()))
        codes = []
        for blocks in range(12):
            disk.fill(leaving=blocks * BLOCK)
            try:
                store.enrol("one", templates(), expires=LATER, now=NOW)
            except OutputError as error:
                codes.append(error.code)
                assert not list(disk.path.rglob("*.new"))
            else:
                break
        assert set(codes) == {"output.full"}
        assert len(codes) > 1
        assert len(store.load("one", now=NOW)) == 2


def test_a_purge_that_cannot_write_says_so(store: ClaimStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.enrol("one", templates(), expires=LATER, now=NOW)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("consentry.signals.faces.claim_files.os.fsync", full)
    with pytest.raises(OutputError) as caught:
        store.purge("one")
    assert caught.value.code == "output.full"
    assert "No space left" in caught.value.message


@pytest.mark.parametrize("part", ["templates", "keys"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_disk_that_fails_is_no_reason_to_purge(
    store: ClaimStore, monkeypatch: pytest.MonkeyPatch, part: str, number: int
) -> None:
    store.enrol("one", templates(), expires=LATER, now=NOW)
    sound = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.parent.name == part:
            raise OSError(number, os.strerror(number))
        return sound(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", read_bytes)
        with pytest.raises(EnrolmentError, match=os.strerror(number)) as caught:
            store.load("one", now=NOW)
    assert caught.value.code == "enrolment.unreadable"
    assert "urge" not in caught.value.remedy
    with monkeypatch.context() as patched:
        patched.setattr(Path, "stat", lambda *_, **__: (_ for _ in ()).throw(OSError(number, "x")))
        assert code_of(lambda: store.load("one", now=NOW)) == "enrolment.unreadable"
    assert len(store.load("one", now=NOW)) == 2


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    assert ClaimStore(tmp_path / "nowhere").enrolments() == []
    assert not (tmp_path / "nowhere").exists()
