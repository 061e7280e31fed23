"""What is asked of the database's server, whatever the tables hold."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from models import sql
from models.database import connection, dialect

LOCK = 0x1E17A1  # ours among a database's advisory locks


async def answers() -> None:
    """Raises what it answers with, if it does not."""
    await sql.value("SELECT 1 AS one")


def look_into(file: Path, timeout: float) -> None:
    """Without aiosqlite, whose thread may outlive a loop in which nothing could be opened."""
    with closing(sqlite3.connect(file, timeout=timeout)) as opened:
        opened.execute("SELECT COUNT(*) FROM sqlite_master")


async def has_tables() -> bool:
    if dialect() == "postgres":
        return bool(await sql.value("SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = 'public'"))
    return bool(await sql.value("SELECT COUNT(*) AS n FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))


async def truncate_deleted_members() -> None:
    """Bytes of dead rows of members go too: on SQLite those in the log beside the file."""
    if dialect() == "postgres":
        await connection().execute_script("VACUUM FULL members")
    else:
        await connection().execute_script("PRAGMA wal_checkpoint(TRUNCATE)")


# ---------------------------------------------------------------- PostgreSQL


async def version() -> str:
    return await sql.value("SELECT current_setting('server_version') AS v")


async def most_connections() -> int:
    return int(await sql.value("SELECT current_setting('max_connections') AS v"))


async def read_only() -> bool:
    return await sql.value("SELECT current_setting('transaction_read_only') AS v") == "on"


async def now() -> datetime:
    """By the server's clock."""
    return await sql.value("SELECT clock_timestamp() AS now")


async def taken() -> bool:
    """Whether another process migrates; if not, this one does until its transaction ends. SQLite's transaction holds
    its lock since it began."""
    return dialect() == "postgres" and not await sql.value("SELECT pg_try_advisory_xact_lock(:lock) AS free", lock=LOCK)
