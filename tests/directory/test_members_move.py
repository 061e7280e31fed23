"""Members move and choose what others see; every board on which they stand knows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from tree import REFUSED, Story, risen, told, versions
from world import Person, World

import models
from models import BoardVersion, Member, Membership, Organization
from resolvers.directory import members
from rules.refusals import NotAllowed

FIELDS = "member { id displayName name phone joinedOn active balance debt organization { name } }"
CREATE = f"""mutation ($input: CreateMemberInput!) {{
  createMember(input: $input) {{ {REFUSED} ... on CreateMemberSuccess {{ {FIELDS} }} }}
}}"""
UPDATE = f"""mutation ($input: UpdateMemberInput!) {{
  updateMember(input: $input) {{ {REFUSED} ... on UpdateMemberSuccess {{ {FIELDS} }} }}
}}"""
MOVE = f"""mutation ($input: MoveMemberInput!) {{
  moveMember(input: $input) {{ {REFUSED} ... on MoveMemberSuccess {{ {FIELDS} }} }}
}}"""
PRIVACY = f"""mutation ($input: UpdateMyPrivacyInput!) {{
  updateMyPrivacy(input: $input) {{ {REFUSED} ... on UpdateMyPrivacySuccess {{ {FIELDS} }} }}
}}"""
MEMBER = f"""query ($id: ID!) {{
  {FIELDS.replace("member {", "member(id: $id) {").removesuffix(" }")}
    pointsEntries {{ edges {{ node {{ amount }} }} }} }}
}}"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def create(world: World, by: Person | None, at: Organization, **given: Any) -> dict[str, Any]:
    wanted = {"organizationId": world.id(at), "name": "周涛"} | given
    return (await world.ask(by, CREATE, input=wanted))["createMember"]


async def update(world: World, by: Person | None, which: Person, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, UPDATE, input={"memberId": world.id(which)} | given))["updateMember"]


async def move(world: World, by: Person | None, which: Person, to: Organization) -> dict[str, Any]:
    wanted = {"memberId": world.id(which), "organizationId": world.id(to)}
    return (await world.ask(by, MOVE, input=wanted))["moveMember"]


async def privacy(world: World, by: Person | None, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, PRIVACY, input=given))["updateMyPrivacy"]


async def stays(of: Person) -> list[tuple[str, datetime, datetime | None]]:
    """(organization's code, from, to) in order."""
    codes = {one.id: one.code for one in await Organization.all()}
    found = await Membership.filter(member_id=of.id).order_by("from_at")
    return [(codes[one.organization_id], one.from_at, one.to_at) for one in found]


# ---------------------------------------------------------------- move


async def test_a_move_keeps_the_history_of_where_one_belonged(world: World, story: Story) -> None:
    company = story.company
    await world.award(story.secretary, story.li, 5)
    joined = world.clock.now
    moved = world.clock.advance(days=3)
    answer = await move(world, story.secretary, story.li, company.third)

    assert answer["__typename"] == "MoveMemberSuccess"
    assert answer["member"]["organization"] == {"name": "机关第三党支部"}
    assert await stays(story.li) == [("GS-1", joined, moved), ("GS-J-3", moved, None)]
    member = await Member.get(id=story.li.id)
    at_noon = moved - timedelta(hours=14)
    assert await models.members.organization_at(member, at_noon) == company.first.id
    assert await models.members.organization_at(member, moved) == company.third.id
    entry = await models.PointsEntry.get(member_id=story.li.id)
    assert entry.organization_id == company.first.id


async def test_moves_within_one_instant_end_where_the_last_led(world: World, story: Story) -> None:
    company = story.company
    for place in (company.second, company.third, company.group):
        await move(world, story.secretary, story.li, place)

    member = await Member.get(id=story.li.id)
    assert await models.members.organization_at(member, world.clock.now) == company.group.id


async def test_a_move_needs_the_right_at_both_ends_and_one_root(world: World, story: Story) -> None:
    company, other = story.company, await world.company("BS")

    assert (await move(world, story.branch, story.li, company.second))["__typename"] == "NotAllowed"
    assert (await move(world, story.branch, story.zhao, company.first))["__typename"] == "NotAllowed"
    assert (await move(world, story.branch, story.li, company.group))["__typename"] == "MoveMemberSuccess"
    assert (await move(world, story.secretary, story.li, other.first))["__typename"] == "NotFound"
    across = await move(world, story.operator, story.li, other.first)
    assert (across["__typename"], across["fields"][0]["path"]) == ("InvalidInput", ["organizationId"])


