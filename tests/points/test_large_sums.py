"""Sums beyond 2^31 − 1: every field that holds one answers it, on both engines."""

from __future__ import annotations

import pytest
from graphql import GraphQLInt
from story import told
from world import World

import models
from resolvers.points import ledger as points_ledger
from rules.refusals import TooLargeToTell
from schema.scalars import MOST_LONG

MOST_INT = 2**31 - 1
TIMES = 3
SUMS = """query ($at: ID!, $who: ID!) {
  member(id: $who) { balance debt pointsEntries { edges { node { amount } } } }
  members: leaderboard(input: {organizationId: $at, period: MONTH}) {
    rows { score points } standing(subjectId: $who) { points } }
  total: leaderboard(input: {organizationId: $at, period: MONTH, subject: ORGANIZATION, scoring: TOTAL}) {
    rows { score points } }
  explain(memberId: $who, input: {organizationId: $at, period: MONTH}) {
    points rules { points } above { points } below { points } } }"""


async def test_every_sum_is_told_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points_ledger, "MOST_POINTS", MOST_INT)
    story = await told(world)
    for _ in range(TIMES):
        await world.award(story.secretary, story.li, MOST_INT)
        await world.award(story.secretary, story.sun, -MOST_INT)
    large, root = TIMES * MOST_INT, world.id(story.company.root)

    found = await world.ask(story.secretary, SUMS, at=root, who=world.id(story.li))
    assert found["member"]["balance"] == large
    assert found["members"]["standing"]["points"] == large
    assert found["members"]["rows"][0]["points"] == large
    assert found["explain"]["points"] == large
    assert [one["points"] for one in found["explain"]["rules"]] == [large]
    assert [edge["node"]["amount"] for edge in found["member"]["pointsEntries"]["edges"]] == [MOST_INT] * TIMES

    found = await world.ask(story.secretary, SUMS, at=root, who=world.id(story.sun))
    assert (found["member"]["balance"], found["member"]["debt"]) == (0, large)
    assert found["total"]["rows"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_one_entry_stays_small(world: World) -> None:
    story = await told(world)
    award = """mutation ($who: ID!, $amount: Int!) { awardPoints(input: {memberId: $who, amount: $amount, reason: "x",
      idempotencyKey: "k"}) { ... on InvalidInput { fields { path message } } } }"""
    refused = (await world.ask(story.secretary, award, who=world.id(story.li), amount=MOST_INT))["awardPoints"]
    assert refused["fields"][0]["path"] == ["amount"]
    result = await world.execute(story.secretary, award, who=world.id(story.li), amount=MOST_INT + 1)
    assert "32-bit" in str(result.errors)
    assert await models.PointsEntry.all().count() == 0


@pytest.mark.parametrize("number", [MOST_LONG, -MOST_LONG, MOST_INT + 1, 0])
def test_a_whole_number_is_written_as_it_is(number: int) -> None:
    assert GraphQLInt.coerce_output_value(number) == number


@pytest.mark.parametrize("number", [MOST_LONG + 1, -MOST_LONG - 1])
def test_what_json_does_not_hold_exactly_is_refused_in_a_sentence(number: int) -> None:
    with pytest.raises(TooLargeToTell, match="more than a JSON number holds"):
        GraphQLInt.coerce_output_value(number)
