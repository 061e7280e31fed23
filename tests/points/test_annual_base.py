"""A base for each year: given at New Year's midnight, deducted from down to a floor, begun anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from acts import adopt, earn_one, set_rule
from story import Story, told
from tortoise.exceptions import IntegrityError
from world import Person, World

from models import Member, PointsEntry
from resolvers.directory import members

NEW_YEAR = datetime(2026, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai
BASE = "bureau.base"
YEAR = """query ($id: ID!) { leaderboard(input: { organizationId: $id, period: YEAR }) {
  rows { points subject { ... on Member { displayName } } } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    """On the eve of a new year, with the city bureau's rules."""
    world.clock.now = NEW_YEAR - timedelta(days=2)
    story = await told(world)
    await adopt(story.company.root, "CITY_BUREAU")
    world.clock.now = NEW_YEAR - timedelta(hours=1)
    await world.let_time_write()
    return story


async def year_of(world: World, story: Story) -> dict[str, int]:
    found = await world.ask(story.secretary, YEAR, id=world.id(story.company.root))
    return {one["subject"]["displayName"]: one["points"] for one in found["leaderboard"]["rows"]}


async def bases_of(person: Person) -> list[PointsEntry]:
    return await PointsEntry.filter(member_id=person.id, rule=BASE).order_by("position")


async def test_a_year_begins_with_sixty_and_no_deduction_goes_below_nothing(world: World, story: Story) -> None:
    [old] = await bases_of(story.li)
    assert (old.amount, old.base_year) == (60, 2026)
    await earn_one(world, story.li, "bureau.addition", quantity=15)
    amounts = [(await earn_one(world, story.li, "bureau.deduction", quantity=40)).amount for _ in range(3)]
    assert amounts == [-40, -35, 0]
    assert (await year_of(world, story))["李强"] == 0

    world.clock.now = NEW_YEAR
    await world.let_time_write()
    new = (await bases_of(story.li))[-1]
    assert (new.amount, new.base_year) == (60, 2027)
    assert new.counts_at == new.occurred_at == NEW_YEAR
    assert await year_of(world, story) == dict.fromkeys(("王芳", "周杰", "李强", "孙丽", "赵敏"), 60)
    last = await earn_one(world, story.li, "bureau.deduction", quantity=61)
    assert (last.amount, last.cut, last.cut_points) == (-60, "FLOOR", 1)


async def test_a_deduction_reported_late_meets_the_floor_of_its_own_year(world: World, story: Story) -> None:
    world.clock.now = NEW_YEAR + timedelta(hours=1)
    late = await earn_one(
        world, story.li, "bureau.deduction", quantity=70, occurred_at=NEW_YEAR - timedelta(minutes=30)
    )
    assert (late.amount, late.counts_at < NEW_YEAR) == (-60, True)
    assert (await earn_one(world, story.li, "bureau.deduction", quantity=70)).amount == -60


async def test_a_base_is_given_once_a_year(world: World, story: Story) -> None:
    for _ in range(3):
        world.clock.advance(days=1)
        await world.let_time_write()
    assert [one.base_year for one in await bases_of(story.li)] == [2026, 2027]
    assert (await Member.get(id=story.li.id)).balance == 120


async def test_who_joins_within_the_year_has_the_whole_base_at_the_next_midnight(world: World, story: Story) -> None:
    world.clock.now = NEW_YEAR + timedelta(days=10)
    await world.let_time_write()
    late = await world.member("吴刚", at=story.company.second)
    assert await bases_of(late) == []
    world.clock.advance(days=1)
    await world.let_time_write()
    [base] = await bases_of(late)
    assert (base.amount, base.base_year, base.organization_id) == (60, 2027, story.company.second.id)


async def test_a_rule_that_is_new_within_the_year_gives_its_base_at_the_next_midnight(
    world: World, story: Story
) -> None:
    await set_rule(story.company.first, "branch.base", {"title": "支部基础分", "amount": 0, "base": 10})
    world.clock.now = NEW_YEAR + timedelta(days=1)
    await world.let_time_write()
    given = await PointsEntry.filter(rule="branch.base")
    assert {one.member_id for one in given} == {story.li.id, story.sun.id}
    assert {(one.amount, one.base_year) for one in given} == {(10, 2027)}


async def test_who_left_gets_none_and_who_comes_back_does(world: World, story: Story) -> None:
    operator = await world.operator()
    nothing = {"name": None, "phone": None, "joined_on": None, "login": None, "password": None}
    await members.update(await world.session(operator), story.li.id, active=False, **nothing)
    world.clock.now = NEW_YEAR + timedelta(hours=9)
    await world.let_time_write()
    assert [one.base_year for one in await bases_of(story.li)] == [2026]
    await members.update(await world.session(operator), story.li.id, active=True, **nothing)
    world.clock.advance(days=1)
    await world.let_time_write()
    assert [one.base_year for one in await bases_of(story.li)] == [2026, 2027]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_server_that_slept_over_new_year_gives_one_base_for_each_year(world: World, story: Story) -> None:
    """What cannot count in its own year any more is not given in another."""
    world.clock.now = NEW_YEAR + timedelta(days=370)
    await world.let_time_write()
    years = [(one.base_year, one.counts_at.astimezone(UTC).year) for one in await bases_of(story.li)]
    assert years == [(2026, 2026), (2028, 2028)]


async def test_nothing_but_the_database_lets_a_base_be_given_twice(world: World, story: Story) -> None:
    [base] = await bases_of(story.li)
    columns = {one: getattr(base, one) for one in base._meta.fields_map if one not in ("id", "position")}
    with pytest.raises(IntegrityError):
        await PointsEntry.create(**columns, position=base.position + 10_000)
