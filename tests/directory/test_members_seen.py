"""Who reads what of a member, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from strangers import turned_away
from strawberry.schema.config import StrawberryConfig
from tree import REFUSED, Story, told
from world import Person, World

from models import AuditEntry, Member, Organization
from models.pages import read_cursor
from rules.roles import Role
from schema.context import Context
from schema.directory.members import Member as Shown
from schema.scalars import SCALARS

FIELDS = "member { id displayName name phone joinedOn active balance debt organization { name } }"
UPDATE = f"""mutation ($input: UpdateMemberInput!) {{
  updateMember(input: $input) {{ {REFUSED} ... on UpdateMemberSuccess {{ {FIELDS} }} }}
}}"""
PRIVACY = f"""mutation ($input: UpdateMyPrivacyInput!) {{
  updateMyPrivacy(input: $input) {{ {REFUSED} ... on UpdateMyPrivacySuccess {{ {FIELDS} }} }}
}}"""
MEMBER = f"""query ($id: ID!) {{
  {FIELDS.replace("member {", "member(id: $id) {").removesuffix(" }")}
    pointsEntries {{ edges {{ node {{ amount }} }} }} }}
}}"""
LIST = """query ($id: ID!, $search: String, $below: Boolean, $left: Boolean) { organization(id: $id) {
  members(search: $search, includeDescendants: $below, includeInactive: $left) {
    totalCount edges { node { displayName name } }
  }
} }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@strawberry.type
class Frame:
    """What a live board hands to the executor, everything loaded."""

    member: Shown


async def update(world: World, by: Person | None, which: Person, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, UPDATE, input={"memberId": world.id(which)} | given))["updateMember"]


async def privacy(world: World, by: Person | None, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, PRIVACY, input=given))["updateMyPrivacy"]


async def test_who_reads_what_of_a_member(world: World, story: Story) -> None:
    await world.award(story.secretary, story.li, 5)
    known = world.id(story.li)

    async def read(by: Person) -> dict[str, Any] | None:
        return (await world.ask(by, MEMBER, id=known))["member"]

    everything = {
        "id": known,
        "displayName": "李强",
        "name": "李强",
        "phone": "13800138000",
        "joinedOn": None,
        "active": True,
        "balance": 5,
        "debt": 0,
        "organization": {"name": "第一党支部"},
        "pointsEntries": {"edges": [{"node": {"amount": 5}}]},
    }
    hidden = everything | dict.fromkeys(["name", "phone", "active", "balance", "debt", "pointsEntries"])
    reviewer = await world.member("马丽", at=story.company.first, roles=[Role.REVIEWER])
    stranger = await world.member("孙丽", at=(await world.company("BS")).root, roles=[Role.ADMIN])
    assert await read(story.li) == everything
    assert await read(story.branch) == everything
    assert await read(story.secretary) == everything
    assert await read(story.operator) == everything
    assert await read(story.zhao) == hidden
    assert await read(reviewer) == hidden
    assert await read(stranger) is None
    await turned_away(world, MEMBER, id=known)
    assert (await world.ask(story.li, MEMBER, id="nonsense"))["member"] is None


async def test_search_finds_only_by_what_the_viewer_may_read(world: World, story: Story) -> None:
    root = world.id(story.company.root)
    await privacy(world, story.li, alias="Lone_Wolf")

    async def found(by: Person, search: str) -> list[str]:
        data = await world.ask(by, LIST, id=root, below=True, search=search)
        listed = data["organization"]["members"]
        assert listed["totalCount"] == len(listed["edges"])
        return [edge["node"]["displayName"] for edge in listed["edges"]]

    for everybody in (story.zhao, story.secretary, story.branch, story.li):
        assert await found(everybody, "lone_w") == ["Lone_Wolf"]
        for spelling in ("赵", "赵　敏", "赵·敏"):
            assert await found(everybody, spelling) == ["赵敏"]
        assert await found(everybody, "lone%w") == await found(everybody, "LoneXWolf") == []
    assert (
        await found(story.zhao, "李强")
        == await found(story.zhao, "李 强")
        == await found(story.zhao, "13800138000")
        == []
    )
    for reader in (story.secretary, story.branch, story.li):
        assert await found(reader, "李强") == await found(reader, "李 强") == ["Lone_Wolf"]
        for number in ("13800138000", "138-0013 8000", "+8613800138000", "008613800138000"):
            assert await found(reader, number) == ["Lone_Wolf"]
        assert await found(reader, "0138000") == await found(reader, "1380013800") == []  # a part is no number
    elsewhere = await world.member("马丽", at=story.company.second, roles=[Role.SECRETARY])
    assert await found(elsewhere, "李强") == []


