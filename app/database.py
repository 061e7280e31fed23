"""Opening the database for a command, and bringing it up to date."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise import Tortoise
from tortoise.connection import get_connection

import models
from app import expected, migrations
from app.expected import DatabaseOutdated, DatabaseUnavailable
from app.keys import data_keys, signing
from app.running import waiting_for
from app.settings import Settings, load
from models import database_url

SEALS_PHONES = "0015_phones"


CONTACT = 10.0  # seconds until a database counts as away


async def contact(url: str, *, makes: bool = False) -> None:
    """Whether it can be opened. DatabaseUnavailable: it can't, and why. makes: a SQLite file may be missing yet."""
    file = database_url.file_of(url)
    if file and not (file.exists() or makes):
        there = file.parent.is_dir()
        what = f"There is no database {file} yet; `leitai migrate` makes it." if there else _no_folder(file)
        raise DatabaseUnavailable(what)
    if file and not file.parent.is_dir():
        raise DatabaseUnavailable(_no_folder(file))
    try:
        with waiting_for(database_url.read(url).place):
            if file:
                models.servers.look_into(file, CONTACT)
            else:
                await _ask(url)
    except Exception as error:
        raise DatabaseUnavailable(expected.unavailable(error, url)) from error


async def takes_changes(url: str) -> None:
    """Of one that is connected. DatabaseUnavailable: it can only be read, as a standby or a file of somebody else."""
    if file := database_url.file_of(url):
        read_only = not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))
    else:
        read_only = await models.servers.read_only()
    if read_only:
        raise DatabaseUnavailable(expected.read_only(url))


async def _ask(url: str) -> None:
    await Tortoise.init(config=models.database.configuration(url), init_connections=False)
    try:
        async with asyncio.timeout(CONTACT):
            await models.servers.answers()
    finally:
        await Tortoise.close_connections()


def _no_folder(file: Path) -> str:
    return f"The folder {file.parent} of the SQLite file {file} does not exist; make it, or change DATABASE_URL."


async def pending(url: str) -> list[str]:
    """Names of migrations that this database lacks. DatabaseUnavailable: it can't be opened, so nobody knows."""
    await contact(url)
    configuration = models.database.configuration(url)
    await Tortoise.init(config=configuration, init_connections=False)
    try:
        executor = migrations.executor_of(get_connection("default"), configuration["apps"])
        return [step.migration.name for step in await executor.plan()]
    finally:
        await Tortoise.close_connections()


async def migrate(url: str, say: migrations.Say = lambda _: None) -> list[str]:
    """Bring the database up to date; gives what was applied, and says when it waits for another process. NoDataKey:
    there are phone numbers to be encrypted, and no key."""
    await contact(url, makes=True)
    data_keys.use(load().model_copy(update={"database_url": url}))
    names = await migrations.run(url, say)
    if SEALS_PHONES in names:
        await _clear_text_gone(url)
    return names


async def _clear_text_gone(url: str) -> None:
    """Rows that held phone numbers in clear text are dead, and their bytes go too."""
    await models.database.connect(url)
    try:
        await models.servers.truncate_deleted_members()
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
