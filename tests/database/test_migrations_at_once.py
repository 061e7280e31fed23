"""Migrations by several processes: one at a time, all or nothing, on each engine and through pgbouncer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from signal import SIGKILL

import asyncpg
import pytest
from server import leitai
from tortoise import Tortoise

from app import database, migrations
from models import servers

Made = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgres", "pgbouncer"])
def made(request: pytest.FixtureRequest) -> Iterator[Made]:
    """Gives the address of another empty database."""
    files, servers = request.getfixturevalue, request.param != "sqlite"
    engine = files("postgres_server") if servers else files("sqlite_files")
    if servers:
        engine.start()
    urls: list[str] = []

    def create() -> str:
        urls.append(engine.create_database())
        return files("pgbouncer").url(urls[-1]) if request.param == "pgbouncer" else urls[-1]

    yield create
    for url in urls:
        engine.drop_database(url)


@asynccontextmanager
async def migrating(address: str) -> AsyncIterator[asyncio.Event]:
    """Another process in the middle of it, as the database sees it, until the event is set."""
    done = asyncio.Event()
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite://"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(done.wait())
            task.add_done_callback(lambda _: other.execute("ROLLBACK"))
            yield done
            done.set()  # also where nobody waited
            await task
        return
    other = await asyncpg.connect(address, statement_cache_size=0)
    transaction = other.transaction()
    await transaction.start()
    await other.execute(f"SELECT pg_advisory_xact_lock({servers.LOCK})")

    async def let_go() -> None:
        await done.wait()
        await transaction.rollback()

    task = asyncio.create_task(let_go())
    yield done
    done.set()
    await task
    await other.close()


def test_two_migrations_at_once_both_end_well(made: Made, scaled: Callable[[int], int]) -> None:
    for _ in range(scaled(20)):
        address = made()
        with ThreadPoolExecutor(2) as both:
            ends = list(both.map(lambda _: leitai("migrate", DATABASE_URL=address), range(2)))  # noqa: B023
        assert [one.returncode for one in ends] == [0, 0], [one.stderr for one in ends]
        first, second = sorted(one.stdout for one in ends)
        assert first.startswith("Applied 0001_tables, ")
        assert second == "The database is up to date.\n"


async def test_a_migration_waits_for_another_and_says_so(made: Made) -> None:
    address = made()
    said: list[str] = []
    async with migrating(address) as done:

        def say(words: str) -> None:
            said.append(words)
            done.set()

        async with asyncio.timeout(30):
            applied = await database.migrate(address, say)
    assert said == [migrations.WAITING]
    assert applied[0] == "0001_tables"
    assert await database.pending(address) == []


async def test_a_migration_that_is_killed_leaves_nothing_half_done(made: Made) -> None:
    address = made()
    killed = leitai("migrate", DATABASE_URL=address, LEITAI_FAILPOINT="migration_applied:7")
    assert killed.returncode == -SIGKILL

    lacking = await database.pending(address)
    assert lacking[0] == "0001_tables"
    again = leitai("migrate", DATABASE_URL=address)
    assert again.returncode == 0, again.stderr
    assert again.stdout == f"Applied {', '.join(lacking)}.\n"
    assert await database.pending(address) == []


@pytest.fixture(autouse=True)
async def closed() -> AsyncIterator[None]:
    yield
    await Tortoise.close_connections()
