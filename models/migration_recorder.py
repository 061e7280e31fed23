"""Which migrations a database has."""

from typing import Any

import asyncpg
from tortoise.exceptions import OperationalError
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder


class Recorder(MigrationRecorder):
    """Of Tortoise's own table, by its usual name."""

    async def ensure_schema(self, schema_editor: Any) -> None:
        """By one statement: a script would end SQLite's transaction."""
        statement: str = schema_editor._get_model_sql_data(self.model).table_sql
        made = statement.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS", 1)
        await self.connection.execute_query_dict(made, [])

    async def applied_migrations(self) -> list[MigrationKey]:
        """Tortoise takes every error for an empty database; here only a table that is not there is one."""
        try:
            _, rows = await self.connection.execute_query("SELECT app, name FROM tortoise_migrations")
        except OperationalError as error:
            absent = isinstance(error.args[0], asyncpg.UndefinedTableError) or "no such table" in str(error)
            if not absent:
                raise
            return []
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]
