"""An instant that can't be written keeps its own root waiting, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from story import Story, told
from world import Company, World

import models
from models import Clock, Instant, clock
from models.clock import InstantKind
from resolvers.scheduler import TimeIsBehind
from rules.roles import Role

MIDNIGHT = datetime(2026, 3, 10, 16, tzinfo=UTC)  # of the eleventh, in Shanghai
BOARD = """query ($at: ID!) { leaderboard(input: {organizationId: $at, period: DAY}) { version period { startsAt } }
  taskArena(organizationId: $at) { version } blockBoard(organizationId: $at) { version }
  courseBoard(organizationId: $at) { version } }"""


@pytest.fixture
async def story(world: World) -> Story:
    """An hour before midnight a task is to open that is no more."""
    story = await told(world)
    gone = world.clock.now + timedelta(minutes=1)
    await clock.schedule(story.company.root.id, InstantKind.TASK_OPENS, gone, uuid4())
    return story


@pytest.fixture
async def other(world: World, story: Story) -> Company:
    return await world.company("DB")


async def position(company: Company) -> int:
    return (await Clock.get(root_id=company.root.id)).position


async def test_midnight_comes_to_the_other_roots_and_they_go_on(world: World, story: Story, other: Company) -> None:
    secretary = await world.member("陈静", at=other.root, roles=[Role.SECRETARY])
    member = await world.member("刘洋", at=other.first)
    world.clock.now = MIDNIGHT
    assert await world.let_time_write() == 2  # midnight, and what became final
    entry = await world.award(secretary, member, 10)
    assert (entry.position, await position(other)) == (3, 3)
    answer = await world.ask(member, BOARD, at=World.id(other.first))
    assert answer["leaderboard"] == {"version": "3", "period": {"startsAt": "2026-03-10T16:00:00Z"}}


async def test_its_own_root_waits_in_order_until_it_can_be_written(world: World, story: Story, other: Company) -> None:
    world.clock.now = MIDNIGHT
    await world.let_time_write()
    with pytest.raises(TimeIsBehind):
        await world.award(story.secretary, story.li, 10)
    assert await position(story.company) == 0

    await Instant.filter(kind=InstantKind.TASK_OPENS).delete()
    entry = await world.award(story.secretary, story.li, 10)
    assert entry.position == 3
    assert (await Clock.get(root_id=story.company.root.id)).time == MIDNIGHT


async def test_its_boards_are_not_read_as_if_nothing_were_missing(world: World, story: Story, other: Company) -> None:
    world.clock.now = MIDNIGHT
    answer = await world.execute(story.li, BOARD, at=World.id(story.company.first))
    assert answer.errors
    assert {type(error.original_error) for error in answer.errors} == {TimeIsBehind}
    assert len(answer.errors) == 4


async def test_more_that_waits_than_is_looked_at_in_one_go_hides_nothing(
    world: World, story: Story, other: Company
) -> None:
    for minute in range(150):
        at = world.clock.now + timedelta(minutes=2, seconds=minute)
        await clock.schedule(story.company.root.id, InstantKind.TASK_OPENS, at, uuid4())
    world.clock.now = MIDNIGHT
    assert await world.let_time_write() == 2


async def test_what_needs_no_position_goes_on_there_too(world: World, story: Story) -> None:
    world.clock.now = MIDNIGHT
    before = await models.sessions.rights_position()
    answer = await world.ask(story.li, "mutation { revokeOtherSessions { __typename } }")
    assert answer["revokeOtherSessions"]["__typename"] == "RevokeOtherSessionsSuccess"
    assert await models.sessions.rights_position() > before
