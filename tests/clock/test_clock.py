"""One position per change: without gaps, in commit order, whoever writes at once; and versions that only grow."""

from __future__ import annotations

import asyncio
import random
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from world import Company, Person, World

import models
from models import BoardVersion, Clock, PointsEntry
from models.clock import TASKS
from resolvers.directory import organizations
from resolvers.session import unit_of_work
from resolvers.verification import verify as verification_verify
from rules.roles import Role

WRITERS = 8  # four in this process, four in another
# Changes of random length, each with one to three rows; one in five is taken back after it has its position.
WRITING = """
import asyncio, random, sys
from datetime import UTC, datetime
from uuid import UUID
import models
from models import PointsKind
from models.clock import TASKS
from resolvers.points.ledger import entry
from resolvers.systems import ports
from resolvers.unit_of_work import unit_of_work


class TakenBack(Exception):
    pass


async def change(root, place, dice):
    async with unit_of_work(datetime.now(UTC), ports()) as work:
        await asyncio.sleep(dice.uniform(0, 0.01))
        position = await work.position(root)
        rows = [
            entry(work, root_id=root, organization_id=place, kind=PointsKind.EARNED, amount=1, rule="drawn",
                  counts_at=work.now, occurred_at=work.now)
            for _ in range(dice.randint(1, 3))
        ]
        await models.points.append([(row, "drawn") for row in rows], position)
        work.touch(root, place)
        await asyncio.sleep(dice.choice([0, 0, dice.uniform(0, 0.02)]))
        if dice.random() < 0.2:
            raise TakenBack


async def writer(root, places, seed, changes):
    dice = random.Random(seed)
    made = 0
    while made < changes:
        try:
            await change(root, dice.choice(places), dice)
            made += 1
        except TakenBack:
            pass


async def writers(root, places, seeds, changes):
    await asyncio.gather(*(writer(root, places, seed, changes) for seed in seeds))


async def main(url, changes, root, *places):
    await models.database.connect(url)
    print("connected", flush=True)
    await writers(UUID(root), [UUID(one) for one in places], range(4, 8), int(changes))
    await models.database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
"""


class TakenBack(Exception):
    """A change that does not come to be."""


@asynccontextmanager
async def other_process(*arguments: object) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Writers there; ended with the block, which waits for them where it ends well."""
    root = str(Path(__file__).parents[2])
    given = [sys.executable, "-c", WRITING, *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*given, cwd=root, env={"PYTHONPATH": root}, stdout=PIPE)
    try:
        assert process.stdout
        assert await process.stdout.readline() == b"connected\n"
        yield process
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_positions_are_without_gaps_and_in_commit_order_under_eight_writers(
    world: World, database: str, scaled: Callable[[int], int]
) -> None:
    world.clock.now = datetime.now(UTC)  # the other process's clock is the real one
    company = await world.company()
    root, places = company.root.id, [company.first.id, company.third.id, company.group.id]
    changes = scaled(200)
    here: dict[str, Any] = {"__name__": "writing"}
    exec(WRITING, here)
    seen: list[int] = []
    finished = asyncio.Event()

    async def look() -> None:
        while not finished.is_set():
            seen.append(await everything_up_to_now(root))
            await asyncio.sleep(0.002)

    async with other_process(database, changes, root, *places) as process:
        looking = asyncio.create_task(look())
        try:
            await here["writers"](root, places, range(4), changes)
            await process.wait()
        finally:
            finished.set()
            await looking

    assert seen == sorted(seen)
    assert len(set(seen)) > 2, "it was looked at in between"
    assert await everything_up_to_now(root) == WRITERS * changes
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def everything_up_to_now(root: UUID) -> int:
    """At any moment: all positions up to the clock's are there, and no board is ahead of it or behind its entries."""
    async with models.database.snapshot():
        clock = (await Clock.get(root_id=root)).position
        found = await PointsEntry.filter(root_id=root).order_by("position", "line").values_list("position", "line")
        version = (await BoardVersion.get(organization_id=root)).changed
    assert sorted({position for position, _ in found}) == list(range(1, clock + 1))
    assert [line for _, line in found] == [
        line for position in range(1, clock + 1) for line in range(sum(one == position for one, _ in found))
    ]
    assert version == clock
    return clock


@pytest.fixture
async def company(world: World) -> Company:
    return await world.company()


@pytest.fixture
async def operator(world: World, company: Company) -> Person:
    return await world.operator()


