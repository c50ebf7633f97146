"""The life of a case, from the report to the end, all of it through the API, on each kind of database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desk_people import Front, Person

REPORT = {
    "report": {
        "report_id": "R-2041",
        "standing": "depicted_person",
        "identity": "pending",
        "consent": "refused",
        "statement": "That is my bedroom.",
    },
    "posts": [
        {
            "post_id": "P-77",
            "words": "Look who forgot to lock the door.",
            "posted_at": "2026-11-29T18:00:00Z",
            "account": "private_individual",
        }
    ],
}

PURGE = {"what": "case", "reason": "erasure"}


def decided(person: Person, case: str, action: str, **more: Any) -> Any:
    """Have somebody take a case and decide it, as a screen would."""
    taken = person.post(f"/cases/{case}/lease")
    assert taken.status_code == 200, taken.text
    view = taken.json()
    recommendation = view["posts"][0]["assessment"]["recommendation"]
    clauses = [reason["clause"] for reason in [*recommendation["fired"], *recommendation["not_evaluated"]]]
    verdict = {"post": view["posts"][0]["id"], "action": action, "clauses": clauses[:1]}
    body = {"verdicts": [verdict], "reason": "Her bedroom, and she did not agree."}
    answer = person.post(f"/cases/{case}/decisions", body, headers={"If-Match": taken.headers["etag"]}, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_the_life_of_a_case(any_front: Front, repository: Path) -> None:
    platform = any_front.with_token("service")
    intake, anna, ben, sam = (any_front.at_screen(role) for role in ("intake", "reviewer", "reviewer", "senior"))

    filed = platform.post("/cases", REPORT)
    assert filed.status_code == 201, filed.text
    case = filed.json()["id"]
    assert filed.headers["location"] == f"/api/v1/cases/{case}"
    post = filed.json()["posts"][0]["id"]
    assert filed.json()["state"] == "received"

    photo = (repository / "data/demo/media/bedroom.jpg").read_bytes()
    uploaded = platform.client.post(f"/api/v1/cases/{case}/posts/{post}/media?name=bedroom.jpg", content=photo)
    assert uploaded.status_code == 201, uploaded.text
    assert (uploaded.json()["name"], uploaded.json()["size"]) == ("bedroom.jpg", len(photo))
    assert (uploaded.json()["role"], uploaded.json()["content_type"]) == ("post", "image/jpeg")
    assert platform.post(f"/cases/{case}/submission").status_code == 202
    any_front.assess(case)

    read = intake.get(f"/cases/{case}")
    changed = intake.patch(f"/cases/{case}/report", {"identity": "verified"}, version=read.headers["etag"])
    assert changed.status_code == 200, changed.text
    assert changed.json()["report"]["identity"] == "verified"
    stale = intake.patch(f"/cases/{case}/report", {"identity": "rejected"}, version=read.headers["etag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "desk.version")

    assert [line["id"] for line in anna.get("/queue").json()["items"]] == [case]
    taken = anna.post("/queue/next", {})
    assert taken.status_code == 200
    assert taken.json()["id"] == case
    assert ben.post("/queue/next", {}).status_code == 204
    assert ben.post(f"/cases/{case}/lease").json()["code"] == "desk.leased"
    assert anna.post(f"/cases/{case}/lease/renewal").status_code == 200
    questions = taken.json()["posts"][0]["assessment"]["recommendation"]["questions"]
    answered = anna.post(
        f"/cases/{case}/posts/{post}/answers", {"answers": [{"name": questions[0]["fact"], "value": "no"}]}
    )
    assert answered.status_code == 201, answered.text
    assert answered.json()["posts"][0]["answers"][0]["fact"] == questions[0]["fact"]
    assert len(answered.json()["posts"][0]["assessments"]) > len(taken.json()["posts"][0]["assessments"])
    assert anna.post(f"/cases/{case}/notes", {"text": "She called."}).status_code == 201
    assert anna.post(f"/cases/{case}/risk", {"level": 2, "text": "He knows where she lives."}).status_code == 201

    first = decided(anna, case, "recommend_removal")
    assert (first["effective"], first["state"]) == (False, "open")
    blind = ben.get(f"/cases/{case}").json()
    assert blind["decisions"] == []
    assert blind["notes"] == []
    assert anna.post(f"/cases/{case}/lease").json()["code"] == "desk.own_decision"
    second = decided(ben, case, "recommend_removal")
    assert (second["effective"], second["state"]) == (True, "decided")
    letters = platform.get(f"/cases/{case}/letters").json()
    assert {letter["kind"] for letter in letters} == {"statement", "uploader", "reporter"}

    appealed = platform.post(f"/cases/{case}/appeals", {"party": "uploader", "reason": "She agreed."})
    assert appealed.status_code == 201, appealed.text
    assert anna.post(f"/cases/{case}/lease").json()["code"] == "desk.own_decision"
    third = decided(sam, case, "no_action")
    assert third["effective"] is False
    tess = any_front.at_screen("senior")
    assert decided(tess, case, "no_action")["effective"] is True
    final = sam.get(f"/cases/{case}")
    assert final.json()["appeals"][0]["outcome"] == "overturned"

    closed = sam.post(f"/cases/{case}/closing", headers={"If-Match": final.headers["etag"]})
    assert closed.json()["state"] == "closed"
    asked = sam.post(f"/cases/{case}/purges", PURGE)
    assert asked.status_code == 201, asked.text
    purge = asked.json()["id"]
    assert sam.post(f"/purges/{purge}/approval").status_code in {403, 409}
    assert tess.post(f"/purges/{purge}/approval").status_code == 200
    gone = sam.get(f"/cases/{case}").json()
    assert gone["readable"] is False
    assert gone["report"] is None
    assert gone["posts"] == []
    assert platform.get(f"/cases/{case}/letters").json()["code"] == "desk.purged"

    auditor = any_front.at_screen("auditor")
    verified = auditor.post("/audit/verification", {"heads": []}).json()
    assert verified["whole"] is True, verified
    assert auditor.get("/numbers").json()["states"] == {"closed": 1}
    acts = [entry["act"] for entry in auditor.get(f"/cases/{case}/history").json()]
    assert acts[0] == "case.file"
    assert acts.count("case.decide") == 4
    assert acts[-3:] == ["case.close", "purge.asked", "purge.done"]
