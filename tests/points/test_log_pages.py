"""The log in pages: what lies near fills them, and what lies far is found all the same."""

from __future__ import annotations

import pytest
from world import World

import models
from models import Organization, PointsEntry, PointsKind
from models.points import NEAR


async def entry(world: World, place: Organization, position: int) -> None:
    now = world.clock.now
    await PointsEntry.create(
        root_id=place.root_id,
        position=position,
        line=0,
        organization_id=place.id,
        kind=PointsKind.EARNED,
        amount=1,
        ranks=True,
        rule="x",
        occurred_at=now,
        counts_at=now,
        recorded_at=now,
        reached=int(now.timestamp()),
    )


@pytest.mark.parametrize(
    ("after", "end", "positions", "statements"),
    [
        (0, NEAR + 31, [1, 2], 1),  # full of what is near
        (1, NEAR + 31, [2, NEAR + 30], 2),
        (2, NEAR + 31, [NEAR + 30, NEAR + 31], 2),
        (NEAR, NEAR + 31, [NEAR + 30, NEAR + 31], 1),
        (NEAR + 30, NEAR + 31, [NEAR + 31], 1),
        (1, NEAR, [2], 1),  # there is nothing far to look for
        (1, NEAR + 30, [2, NEAR + 30], 2),
        (2, 1, [], 1),
    ],
)
async def test_a_page_of_the_log(world: World, after: int, end: int, positions: list[int], statements: int) -> None:
    company = await world.company()
    for position in (1, 2, NEAR + 30, NEAR + 31):
        await entry(world, company.first, position)
    await entry(world, company.second, NEAR + 29)

    with world.count_queries() as heard:
        found = await models.points.log(company.first.id, (after, 0), 2, end)

    assert [one.position for one in found] == positions
    assert len(heard) == statements
