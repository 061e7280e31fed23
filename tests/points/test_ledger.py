"""Who sees an entry, and that nobody changes one."""

from __future__ import annotations

import asyncpg
import pytest
from ledger import award, move, reverse
from story import Story, told
from strangers import turned_away
from tortoise.exceptions import BaseORMException
from world import Person, World

import models
from models import PointsEntry
from rules.roles import Role

NODE = "query ($id: ID!) { node(id: $id) { __typename ... on PointsEntry { amount } } }"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_an_entry_is_for_its_member_and_for_who_may_read_personal_things(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li)))["pointsEntry"]
    colleague = await world.member("孙丽", at=story.company.first)
    reviewer = await world.member("周杰", at=story.company.first, roles=[Role.REVIEWER])
    own = await world.member("吴刚", at=story.company.first, roles=[Role.SECRETARY])
    neighbour = await world.member("郑洁", at=story.company.second, roles=[Role.SECRETARY])

    async def sees(person: Person | None) -> bool:
        return (await world.ask(person, NODE, id=made["id"]))["node"] is not None

    assert [await sees(one) for one in (story.li, story.secretary, own)] == [True] * 3
    assert [await sees(one) for one in (colleague, reviewer, neighbour)] == [False] * 3
    await turned_away(world, NODE, id=made["id"])
    await move(world, story.li, story.company.second)
    assert await sees(neighbour), "whoever reads the member's ledger reads all of it"
    assert await sees(own), "and so does whoever was credited"
    refused = await reverse(world, neighbour, made["id"])
    assert refused["__typename"] == "NotAllowed"


async def test_an_organizations_own_entry_is_for_who_sees_the_organization(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, organizationId=world.id(story.company.first)))["pointsEntry"]
    stranger = await world.member("郑洁", at=(await world.company("YY")).root, roles=[Role.ADMIN])

    assert (await world.ask(story.zhao, NODE, id=made["id"]))["node"] == {
        "__typename": "PointsEntry",
        "amount": 10,
    }
    assert (await world.ask(stranger, NODE, id=made["id"]))["node"] is None


async def test_a_ledger_is_read_newest_first_page_by_page(world: World, story: Story) -> None:
    for amount in (1, 2, 3, 4, 5):
        await world.award(story.secretary, story.li, amount)
    query = """query ($after: String) { viewer { member { pointsEntries(first: 2, after: $after) {
      totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { node { amount reason } }
    } } } }"""
    pages: list[list[int]] = []
    after = None
    while True:
        with world.count_queries() as statements:
            data = await world.ask(story.li, query, after=after)
        page = data["viewer"]["member"]["pointsEntries"]
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasPreviousPage"] == (after is not None)
        pages.append([edge["node"]["amount"] for edge in page["edges"]])
        after = page["pageInfo"]["endCursor"]
        assert len(statements) <= 8
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert pages == [[5, 4], [3, 2], [1]]


# ---------------------------------------------------------------- append-only


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_entries SET amount = 99",
        "UPDATE points_entries SET position = position + 1",
        "DELETE FROM points_entries",
        "INSERT OR REPLACE INTO points_entries SELECT * FROM points_entries",
        "TRUNCATE points_entries CASCADE",
    ],
)
async def test_the_database_itself_refuses_to_change_the_ledger(world: World, story: Story, statement: str) -> None:
    made = await world.award(story.secretary, story.li, 10)
    engine = models.database.dialect()
    if ("REPLACE" in statement and engine == "postgres") or ("TRUNCATE" in statement and engine == "sqlite"):
        return  # no statement of this engine

    with pytest.raises((BaseORMException, asyncpg.PostgresError), match="append-only"):
        await models.sql.execute(statement)

    kept = await PointsEntry.get(id=made.id)
    assert (kept.amount, kept.position) == (10, made.position)


async def test_no_upsert_changes_the_ledger(world: World, story: Story) -> None:
    await world.award(story.secretary, story.li, 10)

    with pytest.raises((BaseORMException, asyncpg.PostgresError), match="append-only"):
        await models.sql.execute(
            """INSERT INTO points_entries SELECT * FROM points_entries WHERE 1 = 1
               ON CONFLICT (id) DO UPDATE SET amount = 99"""
        )
