"""The points log, as subscriptions follow it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import strawberry

from realtime.logs import LogPage, LogSource
from resolvers import boards
from resolvers.points import log
from resolvers.session import Session
from schema import ids
from schema.context import Info
from schema.live_boards import TWIN_POLL, Open, Opening
from schema.points.log import PointsLog


async def log_source(session: Session, organization_id: str, after: str | None) -> LogSource:
    key = await log.key(session, ids.read(organization_id, "Organization"))
    topics = boards.topics(key.view, key.organization_id, (await session.lineage(key.organization_id))[0].id)
    log.place(after)

    async def load(cursor: str | None) -> LogPage:
        found = await log.load(key, cursor)
        return LogPage(found.cursor, PointsLog.of(found), len(found.entries), found.more)

    return LogSource(key, topics, load, after)


async def _log(session: Session, arguments: Mapping[str, Any], shared: bool) -> Opening:
    return Opening(await log_source(session, arguments["organizationId"], arguments.get("after")))


OPEN: Mapping[str, Open] = {"pointsAwarded": _log}


@strawberry.type
class PointsSubscriptions:
    @strawberry.subscription(
        description="Log: every entry once, in commit order, from `after` (exclusive) on, or from the beginning; "
        "the first frame comes at once and may be empty. Nothing is skipped and nothing comes twice."
    )
    async def points_awarded(
        self, info: Info, organization_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[PointsLog]:
        source = await log_source(info.context.session, organization_id, after)
        first = True
        while True:
            page = await source.load(after)
            if page.count or first:
                yield page.value
            first, after = False, page.cursor
            if not page.more:
                await asyncio.sleep(TWIN_POLL)
