"""Media on screens, and purges, through the API: who may see what, and what is kept of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from desk_people import Front, Person
from PIL import Image
from sqlalchemy import select
from test_life import REPORT

from consentry.desk.store.tables.keeping import LookRow
from consentry.desk.store.tables.log import EntryRow


class Filed:
    """A case with a picture of many people and a reference photo."""

    def __init__(self, front: Front, media: Path, name: str = "group_1927.jpg") -> None:
        self.platform = front.with_token("service")
        answer = self.platform.post("/cases", REPORT).json()
        self.case, self.post = answer["id"], answer["posts"][0]["id"]
        self.medium = self._upload(f"posts/{self.post}/media", media / name)
        self.reference = self._upload("references", media / "reference_curie.jpg")

    def _upload(self, where: str, path: Path) -> str:
        sent = self.platform.client.post(
            f"/api/v1/cases/{self.case}/{where}?name={path.name}", content=path.read_bytes()
        )
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    def see(self, person: Person, medium: str | None = None, **wanted: Any) -> Any:
        asked = "&".join(f"{name}={value}" for name, value in wanted.items())
        return person.get(f"/cases/{self.case}/media/{medium or self.medium}/rendition?{asked}")

    def look(self, person: Person, what: str, reason: str = "minor", medium: str | None = None, words: str = "") -> Any:
        body = {"what": what, "reason": reason, "words": words}
        return person.post(f"/cases/{self.case}/media/{medium or self.medium}/looks", body)


@pytest.fixture
def media(repository: Path) -> Path:
    return repository / "data" / "demo" / "media"


@pytest.fixture
def filed(front: Front, media: Path) -> Filed:
    return Filed(front, media)


def size_of(answer: Any) -> tuple[int, int]:
    assert answer.status_code == 200, answer.text
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == "JPEG"
        return picture.size


def test_a_reviewer_sees_a_picture_made_anew_with_its_faces_blurred(front: Front, filed: Filed) -> None:
    anna = front.at_screen("reviewer")
    answer = filed.see(anna)
    assert max(size_of(answer)) <= 1024
    assert int(answer.headers["consentry-hidden"]) >= 5
    assert answer.headers["consentry-shown"] == "0"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert filed.see(anna).content == answer.content
    kept = list((front.serving.settings.data / "renditions").rglob("*"))
    files = [path for path in kept if path.is_file()]
    assert len(files) == 1
    assert answer.content[:64] not in files[0].read_bytes()
    files[0].write_bytes(files[0].read_bytes()[:-1])  # a cache that is damaged is made again
    assert filed.see(anna).content == answer.content


def test_who_wants_to_see_faces_says_why_and_it_is_logged(front: Front, filed: Filed) -> None:
    anna, ben = front.at_screen("reviewer"), front.at_screen("reviewer")
    refused = filed.see(anna, show="faces")
    assert (refused.status_code, refused.json()["code"]) == (403, "desk.look")
    assert filed.look(anna, "faces", "curiosity").status_code == 422
    assert filed.look(anna, "faces", "other").status_code == 422
    looked = filed.look(anna, "faces", "minor", words="The girl on the left looks about twelve.")
    assert looked.status_code == 201, looked.text
    shown = filed.see(anna, show="faces")
    assert shown.headers["consentry-hidden"] == "0"
    assert shown.content != filed.see(anna).content
    assert filed.see(anna, show="claimant").status_code == 200
    assert filed.see(ben, show="faces").status_code == 403
    with front.serving.database.reading() as session:
        row = session.scalars(select(LookRow)).one()
        assert (row.reason, row.looked_by) == ("minor", anna.id)
        assert b"twelve" not in row.words
        entry = session.scalars(select(EntryRow).where(EntryRow.act == "media.looked_at")).one()
        assert entry.details == {"medium": filed.medium, "what": "faces", "reason": "minor"}
        assert entry.actor_id == anna.id


def test_a_reference_photo_is_seen_by_who_said_why_and_by_nobody_else(front: Front, filed: Filed) -> None:
    anna = front.at_screen("reviewer")
    assert filed.see(anna, filed.reference).status_code == 403
    assert filed.look(anna, "faces", medium=filed.reference).status_code == 422
    assert filed.look(anna, "reference").status_code == 422
    assert filed.look(anna, "reference", "identity", filed.reference).status_code == 201
    size_of(filed.see(anna, filed.reference))


def test_a_look_ends(front: Front, filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = front.at_screen("reviewer")
    assert filed.look(anna, "faces").status_code == 201
    monkeypatch.setattr("consentry.desk.cases.looking.LASTS", -front.serving.settings.lease)
    bob = front.at_screen("reviewer")
    assert filed.look(bob, "faces").status_code == 201
    assert filed.see(bob, show="faces").status_code == 403
    assert filed.see(anna, show="faces").status_code == 200


@pytest.mark.parametrize("role", ["intake", "policy", "admin", "auditor"])
def test_others_see_no_media(front: Front, filed: Filed, role: str) -> None:
    person = front.at_screen(role)
    assert filed.see(person).status_code == 403
    assert filed.look(person, "faces").status_code == 403


def test_a_medium_of_another_case_and_a_program_get_nothing(front: Front, media: Path, filed: Filed) -> None:
    anna = front.at_screen("reviewer")
    other = front.with_token("service").post("/cases", {**REPORT, "report": {**REPORT["report"], "report_id": "R-9"}})
    path = f"/cases/{other.json()['id']}/media/{filed.medium}"
    assert anna.get(f"{path}/rendition").status_code == 404
    assert anna.post(f"{path}/looks", {"what": "faces", "reason": "minor"}).status_code == 404
    assert filed.see(anna, str(UUID(int=7))).status_code == 404
    assert filed.see(filed.platform).status_code == 403


def test_a_video_is_shown_as_stills_and_as_a_clip_and_a_picture_is_not(front: Front, media: Path) -> None:
    filed = Filed(front, media, "street.mp4")
    anna = front.at_screen("reviewer")
    sheet = filed.see(anna)
    size_of(sheet)
    assert 1 < int(sheet.headers["consentry-stills"]) <= front.serving.settings.rendition_stills
    size_of(filed.see(anna, kind="still", still=3))
    clip = filed.see(anna, kind="clip")
    assert (clip.status_code, clip.headers["content-type"]) == (200, "video/mp4")
    assert clip.content[4:8] == b"ftyp"
    assert filed.look(anna, "reference", medium=filed.reference).status_code == 201
    refused = filed.see(anna, filed.reference, kind="clip")
    assert (refused.status_code, refused.json()["code"]) == (422, "desk.input")


def test_a_medium_that_cannot_be_decoded_is_told_and_breaks_nothing(front: Front, media: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes((media / "bedroom.jpg").read_bytes()[:100])  # its head, and none of its pixels
    filed = Filed(front, media, str(broken))
    answer = filed.see(front.at_screen("reviewer"))
    assert answer.status_code == 422
    assert answer.json()["code"].startswith("media.")


def test_two_people_purge_a_case_through_the_api(front: Front, filed: Filed) -> None:
    sam, tess, anna = front.at_screen("senior"), front.at_screen("admin"), front.at_screen("reviewer")
    assert filed.see(anna).status_code == 200
    body = {"reason": "She asked us to."}
    open_still = sam.post(f"/cases/{filed.case}/purges", body)
    assert (open_still.status_code, open_still.json()["code"]) == (409, "desk.transition")
    version = filed.platform.get(f"/cases/{filed.case}").headers["etag"]
    withdrawn = filed.platform.post(f"/cases/{filed.case}/withdrawal", headers={"If-Match": version})
    assert withdrawn.status_code == 200, withdrawn.text
    asked = sam.post(f"/cases/{filed.case}/purges", body)
    assert asked.status_code == 201, asked.text
    purge = asked.json()["id"]
    assert anna.post(f"/cases/{filed.case}/purges", body).status_code == 403
    own = sam.post(f"/purges/{purge}/approval")
    assert (own.status_code, own.json()["code"]) == (409, "desk.own_decision")
    assert [each["id"] for each in tess.get("/purges?state=asked").json()["items"]] == [purge]
    done = tess.post(f"/purges/{purge}/approval")
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert filed.see(anna).status_code == 410
    assert anna.get(f"/cases/{filed.case}").json()["readable"] is False
    assert not [path for path in (front.serving.settings.data / "renditions").rglob("*") if path.is_file()]
    assert tess.post(f"/purges/{purge}/refusal").json()["code"] == "desk.transition"


def test_a_purge_wants_a_recent_login(front: Front, filed: Filed) -> None:
    sam = front.at_screen("senior")
    with front.serving.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE login_sessions SET proved_at = '2020-01-01 00:00:00.000000'")
    answer = sam.post(f"/cases/{filed.case}/purges", {"reason": "Because."})
    assert (answer.status_code, answer.json()["code"]) == (401, "desk.login_again")
