"""Time is a writer: under a clock that the test moves, watched boards change though nobody does anything."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
from hall import Hall, opened
from world import Company, Person, World

import models
from models import TaskReview
from resolvers.arena import claims, tasks
from resolvers.arena.tasks import NewTask
from resolvers.directory import roles
from resolvers.points import ledger as points_ledger
from rules.roles import Role

BOARD = """subscription ($input: LeaderboardInput!) { leaderboardUpdated(input: $input, maxPerSecond: 20) {
  version state size period { startsAt endsAt }
  rows { rank previousRank score subject { ... on Member { displayName } } } } }"""
ARENA = """subscription ($organization: ID!) { taskArenaUpdated(organizationId: $organization, maxPerSecond: 20) {
  version openCount claimedCount tasks(status: OPEN) { edges { node { title status } } } } }"""


@pytest.fixture
async def hall(world: World) -> AsyncGenerator[Hall]:
    async with opened(world) as made:
        yield made


async def award(hall: Hall, by: Person, member: Person, amount: int, key: str) -> None:
    session = await hall.session(by)
    await points_ledger.award(
        session, member_id=member.id, organization_id=None, amount=amount, reason="好", occurred_at=None, key=key
    )


async def people(world: World) -> tuple[Company, Person, Person]:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    return company, secretary, await world.member("李强", at=company.first)


async def test_a_watched_day_rolls_over_at_midnight(world: World, hall: Hall) -> None:
    company, secretary, member = await people(world)
    organization = {"organizationId": world.id(company.root)}
    await award(hall, secretary, member, 5, "one")
    day = await hall.screen(secretary, BOARD, input={**organization, "period": "DAY"})
    month = await hall.screen(secretary, BOARD, input={**organization, "period": "MONTH"})
    tuesday = await hall.screen(secretary, BOARD, input={**organization, "period": "DAY", "on": "2026-03-10"})
    assert day.newest["rows"][0]["score"] == 5
    assert month.newest["rows"][0]["previousRank"] is None

    midnight = datetime(2026, 3, 10, 16, tzinfo=UTC)
    await hall.time_passes(midnight - timedelta(microseconds=1))
    assert len(day.frames) == 1
    await hall.time_passes(midnight)

    rolled = await day.shows(lambda frame: frame["size"] == 0)
    assert rolled["period"]["startsAt"] == "2026-03-10T16:00:00Z"
    assert (await month.shows(lambda frame: frame["rows"][0]["previousRank"] == 1))["rows"][0]["score"] == 5
    settling = await tuesday.shows(lambda frame: frame["state"] == "SETTLING")
    assert settling["rows"][0]["score"] == 5
    assert int(rolled["version"]) > int(day.frames[0]["version"])

    await hall.time_passes(midnight + timedelta(hours=72))
    await tuesday.shows(lambda frame: frame["state"] == "FINAL")


async def test_a_watched_task_opens_and_falls_due(world: World, hall: Hall) -> None:
    company, secretary, member = await people(world)
    now = world.clock.now
    session = await hall.session(secretary)
    new = NewTask(
        organization_id=company.root.id,
        title="打扫展厅",
        points=3,
        review=TaskReview.REVIEWED,
        capacity=2,
        opens_at=now + timedelta(hours=1),
        due_at=now + timedelta(hours=3),
    )
    task = await tasks.create(session, new)
    await tasks.publish(session, task.id)
    arena = await hall.screen(member, ARENA, organization=world.id(company.first))
    assert arena.newest["openCount"] == 0

    await hall.time_passes(now + timedelta(hours=1))
    opened = await arena.shows(lambda frame: frame["openCount"] == 1)
    assert opened["tasks"]["edges"][0]["node"] == {"title": "打扫展厅", "status": "OPEN"}

    claimant = await hall.session(member)
    await claims.claim(claimant, task.id)
    await arena.shows(lambda frame: frame["claimedCount"] == 1)

    await hall.time_passes(now + timedelta(hours=3))
    due = await arena.shows(lambda frame: frame["openCount"] == 0)
    assert due["claimedCount"] == 0  # it expired and gave its slot back
    versions = [int(frame["version"]) for frame in arena.frames]
    assert versions == sorted(set(versions))


async def test_a_grant_that_ends_is_a_new_version(world: World, hall: Hall) -> None:
    company, secretary, member = await people(world)
    session = await hall.session(secretary)
    now = world.clock.now
    await roles.grant(
        session,
        member_id=member.id,
        organization_id=company.first.id,
        role=Role.REVIEWER,
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
    )
    board = await hall.screen(member, BOARD, input={"organizationId": world.id(company.first)})
    for edge in (now + timedelta(days=1), now + timedelta(days=2)):
        await hall.time_passes(edge - timedelta(seconds=1))  # a midnight lies before it
        quiet = (await models.leaderboards.versions([company.first.id]))[company.first.id][1]
        await board.shows(lambda frame, quiet=quiet: frame["version"] == str(quiet))
        await hall.time_passes(edge)
        await board.shows(lambda frame, quiet=quiet: int(frame["version"]) > quiet)
