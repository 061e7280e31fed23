"""Ranges of cells: those that are merged, and those whose formula has no result."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.imports.spreadsheets import MOST_CELLS, letters_of, refused


@dataclass(frozen=True, slots=True)
class Range:
    """Columns from 0, lines as they are numbered; both ends are inside."""

    left: int
    top: int
    right: int
    bottom: int

    def holds(self, column: int, line: int) -> bool:
        return self.left <= column <= self.right and self.top <= line <= self.bottom

    def covers(self, column: int, line: int) -> bool:
        """The first cell shows its own value; it covers the others."""
        return self.holds(column, line) and (column, line) != (self.left, self.top)

    def __str__(self) -> str:
        return f"{letters_of(self.left)}{self.top}:{letters_of(self.right)}{self.bottom}"


def by_line(ranges: Iterable[Range], lines: Sequence[int]) -> Mapping[int, Sequence[Range]]:
    """Of each of these lines, in ascending order, the ranges that reach it."""
    found: dict[int, list[Range]] = {}
    total = 0
    for one in ranges:
        reached = lines[bisect_left(lines, one.top) : bisect_right(lines, one.bottom)]
        total += len(reached) + 1
        if total > MOST_CELLS:
            raise refused("The sheet has too many merged cells; copy the table alone into a new file.")
        for line in reached:
            found.setdefault(line, []).append(one)
    return found
