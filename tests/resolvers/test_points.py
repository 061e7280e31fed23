"""The ledger: awards, keys, reversals, and that nothing else ever changes it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException, OperationalError
from world import Company, Person, World

import models
from models import Member, PointsEntry
from rules.roles import Role

AWARD = """
mutation ($input: AwardPointsInput!) {
  awardPoints(input: $input) {
    __typename
    ... on AwardPointsSuccess {
      pointsEntry {
        id kind amount rule reason occurredAt countsAt recordedAt
        member { id balance debt } organization { name } source { __typename } reverses { id }
      }
    }
    ... on UserError { message }
    ... on InvalidInput { fields { path message } }
  }
}
"""
REVERSE = """
mutation ($input: ReversePointsInput!) {
  reversePoints(input: $input) {
    __typename
    ... on ReversePointsSuccess {
      pointsEntry { id kind amount rule reason countsAt member { balance debt } reverses { id amount } }
    }
    ... on UserError { message }
    ... on AlreadyReversed { by { id amount } }
    ... on InvalidInput { fields { path } }
  }
}
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename ... on PointsEntry { amount } } }"


async def award(world: World, by: Person | None, **given: Any) -> dict[str, Any]:
    given = {"amount": 10, "reason": "志愿服务", "idempotencyKey": str(uuid4())} | given
    return (await world.ask(by, AWARD, input=given))["awardPoints"]


async def reverse(world: World, by: Person | None, entry: str, **given: Any) -> dict[str, Any]:
    given = {"pointsEntryId": entry, "reason": "记错了", "idempotencyKey": str(uuid4())} | given
    return (await world.ask(by, REVERSE, input=given))["reversePoints"]


class Story:
    """A secretary over the whole company, a member in the first branch, and one in the second."""

    company: Company
    secretary: Person
    li: Person
    zhao: Person


@pytest.fixture
async def story(world: World) -> Story:
    told = Story()
    told.company = await world.company()
    told.secretary = await world.member("王芳", at=told.company.root, roles=[Role.SECRETARY])
    told.li = await world.member("李强", at=told.company.first)
    told.zhao = await world.member("赵敏", at=told.company.second)
    return told


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
    [told] = [one for one in world.announcements if one.changed]
    assert told.changed == {story.company.root.id, story.company.first.id}


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


# ---------------------------------------------------------------- reversals


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


async def moved(world: World, person: Person, to: models.Organization) -> None:
    member = await Member.get(id=person.id)
    async with models.database.transaction():
        await models.members.move(member, to.id, world.clock.now)


async def test_points_are_credited_to_where_the_member_belonged_and_stay_there(world: World, story: Story) -> None:
    yesterday = world.clock.now
    before = await award(world, story.secretary, memberId=world.id(story.li))
    world.clock.advance(days=1)
    await moved(world, story.li, story.company.second)
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


async def test_a_clock_that_runs_ahead_is_forgiven_five_minutes(world: World, story: Story) -> None:
    answer = await award(world, story.secretary, memberId=world.id(story.li), occurredAt="2026-03-10T02:04:00Z")

    assert answer["pointsEntry"]["occurredAt"] == "2026-03-10T02:00:00Z"


# ---------------------------------------------------------------- who sees it


async def test_an_entry_is_for_its_member_and_for_who_may_read_personal_things(world: World, story: Story) -> None:
    made = (await award(world, story.secretary, memberId=world.id(story.li)))["pointsEntry"]
    colleague = await world.member("孙丽", at=story.company.first)
    reviewer = await world.member("周杰", at=story.company.first, roles=[Role.REVIEWER])
    own = await world.member("吴刚", at=story.company.first, roles=[Role.SECRETARY])
    neighbour = await world.member("郑洁", at=story.company.second, roles=[Role.SECRETARY])

    async def sees(person: Person | None) -> bool:
        return (await world.ask(person, NODE, id=made["id"]))["node"] is not None

    assert [await sees(one) for one in (story.li, story.secretary, own)] == [True] * 3
    assert [await sees(one) for one in (None, colleague, reviewer, neighbour)] == [False] * 4
    await moved(world, story.li, story.company.second)
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

    with pytest.raises((OperationalError, BaseORMException, asyncpg.PostgresError), match="append-only"):
        await models.sql.execute(
            """INSERT INTO points_entries SELECT * FROM points_entries WHERE 1 = 1
               ON CONFLICT (id) DO UPDATE SET amount = 99"""
        )
