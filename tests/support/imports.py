"""Files to import, and a full dump of what an import may change."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import openpyxl
import pytest

from models import sql
from resolvers.imports import importing
from resolvers.imports.importing import ImportRefused, Report
from resolvers.systems import ports

HANGZHOU = Path(__file__).parents[1] / "data" / "hangzhou-organizations.csv"
ORGANIZATIONS = ("code", "parent_code", "name", "kind")
MEMBERS = ("organization_code", "name", "alias", "phone", "joined_on", "login")
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
TABLES = {
    "organizations": "id",
    "organization_paths": "descendant_id, ancestor_id",
    "members": "id",
    "memberships": "id",
    "accounts": "id",
    "clocks": "root_id",
    "board_versions": "organization_id",
    "instants": "id",
    "points_entries": "id",
}


def table(columns: Sequence[str], *lines: str) -> bytes:
    return "\n".join([",".join(columns), *lines]).encode()


def xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def hangzhou_rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(HANGZHOU.read_text("utf-8"))))


async def organizations(content: bytes | str, name: str = "file.csv", at: datetime = NOW, **options: Any) -> Report:
    """Of a str: the lines below the heading."""
    content = table(ORGANIZATIONS, content) if isinstance(content, str) else content
    return await importing.organizations(content, name, now=lambda: at, ports=ports(), progress=ignore, **options)


async def members(content: bytes | str, name: str = "file.csv", at: datetime = NOW, **options: Any) -> Report:
    content = table(MEMBERS, content) if isinstance(content, str) else content
    return await importing.members(content, name, now=lambda: at, ports=ports(), progress=ignore, **options)


async def dump() -> dict[str, list[dict[str, Any]]]:
    return {name: await sql.rows(f"SELECT * FROM {name} ORDER BY {order}") for name, order in TABLES.items()}


async def refused(act: Any, content: bytes | str, name: str = "file.csv") -> list[str]:
    """The faults, once it is sure that nothing was written."""
    before = await dump()
    with pytest.raises(ImportRefused) as caught:
        await act(content, name)
    assert await dump() == before
    return caught.value.printed()


@asynccontextmanager
async def elsewhere(url: str) -> AsyncIterator[Callable[[str], Awaitable[object]]]:
    """A transaction of somebody else's, committed at the end."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")

            async def execute(statement: str) -> object:
                return connection.execute(statement)

            yield execute
            connection.execute("COMMIT")
        return
    client = await asyncpg.connect(url)
    try:
        async with client.transaction():
            yield client.execute
    finally:
        await client.close()


def ignore(*_: object) -> None:
    pass
