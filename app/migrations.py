"""Bringing the database up to date: one process at a time, all or nothing.

Promises: all that is lacking is applied in one transaction, which takes a lock first. Another process waits, says so,
and then finds nothing to do. One that is killed leaves what was there before. The lock ends with its transaction, so it
holds through pgbouncer too.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

import models
from app import failpoints
from app.settings import load
from models import database_url
from resolvers.failpoints import passing

LOCK = 0x1E17A1  # ours among a database's advisory locks
WAITING = "Another migration of this database is running; waiting for it to end."
SAID_AFTER = 1.0  # seconds
BETWEEN = 0.2  # seconds between two tries
Say = Callable[[str], None]


class _Taken(Exception):
    """Another process holds the lock."""


async def run(url: str, say: Say) -> list[str]:
    """Gives what was applied. NoDataKey: there are phone numbers to be encrypted, and no key."""
    failpoints.arm(load().failpoint)
    configuration = models.database.configuration(url)
    # SQLite is asked often, and no statement of a migration is too long.
    own = {"busy_timeout": int(BETWEEN * 1000)} if database_url.file_of(url) else {"command_timeout": None}
    configuration["connections"]["default"]["credentials"] |= own
    began, said = time.monotonic(), False
    while True:
        try:
            await Tortoise.init(config=configuration, init_connections=False)
            async with models.database.transaction() as client:
                await _lock(client)
                return await apply(client, configuration["apps"])
        except (_Taken, OperationalError) as error:
            if isinstance(error, OperationalError) and "database is locked" not in str(error):
                raise
        finally:
            await Tortoise.close_connections()
        if not said and time.monotonic() - began > SAID_AFTER:
            said = True
            say(WAITING)
        await asyncio.sleep(BETWEEN)


async def _lock(client: BaseDBAsyncClient) -> None:
    """SQLite's transaction holds its lock since it began."""
    if client.capabilities.dialect == "postgres":
        [row] = await client.execute_query_dict(f"SELECT pg_try_advisory_xact_lock({LOCK}) AS taken")
        if not row["taken"]:
            raise _Taken


def executor_of(client: BaseDBAsyncClient, apps: dict[str, Any]) -> MigrationExecutor:
    executor = MigrationExecutor(client, apps)
    executor.recorder = executor.loader.recorder = _Recorder(client)
    return executor


async def apply(client: BaseDBAsyncClient, apps: dict[str, Any]) -> list[str]:
    """All that is lacking, inside a transaction of the client."""
    executor = executor_of(client, apps)
    await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
    names = [step.migration.name for step in await executor.plan()]
    await executor.migrate(progress=_passing)
    return names


def _passing(event: str, _app: str, _name: str) -> None:
    if event == "apply_done":
        passing(failpoints.MIGRATION_APPLIED)


class _Recorder(MigrationRecorder):
    async def ensure_schema(self, schema_editor: Any) -> None:
        """By one statement: a script would end SQLite's transaction."""
        statement: str = schema_editor._get_model_sql_data(self.model).table_sql
        made = statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
        await self.connection.execute_query_dict(made, [])

    async def applied_migrations(self) -> list[MigrationKey]:
        """Tortoise takes every error for an empty database; here only a table that is not there is one."""
        try:
            _, rows = await self.connection.execute_query(f"SELECT app, name FROM {self.table_name}")
        except OperationalError as error:
            absent = isinstance(error.args[0], asyncpg.UndefinedTableError) or "no such table" in str(error)
            if not absent:
                raise
            return []
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]
