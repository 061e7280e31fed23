"""The servers under the tests are the real ones, PostgreSQL and Redis, and no stand-ins."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import asyncpg
import pytest
import redis
import redis.asyncio
from services import Postgres, Redis, start_postgres, start_redis
from sqlite_files import Sqlite
from tortoise import Model, Tortoise, fields
from tortoise.backends.base.client import BaseDBAsyncClient

SUPPORT = Path(__file__).parent / "support"


class Visit(Model):
    id = fields.IntField(primary_key=True)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    with closing(start_postgres()) as server:
        yield server


@pytest.fixture
def own_redis(redis_server: Redis) -> Iterator[Redis]:
    """To be killed and paused; one beside the common one, which skips where there is none to be had."""
    assert redis_server.folder.exists()
    with closing(start_redis()) as server:
        yield server


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[BaseDBAsyncClient]:
    async with await Tortoise.init(db_url=url, modules={"models": [__name__]}) as context:
        yield context.connections.get("default")


async def test_tortoise_opens_a_fresh_and_empty_database(engine: Sqlite | Postgres, database_url: str) -> None:
    tables = "sqlite_master" if engine.name == "sqlite" else "pg_tables WHERE schemaname = 'public'"
    async with opened(database_url) as database:
        assert await database.execute_query_dict(f"SELECT count(*) AS n FROM {tables}") == [{"n": 0}]
        await Tortoise.generate_schemas()
        await Visit.create(id=7)
        assert await Visit.all().values_list("id", flat=True) == [7]


async def test_a_database_can_be_a_copy_of_another(engine: Sqlite | Postgres, database_url: str) -> None:
    async with opened(database_url):
        await Tortoise.generate_schemas()
        await Visit.create(id=7)
    copy = engine.create_database(template=database_url)
    async with opened(copy):
        assert await Visit.all().delete() == 1
    async with opened(database_url):
        assert await Visit.all().count() == 1
    engine.drop_database(copy)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_postgres_is_postgres(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        assert str(await connection.fetchval("SELECT version()")).startswith("PostgreSQL ")
        assert await connection.fetchval("SHOW max_connections") == "200"
        assert await connection.fetchval("SELECT pg_backend_pid()") > 0
    finally:
        await connection.close()


async def test_redis_is_redis(redis_url: str) -> None:
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        assert await client.ping()
        assert await client.zadd("board", {"Li": 3, "Wang": 5}) == 2
        assert await client.zrevrange("board", 0, -1) == [b"Wang", b"Li"]


@pytest.mark.parametrize("crash", [False, True], ids=["restarted", "crashed"])
def test_postgres_comes_back_with_what_was_committed(own_postgres: Postgres, crash: bool) -> None:
    url = own_postgres.create_database()
    database = url.partition("?")[0].rpartition("/")[2]
    own_postgres.execute("CREATE TABLE visit AS SELECT 7 AS id", database=database)
    earlier = own_postgres.pid

    (own_postgres.kill if crash else own_postgres.stop)()
    assert not own_postgres.running
    own_postgres.start()

    assert own_postgres.pid != earlier
    assert own_postgres.execute("SELECT id FROM visit", database=database) == "7"


def test_redis_comes_back_empty_on_the_same_port(own_redis: Redis) -> None:
    url = own_redis.url
    with own_redis.client() as client:
        client.set("a", "b")
    own_redis.kill()
    with own_redis.client() as client, pytest.raises(redis.ConnectionError):
        client.ping()
    own_redis.start()
    with own_redis.client() as client:
        assert client.get("a") is None
    assert own_redis.url == url


def test_a_paused_redis_is_silent_until_it_resumes(own_redis: Redis) -> None:
    own_redis.pause()
    with redis.Redis.from_url(own_redis.url, socket_timeout=0.2) as client, pytest.raises(redis.TimeoutError):
        client.ping()
    own_redis.resume()
    with own_redis.client() as client:
        assert client.ping()


@pytest.mark.parametrize("service", ["postgres", "redis"])
def test_a_killed_run_leaves_no_server_behind(request: pytest.FixtureRequest, service: str) -> None:
    request.getfixturevalue(f"{service}_server")  # skips, where there is none to be had
    program = (
        f"import services, sys; server = services.start_{service}();"
        "print(server.pid, server.folder, flush=True); sys.stdin.read()"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=SUPPORT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with run:
        assert run.stdout is not None
        pid, folder = run.stdout.readline().split()
        assert is_alive(int(pid))
        run.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 20
    while is_alive(int(pid)) or Path(folder).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # an ended process whose number nobody asked for yet still takes signals
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
