"""Large loads are shared by those who wait, and never by those who came after one began."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from story import told
from world import World

from resolvers.leaderboards import board as leaderboards_board
from resolvers.session import Session
from resolvers.shared_loads import SharedLoads

ASKERS = 24
BOARD = "query ($at: ID!) { leaderboard(input: { organizationId: $at }) { rows(first: 3) { score } } }"


class Boards:
    """Loads that end when they are let; each gives its number."""

    def __init__(self) -> None:
        self.begun = self.under_way = self.most = 0
        self.ends = asyncio.Event()

    async def find(self) -> int:
        self.begun += 1
        number = self.begun
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.ends.wait()
        self.under_way -= 1
        return number


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_while_a_load_runs_shares_the_next_one() -> None:
    loads, boards = SharedLoads(), Boards()
    first = asyncio.create_task(loads.load("a", boards.find))
    await turns()
    later = [asyncio.create_task(loads.load("a", boards.find)) for _ in range(50)]
    await turns()
    boards.ends.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 50
    assert await loads.load("a", boards.find) == 3
    assert loads._waiting == loads._under_way == {}


async def test_few_loads_run_at_a_time() -> None:
    loads, boards = SharedLoads(most=2), Boards()
    asked = [asyncio.create_task(loads.load(number, boards.find)) for number in range(9)]
    await turns()
    assert boards.most == 2
    boards.ends.set()
    assert sorted(await asyncio.gather(*asked)) == [*range(1, 10)]
    assert boards.most == 2


async def test_a_load_that_fails_or_that_nobody_waits_for_stops_no_other() -> None:
    loads, boards = SharedLoads(most=1), Boards()

    async def fails() -> int:
        raise ValueError("away")

    with pytest.raises(ValueError, match="away"):
        await loads.load("a", fails)
    gone = asyncio.create_task(loads.load("a", boards.find))
    await turns()
    gone.cancel()
    boards.ends.set()
    assert await loads.load("a", boards.find) == 2
    assert loads._waiting == loads._under_way == {}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_those_who_ask_for_one_board_at_once_cost_two_loads_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = await told(world)
    await world.award(story.secretary, story.li, 7)
    come, load, boards = Session.catch_up, leaderboards_board.load, Boards()
    asked = 0

    async def came(*given: Any) -> None:
        nonlocal asked
        await come(*given)
        asked += 1
        if asked == ASKERS:
            boards.ends.set()

    async def loaded(*given: Any) -> Any:
        await boards.find()
        return await load(*given)

    monkeypatch.setattr(Session, "catch_up", came)
    monkeypatch.setattr(leaderboards_board, "load", loaded)
    at = world.id(story.company.root)
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*(world.ask(story.li, BOARD, at=at) for _ in range(ASKERS)))
    assert [one["leaderboard"]["rows"][0]["score"] for one in answers] == [7] * ASKERS
    assert (boards.begun, boards.most) == (2, 1)
