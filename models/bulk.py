"""Bulk statements: one text, many rows of values, made ready before the transaction that runs them begins."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from models.database import connection, dialect

T = TypeVar("T")

BATCH = 2_000  # rows between two steps of a progress bar


@dataclass(frozen=True, slots=True)
class Bulk:
    """One statement, done once for each row of values."""

    statement: str
    rows: Sequence[list[Any]]


def insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Bulk:
    places = ", ".join("?" for _ in columns)
    return each(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def each(statement: str, rows: Iterable[Sequence[Any]]) -> Bulk:
    """The statement has a ? where a value of the row goes."""
    if dialect() == "postgres":
        first, *others = statement.split("?")
        numbered = first + "".join(f"${number}{text}" for number, text in enumerate(others, 1))
        return Bulk(numbered, [list(row) for row in rows])
    return Bulk(statement, [list(map(_as_text, row)) for row in rows])


def _as_text(value: Any) -> Any:
    """As SQLite keeps it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value) if isinstance(value, (UUID, date)) else value


async def run(bulk: Bulk, told: Callable[[int], None]) -> None:
    """Inside a transaction. told: how many more rows are done."""
    for some in chunks(bulk.rows, BATCH):
        await connection().execute_many(bulk.statement, some)
        told(len(some))


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(values)
    while some := list(islice(left, size)):
        yield some


async def unhurried(values: Iterable[T], size: int) -> AsyncIterator[list[T]]:
    """`chunks`, between which others have their turn of the loop."""
    for some in chunks(values, size):
        yield some
        await asyncio.sleep(0)
