"""What is FINAL changes only by a correction of an ADMIN, with a reason; its boards say so, live too."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from hall import opened
from ledger import award, reverse
from story import Story, told
from world import Person, World

import models
from models import Member, PointsEntry
from resolvers.verification import verify as verification_verify
from rules.roles import Role

CORRECT = """mutation ($input: CorrectPointsInput!) { correctPoints(input: $input) { __typename
  ... on CorrectPointsSuccess { pointsEntry {
    id amount kind rule reason correction occurredAt countsAt recordedAt organization { name }
    member { balance debt } } }
  ... on InvalidInput { fields { path message } } } }"""
BOARD = """query ($input: LeaderboardInput!, $at: DateTime) { leaderboard(input: $input, at: $at) {
  state version corrections correctedAt rows { points rank } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@pytest.fixture
async def admin(world: World, story: Story) -> Person:
    return await world.member("高明", at=story.company.root, roles=[Role.ADMIN])


async def correct(world: World, by: Person, to: Person | None, counts_at: datetime, **given: Any) -> dict[str, Any]:
    given = {"amount": 10, "reason": "漏记一次", "countsAt": counts_at.isoformat()} | given
    given = {"idempotencyKey": str(uuid4())} | given | ({"memberId": world.id(to)} if to else {})
    return (await world.ask(by, CORRECT, input=given))["correctPoints"]


async def board(world: World, story: Story, period: str = "DAY", at: str | None = None, **given: Any) -> dict[str, Any]:
    wanted = {"organizationId": world.id(story.company.root), "period": period, "on": "2026-03-10"} | given
    return (await world.ask(story.li, BOARD, input=wanted, at=at))["leaderboard"]


async def test_a_final_board_stays_final_and_says_that_it_was_corrected(
    world: World, story: Story, admin: Person
) -> None:
    await world.award(story.secretary, story.li, 5)
    then = world.clock.now
    world.clock.advance(days=10)
    before = await board(world, story)
    assert (before["state"], before["corrections"], before["correctedAt"]) == ("FINAL", 0, None)

    answer = await correct(world, admin, story.li, then)
    entry = answer["pointsEntry"]
    assert (entry["amount"], entry["kind"], entry["rule"]) == (10, "EARNED", "correction.by_hand")
    assert (entry["correction"], entry["reason"], entry["organization"]) == (True, "漏记一次", {"name": "第一党支部"})
    assert entry["countsAt"] == entry["occurredAt"] == "2026-03-10T02:00:00Z"
    assert entry["recordedAt"] == "2026-03-20T02:00:00Z"
    assert entry["member"] == {"balance": 15, "debt": 0}

    after = await board(world, story)
    assert (after["state"], after["corrections"], after["correctedAt"]) == ("FINAL", 1, "2026-03-20T02:00:00Z")
    assert after["rows"] == [{"points": 15, "rank": 1}]
    assert int(after["version"]) > int(before["version"])
    world.clock.advance(hours=1)
    as_it_was = await board(world, story, at="2026-03-19T00:00:00Z")
    assert (as_it_was["corrections"], as_it_was["rows"]) == (0, [{"points": 5, "rank": 1}])
    assert (await board(world, story, on="2026-03-11"))["corrections"] == 0
    assert (await board(world, story, "MONTH", on=None))["corrections"] == 1  # which is LIVE, and holds that day


async def test_an_entry_is_taken_back_on_its_own_day_as_a_correction(world: World, story: Story, admin: Person) -> None:
    made = await world.award(story.secretary, story.li, 5)
    other = await world.award(story.secretary, story.li, 3)
    world.clock.advance(days=10)
    answer = await reverse(world, admin, world.id(made), asCorrection=True)
    assert answer["pointsEntry"]["countsAt"] == "2026-03-10T02:00:00Z"
    assert (await PointsEntry.get(reverses_id=made.id)).correction is True
    assert (await board(world, story))["rows"] == [{"points": 3, "rank": 1}]
    # Without it the reversal counts today, and the day stays as it is.
    await reverse(world, story.secretary, world.id(other))
    assert (await board(world, story))["rows"] == [{"points": 3, "rank": 1}]
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_only_an_admin_corrects_only_what_is_final_and_each_key_once(
    world: World, story: Story, admin: Person
) -> None:
    made = await world.award(story.secretary, story.li, 5)
    then = world.clock.now
    early = await correct(world, admin, story.li, then)
    assert early["fields"] == [
        {"path": ["countsAt"], "message": "That day is not FINAL yet; award the points with occurredAt instead."}
    ]
    early = await reverse(world, admin, world.id(made), asCorrection=True)
    assert early["fields"] == [{"path": ["asCorrection"]}]
    world.clock.advance(days=10)
    branch = await world.member("马超", at=story.company.first, roles=[Role.ADMIN])
    assert (await correct(world, story.secretary, story.li, then))["__typename"] == "NotAllowed"
    refused = await reverse(world, story.secretary, world.id(made), asCorrection=True)
    assert refused["__typename"] == "NotAllowed"
    assert (await correct(world, branch, story.zhao, then))["__typename"] == "NotAllowed"
    assert (await correct(world, branch, story.li, then))["__typename"] == "CorrectPointsSuccess"
    for wrong in (
        {"amount": 0},
        {"reason": " "},
        {"countsAt": "2026-04-01T00:00:00Z"},
        {"countsAt": "2019-04-01T00:00:00Z"},
    ):
        assert (await correct(world, admin, story.li, then, **wrong))["__typename"] == "InvalidInput"
    twice = [await correct(world, admin, story.li, then, idempotencyKey="once") for _ in range(2)]
    assert twice[0]["pointsEntry"]["id"] == twice[1]["pointsEntry"]["id"]
    other = await correct(world, admin, story.li, then, idempotencyKey="once", amount=11)
    assert other["__typename"] == "InvalidInput"
    assert (await board(world, story))["corrections"] == 2


async def test_a_correction_is_credited_to_where_the_member_belonged_then(
    world: World, story: Story, admin: Person
) -> None:
    then = world.clock.now
    world.clock.advance(days=10)
    async with models.database.transaction():
        await models.members.move(await Member.get(id=story.li.id), story.company.second.id, world.clock.now)
    answer = await correct(world, admin, story.li, then)
    assert answer["pointsEntry"]["organization"] == {"name": "第一党支部"}
    own = await correct(world, admin, None, then, organizationId=world.id(story.company.third))
    assert own["pointsEntry"]["organization"] == {"name": "机关第三党支部"}
    assert (await board(world, story))["corrections"] == 1  # an organization's own move no board of members
    assert (await board(world, story, subject="ORGANIZATION"))["corrections"] == 2
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_a_screen_that_shows_the_final_board_hears_of_it(world: World, story: Story, admin: Person) -> None:
    await world.award(story.secretary, story.li, 5)
    then = world.clock.now
    world.clock.advance(days=10)
    await world.let_time_write()
    wanted = {"organizationId": world.id(story.company.root), "period": "DAY", "on": "2026-03-10"}
    query = """subscription ($input: LeaderboardInput!) { leaderboardUpdated(input: $input) {
      state corrections correctedAt rows { points } } }"""
    async with opened(world) as hall:
        screen = await hall.screen(story.li, query, input=wanted)
        first = await screen.shows(lambda _: True)
        assert (first["state"], first["corrections"], first["correctedAt"]) == ("FINAL", 0, None)
        await correct(world, admin, story.li, then)
        later = await screen.shows(lambda frame: frame["corrections"] == 1)
        assert screen.shared
    assert later == {
        "state": "FINAL", "corrections": 1, "correctedAt": "2026-03-20T02:00:00Z", "rows": [{"points": 15}]
    }  # fmt: skip


async def test_a_correction_below_a_freeze_is_hidden_with_all_that_tells_of_it(
    world: World, story: Story, admin: Person
) -> None:
    await world.award(story.secretary, story.li, 5)
    then = world.clock.now
    world.clock.advance(days=10)
    freeze = "mutation ($place: ID!) { freezeLeaderboards(input: {organizationId: $place}) { __typename } }"
    await world.ask(story.secretary, freeze, place=world.id(story.company.first))
    before = await board(world, story)
    await correct(world, admin, story.li, then)
    assert await board(world, story) == before


# ---------------------------------------------------------------- debt


async def test_what_was_spent_and_is_taken_back_becomes_a_debt_that_later_earnings_pay(
    world: World, story: Story
) -> None:
    """Balance 0 and a debt; the rank follows what was earned."""
    made = (await award(world, story.secretary, memberId=world.id(story.li), amount=20))["pointsEntry"]
    await world.award(story.secretary, story.sun, 6)
    async with models.database.transaction():  # 15 spent, as a redemption does
        from resolvers.points import ledger as points_ledger
        from resolvers.session import Work

        work = Work(world.clock.now)
        spent = points_ledger.entry(
            work,
            root_id=story.company.root.id,
            organization_id=story.company.first.id,
            kind=models.PointsKind.SPENT,
            amount=-15,
            rule="reward.redeemed",
            occurred_at=world.clock.now,
            counts_at=world.clock.now,
            member_id=story.li.id,
            ranks=False,
        )
        await points_ledger.append(work, spent, "茶杯")
        await work.settle()
    steps: list[tuple[int, int, list[int]]] = []

    async def look() -> None:
        member = await Member.get(id=story.li.id)
        rows = (await board(world, story, "MONTH", on=None))["rows"]
        steps.append((member.balance, member.debt, [one["points"] for one in rows]))

    await look()
    await reverse(world, story.secretary, made["id"])
    await look()
    for amount in (8, 9):
        world.clock.advance(minutes=1)
        await world.award(story.secretary, story.li, amount)
        await look()
    assert steps == [(5, 0, [20, 6]), (0, 15, [6, 0]), (0, 7, [8, 6]), (2, 0, [17, 6])]
