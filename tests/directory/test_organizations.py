"""The tree: it grows and is named, everybody knows their own, and every board that shows it knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from strangers import turned_away
from tree import REFUSED, Story, paths_are_right, risen, told, versions
from world import Person, World

import models
from models import BoardVersion, Clock, Organization
from rules.roles import Role

TREE = "organization { id code name kind timeZone parent { id } ancestors { name } }"
CREATE = f"""mutation ($input: CreateOrganizationInput!) {{
  createOrganization(input: $input) {{ {REFUSED} ... on CreateOrganizationSuccess {{ {TREE} }} }}
}}"""
UPDATE = f"""mutation ($input: UpdateOrganizationInput!) {{
  updateOrganization(input: $input) {{ {REFUSED} ... on UpdateOrganizationSuccess {{ {TREE} }} }}
}}"""
ORGANIZATION = "query ($id: ID!) { organization(id: $id) { name } node(id: $id) { id } }"
CHILDREN = """query ($parent: ID, $first: Int, $after: String) {
  organizations(parentId: $parent, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { code } }
  }
}"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def create(world: World, by: Person | None, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, CREATE, input={"name": "新支部", "kind": "BRANCH"} | given))["createOrganization"]


async def update(world: World, by: Person | None, which: Organization, **given: Any) -> dict[str, Any]:
    wanted = {"organizationId": world.id(which)} | given
    return (await world.ask(by, UPDATE, input=wanted))["updateOrganization"]


# ---------------------------------------------------------------- create


async def test_an_operator_makes_a_root_whose_time_begins(world: World, story: Story) -> None:
    answer = await create(
        world, story.operator, code="HZ", name=" 杭州\n 市委 ", kind="COMMITTEE", timeZone="Asia/Urumqi"
    )

    assert answer["__typename"] == "CreateOrganizationSuccess"
    made = answer["organization"]
    assert (made["code"], made["name"], made["kind"]) == ("HZ", "杭州 市委", "COMMITTEE")
    assert (made["timeZone"], made["parent"], made["ancestors"]) == ("Asia/Urumqi", None, [])
    root = await Organization.get(code="HZ")
    assert root.root_id == root.id
    midnight = await models.Instant.get(root_id=root.id, kind="MIDNIGHT")
    assert midnight.at == datetime(2026, 3, 10, 18, tzinfo=UTC)
    assert await Clock.filter(root_id=root.id).exists()
    assert await BoardVersion.filter(organization_id=root.id).exists()


async def test_only_an_operator_makes_a_root(world: World, story: Story) -> None:
    answer = await create(world, story.admin, code="HZ")

    assert answer["__typename"] == "NotAllowed"
    assert not await Organization.exists(code="HZ")


async def test_a_child_has_the_time_of_its_root(world: World, story: Story) -> None:
    parent = world.id(story.company.general)
    answer = await create(world, story.admin, parentId=parent, code="GS-J-9")
    other = await create(world, story.admin, parentId=parent, code="GS-J-8", timeZone="Europe/Paris")

    assert answer["organization"]["timeZone"] == "Asia/Shanghai"
    assert [one["name"] for one in answer["organization"]["ancestors"]] == ["公司党委", "机关党总支"]
    assert other["__typename"] == "InvalidInput"
    assert other["fields"][0]["path"] == ["timeZone"]
    assert await paths_are_right()


async def test_a_child_changes_the_boards_above_and_the_shape_of_the_tree(world: World, story: Story) -> None:
    company = story.company
    seen = [company.root, company.general, company.first]
    before = await versions(*seen)
    await create(world, story.admin, parentId=world.id(company.general), code="GS-J-9")

    assert await risen(before, *seen) == [True, True, False]
    clock = await Clock.get(root_id=company.root.id)
    assert clock.tree == clock.position > 0


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"code": " "}, "code"),
        ({"code": "长" * 65}, "code"),
        ({"code": "GS-1"}, "code"),
        ({"name": ""}, "name"),
        ({"name": "长" * 201}, "name"),
        ({"name": "空\u0000名"}, "name"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
    ],
)
async def test_what_is_wrong_with_a_new_organization(
    world: World, story: Story, given: dict[str, str], path: str
) -> None:
    wanted = {"parentId": world.id(story.company.root), "code": "GS-9"} | given
    answer = await create(world, story.admin, **wanted)

    assert answer["__typename"] == "InvalidInput"
    assert [one["path"] for one in answer["fields"]] == [[path]]
    assert not await Organization.exists(code="GS-9")


async def test_a_secretary_plants_nothing_and_strangers_know_nothing(world: World, story: Story) -> None:
    parent = world.id(story.company.root)
    there = await world.company("BS")
    stranger = await world.member("周涛", at=there.root, roles=[Role.ADMIN])

    assert (await create(world, story.secretary, parentId=parent, code="A"))["__typename"] == "NotAllowed"
    assert (await create(world, None, parentId=parent, code="A"))["__typename"] == "NotAllowed"
    assert (await create(world, stranger, parentId=parent, code="A"))["__typename"] == "NotFound"
    assert (await create(world, story.admin, parentId="nonsense", code="A"))["__typename"] == "NotFound"


# ---------------------------------------------------------------- update


async def test_a_secretary_renames(world: World, story: Story) -> None:
    answer = await update(world, story.secretary, story.company.first, name="先锋党支部")

    assert answer["__typename"] == "UpdateOrganizationSuccess"
    assert (answer["organization"]["code"], answer["organization"]["name"]) == ("GS-1", "先锋党支部")
    assert (await update(world, story.li, story.company.first, name="自称"))["__typename"] == "NotAllowed"


