"""Connections as Relay reads them: edges, cursors, page info, and a total that is counted only when it is asked for."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from tortoise.models import Model

from models import pages
from models.pages import Listing, Page
from schema.context import Context

T = TypeVar("T")
DEFAULT_PAGE = 20  # where an explicit null is given


@strawberry.type(description="The position of a page in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more items follow endCursor.")
    has_previous_page: bool = strawberry.field(description="Whether items come before this page.")
    start_cursor: str | None = strawberry.field(description="Of the first edge; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Of the last edge, for `after`; null on an empty page.")


@strawberry.type(description="One place in a list.")
class Edge(Generic[T]):
    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="The place, for `after`. Opaque.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The page, in the list's order.")
    page_info: PageInfo = strawberry.field(description="The page's position in the list.")
    total: strawberry.Private[Callable[[], Awaitable[int]] | int]

    @strawberry.field(description="How many the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        return self.total if isinstance(self.total, int) else await self.total()


def connection(
    nodes: Sequence[T], cursors: Sequence[str], page: Page[Any], total: Callable[[], Awaitable[int]] | int
) -> Connection[T]:
    return Connection(
        edges=[Edge(node=node, cursor=cursor) for node, cursor in zip(nodes, cursors, strict=True)],
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total=total,
    )


async def page_of(
    context: Context,
    listing: Listing[Any],
    parent: UUID,
    wrap: Callable[[Any], T],
    *,
    first: int | None,
    after: str | None,
    **values: Any,
) -> Connection[T]:
    """One parent's page; parents asked for in the same operation with the same arguments share the statements."""
    first = DEFAULT_PAGE if first is None else first
    shape = (listing, first, after, tuple(sorted(values.items(), key=lambda one: one[0])))
    page = await context.by_key(
        ("page", *shape), lambda parents: pages.load(listing, parents, first, after, **values)
    ).load(parent)
    assert page is not None

    async def total() -> int:
        count = context.by_key(("count", listing, shape[3]), lambda parents: pages.counts(listing, parents, **values))
        return await count.load(parent) or 0

    rows: Sequence[Model] = page.rows
    return connection([wrap(row) for row in rows], [pages.cursor_of(listing, row) for row in rows], page, total)


def held(
    listing: Listing[Any], rows: Sequence[Any], wrap: Callable[[Any], T], *, first: int, after: str | None
) -> Connection[T]:
    """A page of rows that are loaded already, all of the list in its order, which goes down; cut as
    `models.pages.load` cuts."""
    pages.bounded(first)
    cursors = [pages.cursor_of(listing, one) for one in rows]
    begin = 0
    if after is not None:
        length = len(listing.order)
        place = [str(one) for one in pages.read_cursor(after, length)]
        begin = sum(1 for one in cursors if pages.read_cursor(one, length) >= place)
    shown = rows[begin : begin + first]
    page = Page(shown, len(rows) > begin + first, after is not None)
    return connection([wrap(one) for one in shown], cursors[begin : begin + first], page, len(rows))


def empty() -> Connection[Any]:
    return connection([], [], Page([], False, False), 0)
