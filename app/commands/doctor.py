"""`leitai doctor`: one line for each thing that a running server needs, and what to do about it.

It works with any of them away: each is looked at by itself, for a few seconds, and what it meets becomes its line.
"""

import asyncio
import os
import resource
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

import typer
from redis.asyncio import Redis

import models
from app import expected, setting_faults
from app.commands import schema_made
from app.commands.doctor_line import FAULT, OK, WARNING, Line
from app.commands.doctor_proxy import proxy
from app.commands.doctor_twins import members
from app.database import contact, pending, takes_changes
from app.keys import data_keys, signing
from app.running import run
from app.settings import Settings, load, names
from models import database_url
from realtime.redis_causes import cause

PATIENCE = 15.0  # seconds for one thing
FILES = 8192  # a socket is one
SKEW = 1.0, 5.0  # seconds: warning, fault
SPACE = 1 << 30, 100 << 20  # bytes: warning, fault
CHANNEL = "leitai"
Check = Callable[[Settings], AsyncGenerator[Line]]


def command() -> None:
    lines = run(examined(load()))
    faults = sum(one.level == FAULT for one in lines)
    if faults:
        typer.echo(f"{faults} fault(s): each line says what to do.", err=True)
        raise typer.Exit(1)


async def examined(settings: Settings) -> list[Line]:
    found: list[Line] = []
    reached = False
    for check, needs_database in CHECKS:
        if needs_database and not reached:
            continue
        try:
            async with asyncio.timeout(PATIENCE):
                lines = [line async for line in check(settings)]
        except TimeoutError:
            lines = [Line(FAULT, check.__name__, f"did not answer within {PATIENCE:.0f} s.")]
        except Exception as error:
            said = expected.sentence(error, settings.database_url)
            lines = [Line(FAULT, check.__name__, said or f"can't be looked at ({type(error).__name__}: {error}).")]
        for line in lines:
            typer.echo(str(line))
        found += lines
        if check is database:
            reached = all(line.level != FAULT for line in lines)
    return found


async def settings_(settings: Settings) -> AsyncGenerator[Line]:
    yield Line(OK, "settings", f"can be used; clients reach this server at {settings.public_url}.")
    for name, _ in setting_faults.unknown(os.environ, names()):
        yield Line(WARNING, "settings", f"{name} is no setting and has no effect.")
    if settings.production and not settings.public_url.tls:
        yield Line(WARNING, "settings", "LEITAI_PRODUCTION is on and PUBLIC_URL is http: passwords go in the clear.")


async def database(settings: Settings) -> AsyncGenerator[Line]:
    await contact(settings.database_url)
    if database_url.file_of(settings.database_url):
        await takes_changes(settings.database_url)
        yield Line(
            OK, "database", f"SQLite {sqlite3.sqlite_version} can be read and written: one process, one machine."
        )
        return
    async with models.database.opened(settings.database_url):
        await takes_changes(settings.database_url)
        version = await models.servers.version()
        most = await models.servers.most_connections()
    yield Line(OK, "database", f"PostgreSQL {version} answers; it takes {most} connections.")
    if most < 3 * models.database.POOL_SIZE:
        pool = models.database.POOL_SIZE
        yield Line(WARNING, "database", f"each worker takes up to {pool} connections: raise max_connections.")


async def schema(settings: Settings) -> AsyncGenerator[Line]:
    if missing := await pending(settings.database_url):
        yield Line(FAULT, "schema", f"lacks {len(missing)} migration(s): run `leitai migrate`.")
        return
    wanted = await schema_made.scratch(settings)
    async with models.database.opened(settings.database_url):
        compared = await schema_made.compare(settings, wanted)
    for one in compared.remarks:
        yield Line(WARNING, "schema", one)
    if not compared.differences:
        yield Line(OK, "schema", "is up to date, and what the migrations make.")
    for one in compared.differences:
        yield Line(FAULT, "schema", f"{one} Put a whole backup back, or repair it by hand.")


async def keys(settings: Settings) -> AsyncGenerator[Line]:
    if settings.signing_key or database_url.file_of(settings.database_url):
        signing.signer(settings)
        yield Line(OK, "keys", "the signing key can be read.")
    else:
        yield Line(WARNING, "keys", "LEITAI_SIGNING_KEY is not set: blocks can't be changed.")
    data_keys.use(settings)
    async with models.database.opened(settings.database_url):
        await data_keys.check()
    yield Line(OK, "keys", "every phone number's key is known.")


async def clock(settings: Settings) -> AsyncGenerator[Line]:
    if database_url.file_of(settings.database_url):
        return
    async with models.database.opened(settings.database_url):
        before = datetime.now(UTC)
        theirs = await models.servers.now()
        after = datetime.now(UTC)
    skew = abs((theirs - (before + (after - before) / 2)).total_seconds())
    level = OK if skew < SKEW[0] else WARNING if skew < SKEW[1] else FAULT
    told = f"the database's differs by {skew:.1f} s" + ("." if level == OK else ": let NTP set both.")
    yield Line(level, "clock", told)


async def redis(settings: Settings) -> AsyncGenerator[Line]:
    if settings.redis_url is None:
        yield Line(OK, "redis", "is not set: one process.")
        return
    client: Redis = Redis.from_url(settings.redis_url, socket_timeout=3, socket_connect_timeout=3)
    reader = client.pubsub()
    try:
        await reader.subscribe(CHANNEL)
        await client.publish(CHANNEL, "heartbeat:doctor")  # workers know it for nobody's of theirs
        yield Line(OK, "redis", "takes and gives hints.")
    except Exception as error:
        why = cause(error, tls=settings.redis_url.startswith("rediss:"))
        yield Line(FAULT, "redis", f"can't be used: {why}. Screens are up to 2 s late meanwhile. Look at REDIS_URL.")
    finally:
        await reader.aclose()
        await client.aclose()


async def machine(settings: Settings) -> AsyncGenerator[Line]:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    few = files != resource.RLIM_INFINITY and files < FILES
    advice = ": each socket is one; raise it (`ulimit -n`, LimitNOFILE= of systemd)." if few else "."
    yield Line(WARNING if few else OK, "machine", f"{files} files may be open in one process{advice}")
    file = database_url.file_of(settings.database_url)
    folder = file.parent if file and file.parent.is_dir() else Path.cwd()
    free = shutil.disk_usage(folder).free
    level = OK if free >= SPACE[0] else WARNING if free >= SPACE[1] else FAULT
    yield Line(level, "machine", f"{free >> 20:,} MB are free" + ("." if level == OK else f" at {folder}: make room."))


# Whether it needs a database that answers.
CHECKS: tuple[tuple[Check, bool], ...] = (
    (settings_, False),
    (database, False),
    (schema, True),
    (keys, True),
    (clock, True),
    (members, True),
    (redis, False),
    (machine, False),
    (proxy, False),
)
