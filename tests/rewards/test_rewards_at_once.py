"""The last of a reward, wanted by many at once: each request sent one to five times, to every process that serves."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from server import Server
from services import Postgres
from shop import REDEEM, put_up
from sqlite_files import Sqlite
from story import told
from world import Person, World

from models import Member, PointsEntry, Redemption, Reward
from resolvers.verification import verify as verification_verify

PEOPLE, LEFT, PRICE = 50, 7, 5


@pytest.fixture
async def servers(database: str, engine: Sqlite | Postgres) -> AsyncIterator[list[Server]]:
    """Two on PostgreSQL; SQLite has one writer, and one server."""
    started = [Server(DATABASE_URL=database) for _ in range(2 if engine.name == "postgres" else 1)]
    try:
        await asyncio.gather(*(asyncio.to_thread(one.start) for one in started))
        yield started
    finally:
        for one in started:
            one.close()


async def sent(clients: Sequence[httpx.AsyncClient], who: Person, reward: str, copies: int) -> list[dict[str, Any]]:
    """The same request so many times at once."""
    body = {"query": REDEEM, "variables": {"input": {"rewardId": reward, "idempotencyKey": str(uuid4())}}}
    headers = {"authorization": f"Bearer {who.token}"}
    answers = await asyncio.gather(
        *(clients[copy % len(clients)].post("/graphql", json=body, headers=headers) for copy in range(copies))
    )
    return [one.json()["data"]["redeemReward"] for one in answers]


async def test_fifty_at_once_get_exactly_the_last_seven(world: World, servers: list[Server]) -> None:
    world.clock.now = datetime.now(UTC)
    story, dice = await told(world), Random(7)
    people = await world.members(PEOPLE, at=story.company.first)
    for one in people:
        await world.award(story.secretary, one, PRICE)
    reward = await put_up(world, story.secretary, story.company.root, top=0, perMonth=0, stock=LEFT, price=PRICE)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=one.url, trust_env=False, timeout=60))
            for one in servers
        ]
        wanted = [(one, dice.randint(1, 5)) for one in people]
        dice.shuffle(clients)
        answers = await asyncio.gather(*(sent(clients, who, reward, copies) for who, copies in wanted))

    assert all(len({one["__typename"] for one in copies}) == 1 for copies in answers), "each copy is answered alike"
    names = Counter(copies[0]["__typename"] for copies in answers)
    assert names == {"RedeemRewardSuccess": LEFT, "RewardIsSoldOut": PEOPLE - LEFT}
    made = [copies for copies in answers if copies[0]["__typename"] == "RedeemRewardSuccess"]
    assert all(len({one["redemption"]["pointsEntry"]["id"] for one in copies}) == 1 for copies in made)
    assert await Redemption.all().count() == await PointsEntry.filter(kind="SPENT").count() == LEFT
    assert (await Reward.get()).stock == 0
    balances = Counter([one.balance for one in await Member.filter(id__in=[one.id for one in people])])
    assert balances == {0: LEFT, PRICE: PEOPLE - LEFT}
    assert (await verification_verify.verify(datetime.now(UTC))).differences == []
