"""Members are locked with their survivors, be they changed while somebody waits for the lock."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from world import World

import models
from models import Member, sql

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_who_is_credited_meanwhile_is_locked_with_the_new_balance(world: World) -> None:
    """PostgreSQL looks at a row again that changed while it was waited for: it must not be lost by that."""
    company = await world.company()
    one, other = [person.id for person in await world.members(2, at=company.first)]
    held, free = asyncio.Event(), asyncio.Event()

    async def credit() -> None:
        async with models.database.transaction():
            await models.members.credit_all({one: 5})
            held.set()
            await free.wait()

    async def lock() -> dict[UUID, Member]:
        async with models.database.transaction():
            return await models.members.persons_locked([one, other])

    crediting = asyncio.create_task(credit())
    await held.wait()
    locking = asyncio.create_task(lock())
    while not await sql.value(WAITING):
        await asyncio.sleep(0.01)
    free.set()
    await crediting
    found = await locking
    assert found.keys() == {one, other}
    assert (found[one].balance, found[other].balance) == (5, 0)
