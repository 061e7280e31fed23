"""Time is a writer: what it does takes a position, once, in order, whoever notices first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from imports import elsewhere
from story import Story, told
from world import World

import models
from models import BoardVersion, Clock, Instant, Task, TaskStatus
from models.clock import TASKS, InstantKind
from resolvers import scheduler
from resolvers.arena import claims
from resolvers.directory import roles
from rules.roles import Role

MIDNIGHT = datetime(2026, 3, 10, 16, tzinfo=UTC)  # of the eleventh, in Shanghai


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def clock_of(story: Story) -> Clock:
    return await Clock.get(root_id=story.company.root.id)


async def changed(place: models.Organization) -> int:
    return (await BoardVersion.get(organization_id=place.id)).changed


async def test_nothing_is_written_before_its_time(world: World, story: Story) -> None:
    world.clock.now = MIDNIGHT - timedelta(microseconds=1)

    assert await world.let_time_write() == 0
    assert (await clock_of(story)).position == 0


async def test_midnight_takes_a_position_and_changes_every_board(world: World, story: Story) -> None:
    world.clock.now = MIDNIGHT
    final = await Instant.filter(kind=InstantKind.FINAL, at=MIDNIGHT).count()
    assert final == 1, "the day three before becomes final at the same moment"

    assert await world.let_time_write() == 2
    clock = await clock_of(story)
    assert (clock.position, clock.time) == (2, MIDNIGHT)
    midnight = await Instant.get(kind=InstantKind.MIDNIGHT, position__not_isnull=True)
    assert clock.day_position == midnight.position
    company = story.company
    for place in (company.root, company.first, company.group, company.third):
        assert await changed(place) == 2
    assert [one.boards.everything for one in world.announcements if not one.in_public] == [True, True]
    pending = await Instant.filter(position=None).order_by("at").values_list("kind", "at")
    assert (InstantKind.MIDNIGHT, MIDNIGHT + timedelta(days=1)) in pending
    assert (InstantKind.FINAL, MIDNIGHT + timedelta(hours=72)) in pending


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_time_that_loses_a_deadlock_writes_all_the_same(world: World, story: Story, database: str) -> None:
    """Somebody else has a claim and then wants its task. PostgreSQL refuses whoever has waited longer: time."""
    due = world.clock.now + timedelta(hours=1)
    task = await world.task(story.secretary, at=story.company.root, due_at=due)
    claim = await claims.claim(await world.session(story.li), task.id)
    async with elsewhere(database) as execute:
        await execute(f"UPDATE claims SET status = status WHERE id = '{claim.id}'")
        falling_due = asyncio.create_task(scheduler.run_due(due, world.ports))
        await asyncio.sleep(0.3)
        await execute(f"UPDATE tasks SET held = held WHERE id = '{task.id}'")

    assert (await falling_due).count == 1
    assert (await Task.get(id=task.id)).held == 0


async def test_ten_writers_at_midnight_write_it_once(world: World, story: Story) -> None:
    world.clock.now = MIDNIGHT
    counts = await asyncio.gather(*(models.database.shielded(world.let_time_write()) for _ in range(10)))

    assert sum(counts) == 2
    assert (await clock_of(story)).position == 2
    positions = await Instant.filter(position__not_isnull=True).values_list("position", flat=True)
    assert sorted(positions) == [1, 2]
    assert await Instant.filter(kind=InstantKind.MIDNIGHT, position=None).count() == 1


async def test_days_without_a_process_are_caught_up_in_order(world: World, story: Story) -> None:
    world.clock.now = MIDNIGHT + timedelta(days=5)
    await asyncio.gather(*(models.database.shielded(world.let_time_write()) for _ in range(3)))

    midnights = await Instant.filter(kind=InstantKind.MIDNIGHT, position__not_isnull=True).order_by("position")
    assert [one.at for one in midnights] == [MIDNIGHT + timedelta(days=day) for day in range(6)]
    written = await Instant.filter(position__not_isnull=True).order_by("position")
    assert [one.position for one in written] == list(range(1, len(written) + 1))
    clock = await clock_of(story)
    assert (clock.time, clock.day_position) == (world.clock.now, midnights[-1].position)


async def test_an_act_after_midnight_comes_after_it(world: World, story: Story) -> None:
    """Nobody wrote midnight until somebody acts: the act's own work writes it first."""
    world.clock.now = MIDNIGHT + timedelta(seconds=1)
    entry = await world.award(story.secretary, story.li, 10)

    assert entry.position == 3
    assert (await clock_of(story)).day_position < entry.position


