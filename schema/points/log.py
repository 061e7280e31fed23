"""The log of points as clients read it: page by page, or live."""

from typing import Any

import strawberry

from resolvers.points import log
from resolvers.points.log import Stretch
from rules.refusals import NotFound
from schema import ids
from schema.context import Info
from schema.directory.members import Member
from schema.directory.organizations import Organization
from schema.pages import Edge
from schema.points.entries import PointsEntry


@strawberry.type(description="A stretch of the ledger in commit order. Its cursor continues it, also when it is empty.")
class PointsLog:
    cursor: str = strawberry.field(description="For `after`. Opaque.")
    edges: list[Edge[PointsEntry]] = strawberry.field(
        description="In commit order. In public views, entries of members who hide their names name no member."
    )

    @classmethod
    def of(cls, stretch: Stretch) -> "PointsLog":
        return cls(
            cursor=stretch.cursor,
            edges=[Edge(node=_entry(stretch, one), cursor=log.cursor_of(one)) for one in stretch.entries],
        )


def _entry(stretch: Stretch, row: Any) -> PointsEntry:
    found = stretch.members.get(row.member_id)
    return PointsEntry.of(
        row,
        loaded=(
            Member.of(*found) if found else None,
            Organization.of(stretch.organizations[row.organization_id]),
            stretch.reasons.get(row.id, ""),
        ),
    )


@strawberry.type
class PointsLogQueries:
    @strawberry.field(
        description="The entries of pointsAwarded in pages, from the beginning or after a cursor. Null if the "
        "viewer may not see the organization."
    )
    async def points_log(
        self, info: Info, organization_id: strawberry.ID, after: str | None = None, first: int | None = 100
    ) -> PointsLog | None:
        try:
            key = await log.key(info.context.session, ids.read(organization_id, "Organization"))
        except NotFound:
            return None
        return PointsLog.of(await log.load(key, after, log.PAGE if first is None else first))
