"""A ranking of thousands, held as bare numbers: Python's search for garbage passes over tuples and dicts of them.

Objects and UUIDs in their place would be looked through in each full search, 10,000 members in some 5 ms, and many
boards are held at a time. What somebody looks at is made when it is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload
from uuid import UUID

Row = tuple[int, int, int, int, int, int | None]  # as Ranked; the id as a number


@dataclass(frozen=True, slots=True)
class Ranked:
    """score in thousandths; reached in Unix seconds; members: whose mean it is, None for a member."""

    subject_id: UUID
    rank: int
    score: int
    points: int
    reached: int
    members: int | None = None


class Numbers(Mapping[UUID, int]):
    """A number for each id. numbers: by the ids' own numbers."""

    __slots__ = ("_numbers",)

    def __init__(self, numbers: dict[int, int]) -> None:
        self._numbers = numbers

    @classmethod
    def of(cls, found: Mapping[UUID, int]) -> "Numbers":
        return cls({one.int: number for one, number in found.items()})

    def __getitem__(self, key: UUID) -> int:
        return self._numbers[key.int]

    def __iter__(self) -> Iterator[UUID]:
        return (UUID(int=one) for one in self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


class Ranking(Sequence[Ranked]):
    """In order."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, index: int) -> Ranked: ...

    @overload
    def __getitem__(self, index: slice) -> "Ranking": ...

    def __getitem__(self, index: int | slice) -> "Ranked | Ranking":
        if isinstance(index, slice):
            return Ranking(self._rows[index])
        number, rank, score, points, reached, members = self._rows[index]
        return Ranked(UUID(int=number), rank, score, points, reached, members)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def ids(self) -> list[int]:
        """The subjects', as numbers."""
        return [row[0] for row in self._rows]

    def places(self) -> Numbers:
        """The index of each subject."""
        return Numbers({row[0]: index for index, row in enumerate(self._rows)})

    def ranks(self) -> Numbers:
        return Numbers({row[0]: row[1] for row in self._rows})

    def points(self) -> Numbers:
        return Numbers({row[0]: row[3] for row in self._rows})