async def test_a_code_is_used_once(world: World, story: Story) -> None:
    taken = await update(world, story.secretary, story.company.first, code="GS-2")
    kept = await update(world, story.secretary, story.company.first, code="GS-1")

    assert (taken["__typename"], taken["fields"][0]["path"]) == ("InvalidInput", ["code"])
    assert kept["__typename"] == "UpdateOrganizationSuccess"


async def test_a_new_name_changes_every_board_that_shows_it(world: World, story: Story) -> None:
    """李强 earned in the first branch and did a task of the third, and belongs to the second now."""
    company = story.company
    await world.award(story.admin, story.li, 5)
    task = await world.task(story.admin, at=company.root)
    async with models.database.transaction():
        await models.tasks.insert_claim(
            models.Claim(task_id=task.id, member_id=story.li.id, claimed_at=world.clock.now)
        )
        assert story.li.member
        await models.members.move(story.li.member, company.second.id, world.clock.now)
    seen = [company.first, company.second, company.third, company.root]
    before = await versions(*seen)
    await update(world, story.admin, company.second, name="第二十二党支部")

    assert await risen(before, *seen) == [True, True, False, True]
    after = await versions(*seen)
    assert after[1][1] > before[1][1], "arenas below the second branch show the name of who set a task"
    assert after[3][1] > before[3][1], "arenas below the root show where its claimants belong"


# ---------------------------------------------------------------- reads


async def test_everybody_knows_the_tree_of_their_own_root_only(world: World, story: Story) -> None:
    company, other = story.company, await world.company("BS")
    guest = await world.member("周涛", at=other.first, roles=[(Role.MEMBER, company.third)])

    assert await world.ask(story.zhao, ORGANIZATION, id=world.id(company.group)) == {
        "organization": {"name": "第一党小组"},
        "node": {"id": world.id(company.group)},
    }
    nothing = {"organization": None, "node": None}
    assert await world.ask(story.zhao, ORGANIZATION, id=world.id(other.first)) == nothing
    await turned_away(world, ORGANIZATION, id=world.id(company.first))
    assert (await world.ask(guest, ORGANIZATION, id=world.id(company.first)))["organization"]
    assert (await world.ask(story.operator, ORGANIZATION, id=world.id(other.first)))["organization"]


async def test_the_roots_that_one_can_see(world: World, story: Story) -> None:
    other = await world.company("BS")
    guest = await world.member("周涛", at=other.first, roles=[(Role.MEMBER, story.company.third)])

    async def roots(person: Person | None) -> list[str]:
        found = (await world.ask(person, CHILDREN))["organizations"]
        assert found["totalCount"] == len(found["edges"])
        return [edge["node"]["code"] for edge in found["edges"]]

    assert await roots(story.li) == ["GS"]
    assert await roots(guest) == ["BS", "GS"]
    assert await roots(story.operator) == ["BS", "GS"]
    assert await roots(None) == []


async def test_children_come_by_code_and_page_by_page(world: World, story: Story) -> None:
    root = world.id(story.company.root)
    one = (await world.ask(story.li, CHILDREN, parent=root, first=2))["organizations"]
    two = (await world.ask(story.li, CHILDREN, parent=root, first=2, after=one["pageInfo"]["endCursor"]))[
        "organizations"
    ]

    assert [edge["node"]["code"] for edge in one["edges"] + two["edges"]] == ["GS-1", "GS-2", "GS-J"]
    assert (one["totalCount"], one["pageInfo"]["hasNextPage"], two["pageInfo"]["hasNextPage"]) == (3, True, False)
    stranger = await world.member("周涛", at=(await world.company("BS")).root)
    assert (await world.ask(stranger, CHILDREN, parent=root))["organizations"]["edges"] == []


async def test_members_are_counted_here_and_below(world: World, story: Story) -> None:
    query = "query ($id: ID!) { organization(id: $id) { memberCount here: memberCount(includeDescendants: false) } }"
    left = await world.member("吴刚", at=story.company.group)
    async with models.database.transaction():
        assert left.member
        await models.members.set_active(left.member, False, world.clock.now)

    root = (await world.ask(story.li, query, id=world.id(story.company.root)))["organization"]
    assert root == {"memberCount": 5, "here": 2}


async def test_the_review_queue_is_for_reviewers(world: World, story: Story) -> None:
    query = """query ($id: ID!) {
      organization(id: $id) { claims(status: CLAIMED) { totalCount edges { node { member { displayName } } } } }
    }"""
    task = await world.task(story.admin, at=story.company.first)
    async with models.database.transaction():
        await models.tasks.insert_claim(
            models.Claim(task_id=task.id, member_id=story.li.id, claimed_at=world.clock.now)
        )
    root = world.id(story.company.root)

    assert (await world.ask(story.li, query, id=root))["organization"]["claims"] is None
    assert (await world.ask(story.secretary, query, id=root))["organization"]["claims"] == {
        "totalCount": 1,
        "edges": [{"node": {"member": {"displayName": "李强"}}}],
    }


async def test_a_list_costs_the_same_for_three_as_for_thirty(world: World, story: Story) -> None:
    query = """query ($id: ID!) { organizations(parentId: $id, first: 100) { totalCount edges { node {
      name parent { name } ancestors { name } memberCount claims { totalCount } roleGrants { totalCount }
      children { totalCount edges { node { code } } } members { totalCount edges { node { displayName name } } }
    } } } }"""

    async def asked() -> tuple[int, int]:
        with world.count_queries() as heard:
            found = await world.ask(story.secretary, query, id=world.id(story.company.root))
        return len(found["organizations"]["edges"]), len(heard)

    few, statements = await asked()
    for number in range(27):
        made = await world.organization("支部", f"GS-N-{number}", below=story.company.root)
        await world.member("新人", at=made)
    assert (few, await asked()) == (3, (30, statements))
