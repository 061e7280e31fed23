"""What `leitai verify` says of rewards: a sentence for each number that is not so."""

from __future__ import annotations

from contextlib import suppress

import pytest
from shop import cancel, put_up, redeem
from story import told
from world import World

import models
from resolvers.verification import ranks as verification_ranks
from resolvers.verification import verify as verification_verify

FAULTS = [
    ("UPDATE rewards SET stock = stock - 1", "in stock; 3 were supplied, and 2 are left"),
    ("UPDATE redemptions SET price = 6 WHERE status = 'REDEEMED'", "costs 6"),
    ("UPDATE redemptions SET status = 'HANDED_OVER' WHERE status = 'CANCELLED'", "is taken back"),
    ("UPDATE redemptions SET status = 'CANCELLED', decided_at = redeemed_at WHERE status = 'REDEEMED'", "is not taken"),
    ("UPDATE redemptions SET rank = 1 WHERE status = 'REDEEMED'", "was 1 of last month; the ledger says 2"),
    ("UPDATE redemptions SET board_position = 1 WHERE status = 'REDEEMED'", "the ledger says None"),
    ("UPDATE points_entries SET redemption_id = NULL WHERE kind = 'SPENT'", "no entry paid for it"),
    ("UPDATE points_entries SET amount = -4 WHERE kind = 'SPENT'", "is SPENT -4"),
]


class Undone(Exception):
    """Takes a fault back."""


async def test_every_fault_of_a_reward_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification_ranks, "sample", lambda _: verification_ranks.Sample([], 0))
    story = await told(world)
    await world.award(story.secretary, story.li, 20)
    await world.award(story.secretary, story.sun, 10)
    world.clock.advance(days=30)
    reward = await put_up(world, story.secretary, story.company.root)
    for person in (story.li, story.sun):
        made = (await redeem(world, person, reward))["redemption"]["id"]
        if person is story.li:
            await cancel(world, person, made)
    assert (await verification_verify.verify(world.clock.now)).differences == []
    for statement, said in FAULTS:
        with suppress(Undone):
            await faulty(statement, said, world)


async def faulty(statement: str, said: str, world: World) -> None:
    async with models.database.transaction():
        if models.database.dialect() == "sqlite":
            await models.sql.execute("DROP TRIGGER points_entries_no_update")
        else:
            await models.sql.execute("DROP TRIGGER points_entries_no_change ON points_entries")
        await models.sql.execute(statement)
        found = (await verification_verify.compared(world.clock.now)).differences
        assert [one for one in found if said in one], f"{statement}\n{found}"
        raise Undone
