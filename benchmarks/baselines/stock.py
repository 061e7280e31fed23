"""Strawberry as its documentation shows it: its ASGI app, an async generator and a queue per subscriber."""

import asyncio
from collections.abc import AsyncGenerator
from enum import Enum
from typing import Annotated, Any

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from .board import Board


@strawberry.enum
class LeaderboardSubject(Enum):
    MEMBER = "MEMBER"
    ORGANIZATION = "ORGANIZATION"


@strawberry.enum
class PeriodKind(Enum):
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"
    ALL_TIME = "ALL_TIME"


@strawberry.enum
class LeaderboardState(Enum):
    LIVE = "LIVE"
    FROZEN = "FROZEN"
    SETTLING = "SETTLING"
    FINAL = "FINAL"


@strawberry.type
class Organization:
    id: strawberry.ID
    name: str


@strawberry.type
class Member:
    id: strawberry.ID
    display_name: str
    organization: Organization


Ranked = Annotated[Member | Organization, strawberry.union("Ranked")]


@strawberry.type
class LeaderboardRow:
    id: strawberry.ID
    rank: int
    previous_rank: int | None
    score: float
    points: int
    reached_at: str | None
    subject: Ranked | None


@strawberry.type
class Period:
    kind: PeriodKind
    starts_at: str | None
    ends_at: str | None


@strawberry.type
class Leaderboard:
    id: strawberry.ID
    version: str
    as_of: str
    size: int
    state: LeaderboardState
    period: Period
    standings: strawberry.Private[list[LeaderboardRow]]

    @strawberry.field
    def rows(self, first: int = 10) -> list[LeaderboardRow]:
        return self.standings[:first]


@strawberry.input
class LeaderboardInput:
    organization_id: strawberry.ID
    subject: LeaderboardSubject = LeaderboardSubject.MEMBER
    period: PeriodKind = PeriodKind.MONTH


def row(data: dict[str, Any]) -> LeaderboardRow:
    subject = data["subject"]
    return LeaderboardRow(
        id=data["id"],
        rank=data["rank"],
        previous_rank=data["previousRank"],
        score=data["score"],
        points=data["points"],
        reached_at=data["reachedAt"],
        subject=Member(
            id=subject["id"],
            display_name=subject["displayName"],
            organization=Organization(**subject["organization"]),
        ),
    )


def leaderboard() -> Leaderboard:
    data = board.leaderboard()
    period = data["period"]
    return Leaderboard(
        id=data["id"],
        version=data["version"],
        as_of=data["asOf"],
        size=data["size"],
        state=LeaderboardState(data["state"]),
        period=Period(kind=PeriodKind(period["kind"]), starts_at=period["startsAt"], ends_at=period["endsAt"]),
        standings=[row(each) for each in data["rows"]],
    )


board = Board.read()
subscribers: set[asyncio.Queue[Leaderboard]] = set()


@strawberry.type
class Query:
    @strawberry.field
    def leaderboard(self, input: LeaderboardInput) -> Leaderboard:
        return leaderboard()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def leaderboard_updated(
        self, input: LeaderboardInput, max_per_second: float = 5
    ) -> AsyncGenerator[Leaderboard, None]:
        queue: asyncio.Queue[Leaderboard] = asyncio.Queue()
        subscribers.add(queue)
        try:
            yield leaderboard()
            while True:
                yield await queue.get()
        finally:
            subscribers.discard(queue)


async def change(_: Request) -> JSONResponse:
    version = board.change()
    newest = leaderboard()
    for queue in subscribers:
        queue.put_nowait(newest)
    return JSONResponse({"version": version})


schema = strawberry.Schema(query=Query, subscription=Subscription)
graphql = GraphQL(schema, graphql_ide=None, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
app = Starlette(
    routes=[WebSocketRoute("/graphql", graphql), Route("/change", change, methods=["POST"])],
)
