"""Awards by hand, and the keys that make them safe to send again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ledger import award, reverse
from story import Story, told
from world import World

from models import Member, PointsEntry
from models.clock import POINTS
from rules.roles import Role


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_an_award_says_who_what_why_and_when(world: World, story: Story) -> None:
    answer = await award(world, story.secretary, memberId=world.id(story.li), amount=15, reason="抗洪抢险")

    assert answer["__typename"] == "AwardPointsSuccess"
    entry = answer["pointsEntry"]
    assert entry["kind"] == "EARNED"
    assert (entry["amount"], entry["rule"], entry["reason"]) == (15, "award.by_hand", "抗洪抢险")
    assert entry["occurredAt"] == entry["countsAt"] == entry["recordedAt"] == "2026-03-10T02:00:00Z"
    assert entry["member"] == {"id": world.id(story.li), "balance": 15, "debt": 0}
    assert entry["organization"]["name"] == "第一党支部"
    assert (entry["source"], entry["reverses"]) == (None, None)
    [told] = [one for one in world.announcements if one.boards.of(POINTS) and not one.in_public]
    assert told.boards.of(POINTS) == {story.company.root.id, story.company.first.id}


async def test_points_can_be_an_organizations_own(world: World, story: Story) -> None:
    answer = await award(world, story.secretary, organizationId=world.id(story.company.second))

    assert answer["__typename"] == "AwardPointsSuccess"
    assert answer["pointsEntry"]["member"] is None
    assert answer["pointsEntry"]["organization"]["name"] == "第二党支部"


async def test_a_deduction_below_zero_is_a_debt_that_the_next_award_pays_first(world: World, story: Story) -> None:
    steps = [(10, 10, 0), (-25, 0, 15), (5, 0, 10), (12, 2, 0), (-2, 0, 0)]
    for amount, balance, debt in steps:
        answer = await award(world, story.secretary, memberId=world.id(story.li), amount=amount)
        entry = answer["pointsEntry"]
        assert entry["kind"] == ("EARNED" if amount > 0 else "DEDUCTED")
        assert (entry["member"]["balance"], entry["member"]["debt"]) == (balance, debt)


async def test_balance_and_debt_stay_the_sum_of_the_ledger_whatever_comes_in_parallel(
    world: World, story: Story
) -> None:
    amounts = [7, -9, 4, -4, 30, -50, 1, 12, -3, 20, -8, 5]
    await asyncio.gather(*(award(world, story.secretary, memberId=world.id(story.li), amount=one) for one in amounts))

    member = await Member.get(id=story.li.id)
    entries = await PointsEntry.filter(member_id=story.li.id).order_by("position")
    assert sum(entry.amount for entry in entries) == member.balance - member.debt == sum(amounts)
    assert 0 in (member.balance, member.debt)
    positions = [entry.position for entry in entries]
    assert positions == list(range(positions[0], positions[0] + len(amounts)))


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 1_000_001}, "amount"),
        ({"reason": "  "}, "reason"),
        ({"reason": "字" * 501}, "reason"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
        ({"occurredAt": "2026-03-10T02:06:00Z"}, "occurredAt"),
        ({"occurredAt": "2020-03-10T02:00:00Z"}, "occurredAt"),
        ({"memberId": None}, "memberId"),
    ],
)
async def test_an_award_with_a_fault_names_it(world: World, story: Story, given: dict[str, Any], path: str) -> None:
    answer = await award(world, story.secretary, **{"memberId": world.id(story.li), **given})

    assert answer["__typename"] == "InvalidInput"
    assert [fault["path"] for fault in answer["fields"]] == [[path]]
    assert await PointsEntry.all().count() == 0


async def test_only_who_may_award_awards(world: World, story: Story) -> None:
    reviewer = await world.member("周杰", at=story.company.first, roles=[Role.REVIEWER])
    neighbour = await world.member("吴刚", at=story.company.second, roles=[Role.SECRETARY])
    stranger = await world.member("郑洁", at=(await world.company("YY")).root, roles=[Role.ADMIN])

    to_li = {"memberId": world.id(story.li)}
    assert (await award(world, None, **to_li))["__typename"] == "NotAllowed"
    assert (await award(world, story.li, **to_li))["__typename"] == "NotAllowed"
    assert (await award(world, reviewer, **to_li))["__typename"] == "NotAllowed"
    assert (await award(world, neighbour, **to_li))["__typename"] == "NotAllowed"
    assert (await award(world, stranger, **to_li))["__typename"] == "NotFound"
    assert (await award(world, story.secretary, memberId="nonsense"))["__typename"] == "NotFound"
    assert (await award(world, await world.operator(), **to_li))["__typename"] == "AwardPointsSuccess"


# ---------------------------------------------------------------- keys


async def test_a_key_answers_again_with_the_entry_that_it_made(world: World, story: Story) -> None:
    given = {"memberId": world.id(story.li), "idempotencyKey": "k"}
    first = await award(world, story.secretary, **given)
    world.clock.advance(hours=5)
    again = await award(world, story.secretary, **given)

    assert again["__typename"] == "AwardPointsSuccess"
    assert again["pointsEntry"] == first["pointsEntry"]
    assert await PointsEntry.all().count() == 1


async def test_a_key_with_other_input_is_refused(world: World, story: Story) -> None:
    given = {"memberId": world.id(story.li), "idempotencyKey": "k"}
    made = await award(world, story.secretary, **given)
    others = [
        await award(world, story.secretary, **given, amount=11),
        await award(world, story.secretary, **given, reason="别的"),
        await award(world, story.secretary, **given | {"memberId": world.id(story.zhao)}),
        await reverse(world, story.secretary, made["pointsEntry"]["id"], idempotencyKey="k"),
    ]

    assert {other["__typename"] for other in others} == {"InvalidInput"}
    assert {tuple(fault["path"]) for other in others for fault in other["fields"]} == {("idempotencyKey",)}
    assert await PointsEntry.all().count() == 1


async def test_the_same_key_is_another_in_another_account(world: World, story: Story) -> None:
    given = {"memberId": world.id(story.li), "idempotencyKey": "k"}
    await award(world, story.secretary, **given)
    await award(world, await world.operator(), **given)

    assert await PointsEntry.all().count() == 2


async def test_a_key_sent_twenty_times_at_once_makes_one_entry(world: World, story: Story) -> None:
    given = {"memberId": world.id(story.li), "idempotencyKey": "k"}
    answers = await asyncio.gather(*(award(world, story.secretary, **given) for _ in range(20)))

    assert {answer["__typename"] for answer in answers} == {"AwardPointsSuccess"}
    assert len({answer["pointsEntry"]["id"] for answer in answers}) == 1
    assert await PointsEntry.all().count() == 1
    assert (await Member.get(id=story.li.id)).balance == 10
