"""What subscriptions watch, and which fields their shared frames may hold.

`open_source` serves the live engine. The generators below are its slow, obvious twin: they load again and again, one
subscriber at a time; tests hold the engine's frames equal to theirs.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, TypeVar

import strawberry

from models import OrganizationKind, TaskStatus
from realtime.boards import Source, State
from resolvers import arenas, leaderboards
from resolvers.leaderboards import Subject
from resolvers.session import Session
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring
from schema import ids
from schema.arenas import TaskArena
from schema.arenas import find as find_arena
from schema.context import Info
from schema.leaderboards import Leaderboard, LeaderboardInput
from schema.leaderboards import find as find_leaderboard

T = TypeVar("T", Leaderboard, TaskArena)
TWIN_POLL = 0.05  # seconds


# ---------------------------------------------------------------- sharing


def _always(_: Mapping[str, Any]) -> bool:
    return True


def _all(*names: str) -> dict[str, Callable[[Mapping[str, Any]], bool]]:
    return dict.fromkeys(names, _always)


_PAGE = _all("edges", "pageInfo", "totalCount")
_CARD = _all("id", "code", "name", "kind")
# Shared frames may hold only what is declared here: it depends on board and view alone, and needs no statement.
SHAREABLE: Mapping[str, Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "Node": _all("id"),
    "Leaderboard": _all(
        *("id", "organization", "subject", "scoring", "period", "state", "frozenAt", "finalAt", "view", "version"),
        *("asOf", "size", "rows", "around"),
    )
    | {"standing": lambda arguments: arguments.get("subjectId") is not None},
    "LeaderboardRow": _all("id", "rank", "previousRank", "score", "points", "memberCount", "reachedAt", "subject"),
    "Standing": _all("id", "version", "view", "state", "asOf", "size", "points", "rank", "row"),
    "Period": _all("kind", "startsAt", "endsAt"),
    "Member": _all("id", "displayName", "organization"),
    "Organization": _CARD,
    "TaskArena": _all(
        "id", "organization", "version", "view", "openCount", "claimedCount", "approvedCount", "recentApprovals"
    )
    | {"tasks": lambda arguments: _value(arguments.get("status")) in (TaskStatus.OPEN, TaskStatus.SCHEDULED, None)},
    "TaskConnection": _PAGE,
    "TaskEdge": _all("node", "cursor"),
    "PageInfo": _all("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"),
    "Task": _all(
        *("id", "organization", "title", "description", "points", "status", "review", "capacity", "claimedCount"),
        *("approvedCount", "opensAt", "dueAt"),
    ),
    "Claim": _all("id", "task", "member", "status", "claimedAt", "submittedAt", "decidedAt"),
}


def _value(given: Any) -> Any:
    return getattr(given, "value", given)


# ---------------------------------------------------------------- sources


async def leaderboard_source(session: Session, input: LeaderboardInput) -> Source:
    key = await input.key(session)
    topics = leaderboards.topics(key, (await session.lineage(key.organization_id))[0].id)

    async def load() -> State | None:
        found = await find_leaderboard(session, key)
        return found and State(found.board.version, topics, found)

    return Source(key, topics, load)


async def arena_source(session: Session, organization_id: str) -> Source:
    key = await arenas.key(session, ids.read(organization_id, "Organization"))
    topics = arenas.topics(key, await session.lineage(key.organization_id))

    async def load() -> State | None:
        found = await find_arena(session, key)
        return found and State(found.arena.version, arenas.topics(key, found.arena.lineage), found)

    return Source(key, topics, load)


def _input(given: Mapping[str, Any]) -> LeaderboardInput:
    """From the coerced argument, by GraphQL name."""
    kind = _value(given.get("organizationKind"))
    return LeaderboardInput(
        organization_id=strawberry.ID(given["organizationId"]),
        subject=Subject(_value(given["subject"])),
        period=PeriodKind(_value(given["period"])),
        on=given.get("on"),
        organization_kind=None if kind is None else OrganizationKind(kind),
        children_only=given["childrenOnly"],
        scoring=OrganizationScoring(_value(given["scoring"])),
    )


async def open_source(session: Session, field: str, arguments: Mapping[str, Any]) -> Source:
    """What a subscription field watches, for this viewer. NotFound, InvalidInput: it can't."""
    match field:
        case "leaderboardUpdated":
            return await leaderboard_source(session, _input(arguments["input"]))
        case "taskArenaUpdated":
            return await arena_source(session, arguments["organizationId"])
        case _:
            raise KeyError(field)


async def _twin(source: Source) -> AsyncGenerator[Any]:
    last = -1
    while (state := await source.load()) is not None:
        if state.version > last:
            last = state.version
            yield state.value
        await asyncio.sleep(TWIN_POLL)


PACE = (
    "State: the first frame is the state as it stands, each later frame is the newest state; frames between may be "
    "skipped, versions never go back. maxPerSecond only paces (0.05 to 20, "
    "rounded down to 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10 or 20)."
)


@strawberry.type(description="What changes live. Over WebSocket, graphql-transport-ws.")
class Subscription:
    @strawberry.subscription(description=f"A leaderboard, whenever it changes. {PACE}")
    async def leaderboard_updated(
        self, info: Info, input: LeaderboardInput, max_per_second: float | None = 5
    ) -> AsyncGenerator[Leaderboard]:
        async for board in _twin(await leaderboard_source(info.context.session, input)):
            yield board

    @strawberry.subscription(description=f"A task arena, whenever it changes. {PACE}")
    async def task_arena_updated(
        self, info: Info, organization_id: strawberry.ID, max_per_second: float | None = 2
    ) -> AsyncGenerator[TaskArena]:
        async for arena in _twin(await arena_source(info.context.session, organization_id)):
            yield arena
