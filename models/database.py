"""Opening the database, and the two ways of talking to it: a transaction that writes, a snapshot that reads.

Promises: a transaction takes its write lock when it begins (SQLite would otherwise refuse a read-then-write at
once); a snapshot sees one moment of the database across all its statements; a failed begin leaks nothing.
Neither may be cancelled while it begins or ends: run them inside `shielded`.
"""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient, ConnectionWrapper, TransactionContext
from tortoise.backends.sqlite.client import SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from models import database_url
from models import poolers as poolers  # a pool finds out what it is connected to

T = TypeVar("T")

ENGINES = {"sqlite": "tortoise.backends.sqlite", "postgres": "tortoise.backends.asyncpg"}
BUSY_TIMEOUT_MS = 15_000  # longer than the one short transaction of any import
POOL_SIZE = 10  # per worker; PostgreSQL allows 100 connections by default
COMMAND_TIMEOUT = 60  # seconds; no statement of ours is meant to take one
_reading: contextvars.ContextVar[bool] = contextvars.ContextVar("leitai_reading", default=False)
_running: set[asyncio.Task[Any]] = set()


async def _begin(self: SqliteTransactionWrapper) -> None:
    await self._connection.commit()
    await self._connection.execute("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


SqliteTransactionWrapper.begin = _begin  # type: ignore[method-assign]


async def _entered(self: ConnectionWrapper[Any]) -> Any:
    """Tortoise keeps the lock where the connection can't be made, and the next statement waits for it until the end."""
    await self._lock.acquire()
    try:
        await self.ensure_connection()
    except BaseException:
        self._lock.release()
        raise
    return self.connection


ConnectionWrapper.__aenter__ = _entered  # type: ignore[method-assign]


def configuration(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a DATABASE_URL. ValueError: it is none."""
    found = database_url.read(url)
    credentials = found.credentials
    connection = {"engine": ENGINES[found.engine], "credentials": credentials}
    if found.engine == "sqlite":
        credentials.setdefault("busy_timeout", BUSY_TIMEOUT_MS)
        credentials.setdefault("synchronous", "FULL")
        credentials.setdefault("secure_delete", "ON")
        credentials.setdefault("recursive_triggers", "ON")  # REPLACE must not slip past the append-only triggers
    else:
        credentials.setdefault("maxsize", POOL_SIZE)
        credentials.setdefault("command_timeout", COMMAND_TIMEOUT)
        # plans are chosen anew by asyncpg's cache; JIT costs more than it gives on queries of this size
        credentials.setdefault("server_settings", {"jit": "off"})
    return {
        "connections": {"default": connection},
        "apps": {
            "models": {
                "models": ["models"],
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str) -> None:
    """Open the database for this process. One at a time."""
    await Tortoise.init(config=configuration(url), _enable_global_fallback=True)


async def close() -> None:
    await drained()
    await Tortoise.close_connections()


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[None]:
    await connect(url)
    try:
        yield
    finally:
        await close()


def connection() -> BaseDBAsyncClient:
    return get_connections().get("default")


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return connection().capabilities.dialect


async def shielded(operation: Coroutine[Any, Any, T]) -> T:
    """Run to its end whatever happens to the caller: a cancelled begin or commit wedges the worker."""
    task = asyncio.get_running_loop().create_task(operation)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)


async def drained(seconds: float = 10.0) -> None:
    """Wait for what is under way, at most so many seconds."""
    if _running:
        await asyncio.wait(set(_running), timeout=seconds)


async def _undo_enter(context: TransactionContext) -> None:
    token = getattr(context, "token", None)
    if token is not None:
        get_connections().reset(token)
    if isinstance(context, SqliteTransactionContext):
        if context._trxlock.locked():
            context._trxlock.release()
        return
    client = cast(Any, context).client
    if client._connection is not None and client._parent._pool:
        await client._parent._pool.release(client._connection)


async def _leave(context: TransactionContext, *error: Any) -> None:
    """The pool can refuse a connection that was lost; Tortoise would then leave it in this task's context, and a task
    that lives on would speak to it for ever."""
    token = cast(Any, context).token
    try:
        await context.__aexit__(*error)
    finally:
        if not token._used:
            get_connections().reset(token)


@asynccontextmanager
async def _transaction(reading: bool) -> AsyncGenerator[BaseDBAsyncClient]:
    mark = _reading.set(reading)
    try:
        context = in_transaction("default")
        try:
            client = await context.__aenter__()
        except Exception as error:
            await _undo_enter(context)
            raise OperationalError(error) from error
        try:
            if reading and dialect() == "postgres":
                await client.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield client
        except BaseException as error:
            await _leave(context, type(error), error, error.__traceback__)
            raise
        else:
            await _leave(context, None, None, None)
    finally:
        _reading.reset(mark)


@asynccontextmanager
async def transaction() -> AsyncGenerator[BaseDBAsyncClient]:
    """One transaction that writes: commits at the end, rolls back on any exception."""
    async with _transaction(reading=False) as client:
        yield client


@asynccontextmanager
async def snapshot() -> AsyncGenerator[BaseDBAsyncClient]:
    """Several reads of one moment."""
    async with _transaction(reading=True) as client:
        yield client
