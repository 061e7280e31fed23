"""SQL with named parameters, the same text on both engines.

Write `:name` where a value goes; a list value becomes a parenthesised list (never empty: an empty list matches
nothing).
Values may be UUID, datetime (UTC), date, bool, int, str or None. Rows come back as dicts; UUIDs may be text (SQLite):
`uid()`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from tortoise.models import Model

from models.database import connection

M = TypeVar("M", bound=Model)
NAME = re.compile(r"(?<!:):([a-z_]+)")


def uid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def number(value: Any) -> int:
    """An id, however a row holds it, as the number that it is."""
    if isinstance(value, UUID):
        return value.int
    return value if isinstance(value, int) else int(value.replace("-", ""), 16)


def instant(value: Any) -> datetime:
    """A moment from a raw row, in UTC."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def uids(values: Iterable[Any]) -> list[UUID]:
    return [uid(value) for value in values]


def _bind(text: str, values: dict[str, Any], postgres: bool) -> tuple[str, list[Any]]:
    bound: list[Any] = []
    places: dict[str, str] = {}

    def one(value: Any) -> str:
        if not postgres and isinstance(value, UUID):
            value = str(value)
        elif not postgres and isinstance(value, (datetime, date)):
            value = value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
        bound.append(value)
        return f"${len(bound)}" if postgres else f"?{len(bound)}"

    def place(match: re.Match[str]) -> str:
        name = match[1]
        if name not in places:
            value = values[name]
            if isinstance(value, (list, tuple, set, frozenset)):
                places[name] = "(" + (", ".join(one(item) for item in value) or "NULL") + ")"
            else:
                places[name] = one(value)
        return places[name]

    return NAME.sub(place, text), bound


async def rows(text: str, **values: Any) -> list[dict[str, Any]]:
    """The rows that a SELECT, or a statement with RETURNING, gives."""
    client = connection()
    statement, bound = _bind(text, values, client.capabilities.dialect == "postgres")
    return await client.execute_query_dict(statement, bound)


async def row(text: str, **values: Any) -> dict[str, Any] | None:
    found = await rows(text, **values)
    return found[0] if found else None


async def value(text: str, **values: Any) -> Any:
    """The first column of the first row, or None."""
    found = await row(text, **values)
    return next(iter(found.values())) if found else None


async def models(model: type[M], text: str, **values: Any) -> list[M]:
    """Rows as instances; the statement selects every column of the model's table."""
    return instances(model, await rows(text, **values))


async def execute(text: str, **values: Any) -> int:
    """How many rows an INSERT, UPDATE or DELETE touched."""
    if text.lstrip().upper().startswith("INSERT"):
        return len(await rows(f"{text} RETURNING 1 AS one", **values))
    client = connection()
    statement, bound = _bind(text, values, client.capabilities.dialect == "postgres")
    touched, _ = await client.execute_query(statement, bound)
    return touched


def table(name: str, columns: Mapping[str, str]) -> str:
    """A FROM item: the rows of the parameter `name`, made by `packed`, as a table of that name. Columns with the types
    that PostgreSQL gives them."""
    if connection().capabilities.dialect == "postgres":
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        return f"jsonb_to_recordset(:{name}::jsonb) AS {name}({typed})"
    read = ", ".join(f"json_extract(value, '$.{column}') AS {column}" for column in columns)
    return f"(SELECT {read} FROM json_each(:{name})) AS {name}"


def packed(given: Iterable[Mapping[str, Any]]) -> str:
    """Rows for `table`: one parameter, however many."""
    return json.dumps(list(given), default=_packed)


def _packed(given: Any) -> str:
    return given.isoformat(" ") if isinstance(given, datetime) else str(given)


def instances(model: type[M], found: Sequence[dict[str, Any]]) -> list[M]:
    return [model._init_from_db(**one) for one in found]