async def versions(root: UUID) -> dict[UUID, tuple[int, int, int, int]]:
    return {
        one.organization_id: (one.changed, one.tasks_changed, one.public_changed, one.public_tasks_changed)
        for one in await BoardVersion.filter(root_id=root)
    }


async def test_no_version_goes_back_when_organizations_move(
    world: World, company: Company, operator: Person, scaled: Callable[[int], int]
) -> None:
    """Neither where a subtree leaves nor where it comes to, with points given all the while."""
    dice = random.Random(20260310)
    every = [company.root, company.first, company.second, company.general, company.third, company.group]
    before = await versions(company.root.id)
    moves = 0
    for _ in range(scaled(400)):
        if dice.random() < 0.5:
            await world.award(operator, dice.choice(every), dice.choice([5, -5]))
        else:
            moved, to = dice.choice(every[1:]), dice.choice(every)
            left = (await models.Organization.get(id=moved.id)).parent_id
            inside = [one.id for one in (await models.organizations.lineages([to.id]))[to.id]]
            if moved.id in inside or left == to.id:
                continue
            await organizations.move(await world.session(operator), moved.id, to.id)
            moves += 1
            after = await versions(company.root.id)
            position = (await Clock.get(root_id=company.root.id)).position
            assert {after[one][0] for one in (moved.id, left, *inside) if one} == {position}
        now = await versions(company.root.id)
        assert all(new >= old for one in before for new, old in zip(now[one], before[one], strict=True))
        before = now
    assert moves > 5
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_no_version_goes_back_when_moves_and_awards_come_at_once(
    world: World, company: Company, operator: Person, scaled: Callable[[int], int]
) -> None:
    places = [company.first, company.second, company.third, company.group]
    seen = [await versions(company.root.id)]
    finished = asyncio.Event()

    async def look() -> None:
        while not finished.is_set():
            seen.append(await versions(company.root.id))
            await asyncio.sleep(0.002)

    async def move(number: int) -> None:
        to = (company.general, company.root)[number % 2]
        await organizations.move(await world.session(operator), company.first.id, to.id)

    async def moves() -> None:
        for number in range(scaled(100)):
            await move(number)

    async def awards(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(scaled(100)):
            await world.award(operator, dice.choice(places), 1)

    looking = asyncio.create_task(look())
    try:
        await asyncio.gather(moves(), *(awards(seed) for seed in range(WRITERS - 1)))
    finally:
        finished.set()
        await looking
    for before, after in pairwise(seen):
        assert all(new >= old for one in before for new, old in zip(after[one], before[one], strict=True))
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_two_changes_never_share_a_version(
    world: World, company: Company, operator: Person, scaled: Callable[[int], int]
) -> None:
    """Of any kind, at once, in one root; and each root counts by itself."""
    other = await world.company("YY")
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    times = scaled(100)
    world.announcements.clear()

    async def awards(place: models.Organization) -> None:
        for _ in range(times):
            await world.award(operator, place, 1)

    async def tasks() -> None:
        for _ in range(times):
            await world.task(secretary, at=company.first)  # two changes: made, published

    async def moves() -> None:
        for number in range(times):
            to = (company.general, company.root)[number % 2]
            await organizations.move(await world.session(operator), company.second.id, to.id)

    await asyncio.gather(*(awards(one) for one in (company.first, company.third, other.root)), tasks(), moves())

    for root, changes in ((company.root.id, 5 * times), (other.root.id, times)):
        told = [one.version for one in world.announcements if one.root_id == root and not one.in_public]
        assert sorted(told) == list(range(1, changes + 1))
        assert (await Clock.get(root_id=root)).position == changes


async def test_a_change_that_is_taken_back_leaves_no_gap(world: World, company: Company, operator: Person) -> None:
    await world.award(operator, company.first, 1)

    async def taken_back() -> None:
        async with unit_of_work(world.clock.now, world.ports) as work:
            assert await work.position(company.root.id) == 2
            work.touch(company.root.id, company.first.id)
            raise TakenBack

    with pytest.raises(TakenBack):
        await taken_back()
    made = await world.award(operator, company.first, 1)

    assert made.position == 2
    assert (await Clock.get(root_id=company.root.id)).position == 2


async def test_one_transaction_has_one_position_however_often_it_asks(world: World, company: Company) -> None:
    root = company.root.id
    async with unit_of_work(world.clock.now, world.ports) as work:
        assert [await work.position(root) for _ in range(3)] == [1, 1, 1]
        work.touch(root, company.first.id, at={TASKS: [company.second.id]})

    assert (await Clock.get(root_id=root)).position == 1
