"""Connections that PostgreSQL ends: what was under way may fail, what comes next has another."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncpg
import pytest
from services import Postgres

import models

Way = Callable[[], AbstractAsyncContextManager[Any]]


async def one() -> int:
    return await models.sql.value("SELECT 1 AS one")


@pytest.fixture(params=["under_way", "given_back"])
async def ended(
    request: pytest.FixtureRequest, database: str, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """When the connection of a transaction ends: before its commit, or while the pool takes it back. Gives its pid."""
    pids: list[int] = []
    await one()  # the pool is there, and has found out what it reaches

    def end(pid: int) -> None:
        pids.append(pid)
        postgres_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")

    name = {"under_way": "execute", "given_back": "reset"}[request.param]
    original = getattr(asyncpg.Connection, name)

    async def ending(self: asyncpg.Connection, *args: Any, **options: Any) -> Any:
        if not pids:
            end(self.get_server_pid())
        return await original(self, *args, **options)

    monkeypatch.setattr(asyncpg.Connection, name, ending)
    return pids


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize("way", [models.database.snapshot, models.database.transaction])
async def test_a_task_that_lost_its_connection_goes_on_with_another(way: Way, ended: list[int]) -> None:
    """A board's task lives for weeks: what one transaction leaves in its context would be there for all later ones."""
    with contextlib.suppress(Exception):
        async with way():
            await one()
    assert ended
    for _ in range(20):
        assert await one() == 1
        async with way():
            assert await one() == 1
