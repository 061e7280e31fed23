"""Pages of lists: keyset, the same number of statements for one parent as for a hundred.

A `Listing` says which rows belong to which parent and in which order; `load` gives the first rows of each parent's list
after a cursor. Cursors are opaque to clients: the order's values of a row, in JSON, in URL-safe base64.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Generic, TypeGuard, TypeVar, cast
from uuid import UUID

from tortoise.fields import Field, IntField
from tortoise.models import Model

from models import sql
from rules.refusals import InvalidInput
from rules.texts import sayable

M = TypeVar("M", bound=Model)
MOST = 100


@dataclass(frozen=True, slots=True)
class Listing(Generic[M]):
    """table: FROM … with the model's table as `t`. parent: the column that tells the lists apart. where: with named
    parameters.
    order: (column, descending); the last is unique, all are NOT NULL, columns of `t`."""

    model: type[M]
    table: str
    parent: str
    order: tuple[tuple[str, bool], ...]
    where: str = "1 = 1"


def narrowed(listing: Listing[M], condition: str) -> Listing[M]:
    """The same list with one more condition."""
    return replace(listing, where=f"({listing.where}) AND ({condition})")


def at_or_below(organization: str) -> str:
    """Whether a right that is held :everywhere, or at :places, reaches this organization's column."""
    return f"""(:everywhere = 1 OR EXISTS (SELECT 1 FROM organization_paths held
      WHERE held.descendant_id = {organization} AND held.ancestor_id IN :places))"""


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    rows: Sequence[M]
    has_next: bool
    has_previous: bool


def bounded(first: int) -> int:
    if not 0 <= first <= MOST:
        raise InvalidInput.at("first", f"first is {first}; it must lie between 0 and {MOST}.")
    return first


def cursor_of(listing: Listing[Any], row: Model) -> str:
    values = [getattr(row, column) for column, _ in listing.order]
    return cursor([one.isoformat() if isinstance(one, (datetime, date)) else str(one) for one in values])


def cursor(values: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode().rstrip("=")


def read_cursor(text: str, length: int) -> list[Any]:
    """The values of a cursor of ours. InvalidInput: it is none."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not _are_values(values) or len(values) != length:
        raise InvalidInput.at("after", "after is not a cursor of this list; take endCursor of the page before.")
    return values


def _are_values(found: object) -> TypeGuard[list[Any]]:
    """What we write into cursors: texts, and whole numbers. No other kind has an order that a database shares."""
    return isinstance(found, list) and all(isinstance(one, str) or type(one) is int for one in cast(list[Any], found))


def _after(listing: Listing[Any], text: str | None) -> tuple[str, dict[str, Any]]:
    """(a, b) after (x, y) as: a > x OR (a = x AND b > y), each with its own direction."""
    if text is None:
        return "1 = 1", {}
    values: dict[str, Any] = {}
    fields = listing.model._meta.fields_map
    for (column, _), raw, name in zip(listing.order, read_cursor(text, len(listing.order)), "abcdef", strict=False):
        try:
            values[f"cursor_{name}"] = _held(fields[column], raw)
        except (ValueError, TypeError, OverflowError, AttributeError, ArithmeticError) as error:
            raise InvalidInput.at("after", "after is not a cursor of this list.") from error
    alternatives: list[str] = []
    for index, (column, descending) in enumerate(listing.order):
        equal = [f"t.{before} = :cursor_{'abcdef'[i]}" for i, (before, _) in enumerate(listing.order[:index])]
        alternatives.append(
            " AND ".join([*equal, f"t.{column} {'<' if descending else '>'} :cursor_{'abcdef'[index]}"])
        )
    return "(" + " OR ".join(f"({one})" for one in alternatives) + ")", values


def _held(field: Field[Any], raw: str | int) -> Any:
    """As the column holds it. ValueError and its like: it holds no such thing, on one of the engines at least."""
    value = field.to_python_value(str(raw))  # as it was written; a number would be read as seconds by some fields
    if isinstance(field, IntField) and not field.constraints["ge"] <= value <= field.constraints["le"]:
        raise ValueError(f"{value} is beyond the column")
    if isinstance(value, str) and not sayable(value):
        raise ValueError("no database takes this text")
    return value.value if isinstance(value, Enum) else value


async def load(
    listing: Listing[M], parents: Sequence[UUID], first: int, after: str | None, **values: Any
) -> dict[UUID, Page[M]]:
    """One statement. Every parent asked for has a page, an empty one where it has no rows."""
    bounded(first)
    condition, cursor_values = _after(listing, after)
    order = ", ".join(f"t.{column} {'DESC' if down else 'ASC'}" for column, down in listing.order)
    found = await sql.rows(
        f"""SELECT * FROM (
              SELECT t.*, {listing.parent} AS list_parent,
                ROW_NUMBER() OVER (PARTITION BY {listing.parent} ORDER BY {order}) AS list_place
              FROM {listing.table} WHERE {listing.parent} IN :parents AND {listing.where} AND {condition}) AS numbered
            WHERE list_place <= :most ORDER BY list_place""",
        parents=list(parents),
        most=first + 1,
        **values,
        **cursor_values,
    )
    lists: dict[UUID, list[M]] = {parent: [] for parent in parents}
    for one in found:
        parent = sql.uid(one.pop("list_parent"))
        one.pop("list_place")
        lists[parent].append(listing.model._init_from_db(**one))
    return {parent: Page(rows[:first], len(rows) > first, after is not None) for parent, rows in lists.items()}


async def counts(listing: Listing[Any], parents: Sequence[UUID], **values: Any) -> dict[UUID, int]:
    """How many rows each parent's list has. One statement."""
    found = await sql.rows(
        f"""SELECT {listing.parent} AS list_parent, COUNT(*) AS total FROM {listing.table}
            WHERE {listing.parent} IN :parents AND {listing.where} GROUP BY {listing.parent}""",
        parents=list(parents),
        **values,
    )
    totals = dict.fromkeys(parents, 0)
    totals.update({sql.uid(one["list_parent"]): one["total"] for one in found})
    return totals
