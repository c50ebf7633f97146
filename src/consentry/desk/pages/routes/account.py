"""Who is logged in, and what they may do."""

from __future__ import annotations

from starlette.responses import Response

from consentry.desk.pages.drawing import drawn
from consentry.desk.pages.routing import CurrentPage, Pages
from consentry.desk.people.roles import ACTS, acts_of

pages = Pages()


@pages.add("GET", "/account", act="self")
def account_page(call: CurrentPage) -> Response:
    """The account, its roles, and what they allow."""
    may = acts_of(call.actor.roles)
    settings = call.serving.settings
    return drawn(
        call, "account", may=[act for act in ACTS if act in may], idle=settings.session_idle,
        ends_at=call.caller.session.made_at + settings.session_length if call.caller.session else None,
    )  # fmt: skip
