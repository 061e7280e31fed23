"""Awards and reversals, as the mutations that a front end sends."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from world import Person, World

import models
from models import Member

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
      pointsEntry {
        id kind amount rule reason countsAt member { balance debt } organization { name } reverses { id amount }
      }
    }
    ... on UserError { message }
    ... on AlreadyReversed { by { id amount } }
    ... on InvalidInput { fields { path } }
  }
}
"""


async def award(world: World, by: Person | None, **given: Any) -> dict[str, Any]:
    """Ten points with a key of its own, unless it is said otherwise."""
    given = {"amount": 10, "reason": "志愿服务", "idempotencyKey": str(uuid4())} | given
    return (await world.ask(by, AWARD, input=given))["awardPoints"]


async def reverse(world: World, by: Person | None, entry: str, **given: Any) -> dict[str, Any]:
    given = {"pointsEntryId": entry, "reason": "记错了", "idempotencyKey": str(uuid4())} | given
    return (await world.ask(by, REVERSE, input=given))["reversePoints"]


async def move(world: World, person: Person, to: models.Organization) -> None:
    member = await Member.get(id=person.id)
    async with models.database.transaction():
        await models.members.move(member, to.id, world.clock.now)
