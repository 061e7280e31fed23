"""PostgreSQL behind a pooler such as pgbouncer, which lends each transaction any of its connections.

Promises: a pool finds out by itself whether a pooler is in between. Then nothing is kept in a session: no statement is
prepared by name, no setting is sent at the start, and nothing is reset when a connection is given back. What lasts for
one transaction (`SET LOCAL`, `pg_advisory_xact_lock`) works as ever; session locks, `LISTEN` and temporary tables do
not, and are not used.
"""

from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

# A pooler answers with a process id of its own, as it does for cancelling. One simple statement: it prepares nothing.
# It divides by zero where the ids differ.
SAME_PROCESS = "SELECT 1 / (pg_backend_pid() = {})::int"


async def create_pool(self: AsyncpgDBClient, **options: Any) -> asyncpg.Pool:
    """As Tortoise does it, for whichever of both is there."""
    try:
        pool = cast(asyncpg.Pool, await asyncpg.create_pool(None, **options))
    except asyncpg.ProtocolViolationError as refusal:
        if "startup parameter" not in str(refusal):
            raise
        return await _pool_without_sessions(options)
    try:
        if await _reaches_postgres(pool):
            return pool
    except BaseException:
        pool.terminate()
        raise
    pool.terminate()
    return await _pool_without_sessions(options)


AsyncpgDBClient.create_pool = create_pool  # type: ignore[method-assign]


async def _reaches_postgres(pool: asyncpg.Pool) -> bool:
    async with pool.acquire() as connection:
        try:
            await connection.execute(SAME_PROCESS.format(connection.get_server_pid()))
        except asyncpg.DivisionByZeroError:
            return False
    return True


async def _pool_without_sessions(options: dict[str, Any]) -> asyncpg.Pool:
    kept = {name: value for name, value in options.get("server_settings", {}).items() if name != "jit"}
    changed = {"statement_cache_size": 0, "reset": _nothing, **options, "server_settings": kept}
    return cast(asyncpg.Pool, await asyncpg.create_pool(None, **changed))


async def _nothing(_: object) -> None:
    """Resetting one of the pooler's connections would reset another's."""
