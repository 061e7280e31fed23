"""Bringing the database up to date: one process at a time, all or nothing.

Promises: all that is lacking is applied in one transaction, which takes a lock first. Another process waits, says so,
and then finds nothing to do. One that is killed leaves what was there before. The lock ends with its transaction, so it
holds through pgbouncer too.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor

import models
from app import failpoints
from app.settings import load
from models import database_url
from models.migration_recorder import Recorder
from resolvers.failpoints import passing

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
                if await models.servers.taken():
                    raise _Taken
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


def executor_of(client: BaseDBAsyncClient, apps: dict[str, Any]) -> MigrationExecutor:
    executor = MigrationExecutor(client, apps)
    executor.recorder = executor.loader.recorder = Recorder(client)
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
