"""Two members that are one person are joined: nothing of the past changes, and from then on they count as one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from acts import act, earn, set_rule
from twins import ROWS, UNDO, Story, clean, means, merge, points, told, undo
from world import Person, World

import models
from models import AuditEntry, Member, PointsEntry
from resolvers.arena import claims


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_from_then_on_they_are_one_and_before_they_are_two(world: World, story: Story) -> None:
    await world.award(story.secretary, story.zhang, 10)
    await world.award(story.secretary, story.twin, 7)
    before = world.clock.now
    ledger = await PointsEntry.all().order_by("position").values()
    world.clock.advance(hours=1)
    answer = await merge(world, story)

    assert answer["__typename"] == "MergeMembersSuccess"
    assert (answer["member"]["balance"], answer["duplicate"]["balance"]) == (17, 0)
    assert answer["duplicate"]["mergedInto"] == {"id": world.id(story.zhang)}
    assert answer["member"]["mergedMembers"] == [{"id": world.id(story.twin)}]
    assert answer["duplicate"]["active"] is False
    assert await points(world, story) == {"张三": 17}
    assert await points(world, story, at=before) == {"张三": 10, "张叁": 7}
    assert await PointsEntry.all().order_by("position").values() == ledger, "the ledger is untouched"
    assert (await means(world, story))["GS-1"] == (5.0, 2)
    assert (await means(world, story))["GS-2"] == (7.0, 1), "earned there, by one who belongs elsewhere"
    assert await clean(world) == []

    entry = await world.award(story.secretary, story.twin, 1)
    assert entry.member_id in (story.twin.id, story.zhang.id)
    await world.award(story.secretary, story.zhang, 2)
    assert await points(world, story) == {"张三": 20}
    listed = f'{{ member(id: "{world.id(story.zhang)}") {{ balance pointsEntries {{ totalCount }} }} }}'
    found = (await world.ask(story.zhang, listed))["member"]
    assert (found["balance"], found["pointsEntries"]["totalCount"]) == (20, 4)
    assert await clean(world) == []


async def test_undone_they_are_two_again_each_with_its_own(world: World, story: Story) -> None:
    await world.award(story.secretary, story.zhang, 3)
    await world.award(story.secretary, story.twin, 7)
    await merge(world, story)
    merged = world.clock.now
    await world.award(story.secretary, story.zhang, -9)
    world.clock.advance(hours=1)
    answer = await undo(world, story)

    assert (answer["member"]["balance"], answer["member"]["debt"]) == (0, 6)
    assert (answer["duplicate"]["balance"], answer["duplicate"]["active"]) == (7, True)
    assert answer["duplicate"]["mergedInto"] is None
    assert await points(world, story) == {"张三": -6, "张叁": 7}
    assert await points(world, story, at=merged) == {"张三": 1}
    assert await clean(world) == []
    entries = await AuditEntry.all().count()
    assert (await undo(world, story))["__typename"] == "UndoMergeSuccess"
    assert await AuditEntry.all().count() == entries, "apart already, nothing happens"
    assert (await merge(world, story))["__typename"] == "MergeMembersSuccess"
    assert await points(world, story) == {"张三": 1}
    assert await clean(world) == []


async def test_boards_that_are_final_stay(world: World, story: Story) -> None:
    """Also when the two are taken apart again: what was final as one stays one."""
    await world.award(story.secretary, story.zhang, 10)
    await world.award(story.secretary, story.twin, 7)
    march: dict[str, Any] = {"period": "MONTH", "on": "2026-03-10"}
    april: dict[str, Any] = {"period": "MONTH", "on": "2026-04-20"}
    world.clock.advance(days=41)
    await world.award(story.secretary, story.twin, 2)
    await world.award(story.secretary, story.zhang, 1)
    await merge(world, story)
    assert await points(world, story, **march) == {"张三": 10, "张叁": 7}
    assert await points(world, story, **april) == {"张三": 3}
    world.clock.advance(days=30)
    await undo(world, story)
    assert await points(world, story, **march) == {"张三": 10, "张叁": 7}
    assert await points(world, story, **april) == {"张三": 3}
    assert await points(world, story) == {"张三": 11, "张叁": 9}
    assert await clean(world) == []


async def test_a_freeze_hides_from_the_public_that_they_are_one(world: World, story: Story) -> None:
    """Wherever in the root it is; and that they are two again, until it is lifted."""
    freeze = "mutation ($id: ID!) { %s(input: {organizationId: $id}) { __typename } }"
    await world.award(story.secretary, story.zhang, 10)
    await world.award(story.secretary, story.twin, 7)

    async def seen() -> Any:
        given = {"organizationId": world.id(story.company.root), "period": "ALL_TIME"}
        boards = [
            given,
            {**given, "subject": "ORGANIZATION"},
            {**given, "organizationId": world.id(story.company.first)},
        ]
        return [(await world.ask(story.li, ROWS, input=one, at=None))["leaderboard"] for one in boards]

    two = await points(world, story, story.li)
    await world.ask(story.secretary, freeze % "freezeLeaderboards", id=world.id(story.company.second))
    shown = await seen()
    await merge(world, story)
    assert await seen() == shown, "not even a version moves"
    assert await points(world, story) == {"张三": 17}
    assert await clean(world) == []
    await world.ask(story.secretary, freeze % "unfreezeLeaderboards", id=world.id(story.company.second))
    assert await points(world, story, story.li) == {"张三": 17}
    await world.ask(story.secretary, freeze % "freezeLeaderboards", id=world.id(story.company.second))
    shown = await seen()
    await undo(world, story)
    assert await seen() == shown
    await world.ask(story.secretary, freeze % "unfreezeLeaderboards", id=world.id(story.company.second))
    assert await points(world, story, story.li) == two
    assert await clean(world) == []


async def test_what_both_were_paid_for_is_told_and_not_changed(world: World, story: Story) -> None:
    task = await world.task(story.secretary, at=story.company.root, award=5)
    for one in (story.zhang, story.twin):
        held = await claims.claim(await world.session(one), task.id)
        await claims.submit(await world.session(one), held.id, "照片")
        await claims.approve(await world.session(story.reviewer), held.id, None)
    entries = {world.id(one) for one in await PointsEntry.all()}
    answer = await merge(world, story)
    [pair] = answer["paidTwice"]
    assert {one["id"] for one in pair["entries"]} == entries
    [remark] = await clean(world)
    assert "paid by the entries" in remark
    assert (await Member.get(id=story.zhang.id)).balance == 10
    again = await merge(world, story)
    assert again == answer, "the same two again"


async def test_merges_awards_and_undoing_meet(world: World, story: Story) -> None:
    """Both ways at once, among awards to both: one of the two merges happens, and every point is where it belongs."""
    for round in range(3):
        answers = await asyncio.gather(
            merge(world, story),
            merge(world, story, survivor=story.twin, duplicate=story.zhang),
            world.award(story.secretary, story.zhang, 5, key=f"a{round}"),
            world.award(story.secretary, story.twin, 3, key=f"b{round}"),
            merge(world, story),
        )
        assert any(one["__typename"] == "MergeMembersSuccess" for one in answers if isinstance(one, dict))
        assert await clean(world) == []
        kept = await models.MemberMerge.get(ended_at=None)
        wanted = {"duplicateId": world.id(story.twin if kept.duplicate_id == story.twin.id else story.zhang)}
        await asyncio.gather(
            world.ask(story.secretary, UNDO, input=wanted),
            world.award(story.secretary, story.zhang, 1, key=f"c{round}"),
            world.award(story.secretary, story.twin, 1, key=f"d{round}"),
            world.ask(story.secretary, UNDO, input=wanted),
        )
        assert await clean(world) == []
    total = {one.id: one.balance for one in await Member.filter(id__in=[story.zhang.id, story.twin.id])}
    assert sum(total.values()) == 30


async def test_a_cap_is_one_for_both(world: World, story: Story) -> None:
    await set_rule(story.company.root, "read", {"title": "阅读", "amount": 2, "caps": [{"period": "DAY", "points": 5}]})

    async def read(who: Person) -> int:
        [entry] = await earn(world, story.company.root.id, act(world, who, "read"))
        return entry.amount

    assert [await read(story.twin), await read(story.twin)] == [2, 2]
    await merge(world, story)
    assert await read(story.zhang) == 1
    [entry] = await earn(world, story.company.root.id, act(world, story.twin, "read"))
    assert (entry.amount, entry.member_id) == (0, story.zhang.id), "reported of the duplicate, it is the survivor's"
    await undo(world, story)
    assert await read(story.zhang) == 2
    assert await clean(world) == []
