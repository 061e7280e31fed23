"""The tree is hung anew: a subtree goes along, no cycle is made, points stay."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tree import REFUSED, Story, paths_are_right, risen, told, versions
from world import Person, World

import models
from models import Clock, Organization, OrganizationKind
from resolvers.directory import organizations
from rules.refusals import InvalidInput
from rules.roles import Role

TREE = "organization { id code name kind timeZone parent { id } ancestors { name } }"
MOVE = f"""mutation ($input: MoveOrganizationInput!) {{
  moveOrganization(input: $input) {{ {REFUSED} ... on MoveOrganizationSuccess {{ {TREE} }} }}
}}"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def move(world: World, by: Person | None, which: Organization, to: Organization) -> dict[str, Any]:
    wanted = {"organizationId": world.id(which), "parentId": world.id(to)}
    return (await world.ask(by, MOVE, input=wanted))["moveOrganization"]


async def test_a_move_takes_the_subtree_along(world: World, story: Story) -> None:
    company = story.company
    answer = await move(world, story.admin, company.first, company.general)

    assert answer["__typename"] == "MoveOrganizationSuccess"
    assert answer["organization"]["parent"] == {"id": world.id(company.general)}
    assert [one["name"] for one in answer["organization"]["ancestors"]] == ["公司党委", "机关党总支"]
    lineage = (await models.organizations.lineages([company.group.id]))[company.group.id]
    assert [one.name for one in lineage] == ["公司党委", "机关党总支", "第一党支部", "第一党小组"]
    assert await paths_are_right()


async def test_a_move_changes_the_boards_that_it_leaves_and_comes_to(world: World, story: Story) -> None:
    company = story.company
    await move(world, story.admin, company.group, company.third)
    seen = [company.root, company.general, company.third, company.first, company.second, company.group]
    before = await versions(*seen)
    await move(world, story.admin, company.group, company.first)

    assert await risen(before, *seen) == [True, True, True, True, False, True]
    clock = await Clock.get(root_id=company.root.id)
    assert clock.tree == clock.position
    [(_, tasks_changed)] = await versions(company.group)
    assert tasks_changed == clock.position, "the group's arena depends on other tasks now, and must not go back"


async def test_no_organization_comes_to_lie_inside_itself(world: World, story: Story) -> None:
    company = story.company
    for inside in (company.first, company.group):
        answer = await move(world, story.admin, company.first, inside)
        assert answer["__typename"] == "InvalidInput"
        assert answer["fields"][0]["path"] == ["parentId"]
    assert await paths_are_right()


async def test_a_root_stays_and_a_branch_stays_within_its_root(world: World, story: Story) -> None:
    company, other = story.company, await world.company("BS")

    root = await move(world, story.operator, company.root, company.first)
    across = await move(world, story.operator, company.first, other.root)
    unseen = await move(world, story.admin, company.first, other.root)

    assert (root["__typename"], root["fields"][0]["path"]) == ("InvalidInput", ["organizationId"])
    assert (across["__typename"], across["fields"][0]["path"]) == ("InvalidInput", ["parentId"])
    assert unseen["__typename"] == "NotFound"


async def test_the_right_to_move_is_needed_at_both_ends(world: World, story: Story) -> None:
    company = story.company
    here = await world.member("孙丽", at=company.third, roles=[(Role.ADMIN, company.general)])

    assert (await move(world, here, company.third, company.second))["__typename"] == "NotAllowed"
    assert (await move(world, here, company.second, company.general))["__typename"] == "NotAllowed"
    assert (await move(world, here, company.general, company.third))["__typename"] == "NotAllowed"
    assert (await move(world, story.secretary, company.first, company.second))["__typename"] == "NotAllowed"


async def test_two_moves_that_cross_make_no_cycle(world: World, story: Story) -> None:
    company = story.company
    sessions = [await world.session(story.admin) for _ in range(2)]
    answers = await asyncio.gather(
        models.database.shielded(organizations.move(sessions[0], company.first.id, company.second.id)),
        models.database.shielded(organizations.move(sessions[1], company.second.id, company.first.id)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in answers) == ["InvalidInput", "Organization"]
    assert await paths_are_right()


async def test_a_child_that_is_made_while_its_parent_moves_goes_along(world: World, story: Story) -> None:
    company = story.company
    sessions = [await world.session(story.admin) for _ in range(6)]
    made = [
        models.database.shielded(
            organizations.create(
                sessions[number],
                parent_id=company.third.id,
                code=f"N-{number}",
                name="新",
                kind=OrganizationKind.GROUP,
                time_zone=None,
            )
        )
        for number in range(4)
    ]
    moved = [
        models.database.shielded(organizations.move(sessions[4], company.third.id, company.first.id)),
        models.database.shielded(organizations.move(sessions[5], company.third.id, company.second.id)),
    ]
    await asyncio.gather(*made[:2], *moved, *made[2:])

    assert await paths_are_right()


async def test_points_stay_where_they_were_credited(world: World, story: Story) -> None:
    company = story.company
    entry = await world.award(story.admin, story.li, 5)
    await move(world, story.admin, company.first, company.general)

    assert (await models.PointsEntry.get(id=entry.id)).organization_id == company.first.id


async def test_a_change_is_seen_by_what_follows_in_the_same_operation(world: World, story: Story) -> None:
    company = story.company
    document = """mutation ($a: UpdateOrganizationInput!, $b: MoveOrganizationInput!) {
      before: updateOrganization(input: $a) { ... on UpdateOrganizationSuccess { organization {
        name ancestors { name } parent { name } } } }
      after: moveOrganization(input: $b) { ... on MoveOrganizationSuccess { organization {
        name ancestors { name } parent { name } } } }
    }"""
    which = world.id(company.third)
    answer = await world.ask(
        story.admin,
        document,
        a={"organizationId": which, "name": "新三支部"},
        b={"organizationId": which, "parentId": world.id(company.first)},
    )

    assert [one["name"] for one in answer["before"]["organization"]["ancestors"]] == ["公司党委", "机关党总支"]
    assert [one["name"] for one in answer["after"]["organization"]["ancestors"]] == ["公司党委", "第一党支部"]
    assert answer["after"]["organization"]["parent"] == {"name": "第一党支部"}


async def test_a_stale_parent_is_asked_for_again_under_the_lock(world: World, story: Story) -> None:
    """Who may move from where it hung, and not from where it hangs now, is refused."""
    company = story.company
    here = await world.member(
        "孙丽", at=company.third, roles=[(Role.ADMIN, company.general), (Role.ADMIN, company.first)]
    )
    session = await world.session(here)
    await session.know_lineages([company.third.id])
    await move(world, story.admin, company.third, company.second)

    with pytest.raises(Exception) as refused:  # noqa: PT011
        await organizations.move(session, company.third.id, company.first.id)
    assert type(refused.value).__name__ in ("NotAllowed", "NotFound")
    assert not isinstance(refused.value, InvalidInput)
    assert (await Organization.get(id=company.third.id)).parent_id == company.second.id
