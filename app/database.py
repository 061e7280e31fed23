"""Opening the database for a command, and bringing it up to date."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor

import models
from app import data_keys, migrations, signing
from app.settings import Settings, load

SEALS_PHONES = "0015_phones"


class DatabaseOutdated(Exception):
    """The message says which command brings it up to date."""


async def pending(url: str) -> list[str]:
    """Names of migrations that this database lacks."""
    configuration = models.database.configuration(url)
    await Tortoise.init(config=configuration, init_connections=False)
    try:
        executor = MigrationExecutor(get_connection("default"), configuration["apps"])
        return [step.migration.name for step in await executor.plan()]
    finally:
        await Tortoise.close_connections()


async def migrate(url: str, say: migrations.Say = lambda _: None) -> list[str]:
    """Bring the database up to date; gives what was applied, and says when it waits for another process. NoDataKey:
    there are phone numbers to be encrypted, and no key."""
    data_keys.use(load().model_copy(update={"database_url": url}))
    names = await migrations.run(url, say)
    if SEALS_PHONES in names:
        await _clear_text_gone(url)
    return names


async def _clear_text_gone(url: str) -> None:
    """Rows that held phone numbers in clear text are dead, and their bytes go too."""
    await models.database.connect(url)
    try:
        postgres = models.database.dialect() == "postgres"
        await models.database.connection().execute_script(
            "VACUUM FULL members" if postgres else "PRAGMA wal_checkpoint(TRUNCATE)"
        )
    finally:
        await models.database.close()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[None]:
    """DatabaseOutdated: run `leitai migrate` first."""
    if missing := await pending(settings.database_url):
        raise DatabaseOutdated(
            f"The database lacks {len(missing)} migration(s), {missing[0]} first. Run `leitai migrate`, then try again."
        )
    signing.seal_ledger(signing.signer(settings))
    data_keys.use(settings)
    await models.database.connect(settings.database_url)
    try:
        yield
    finally:
        await models.database.close()
