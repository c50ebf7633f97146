"""Declaring pages: the act, as at the API; and what becomes of errors, which people see as pages."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from consentry.desk.api.calls import ACT, FRESH, Call, admitted, body_of
from consentry.desk.api.problems import status_of
from consentry.desk.errors import DeskError
from consentry.desk.pages.drawing import error_page, go_to
from consentry.desk.pages.forms import form_in
from consentry.desk.people.roles import ACTS
from consentry.errors import ConsentryError

Handler = Callable[..., Any]
_TO_LOG_IN: Final = frozenset({"desk.not_logged_in", "desk.login_again"})


class Page(APIRoute):
    """A route whose errors are pages, or sentences inside the page that is there (htmx)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI asks for it."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError:
                error: ConsentryError = DeskError(
                    "Something in the address or the form cannot be used.", "Go back, and try again.", code="desk.input"
                )
            except ConsentryError as raised:
                error = raised
            if error.code in _TO_LOG_IN:
                return _to_log_in(request, again=error.code == "desk.login_again")
            return error_page(request, error, status_of(error.code))

        return handled


class Pages:
    """Pages of one subject."""

    def __init__(self) -> None:
        self.router = APIRouter(route_class=Page, include_in_schema=False)

    def add(
        self, method: str, path: str, *, act: str, fresh: bool = False, streamed: bool = False
    ) -> Callable[[Handler], Handler]:
        """Declare the page that a function draws.

        Args:
            method: ``GET`` or ``POST``; forms know no other.
            path: From the root.
            act: Of `consentry.desk.people.roles`; ``self`` for what everybody may do who has an account.
            fresh: Whether a recent login is asked for.
            streamed: Whether the body is taken piece by piece, as an upload.
        """
        if act != "self" and act not in ACTS:
            raise ValueError(f"'{act}' is no act, so nobody could be allowed to do it")
        # Pages are for people at a screen: a token is no way in.
        about = {ACT: act, FRESH: fresh, "x-consentry-screen": True, "x-consentry-streamed": streamed}
        return self._declare(method, path, about)

    def add_open(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Declare a page for everybody. A test counts them."""
        return self._declare(method, path, {})

    def _declare(self, method: str, path: str, about: dict[str, Any]) -> Callable[[Handler], Handler]:
        def declare(function: Handler) -> Handler:
            self.router.add_api_route(
                path, function, methods=[method], response_class=Response, openapi_extra=about, name=function.__name__
            )
            return function

        return declare


def current_page(request: Request, body: Annotated[bytes, Depends(body_of)]) -> Call:
    """Who asks for a page, if they may; the CSRF token stands in a header (htmx) or in the form."""
    if "authorization" in request.headers:
        raise DeskError("Pages are for people who have logged in.", "Use the API.", code="desk.not_allowed")
    csrf = request.headers.get("x-csrf-token") or (form_in(body).one("csrf") if request.method == "POST" else "")
    return admitted(request, body, csrf)


CurrentPage = Annotated[Call, Depends(current_page)]


def _to_log_in(request: Request, *, again: bool) -> Response:
    """Where a page leads whoever has to log in: there and, if nothing was to be changed, back."""
    url = request.url
    here = url.path + (f"?{url.query}" if url.query else "") if request.method == "GET" else ""
    if request.headers.get("hx-request"):
        shown = request.headers.get("hx-current-url", "")
        here = "/" + shown.partition("://")[2].partition("/")[2] if "://" in shown else ""
    return go_to(request, f"/login?{'again=1&' if again else ''}next={quote(here, safe='')}")
