"""Subscriptions as the schema lists them.

The live engine serves them from `schema.live.open_source`, by name. The generators here are its slow, obvious twin:
they load again and again, one subscriber at a time; tests hold the engine's frames equal to theirs.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from realtime.logs import LogSource
from schema.arena.board import TaskArena
from schema.blocks.board import BlockBoard
from schema.context import Info
from schema.displays.displays import Display
from schema.leaderboards.board import Leaderboard, LeaderboardInput, Standing
from schema.learning.board import CourseBoard
from schema.live import (
    Opening,
    arena_source,
    block_board_source,
    course_board_source,
    display_source,
    leaderboard_source,
    log_source,
    standing_opening,
)
from schema.points.log import PointsLog

TWIN_POLL = 0.05  # seconds


async def _states(opening: Opening) -> AsyncGenerator[Any]:
    last = -1
    source = opening.source
    assert not isinstance(source, LogSource)
    while (state := await source.load()) is not None:
        if state.version > last:
            last = state.version
            yield opening.select(state.value)
        await asyncio.sleep(TWIN_POLL)


PACE = (
    "State: the first frame is the current state, each later frame is the newest state. Frames "
    "between may be skipped; versions never go back. maxPerSecond only paces (0.05 to 20, rounded"
    " down to 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10 or 20)."
)


@strawberry.type(description="Live updates, over WebSocket with graphql-transport-ws.")
class Subscription:
    @strawberry.subscription(description=f"A leaderboard, whenever it changes. {PACE}")
    async def leaderboard_updated(
        self, info: Info, input: LeaderboardInput, max_per_second: float | None = 5
    ) -> AsyncGenerator[Leaderboard]:
        async for board in _states(Opening(await leaderboard_source(info.context.session, input))):
            yield board

    @strawberry.subscription(description=f"A task arena, whenever it changes. {PACE}")
    async def task_arena_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[TaskArena]:
        async for arena in _states(Opening(await arena_source(info.context.session, organization_id))):
            yield arena

    @strawberry.subscription(description=f"A block board, whenever it changes. {PACE}")
    async def block_board_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[BlockBoard]:
        async for board in _states(Opening(await block_board_source(info.context.session, organization_id))):
            yield board

    @strawberry.subscription(description=f"A course board, whenever it changes. {PACE}")
    async def course_board_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[CourseBoard]:
        async for board in _states(Opening(await course_board_source(info.context.session, organization_id))):
            yield board

    @strawberry.subscription(
        description=f"One member or organization, wherever it stands; by default the viewer. {PACE}"
    )
    async def standing_updated(
        self,
        info: Info,
        input: LeaderboardInput,
        subject_id: strawberry.ID | None = None,
        max_per_second: float | None = 1,
    ) -> AsyncGenerator[Standing]:
        async for standing in _states(await standing_opening(info.context.session, input, subject_id)):
            yield standing

    @strawberry.subscription(
        description="For a paired display: itself, whenever its name, place or scenes change. The first frame "
        "is the display as it stands."
    )
    async def display_updated(self, info: Info) -> AsyncGenerator[Display]:
        async for display in _states(Opening(await display_source(info.context.session))):
            yield display

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
