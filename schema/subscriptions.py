"""Subscriptions: a table of contents. Each system brings its fields, and what each of them watches."""

from collections.abc import Mapping
from typing import Any

import strawberry

from resolvers.session import Session
from schema.arena.board import ARENAS, ArenaSubscriptions
from schema.blocks.board import BLOCK_BOARDS, BlockSubscriptions
from schema.displays import live as displays
from schema.displays.live import DisplaySubscriptions
from schema.leaderboards import live as leaderboards
from schema.leaderboards.live import LeaderboardSubscriptions
from schema.learning.board import COURSE_BOARDS, CourseSubscriptions
from schema.live_boards import Open, Opening
from schema.points import live as points
from schema.points.live import PointsSubscriptions

OPEN: Mapping[str, Open] = {
    **leaderboards.OPEN,
    **points.OPEN,
    **displays.OPEN,
    "taskArenaUpdated": ARENAS.open,
    "blockBoardUpdated": BLOCK_BOARDS.open,
    "courseBoardUpdated": COURSE_BOARDS.open,
}


@strawberry.type(description="Live updates, over WebSocket with graphql-transport-ws.")
class Subscription(
    LeaderboardSubscriptions,
    ArenaSubscriptions,
    BlockSubscriptions,
    CourseSubscriptions,
    DisplaySubscriptions,
    PointsSubscriptions,
):
    pass


async def open_source(session: Session, field: str, arguments: Mapping[str, Any], *, shared: bool) -> Opening:
    """What a subscription field watches, for this viewer. shared: its frames say nothing of the viewer.
    NotFound, InvalidInput: it can't."""
    return await OPEN[field](session, arguments, shared)