async def test_who_moved_out_of_reach_meanwhile_is_not_moved(world: World, story: Story) -> None:
    """The secretary of the first branch saw a member there, whom another move is just taking to the second."""
    company, member = story.company, await Member.get(id=story.li.id)
    session = await world.session(story.branch)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def taken_away() -> None:
        async with models.database.transaction():
            await models.members.move(member, company.second.id, world.clock.now)
            begun.set()
            await go_on.wait()

    taking = asyncio.create_task(taken_away())
    await begun.wait()
    moving = asyncio.create_task(members.move(session, member.id, company.group.id))
    await asyncio.sleep(0.2)
    go_on.set()
    await taking
    with pytest.raises(NotAllowed):
        await moving
    assert (await Member.get(id=member.id)).organization_id == company.second.id


async def test_two_moves_at_once_leave_one_membership(world: World, story: Story) -> None:
    company = story.company
    moves = [
        models.database.shielded(members.move(await world.session(story.secretary), story.li.id, place.id))
        for place in (company.second, company.third, company.group, company.root)
    ]
    await asyncio.gather(*moves)

    open_ones = await Membership.filter(member_id=story.li.id, to_at=None)
    assert [one.organization_id for one in open_ones] == [(await Member.get(id=story.li.id)).organization_id]


# ---------------------------------------------------------------- privacy


async def test_a_member_chooses_what_others_see(world: World, story: Story) -> None:
    chosen = await privacy(world, story.li, alias=" 无名  英雄 ", hiddenOnBoards=True)
    kept = await privacy(world, story.li, hiddenOnBoards=None)
    seen = (await world.ask(story.zhao, MEMBER, id=world.id(story.li)))["member"]
    shown = await privacy(world, story.li, alias="", hiddenOnBoards=False)

    assert chosen["member"]["displayName"] == kept["member"]["displayName"] == "无名 英雄"
    assert (seen["displayName"], seen["name"]) == ("无名 英雄", None)
    assert (await Member.get(id=story.li.id)).hidden_on_boards is False
    assert shown["member"]["displayName"] == "李强"


async def test_privacy_is_for_members(world: World, story: Story) -> None:
    assert (await privacy(world, story.operator, alias="无名"))["__typename"] == "NotAllowed"
    assert (await privacy(world, None, alias="无名"))["__typename"] == "NotAllowed"
    assert (await privacy(world, story.li, alias="长" * 101))["__typename"] == "InvalidInput"


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize("change", ["name", "alias", "hidden", "move", "leave"])
async def test_every_board_on_which_a_member_stands_changes(world: World, story: Story, change: str) -> None:
    """李强 earned in the first branch, was in the third, claimed a task of the group, and is in the second."""
    company = story.company
    await world.award(story.secretary, story.li, 5)
    task = await world.task(story.secretary, at=company.group)
    async with models.database.transaction():
        claim = models.Claim(task_id=task.id, member_id=story.li.id, claimed_at=world.clock.now)
        await models.tasks.insert_claim(claim)
    await move(world, story.secretary, story.li, company.third)
    await move(world, story.secretary, story.li, company.second)
    empty = await world.organization("第四党支部", "GS-4", below=company.root)
    seen = [company.first, company.second, company.third, company.group, company.root, empty]
    before = await versions(*seen)
    match change:
        case "name":
            await update(world, story.secretary, story.li, name="李 强")
        case "alias":
            await privacy(world, story.li, alias="无名")
        case "hidden":
            await privacy(world, story.li, hiddenOnBoards=True)
        case "move":
            await move(world, story.secretary, story.li, company.root)
        case _:
            await update(world, story.secretary, story.li, active=False)

    assert await risen(before, *seen) == [True] * 5 + [False]
    arena = await BoardVersion.get(organization_id=company.group.id)
    assert arena.tasks_changed == arena.changed, "its arena shows who claimed"


async def test_a_newcomer_changes_the_boards_above(world: World, story: Story) -> None:
    company = story.company
    before = await versions(company.third, company.general, company.root, company.first)
    await create(world, story.secretary, company.third)

    assert await risen(before, company.third, company.general, company.root, company.first) == [True, True, True, False]


async def test_what_no_board_shows_changes_none(world: World, story: Story) -> None:
    before = await versions(story.company.root)
    await update(world, story.branch, story.li, phone="13900139000", login="li.qiang")
    assert await versions(story.company.root) == before


async def test_a_move_by_a_clock_that_is_behind_ends_a_stay_no_earlier_than_it_began(world: World) -> None:
    """Two processes' clocks differ; a stay is never shorter than nothing."""
    company = await world.company()
    member = (await world.member("李强", at=company.first)).member
    assert member
    async with models.database.transaction():
        await models.members.move(member, company.second.id, world.clock.now)
    async with models.database.transaction():
        await models.members.move(member, company.third.id, world.clock.now - timedelta(seconds=3))
    stays = await models.Membership.filter(member_id=member.id).order_by("from_at", "to_at")
    assert all(one.to_at is None or one.to_at >= one.from_at for one in stays)
    assert [one.organization_id for one in stays if one.to_at is None] == [company.third.id]