async def test_a_whole_number_is_looked_at_and_a_masked_one_is_not(world: World, story: Story) -> None:
    async def shown(who: Person, which: Person, *fields: str) -> list[str | None]:
        query = f"query ($id: ID!) {{ member(id: $id) {{ {' '.join(fields)} }} }}"
        found = (await world.ask(who, query, id=world.id(which)))["member"]
        return [found[one] for one in fields]

    assert await shown(story.secretary, story.li, "name", "phoneMasked") == ["李强", "138****8000"]
    assert await shown(story.li, story.li, "phone", "phoneMasked") == ["13800138000", "138****8000"]
    assert await shown(story.zhao, story.li, "phone", "phoneMasked") == [None, None]
    assert await shown(story.secretary, story.zhao, "phone") == [None]
    assert await AuditEntry.filter(action="Member.phone").count() == 0
    assert await shown(story.secretary, story.li, "phone") == ["13800138000"]
    [entry] = await AuditEntry.filter(action="Member.phone")
    assert (entry.actor_member_id, entry.member_ids) == (story.secretary.id, f'["{story.li.id}"]')
    assert "13800138000" not in str(vars(entry))


async def test_neither_order_nor_cursor_tells_a_real_name(world: World, story: Story) -> None:
    await privacy(world, story.li, alias="无名")
    query = "query ($id: ID!) { organization(id: $id) { members { edges { cursor } } } }"
    data = await world.ask(story.zhao, query, id=world.id(story.company.first))
    cursors = [read_cursor(edge["cursor"], 2) for edge in data["organization"]["members"]["edges"]]
    assert len(cursors) == 2
    assert "李强" not in str(cursors)


async def test_who_left_is_listed_for_those_who_manage(world: World, story: Story) -> None:
    first = world.id(story.company.first)
    await update(world, story.branch, story.li, active=False)

    async def listed(by: Person, left: bool) -> list[str]:
        data = await world.ask(by, LIST, id=first, left=left)
        return [edge["node"]["displayName"] for edge in data["organization"]["members"]["edges"]]

    assert await listed(story.branch, False) == await listed(story.zhao, True) == ["刘洋"]
    assert sorted(await listed(story.branch, True)) == ["刘洋", "李强"]


async def test_a_list_costs_the_same_for_two_as_for_fifty(world: World, story: Story) -> None:
    query = """query ($id: ID!) { organization(id: $id) {
      members(includeDescendants: true, first: 100, search: "") { totalCount edges { node {
        displayName name phoneMasked balance organization { id code name kind parent { name } }
        pointsEntries { totalCount edges { node { amount } } }
      } } }
    } }"""

    async def asked() -> tuple[int, int]:
        with world.count_queries() as heard:
            data = await world.ask(story.secretary, query, id=world.id(story.company.root))
        return len(data["organization"]["members"]["edges"]), len(heard)

    few, statements = await asked()
    for place in (story.company.first, story.company.third, story.company.group):
        await world.members(16, at=place)
    assert (few, await asked()) == (5, (53, statements))


async def test_what_boards_show_of_a_loaded_member_costs_nothing(world: World, story: Story) -> None:
    """As live boards make them: no statement, and nothing to wait for."""
    home = await Organization.get(id=story.company.first.id)
    row = await Member.get(id=story.li.id)
    schema = strawberry.Schema(Frame, config=StrawberryConfig(scalar_map=SCALARS))
    context = Context(await world.session(None))
    with world.count_queries() as heard:
        result = schema.execute_sync(
            "{ member { id displayName organization { id code name kind } } }",
            root_value=Frame(member=Shown.of(row, home)),
            context_value=context,
        )
    assert result.errors is None
    assert result.data is not None
    assert result.data["member"]["organization"]["code"] == "GS-1"
    assert heard == []
