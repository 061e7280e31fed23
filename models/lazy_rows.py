"""Many rows of one moment, held as they came: a model is made of one when somebody asks for it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from tortoise.models import Model

from models import sql
from models.bulk import chunks

M = TypeVar("M", bound=Model)

AT_ONCE = 500  # rows of one statement, after which others have their turn of the loop: 5 ms


class Roll(Mapping[UUID, M]):
    """By id. A board of thousands shows some ten; making all of them models takes 60 µs each, in one piece. No
    statement runs when one is asked for."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._columns: tuple[str, ...] = ()
        self._rows: dict[UUID, tuple[Any, ...]] = {}
        self._made: dict[UUID, M] = {}

    def add(self, found: Iterable[dict[str, Any]]) -> None:
        for one in found:
            self._columns = self._columns or tuple(one)
            self._rows[sql.uid(one["id"])] = tuple(one.values())

    def __getitem__(self, key: UUID) -> M:
        made = self._made.get(key)
        if made is None:
            row = dict(zip(self._columns, self._rows[key], strict=True))
            made = self._made[key] = self._model._init_from_db(**row)
        return made

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def uids(self, column: str) -> set[UUID]:
        """The different ids in a column."""
        place = self._columns.index(column) if self._rows else 0
        return {sql.uid(one) for one in {row[place] for row in self._rows.values()}}


async def by_ids(model: type[M], ids: Iterable[UUID]) -> Roll[M]:
    """Of a model's table, those that exist. One statement for each AT_ONCE."""
    roll = Roll(model)
    for some in chunks(dict.fromkeys(ids), AT_ONCE):
        roll.add(await sql.rows(f"SELECT * FROM {model._meta.db_table} WHERE id IN :ids", ids=some))
    return roll
