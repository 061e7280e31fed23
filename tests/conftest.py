"""Fixtures for all tests. Servers start when the first test asks for them, and end with the run.

    engine          Sqlite, then Postgres: whoever uses it, or what builds on it, runs once on each
    database_url    a fresh, empty database on that engine, as DATABASE_URL takes it
    postgres_server, redis_server     the running servers: stop(), kill(), restart(), …
    database        a fresh database, migrated and connected, at the URL that it gives
    world           a World (tests/support/world.py) in that database
    pgbouncer       a pooler before that PostgreSQL: pgbouncer.url(database_url)
    redis_url       an empty Redis, running again if an earlier test left it stopped or paused
    scaled          the tenth of a number in `make test`, all of it in `make soak`

One engine only: @pytest.mark.parametrize("engine", ["postgres"], indirect=True)
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import statements_kept
import validated
from fronts import PgBouncer
from hypothesis import settings
from recycling import Recycled
from services import Postgres, Redis, ServiceIsMissing, start_postgres, start_redis
from sqlite_files import Copied, Sqlite
from tortoise.connection import get_connections
from tortoise.migrations.api import migrate
from world import DATA_KEYS, World

import models
from app.keys import data_keys
from app.settings import Settings

validated.once()
ON_CI = bool(os.environ.get("LEITAI_CI"))
SOAKING = bool(os.environ.get("LEITAI_SOAK"))
LONG = (  # most of a minute, or more
    *("test_rotation.py", "test_sharing.py", "test_kill.py", "test_query_counts.py", "test_graphql_ws.py"),
    *("test_bad_input.py", "test_accessible.py", "test_kiosk.py", "test_block_scene.py", "test_workers.py"),
    *("test_authorization.py", "test_indistinguishable.py", "test_guessing.py", "test_machine.py"),
    *("test_demo.py", "test_fuzzed.py", "test_canaries.py"),
)

# No deadline for one example: a busy machine is slow, not wrong.
settings.register_profile("test", deadline=None, print_blob=True)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("soak" if SOAKING else "test")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    try:
        server = start_postgres()
    except ServiceIsMissing as reason:
        pytest.skip(str(reason))
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    try:
        server = start_redis()
    except ServiceIsMissing as reason:
        pytest.skip(str(reason))
    yield server
    server.close()


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: Postgres) -> Iterator[PgBouncer]:
    try:
        server = PgBouncer(postgres_server)
    except ServiceIsMissing as reason:
        pytest.skip(str(reason))
    postgres_server.start()
    server.start()
    yield server
    server.close()


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    redis_server.start()
    redis_server.resume()
    redis_server.flush()
    return redis_server.url


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Sqlite | Postgres:
    statements_kept.use(request.param)
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_files")
    server: Postgres = request.getfixturevalue("postgres_server")
    server.start()
    return server


@pytest.fixture
def database_url(engine: Sqlite | Postgres) -> Iterator[str]:
    url = engine.create_database()
    yield url
    engine.drop_database(url)


@pytest.fixture(scope="session")
def migrated() -> dict[str, Copied | Recycled]:
    """Copies of a migrated database, by engine; the first is made by the first test that needs one."""
    return {}


@pytest.fixture
async def database(engine: Sqlite | Postgres, migrated: dict[str, Copied | Recycled]) -> AsyncIterator[str]:
    if engine.name not in migrated:
        made = engine.create_database()
        statements_kept.use(made)
        await migrate(config=models.database.configuration(made))
        await get_connections().close_all()
        migrated[engine.name] = Copied(engine, made) if isinstance(engine, Sqlite) else Recycled(engine, made)
    url = migrated[engine.name].take()
    statements_kept.use(url)
    await models.database.connect(url)
    data_keys.use(Settings(DATABASE_URL=url, LEITAI_DATA_KEYS=DATA_KEYS))  # pyright: ignore[reportCallIssue]
    yield url
    await models.database.close()
    await migrated[engine.name].give_back(url)


@pytest.fixture
def world(database: str) -> World:
    return World()


@pytest.fixture
def scaled() -> Callable[[int], int]:
    return lambda number: number if SOAKING else max(1, number // 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Files are dealt out to processes in this order: whoever gets a long one last makes all others wait.
    items.sort(key=lambda item: next((place for place, name in enumerate(LONG) if name in item.nodeid), len(LONG)))
    if SOAKING:
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """On CI everything can be had, so that a skipped test is a missing service: a failure."""
    report: pytest.TestReport = yield
    if ON_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"
    return report
