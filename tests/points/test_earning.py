"""Acts that earn by rules: which rule, how much, for whom, and what is left of a cap."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from acts import act, adopt, earn, earn_one, set_rule
from ledger import move
from story import Story, told
from world import World

from models import Member, PointsEntry, PointsKind
from resolvers.points import ledger as points_ledger
from rules.refusals import InvalidInput

DAY_CAP = [{"period": "DAY", "points": 12}]


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def sum_of(world: World, member_id: Any) -> int:
    entries = await PointsEntry.filter(member_id=member_id)
    member = await Member.get(id=member_id)
    assert member.balance - member.debt == sum(one.amount for one in entries)
    return sum(one.amount for one in entries)


# ---------------------------------------------------------------- the published rules


async def test_the_published_year_of_a_branch_gives_twenty(world: World, story: Story) -> None:
    await adopt(story.company.root, "BRANCH_YEAR")
    root = story.company.root.id
    for month in (3, 5, 8, 11):
        world.clock.now = datetime(2026, month, 15, 2, tzinfo=UTC)
        studies = 6 if month == 3 else 3
        codes = ["branch.group_study"] * studies + ["branch.study_notes", "branch.reflection"]
        await earn(world, root, *(act(world, story.li, code) for code in codes))

    assert await sum_of(world, story.li.id) == 20
    assert await PointsEntry.filter(member_id=story.li.id).count() == 23
    assert await PointsEntry.filter(member_id=story.li.id, cut="CAP_YEAR", amount=0).count() == 9


@pytest.mark.parametrize("hour", [2, 12], ids=["plain", "double"])
async def test_a_day_that_reaches_every_cap_gives_thirty_seven(world: World, story: Story, hour: int) -> None:
    await adopt(story.company.root, "STUDY_APP")
    world.clock.now = datetime(2026, 3, 10, hour, 30, tzinfo=UTC)
    wanted: list[tuple[str, dict[str, Any]]] = [("study.sign_in", {})] * 2
    wanted += [(code, {}) for code in ("study.article", "study.video") for _ in range(8)]
    wanted += [("study.reading_time", {"quantity": 15})] * 4 + [("study.watching_time", {"quantity": 55})] * 2
    wanted += [("study.quiz", {"result": result}) for result in ("perfect", "good", "perfect", "perfect")]

    await earn(world, story.company.root.id, *(act(world, story.li, code, **more) for code, more in wanted))

    assert await sum_of(world, story.li.id) == 37
    world.clock.advance(days=1)
    assert (await earn_one(world, story.li, "study.sign_in")).amount == 1


# ---------------------------------------------------------------- which rule


async def test_what_is_built_in_gives_where_nothing_is_set(world: World, story: Story) -> None:
    heard = await earn_one(world, story.li, "course.heard")
    lectured = await earn_one(world, story.sun, "course.lectured", quantity=23)
    assert (heard.amount, heard.rule, heard.quantity, heard.cut) == (5, "course.heard", 1, None)
    assert (lectured.amount, lectured.cut, lectured.cut_points) == (20, "CAP_DAY", 3)
    assert heard.rule_version_id


async def test_the_nearest_rule_upwards_holds(world: World, story: Story) -> None:
    company = story.company
    await set_rule(company.root, "course.heard", {"title": "听党课", "amount": 7})
    await set_rule(company.first, "course.heard", {"title": "听党课", "amount": 9})
    assert (await earn_one(world, story.li, "course.heard")).amount == 9
    assert (await earn_one(world, story.zhao, "course.heard")).amount == 7
    other = await world.company("YY")
    assert (await earn_one(world, await world.member("郑洁", at=other.first), "course.heard")).amount == 5


async def test_the_version_that_held_when_it_counts_decides(world: World, story: Story) -> None:
    change = world.clock.now - timedelta(hours=6)
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 3})
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 8}, valid_from=change)
    early = await earn_one(world, story.li, "volunteer", occurred_at=change - timedelta(seconds=1))
    late = await earn_one(world, story.li, "volunteer", occurred_at=change)
    old = await earn_one(world, story.li, "volunteer", occurred_at=change - timedelta(days=30))
    assert (early.amount, late.amount) == (3, 8)
    assert (old.amount, old.counts_at) == (8, world.clock.now)


async def test_a_rule_that_has_ended_gives_nothing_and_says_so(world: World, story: Story) -> None:
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 3}, valid_until=world.clock.now)
    entry = await earn_one(world, story.li, "volunteer")
    assert (entry.amount, entry.cut) == (0, "NOT_IN_FORCE")
    before = await earn_one(world, story.li, "volunteer", occurred_at=world.clock.now - timedelta(seconds=1))
    assert before.amount == 3


async def test_where_a_nearer_rule_has_ended_the_one_above_holds_again(world: World, story: Story) -> None:
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 3})
    await set_rule(story.company.first, "volunteer", {"title": "志愿服务", "amount": 9}, valid_until=world.clock.now)
    assert (await earn_one(world, story.li, "volunteer")).amount == 3


async def test_an_unknown_rule_is_refused_and_nothing_is_kept(world: World, story: Story) -> None:
    await set_rule(story.company.second, "volunteer", {"title": "志愿服务", "amount": 3})
    with pytest.raises(InvalidInput, match="no rule volunteer"):
        await earn(
            world,
            story.company.root.id,
            act(world, story.zhao, "volunteer"),
            act(world, story.li, "volunteer"),
        )
    assert await PointsEntry.all().count() == 0


# ---------------------------------------------------------------- for whom


async def test_an_act_is_credited_to_where_its_member_belonged_then(world: World, story: Story) -> None:
    world.clock.advance(hours=1)
    await move(world, story.li, story.company.second)
    moved = world.clock.now
    world.clock.advance(hours=1)
    before, after = await earn(
        world,
        story.company.root.id,
        act(world, story.li, "course.heard", occurred_at=moved - timedelta(seconds=1)),
        act(world, story.li, "course.heard", occurred_at=moved),
    )
    assert (before.organization_id, after.organization_id) == (story.company.first.id, story.company.second.id)


async def test_a_rule_can_give_to_the_organization(world: World, story: Story) -> None:
    rule = {"title": "支部示范", "amount": 5, "earner": "ORGANIZATION", "caps": DAY_CAP}
    await set_rule(story.company.root, "branch.example", rule)
    entries = await earn(
        world,
        story.company.root.id,
        act(world, story.li, "branch.example"),
        act(world, story.company.first, "branch.example"),
        act(world, story.sun, "branch.example"),
        act(world, story.zhao, "branch.example"),
    )
    assert [one.member_id for one in entries] == [None] * 4
    assert [one.amount for one in entries] == [5, 5, 2, 5]
    assert await sum_of(world, story.li.id) == 0
    with pytest.raises(InvalidInput, match="a member's"):
        await earn_one(world, story.company.first, "course.heard")


async def test_an_entry_says_how_it_came_about(world: World, story: Story) -> None:
    await set_rule(story.company.root, "quiz", {"title": "答题", "amount": -1, "ranks": False, "results": {"bad": -4}})
    entry = await earn_one(world, story.li, "quiz", quantity=3, result="bad", reason="迟到")
    kept = await PointsEntry.get(id=entry.id)
    assert (kept.kind, kept.amount, kept.quantity, kept.result) == (PointsKind.DEDUCTED, -12, 3, "bad")
    assert not kept.ranks
    assert (await Member.get(id=story.li.id)).debt == 12


# ---------------------------------------------------------------- caps


async def test_parallel_acts_leave_exactly_the_cap(world: World, story: Story) -> None:
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 5, "caps": DAY_CAP})
    await asyncio.gather(*(earn_one(world, story.li, "volunteer") for _ in range(50)))

    amounts = sorted(one.amount for one in await PointsEntry.filter(member_id=story.li.id))
    assert amounts == [0] * 47 + [2, 5, 5]
    assert await sum_of(world, story.li.id) == 12


async def test_a_reversal_frees_room_for_later_acts_only(world: World, story: Story) -> None:
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 5, "caps": DAY_CAP})
    made = [await earn_one(world, story.li, "volunteer") for _ in range(4)]
    assert [one.amount for one in made] == [5, 5, 2, 0]
    await points_ledger.reverse(await world.session(story.secretary), made[0].id, "记错了", str(uuid4()))
    assert await sum_of(world, story.li.id) == 7
    assert (await earn_one(world, story.li, "volunteer")).amount == 5
    assert (await earn_one(world, story.li, "volunteer")).amount == 0


async def test_a_reversal_that_counts_in_another_period_frees_no_room_in_either(world: World, story: Story) -> None:
    caps = [{"period": "DAY", "points": 12}, {"period": "YEAR", "points": 12}]
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 12, "caps": caps[:1]})
    await set_rule(story.company.root, "yearly", {"title": "年度", "amount": 12, "caps": caps[1:]})
    first = await earn_one(world, story.li, "volunteer")
    yearly = await earn_one(world, story.li, "yearly")
    world.clock.advance(days=10)
    for one in (first, yearly):
        await points_ledger.reverse(await world.session(story.secretary), one.id, "记错了", str(uuid4()))
    assert [(await earn_one(world, story.li, "volunteer")).amount for _ in range(2)] == [12, 0]
    assert [(await earn_one(world, story.li, "yearly")).amount for _ in range(2)] == [12, 0]


async def test_a_group_shares_its_cap(world: World, story: Story) -> None:
    caps = [{"period": "DAY", "points": 10, "shared": True}]
    for code in ("read", "watch"):
        await set_rule(story.company.root, code, {"title": code, "amount": 4, "group": "learning", "caps": caps})
    await set_rule(story.company.root, "walk", {"title": "走", "amount": 4})
    entries = await earn(
        world,
        story.company.root.id,
        *(act(world, story.li, code) for code in ("read", "watch", "walk", "read", "watch")),
        act(world, story.sun, "watch"),
    )
    assert [one.amount for one in entries] == [4, 4, 4, 2, 0, 4]
    assert (await earn_one(world, story.li, "read")).amount == 0


async def test_a_late_act_meets_the_cap_of_the_day_it_counts_in(world: World, story: Story) -> None:
    await set_rule(story.company.root, "volunteer", {"title": "志愿服务", "amount": 5, "caps": DAY_CAP})
    for _ in range(3):
        await earn_one(world, story.li, "volunteer")
    world.clock.advance(days=1)
    yesterday = world.clock.now - timedelta(days=1)
    long_ago = world.clock.now - timedelta(days=9)
    entries = await earn(
        world,
        story.company.root.id,
        act(world, story.li, "volunteer", occurred_at=yesterday),
        *(act(world, story.li, "volunteer", occurred_at=long_ago) for _ in range(2)),
        act(world, story.li, "volunteer"),
    )
    assert [one.amount for one in entries] == [0, 5, 5, 2]
    assert [one.counts_at for one in entries[1:]] == [world.clock.now] * 3


@pytest.mark.parametrize("count", [2, 40])
async def test_a_batch_costs_a_bounded_number_of_statements(world: World, story: Story, count: int) -> None:
    await adopt(story.company.root, "STUDY_APP")
    people = await world.members(count, at=story.company.first)
    acts = [act(world, one, code) for one in people for code in ("study.article", "study.video", "study.sign_in")]
    with world.count_queries() as statements:
        await earn(world, story.company.root.id, *acts)
    assert len(statements) <= 20