async def test_each_root_has_its_own_midnight(world: World, story: Story) -> None:
    other = await world.company("UU", time_zone="Asia/Urumqi")
    world.clock.now = MIDNIGHT
    await world.let_time_write()

    assert (await Clock.get(root_id=other.root.id)).position == 0
    world.clock.advance(hours=2)
    await world.let_time_write()
    assert (await Clock.get(root_id=other.root.id)).position == 2
    assert (await clock_of(story)).position == 2


# ---------------------------------------------------------------- tasks


async def test_a_task_opens_and_falls_due_by_itself(world: World, story: Story) -> None:
    opens, due = world.clock.now + timedelta(hours=1), world.clock.now + timedelta(hours=2)
    task = await world.task(story.secretary, at=story.company.first, opens_at=opens, due_at=due)
    world.announcements.clear()

    async def at(moment: datetime) -> tuple[TaskStatus, int]:
        world.clock.now = moment
        written = await world.let_time_write()
        return (await Task.get(id=task.id)).status, written

    tick = timedelta(microseconds=1)
    assert await at(opens - tick) == (TaskStatus.SCHEDULED, 0)
    assert await at(opens) == (TaskStatus.OPEN, 1)
    assert await at(due - tick) == (TaskStatus.OPEN, 0)
    assert await at(due) == (TaskStatus.CLOSED, 1)
    assert [one.boards.of(TASKS) for one in world.announcements if not one.in_public] == [{story.company.first.id}] * 2
    assert [one.version for one in world.announcements if not one.in_public] == [3, 4], (
        "after the draft and its publication"
    )


async def test_a_task_due_while_nobody_ran_never_opens(world: World, story: Story) -> None:
    opens, due = world.clock.now + timedelta(hours=1), world.clock.now + timedelta(hours=2)
    task = await world.task(story.secretary, at=story.company.first, opens_at=opens, due_at=due)
    world.clock.advance(hours=3)
    await world.let_time_write()

    assert (await Task.get(id=task.id)).status is TaskStatus.CLOSED
    kinds = await Instant.filter(subject_id=task.id).order_by("position").values_list("kind", flat=True)
    assert kinds == [InstantKind.TASK_OPENS, InstantKind.TASK_DUE]


async def test_ten_writers_let_a_task_expire_once(world: World, story: Story) -> None:
    due = world.clock.now + timedelta(hours=1)
    task = await world.task(story.secretary, at=story.company.first, due_at=due)
    people = await world.members(5, at=story.company.first)
    for one in people:
        await models.tasks.insert_claim(models.Claim(task_id=task.id, member_id=one.id, claimed_at=world.clock.now))
        assert await models.tasks.take_slot(task.id)
    world.clock.now = due
    await asyncio.gather(*(models.database.shielded(world.let_time_write()) for _ in range(10)))

    assert (await Task.get(id=task.id)).held == 0
    assert await models.Claim.filter(status=models.ClaimStatus.EXPIRED, decided_at=due).count() == 5


# ---------------------------------------------------------------- roles


async def test_a_grant_begins_and_ends_by_itself(world: World, story: Story) -> None:
    starts, ends = world.clock.now + timedelta(hours=1), world.clock.now + timedelta(hours=2)
    place = story.company.first
    await roles.grant(
        await world.session(await world.operator()),
        member_id=story.zhao.id,
        organization_id=place.id,
        role=Role.REVIEWER,
        starts_at=starts,
        ends_at=ends,
    )
    before = await changed(place)

    async def at(moment: datetime) -> tuple[bool, int]:
        world.clock.now = moment
        await world.let_time_write()
        session = await world.session(story.zhao)
        return Role.REVIEWER in session.roles(await session.lineage(place.id)), await changed(place) - before

    tick = timedelta(microseconds=1)
    assert await at(starts - tick) == (False, 0)
    assert await at(starts) == (True, 1)
    assert await at(ends - tick) == (True, 1)
    assert await at(ends) == (False, 2)
