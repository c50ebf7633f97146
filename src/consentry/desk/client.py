"""A client of the desk's API, for review tools and report forms in Python. It needs `httpx` and nothing else of ours.

A test holds every method against the OpenAPI document. What people do again after an error is done once: each method
that makes something sends an idempotency key, and sends it again if the line breaks or the desk is busy.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, Self, TypedDict
from uuid import UUID, uuid4

import httpx

Case = dict[str, Any]
"""A case as the API shows it; its `etag` is under the key ``etag``."""
_AGAIN: Final = frozenset({429, 502, 503, 504})


class Verdict(TypedDict, total=False):
    """What is decided about one post."""

    post: str
    action: str
    clauses: Sequence[str]


class DeskProblem(Exception):  # noqa: N818  it is what the API calls it
    """What the desk refuses, with its stable code."""

    def __init__(self, answer: httpx.Response) -> None:
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        self.status, self.code = answer.status_code, str(told.get("code", "desk.unknown"))
        self.told: Mapping[str, Any] = told
        super().__init__(f"{told.get('detail', answer.reason_phrase)} {told.get('remedy', '')}".strip())


class DeskClient:
    """Speaks to a desk with a token, or as somebody who has logged in (`log_in`), since no token decides.

    Args:
        address: Such as ``https://desk.example.org``.
        token: Of an account that may do what is asked for; nothing for who logs in.
        attempts: How often something is asked for while the desk is busy or the line breaks.
        timeout: Seconds that one answer may take.
    """

    def __init__(self, address: str, token: str = "", *, attempts: int = 4, timeout: float = 60.0) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=f"{address.rstrip('/')}/api/v1", headers=headers, timeout=timeout)
        self._attempts = attempts

    def log_in(self, email: str, password: str) -> Case:
        """Begin a session of a person, who may then decide."""
        told = self._ask("POST", "/session", json={"email": email, "password": password})
        self._http.headers["X-CSRF-Token"] = told["csrf_token"]
        return told

    def file(self, posts: Sequence[Mapping[str, Any]], report: Mapping[str, Any] | None, **more: Any) -> Case:
        """File a case: a report with up to five posts."""
        return self._ask("POST", "/cases", json={"posts": list(posts), "report": report, **more})

    def upload(self, case: str | UUID, post: str | UUID, medium: bytes | BinaryIO, name: str = "") -> Case:
        """Upload an image or video of a post."""
        content = medium if isinstance(medium, bytes) else medium.read()
        return self._ask("POST", f"/cases/{case}/posts/{post}/media", params={"name": name}, content=content)

    def upload_reference(self, case: str | UUID, photo: bytes, name: str = "") -> Case:
        """Upload a verified photo of the depicted person, for this claim alone."""
        return self._ask("POST", f"/cases/{case}/references", params={"name": name}, content=photo)

    def submit(self, case: str | UUID) -> Case:
        """Have a case assessed."""
        return self._ask("POST", f"/cases/{case}/submission")

    def case(self, case: str | UUID) -> Case:
        """Read a case."""
        return self._ask("GET", f"/cases/{case}")

    def cases(self, **wanted: Any) -> Iterator[Case]:
        """All cases that fit, the newest first."""
        return self._pages("/cases", wanted)

    def queue(self, **wanted: Any) -> Iterator[Case]:
        """What waits, the most pressing first."""
        return self._pages("/queue", wanted)

    def take_next(self, **wanted: Any) -> Case | None:
        """Take the most pressing case; ``None`` if nothing waits."""
        return self._ask("POST", "/queue/next", json=wanted) or None

    def take(self, case: str | UUID) -> Case:
        """Take a case, or keep it for another quarter of an hour."""
        return self._ask("POST", f"/cases/{case}/lease")

    def give_back(self, case: str | UUID) -> Case:
        """Leave a case undecided."""
        return self._ask("DELETE", f"/cases/{case}/lease")

    def answer(self, case: str | UUID, post: str | UUID, answers: Mapping[str, str], source: str = "reviewer") -> Case:
        """Answer questions about a post; what is recommended then comes with the case."""
        said = [{"name": name, "value": value, "source": source} for name, value in answers.items()]
        return self._ask("POST", f"/cases/{case}/posts/{post}/answers", json={"answers": said})

    def note(self, case: str | UUID, text: str) -> Case:
        """Leave a remark for colleagues."""
        return self._ask("POST", f"/cases/{case}/notes", json={"text": text})

    def decide(self, case: Case, verdicts: Sequence[Verdict], reason: str) -> Case:
        """Decide a case as it was read; it is refused if somebody has changed it since."""
        body = {"verdicts": list(verdicts), "reason": reason}
        return self._ask("POST", f"/cases/{case['id']}/decisions", json=body, headers={"If-Match": case["etag"]})

    def appeal(self, case: str | UUID, party: str, reason: str) -> Case:
        """Take an appeal in."""
        return self._ask("POST", f"/cases/{case}/appeals", json={"party": party, "reason": reason})

    def letters(self, case: str | UUID) -> list[Case]:
        """What was made for people: the statement of reasons and the letters."""
        found: list[Case] = self._ask("GET", f"/cases/{case}/letters")["items"]
        return found

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pages(self, path: str, wanted: Mapping[str, Any]) -> Iterator[Case]:
        page: Case = {"next": None}
        while True:
            page = self._ask("GET", path, params={**wanted, **({"cursor": page["next"]} if page["next"] else {})})
            yield from page["items"]
            if page["next"] is None:
                return

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Case:
        sent = {**(headers or {}), **({"Idempotency-Key": str(uuid4())} if method == "POST" else {})}
        for attempt in range(1, self._attempts + 1):
            try:
                answer = self._http.request(method, path, headers=sent, **more)
            except httpx.TransportError:
                if attempt == self._attempts:
                    raise
                time.sleep(0.2 * 2**attempt)
                continue
            if answer.status_code not in _AGAIN or attempt == self._attempts:
                break
            time.sleep(min(30.0, float(answer.headers.get("retry-after", 0.2 * 2**attempt))))
        if answer.is_error:
            raise DeskProblem(answer)
        found = answer.json() if answer.content else {}
        told: Case = found if isinstance(found, dict) else {"items": found}
        return {**told, "etag": answer.headers["etag"]} if "etag" in answer.headers else told
