"""Lists in the order of their ids, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Query
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from consentry.desk.api.bodies.common import Page
from consentry.desk.api.calls import Answer, Call
from consentry.desk.desk import Desk

Row = TypeVar("Row")
Cursor = Annotated[str | None, Query(max_length=1024, description="Where the page before ended.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Most items of a page.")]


def page_by_id(
    call: Call,
    desk: Desk,
    listed: str,
    found: Select[Row],
    key: InstrumentedAttribute[UUID],
    view: Callable[[Row], Any],
    cursor: str | None,
    limit: int,
    **filters: object,
) -> Answer:
    """A page of rows in the order in which they were made.

    Args:
        call: The request.
        desk: The transaction.
        listed: The list's name, which cursors are bound to.
        found: The rows.
        key: Their id.
        view: What is shown of a row.
        cursor: Where the page before ended.
        limit: Most of them.
        filters: What the list is filtered by, which cursors are bound to as well.
    """
    after = after_id(call, listed, cursor, **filters)
    if after is not None:
        found = found.where(key > after)
    rows = list(desk.session.scalars(found.order_by(key).limit(limit + 1)))
    return page_of(call, listed, rows, lambda row: getattr(row, key.key), view, limit, **filters)


def after_id(call: Call, listed: str, cursor: str | None, **filters: object) -> UUID | None:
    """The id that the page before ended with."""
    after = call.serving.cursors.read(listed, filters, cursor)
    return UUID(after[0]) if after is not None else None


def page_of(
    call: Call,
    listed: str,
    rows: list[Row],
    key: Callable[[Row], UUID],
    view: Callable[[Row], Any],
    limit: int,
    **filters: object,
) -> Answer:
    """A page from its rows and one more, if there is one more."""
    shown = rows[:limit]
    cursor = call.serving.cursors.write(listed, filters, [str(key(shown[-1]))]) if len(rows) > limit else None
    return Answer(Page[Any](items=[view(row) for row in shown], next=cursor))
