"""Templates to pages, with the headers that keep everything else out."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from consentry.desk.api.calls import Call
from consentry.desk.pages import words
from consentry.desk.people.roles import acts_of
from consentry.desk.people.secrets import csrf_token_of
from consentry.errors import ConsentryError

STATIC: Final = "/static"
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "private, no-store",
}
"""Nothing inline, nothing from other hosts, nothing kept by a browser or a proxy, never in a frame."""


@cache
def environment() -> Environment:
    """The templates; every value is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader("consentry.desk.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals["static"] = static_address
    made.filters |= words.FILTERS
    return made


def drawn(
    call: Call, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **shown: Any
) -> Response:
    """A page, or a part of one, for somebody who has logged in.

    Args:
        call: The request; the template knows who makes it as ``user``, what they may do as ``acts``, and ``csrf``.
        template: Its name, without ``.html.j2``.
        status: Of the answer.
        headers: Besides the usual ones.
        shown: What else the template knows.
    """
    caller = call.caller
    known = {
        "user": caller.user,
        "acts": acts_of(caller.actor.roles),
        "csrf": csrf_token_of(caller.secret),
        "now": call.serving.clock(),
        "here": call.request.url.path,
    }
    text = environment().get_template(f"{template}.html.j2").render(**known, **shown)
    return _html(text, status, headers)


def drawn_for_anybody(template: str, *, status: int = 200, **shown: Any) -> Response:
    """A page for somebody who has not logged in."""
    known: dict[str, Any] = {"user": None, "acts": frozenset(), "csrf": "", "here": ""}
    return _html(environment().get_template(f"{template}.html.j2").render(**known, **shown), status, None)


def error_page(request: Request, error: ConsentryError, status: int) -> Response:
    """What went wrong: a page of its own, or a sentence for the place that asked (htmx)."""
    inside = bool(request.headers.get("hx-request"))
    request_id = getattr(request.state, "request_id", None)
    answer = drawn_for_anybody("error_inside" if inside else "error", status=status, error=error, request_id=request_id)
    if inside:
        # Wherever the answer was to go: errors go to the place for messages, which is read out.
        answer.headers.update({"HX-Retarget": "#messages", "HX-Reswap": "innerHTML"})
    wait = getattr(error, "retry_after", None)
    if wait is not None:
        answer.headers["Retry-After"] = str(max(1, round(wait)))
    return answer


def go_to(request: Request, address: str) -> Response:
    """Send a browser to another page of ours; `address` is never taken from outside unchecked."""
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={**HEADERS, "HX-Redirect": address})
    return Response(status_code=303, headers={**HEADERS, "Location": address})


def own_address(given: str) -> str:
    """An address of ours that a form brought back; the start page where it is anything else."""
    plain = given.isascii() and given.isprintable() and "\\" not in given
    return given if plain and given.startswith("/") and not given.startswith("//") else "/"


def _html(text: str, status: int, more: dict[str, str] | None) -> Response:
    return Response(text, status, {**HEADERS, **(more or {})}, media_type="text/html; charset=utf-8")


@cache
def static_files() -> dict[str, bytes]:
    """What browsers keep: styles, scripts, by name."""
    folder = resources.files("consentry.desk.pages") / "static"
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@cache
def static_address(name: str) -> str:
    """Where a file is, with its digest: what has changed has another address."""
    return f"{STATIC}/{hashlib.sha256(static_files()[name]).hexdigest()[:16]}/{name}"
