"""The desk whole: its API and its pages in one application."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

from consentry.desk.api.app import make_app
from consentry.desk.api.calls import ACT
from consentry.desk.api.serving import Serving
from consentry.desk.pages.routes import account, cases, files, oversight, queue, sessions
from consentry.desk.pages.routing import Page, Pages

PAGES: Final[tuple[Pages, ...]] = tuple(room.pages for room in (files, sessions, account, queue, cases, oversight))
OPEN: Final = frozenset({"static_file", "login_page", "log_in_by_page", "join_page", "join_by_page", "start", "icon"})
"""Pages for everybody; all others ask who comes."""


def make_desk(serving: Serving) -> FastAPI:
    """The application that a server runs, pages and all.

    Raises:
        RuntimeError: A page neither says what act it is nor is one of the few for everybody; a mistake in the program.
    """
    app = make_app(serving)
    for pages in PAGES:
        for route in pages.router.routes:
            if not isinstance(route, Page) or (ACT not in (route.openapi_extra or {}) and route.name not in OPEN):
                raise RuntimeError(f"nobody is asked who they are at {route}")
        app.include_router(pages.router)
    return app
