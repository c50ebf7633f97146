"""Styles and scripts."""

from __future__ import annotations

import mimetypes

from starlette.responses import Response

from consentry.desk.errors import DeskError
from consentry.desk.pages.drawing import HEADERS, STATIC, static_address, static_files
from consentry.desk.pages.routing import Pages

pages = Pages()


@pages.add_open("GET", STATIC + "/{digest}/{name}")
def static_file(digest: str, name: str) -> Response:
    """A file that browsers may keep for a year: when it changes, so does its address."""
    if name not in static_files() or static_address(name) != f"{STATIC}/{digest}/{name}":
        raise DeskError("There is no such file.", "Load the page again.", code="desk.not_found")
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(static_files()[name], headers=headers, media_type=kind)


@pages.add_open("GET", "/favicon.ico")
def icon() -> Response:
    """The sign in a browser's tab."""
    return Response(static_files()["icon.svg"], headers=HEADERS, media_type="image/svg+xml")
