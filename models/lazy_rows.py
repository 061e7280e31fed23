"""Many rows of one moment, held as they came: a model is made of one when somebody asks for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, TypeVar
from uuid import UUID

from tortoise.models import Model

from models import sql
from models.bulk import chunks

M = TypeVar("M", bound=Model)

AT_ONCE = 500  # rows of one statement, after which others have their turn of the loop: 5 ms


class Roll(Mapping[UUID, M]):
    """By id. A board of thousands shows some ten; making all of them models takes 60 µs each, in one piece. No
    statement runs when one is asked for. Python's search for garbage looks at each UUID, and passes over numbers and
    rows of them: ids are held as these.

    identities: the columns that came as UUIDs; they are numbers in the rows.
    """

    def __init__(
        self, model: type[M], columns: Sequence[str], identities: Set[str], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        self._model = model
        self._columns, self._identities = columns, identities
        self._rows = tuple(rows)
        place = columns.index("id") if self._rows else 0
        self._places = {sql.number(row[place]): index for index, row in enumerate(self._rows)}
        self._made: dict[UUID, M] = {}

    def __getitem__(self, key: UUID) -> M:
        made = self._made.get(key)
        if made is None:
            row = dict(zip(self._columns, self._rows[self._places[key.int]], strict=True))
            for column in self._identities:
                row[column] = None if row[column] is None else UUID(int=row[column])
            made = self._made[key] = self._model._init_from_db(**row)
        return made

    def __contains__(self, key: object) -> bool:
        return isinstance(key, UUID) and key.int in self._places

    def __iter__(self) -> Iterator[UUID]:
        return (UUID(int=one) for one in self._places)

    def __len__(self) -> int:
        return len(self._rows)

    def numbers(self, column: str) -> set[int]:
        """The different ids in a column, as numbers."""
        place = self._columns.index(column) if self._rows else 0
        return {sql.number(one) for one in {row[place] for row in self._rows}}


async def by_ids(model: type[M], numbers: Iterable[int]) -> Roll[M]:
    """Of a model's table, those that exist; ids as numbers. One statement for each AT_ONCE."""
    columns: tuple[str, ...] = ()
    identities: set[str] = set()
    rows: list[tuple[Any, ...]] = []
    for some in chunks(dict.fromkeys(numbers), AT_ONCE):
        ids = [UUID(int=one) for one in some]
        for one in await sql.rows(f"SELECT * FROM {model._meta.db_table} WHERE id IN :ids", ids=ids):
            columns = columns or tuple(one)
            found = {column: value.int for column, value in one.items() if isinstance(value, UUID)}
            identities |= found.keys()
            rows.append(tuple((one | found).values()))
    return Roll(model, columns, identities, rows)
