"""Block boards: what stands on them, who may see it, and that screens show every change at once."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from block import BOARD_QUERY, LIVE, MARKS, QUERY, asked, block, blocks_on, board, do, done, named, revise
from hall import opened
from story import Story, told
from strangers import turned_away
from world import World

import models
from resolvers.directory import members, organizations
from resolvers.leaderboards import freezes
from resolvers.learning import courses
from rules.roles import Role


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_a_board_shows_its_organizations_blocks_and_those_below(world: World, story: Story) -> None:
    paired = named(story.sun, "陈晓", "何静")
    for place in (story.company.root, story.company.first, story.company.group, story.company.third):
        await block(world, story.secretary, place, story.li, name=place.name, pairedWith=paired)
        world.clock.advance(minutes=1)

    everything = await board(world, story.secretary, story.company.root)
    seen = await board(world, story.zhao, story.company.root)
    first = await board(world, story.zhao, story.company.first)
    assert (everything["view"], seen["view"]) == ("FULL", "PUBLIC")
    names = [one["current"]["name"] for one in blocks_on(everything)]
    assert names == ["公司党委", "第一党支部", "第一党小组", "机关第三党支部"], "in the order in which they came"
    assert [one["current"]["name"] for one in blocks_on(seen)] == ["公司党委", "第一党支部", "机关第三党支部"]
    assert [one["current"]["name"] for one in blocks_on(first)] == ["第一党支部", "第一党小组"]
    assert (everything["blockCount"], everything["pairedCount"], everything["blocks"]["totalCount"]) == (4, 3, 4)
    assert (seen["blockCount"], seen["pairedCount"]) == (3, 3)


async def test_a_groups_block_is_for_its_branch_and_another_roots_for_nobody(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.group, story.li)
    stranger = await world.member("吴刚", at=(await world.company("YY")).root, roles=[Role.ADMIN])

    assert await asked(world, story.li, made["id"])
    for who in (story.zhao, stranger):
        assert await asked(world, who, made["id"]) is None
    await turned_away(world, QUERY, id=made["id"])
    assert await board(world, stranger, story.company.root) is None
    assert await board(world, story.zhao, story.company.group) is None
    retiring = {"blockId": made["id"], "expectedSequence": 1, "reason": "x"}
    assert (await do(world, stranger, "retireBlock", **retiring))["__typename"] == "NotFound"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_hall_gets_three_hundred_at_once_and_pages_go_on(world: World, story: Story) -> None:
    made = [
        (await block(world, story.secretary, story.company.first, story.li, name=f"区块{number}"))["id"]
        for number in range(7)
    ]
    found, after = list[str](), None
    while after is not None or not found:
        page = (await board(world, story.zhao, story.company.root, first=3, after=after))["blocks"]
        assert page["totalCount"] == 7
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        found += [one["node"]["id"] for one in page["edges"]]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    assert found == sorted(found, key=found.index)
    assert sorted(found) == sorted(made)
    for first, refused in ((300, False), (301, True), (-1, True)):
        result = await world.execute(story.zhao, BOARD_QUERY, id=world.id(story.company.root), first=first)
        assert bool(result.errors) == refused


async def test_an_alias_chosen_later_leaves_no_older_name_behind(world: World, story: Story) -> None:
    paired = named(story.sun, "陈晓", "何静")
    made = await block(world, story.secretary, story.company.first, story.li, pairedWith=paired)
    before = (await board(world, story.zhao, story.company.first))["version"]
    await members.update_my_privacy(await world.session(story.sun), alias="小桔灯", hidden_on_boards=None)

    for who in (story.zhao, story.secretary):
        shown = await board(world, who, story.company.first)
        assert "孙丽" not in str(shown)
        [one] = blocks_on(shown)
        assert one["current"]["pairedWith"][0]["displayName"] == "小桔灯"
        assert [of["path"] for of in one["current"]["openings"]] == ["name", "extent", "reason"]
        assert one["chain"]["intact"] is True
    assert int((await board(world, story.zhao, story.company.first))["version"]) > int(before)
    assert "孙丽" not in str(await asked(world, story.zhao, made["id"]))
    after = await revise(world, story.secretary, made)
    assert [of["path"] for of in after["current"]["openings"]][-1] == "pairedWith", "committed to anew, as it shows now"


async def test_a_name_from_elsewhere_moves_the_board_that_shows_it(world: World, story: Story) -> None:
    """Of somebody who never belonged to where the block is, and of where they belong."""
    chen = await world.member("陈晓", at=story.company.third)
    paired = named(story.sun, chen, "何静")
    await block(world, story.secretary, story.company.first, story.zhao, pairedWith=paired)
    versions = [int((await board(world, story.sun, story.company.first))["version"])]
    for act in (
        members.update_my_privacy(await world.session(story.zhao), alias="老赵", hidden_on_boards=None),
        members.update_my_privacy(await world.session(chen), alias="小陈", hidden_on_boards=None),
        organizations.update(await world.session(story.secretary), story.company.second.id, code=None, name="先锋支部"),
        organizations.update(await world.session(story.secretary), story.company.third.id, code=None, name="模范支部"),
    ):
        await act
        versions.append(int((await board(world, story.sun, story.company.first))["version"]))
    assert versions == sorted(set(versions))


async def test_an_inspection_is_part_of_what_a_block_shows(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    assert made["lastInspection"] is None
    found: dict[str, Any] = {}
    for number, who in enumerate((story.reviewer, story.secretary, await world.operator())):
        world.clock.advance(minutes=1)
        found = await done(world, who, "inspectBlock", blockId=made["id"], note=f"第{number}次", **MARKS)
        assert found["lastInspection"]["total"] == 15
        assert found["lastInspection"]["note"] == f"第{number}次"
    assert found["lastInspection"]["inspectedBy"] is None, "the operator's account"
    [one] = blocks_on(await board(world, story.zhao, story.company.root))
    assert one["lastInspection"] == found["lastInspection"]
    history = await world.ask(
        story.zhao,
        """query ($id: ID!) { block(id: $id) { inspections(first: 2) { totalCount edges { node { note } } } } }""",
        id=made["id"],
    )
    assert history["block"]["inspections"] == {
        "totalCount": 3,
        "edges": [{"node": {"note": "第2次"}}, {"node": {"note": "第1次"}}],
    }

    for marks, path in (({"shine": 6}, "shine"), ({"setInOrder": -1}, "setInOrder")):
        answer = await do(world, story.reviewer, "inspectBlock", blockId=made["id"], **{**MARKS, **marks})
        assert [of["path"] for of in answer["fields"]] == [[path]]
    assert (await do(world, story.zhao, "inspectBlock", blockId=made["id"], **MARKS))["__typename"] == "NotAllowed"


async def test_a_screen_shows_every_change_at_once(world: World, story: Story) -> None:
    """Of a block, of its inspections, of the names on it, under a freeze too: blocks are not points."""
    made = await block(
        world, story.secretary, story.company.first, story.li, pairedWith=named(story.sun, "陈晓", "何静")
    )
    async with opened(world) as hall:
        screen = await hall.screen(story.zhao, LIVE, id=world.id(story.company.root))
        assert screen.shared
        await screen.shows(lambda frame: frame["blockCount"] == 1)
        by = await hall.session(story.secretary)
        await freezes.freeze(by, story.company.first.id)
        world.announcements.clear()

        async def told_of(act: str, **given: object) -> None:
            await done(world, story.secretary, act, blockId=made["id"], **given)
            for one in world.announcements:
                hall.live.announce(one)

        def current(frame: dict[str, object]) -> dict[str, object]:
            return blocks_on(frame)[0]["current"]

        await told_of("reviseBlock", expectedSequence=1, name="二楼", reason="改名")
        frame = await screen.shows(lambda frame: current(frame)["name"] == "二楼")
        assert blocks_on(frame)[0]["chain"]["length"] == 2
        await told_of("inspectBlock", **MARKS)
        await screen.shows(lambda frame: blocks_on(frame)[0]["lastInspection"] is not None)
        await members.update_my_privacy(await hall.session(story.li), alias="老班长", hidden_on_boards=None)
        await screen.shows(lambda frame: blocks_on(frame)[0]["current"]["responsible"]["displayName"] == "老班长")
        await organizations.update(by, story.company.first.id, code=None, name="先锋支部")
        await screen.shows(lambda frame: blocks_on(frame)[0]["organization"]["name"] == "先锋支部")
        await told_of("retireBlock", expectedSequence=2, reason="合并")
        frame = await screen.shows(lambda frame: frame["blockCount"] == 0)
        versions = [int(one["version"]) for one in screen.frames]
        assert versions == sorted(set(versions))
        assert frame == await board(world, story.zhao, story.company.root), "and a query says the same"


async def test_points_and_tasks_move_no_board_of_blocks_or_courses(world: World, story: Story) -> None:
    """Twenty awards a second would send three hundred blocks each time. A block moves no leaderboard either."""
    made = await block(world, story.secretary, story.company.first, story.li)
    organization = world.id(story.company.root)
    query = f"""query {{
      leaderboard(input: {{ organizationId: "{organization}" }}) {{ version }}
      taskArena(organizationId: "{organization}") {{ version }}
      blockBoard(organizationId: "{organization}") {{ version }}
      courseBoard(organizationId: "{organization}") {{ version }} }}"""

    async def moved(act: Awaitable[object]) -> set[str]:
        before = await world.ask(story.zhao, query)
        await act
        after = await world.ask(story.zhao, query)
        assert all(int(after[one]["version"]) >= int(before[one]["version"]) for one in before)
        return {one for one in before if before[one] != after[one]}

    assert await moved(world.award(story.secretary, story.li, 5)) == {"leaderboard", "taskArena"}
    assert await moved(revise(world, story.secretary, made, name="二楼")) == {"blockBoard"}
    assert await moved(done(world, story.secretary, "inspectBlock", blockId=made["id"], **MARKS)) == {"blockBoard"}
    offered = courses.create(
        await world.session(story.secretary),
        organization_id=story.company.second.id,
        lecturer_id=story.li.id,
        title="家风",
        summary="",
        media_url=None,
        duration_seconds=600,
    )
    assert await moved(offered) == set(), "a draft is on no board"
    [course] = await models.Course.all()
    published = courses.publish(await world.session(story.secretary), course.id)
    assert await moved(published) == {"courseBoard"}
