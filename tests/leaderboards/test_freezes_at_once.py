"""A freeze ends, or something moves out of it, while decisions are being made beneath it.

A transaction of somebody else's holds up what has to come second, so that each story goes the same way every time.
"""

from __future__ import annotations

import asyncio

import pytest
from imports import elsewhere
from stage import freeze, handed_in, stage
from world import World

from models import Claim, ClaimStatus, Task
from resolvers.arena import claims
from resolvers.directory import organizations
from resolvers.leaderboards import freezes
from resolvers.verification import verify as verification_verify
from rules.roles import Role

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)  # SQLite has one writer


async def test_unfreezing_waits_for_a_review_that_has_begun_and_never_the_other_way(
    world: World, database: str
) -> None:
    """One decision is hidden already; the next one has its task, and waits for its member."""
    on = await stage(world)
    await freeze(on, on.company.first)
    reviewer, other = await world.session(on.secretary), await world.session(on.secretary)
    await claims.return_for_more(reviewer, on.waiting[0].id, "缺照片")

    async with elsewhere(database) as execute:
        await execute(f"UPDATE members SET name = name WHERE id = '{on.members[1].id}'")
        approving = asyncio.create_task(claims.approve(reviewer, on.waiting[1].id, None))
        await asyncio.sleep(0.3)
        unfreezing = asyncio.create_task(freezes.unfreeze(other, on.company.first.id))
        await asyncio.sleep(0.3)
    await asyncio.gather(approving, unfreezing)

    found = await Task.get(id=on.tasks[0].id)
    assert (found.approved, found.public_held, found.public_approved) == (1, None, None)
    assert await Claim.filter(task_id=found.id).exclude(public_status=None).count() == 0
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def test_a_decision_that_is_made_while_its_place_moves_out_is_public(world: World, database: str) -> None:
    """Both wait for the clock, the review first: it is hidden where it was made, and comes out with the rest."""
    on = await stage(world)
    await world.grant(on.secretary, Role.ADMIN, at=on.company.root)
    await freeze(on, on.company.general)
    task = await world.task(on.secretary, at=on.company.third, title="档案")
    claim = await handed_in(world, await world.member("周杰", at=on.company.third), task)
    reviewer, admin = await world.session(on.secretary), await world.session(on.secretary)

    async with elsewhere(database) as execute:
        await execute(f"UPDATE clocks SET position = position WHERE root_id = '{on.company.root.id}'")
        approving = asyncio.create_task(claims.approve(reviewer, claim.id, None))
        await asyncio.sleep(0.3)
        moving = asyncio.create_task(organizations.move(admin, on.company.third.id, on.company.root.id))
        await asyncio.sleep(0.3)
    await asyncio.gather(approving, moving)

    found = await Claim.get(id=claim.id)
    assert (found.status, found.public_status) == (ClaimStatus.APPROVED, None)
    assert (await Task.get(id=task.id)).public_held is None
    assert (await verification_verify.verify(world.clock.now)).differences == []
