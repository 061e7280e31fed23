"""Taking back; by which time, and at whose organization, an entry counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from ledger import award, move, reverse
from story import Story, told
from world import World

import models
from models import Member, PointsEntry


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_a_reversal_takes_back_what_was_given_and_says_so(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li), amount=15))["pointsEntry"]
    world.clock.advance(hours=20)
    answer = await reverse(world, story.secretary, made["id"], reason="记错了人")

    assert answer["__typename"] == "ReversePointsSuccess"
    entry = answer["pointsEntry"]
    assert (entry["kind"], entry["amount"], entry["rule"]) == ("REVERSAL", -15, "award.by_hand")
    assert (entry["reason"], entry["reverses"]) == ("记错了人", {"id": made["id"], "amount": 15})
    assert entry["countsAt"] == made["countsAt"]
    assert entry["member"] == {"balance": 0, "debt": 0}


async def test_a_reversal_after_the_day_is_final_counts_when_it_is_recorded(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li)))["pointsEntry"]
    world.clock.advance(days=4)
    answer = await reverse(world, story.secretary, made["id"])

    assert answer["pointsEntry"]["countsAt"] == "2026-03-14T02:00:00Z"


async def test_an_entry_is_reversed_once_and_a_reversal_never(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li)))["pointsEntry"]
    first = await reverse(world, story.secretary, made["id"])
    second = await reverse(world, story.secretary, made["id"])
    of_reversal = await reverse(world, story.secretary, first["pointsEntry"]["id"])

    assert second["__typename"] == "AlreadyReversed"
    assert second["by"] == {"id": first["pointsEntry"]["id"], "amount": -10}
    assert of_reversal["__typename"] == "InvalidInput"


@pytest.mark.parametrize("to", ["member", "organization"])
async def test_twenty_reversals_at_once_leave_one(world: World, story: Story, to: str) -> None:
    place = story.company.first
    given = {"memberId": world.id(story.li)} if to == "member" else {"organizationId": world.id(place)}
    made = (await award(world, story.secretary, **given))["pointsEntry"]
    answers = await asyncio.gather(*(reverse(world, story.secretary, made["id"]) for _ in range(20)))

    names = sorted(answer["__typename"] for answer in answers)
    assert names == ["AlreadyReversed"] * 19 + ["ReversePointsSuccess"]
    assert await PointsEntry.filter(kind=models.PointsKind.REVERSAL).count() == 1
    assert (await Member.get(id=story.li.id)).balance == 0


async def test_a_reversal_that_is_sent_again_gives_the_same_entry(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li)))["pointsEntry"]
    first = await reverse(world, story.secretary, made["id"], idempotencyKey="r")
    again = await reverse(world, story.secretary, made["id"], idempotencyKey="r")

    assert again["__typename"] == "ReversePointsSuccess"
    assert again == first


async def test_a_reversal_makes_a_debt_of_what_was_given_out(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li), amount=10))["pointsEntry"]
    await award(world, story.secretary, memberId=world.id(story.li), amount=-4)
    answer = await reverse(world, story.secretary, made["id"])

    assert answer["pointsEntry"]["member"] == {"balance": 0, "debt": 4}


# ---------------------------------------------------------------- when it counts, and for whom


async def test_points_are_credited_to_where_the_member_belonged_and_stay_there(world: World, story: Story) -> None:
    yesterday = world.clock.now
    before = await award(world, story.secretary, memberId=world.id(story.li))
    world.clock.advance(days=1)
    await move(world, story.li, story.company.second)
    late = await award(world, story.secretary, memberId=world.id(story.li), occurredAt=yesterday.isoformat())
    after = await award(world, story.secretary, memberId=world.id(story.li))
    back = await reverse(world, story.secretary, before["pointsEntry"]["id"])

    names = [one["pointsEntry"]["organization"]["name"] for one in (before, late, after)]
    assert names == ["第一党支部", "第一党支部", "第二党支部"]
    assert back["__typename"] == "ReversePointsSuccess"
    reversal = await PointsEntry.get(kind=models.PointsKind.REVERSAL)
    assert reversal.organization_id == story.company.first.id


async def test_a_late_act_counts_when_it_happened_until_its_day_is_final(world: World, story: Story) -> None:
    """The tenth ends in Shanghai at 16:00 UTC and is final 72 hours later."""
    happened = world.clock.now
    final = happened.replace(day=13, hour=16)
    given = {"memberId": world.id(story.li), "occurredAt": happened.isoformat()}
    world.clock.now = final - timedelta(seconds=1)
    in_time = (await award(world, story.secretary, **given))["pointsEntry"]
    world.clock.now = final
    too_late = (await award(world, story.secretary, **given))["pointsEntry"]

    assert in_time["countsAt"] == in_time["occurredAt"] == "2026-03-10T02:00:00Z"
    assert too_late["occurredAt"] == "2026-03-10T02:00:00Z"
    assert too_late["countsAt"] == too_late["recordedAt"] == "2026-03-13T16:00:00Z"


async def test_a_clock_a_moment_behind_the_awards_reverses_it_all_the_same(world: World, story: Story) -> None:
    world.clock.advance(hours=1)
    made = (await award(world, story.secretary, memberId=world.id(story.li)))["pointsEntry"]
    world.clock.advance(seconds=-1)
    answer = await reverse(world, story.secretary, made["id"])

    assert answer["__typename"] == "ReversePointsSuccess"
    assert answer["pointsEntry"]["countsAt"] == made["countsAt"], "where its original counts"


async def test_a_clock_that_runs_ahead_is_forgiven_five_minutes(world: World, story: Story) -> None:
    answer = await award(world, story.secretary, memberId=world.id(story.li), occurredAt="2026-03-10T02:04:00Z")

    assert answer["pointsEntry"]["occurredAt"] == "2026-03-10T02:00:00Z"
