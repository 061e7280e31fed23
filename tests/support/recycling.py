"""PostgreSQL databases that are used again: copying one is 550 files, emptying one a few milliseconds.

A database goes back to what it was when it was migrated. One whose tables, triggers, constraints or functions a test
has changed, or that can't be emptied, is dropped instead.
"""

from __future__ import annotations

import contextlib

import asyncpg
from services import Postgres

FINGERPRINT = """SELECT md5(string_agg(one, ',' ORDER BY one)) FROM (
  SELECT concat_ws(' ', 'class', relname, relkind) AS one FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid, tgname, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull, attnum) FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT concat_ws(' ', 'constraint', conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'index', indexdef) FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT concat_ws(' ', 'function', proname, prosrc) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'setting', setconfig::text) FROM pg_db_role_setting) AS parts"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
SEQUENCES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' ORDER BY relname"
)
ALONE = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Recycled:
    """Copies of one migrated database. name: as an engine's."""

    name = "postgres"

    def __init__(self, server: Postgres, template: str) -> None:
        self._server, self._template, self._spare = server, template, list[str]()
        at = server.name_of(template)
        self._fingerprint = server.execute(FINGERPRINT, database=at)
        tables = server.execute(TABLES, database=at).splitlines()
        sequences = server.execute(SEQUENCES, database=at).splitlines()
        kept = {one: server.execute(f'SELECT json_agg(t) FROM "{one}" t', database=at) for one in tables}
        self._empty = ";".join(
            [
                "BEGIN",
                "SET LOCAL session_replication_role = replica",  # neither triggers nor foreign keys
                *(f'DELETE FROM "{one}"' for one in tables),
                *(f'ALTER SEQUENCE "{one}" RESTART' for one in sequences),
                *(
                    f"""INSERT INTO "{one}" SELECT * FROM json_populate_recordset(NULL::"{one}", $kept${rows}$kept$)"""
                    for one, rows in kept.items()
                    if rows
                ),
                "COMMIT",
            ]
        )

    def take(self) -> str:
        return self._spare.pop() if self._spare else self._server.create_database(template=self._template)

    async def give_back(self, url: str) -> None:
        self._server.start()  # a test may have stopped it
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            connection = await asyncpg.connect(url)
            try:
                await connection.execute(ALONE)
                if await connection.fetchval(FINGERPRINT) == self._fingerprint:
                    await connection.execute(self._empty)
                    self._spare.append(url)
                    return
            finally:
                await connection.close()
        self._server.drop_database(url)
