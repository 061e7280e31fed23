"""From the records of a file to rows: the heading is found, each cell is judged by what it is, then it is text."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.imports import cells
from rules.imports.cells import NO_RESULT, RawCell
from rules.imports.columns import HEADING_WITHIN, Columns, Heading, find
from rules.imports.ranges import Range, by_line
from rules.imports.spreadsheets import (
    MOST_CELLS,
    ImportRefused,
    LineFault,
    Row,
    Table,
    clean,
    letters_of,
    refused,
    shown,
)

NOTE = re.compile(
    r"(?:注|备注|说明|附注|填表说明|填报说明|填表人|制表人|制表|审核人|负责人|联系人|note|remarks?)\s*[:：]",
    re.IGNORECASE,
)
MOST_NAMED = 12  # lines or columns in one note


@dataclass(frozen=True, slots=True)
class Record:
    """cells: what is not empty, by column. count: how many there are; in a text file the line's length."""

    line: int
    cells: Mapping[int, RawCell]
    count: int


@dataclass(slots=True)
class Source:
    """What is known of a table beside its records. sheet None: a text file. uncomputed: where a formula stands whose
    results were not stored."""

    sheet: str | None = None
    from_1904: bool = False
    hidden_lines: set[int] = field(default_factory=set[int])
    hidden_columns: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    merges: list[Range] = field(default_factory=list[Range])
    uncomputed: list[Range] = field(default_factory=list[Range])


def filled(records: Iterable[Record], sheet: str | None) -> Iterator[Record]:
    """Those that are not blank."""
    total = 0
    for record in records:
        total += max(1, record.count)
        if total > MOST_CELLS:
            raise refused(f"The table has more than {MOST_CELLS:,} cells; import it in parts.", record.line, sheet)
        if any(not isinstance(cell, str) or clean(cell) for cell in record.cells.values()):
            yield record


def heading_of(records: Sequence[Record], columns: Columns, source: Source) -> Heading:
    """A heading merged over two lines is read on both."""
    first = [*records[:HEADING_WITHIN]]
    merges = by_line(source.merges, [one.line for one in first])
    values = {one.line: one.cells for one in first}
    lines: list[tuple[int, dict[int, str]]] = []
    for one in first:
        above = {
            merge.left: values.get(merge.top, {}).get(merge.left, "")
            for merge in merges.get(one.line, ())
            if merge.left == merge.right and merge.top < one.line
        }
        said = {at: clean(cell if isinstance(cell, str) else cell.shown) for at, cell in {**above, **one.cells}.items()}
        if any(said.values()):
            lines.append((one.line, {at: text for at, text in said.items() if text}))
    return find(lines, columns, source.sheet)


def table(records: Iterable[Record], columns: Columns, source: Source) -> Table:
    """ImportRefused names every cell that is wrong in itself."""
    faults: list[LineFault] = []
    found: list[Record] = []
    try:
        found.extend(filled(records, source.sheet))  # as far as they can be read
    except ImportRefused as last:  # the lines before it are checked all the same
        if not found:
            raise
        faults += last.faults
    try:
        heading = heading_of(found, columns, source)
    except ImportRefused as missing:
        raise ImportRefused([*missing.faults, *faults]) from None
    reading = Reading(heading, columns, source, found, faults)
    below = [one for one in found if one.line > heading.line]
    rows = [row for record in below if (row := reading.row(record))]
    if faults:
        raise ImportRefused(faults)
    return Table(rows, list(reading.notes()))


class Reading:
    """One table while its rows are made."""

    def __init__(
        self, heading: Heading, columns: Columns, source: Source, found: Sequence[Record], faults: list[LineFault]
    ) -> None:
        self._heading, self._columns, self._source, self._found, self._faults = heading, columns, source, found, faults
        lines = [one.line for one in found]
        self._merges = by_line(source.merges, lines)
        self._uncomputed = by_line(source.uncomputed, lines)
        self._values = {one.line: one.cells for one in found} if source.merges else {}
        self._width = next(one.count for one in found if one.line == heading.line)
        self._remarks: list[int] = []
        self._beside: set[int] = set()
        self._filled: set[str] = set()

    def row(self, record: Record) -> Row | None:
        """None: it holds nothing of the table."""
        if self._source.sheet is None and any(at >= self._width for at in record.cells):
            said = f"{record.count} cells under {self._width} headings; quote a cell that holds the separator."
            self._faults.append(LineFault(record.line, said))
            return None
        places = self._heading.places
        self._beside.update(at for at in record.cells if at not in places.values() and at not in self._heading.unused)
        if all(at not in record.cells for at in places.values()):
            return None
        if self._is_remark(record):
            self._remarks.append(record.line)
            return None
        texts: dict[str, str] = {}
        row = Row(record.line, texts, self._heading.place)
        for name, at in places.items():
            cell = self._cell(record, name, at)
            if cell == "":
                texts[name] = ""
                continue
            days = self._columns[name].days
            texts[name], wrong = cells.as_day(cell, self._source.from_1904) if days else cells.as_text(cell)
            if wrong:
                self._faults.append(row.fault(name, wrong))
        return row

    def _cell(self, record: Record, name: str, at: int) -> RawCell:
        for merge in self._merges.get(record.line, ()):
            if merge.covers(at, record.line):
                value = self._values.get(merge.top, {}).get(merge.left, "")
                if value == "":
                    return ""
                if merge.left != merge.right or not self._columns[name].fills:
                    return cells.merged(str(merge))
                self._filled.add(name)
                return value
        if at not in record.cells and any(one.holds(at, record.line) for one in self._uncomputed.get(record.line, ())):
            return NO_RESULT
        return record.cells.get(at, "")

    def _is_remark(self, record: Record) -> bool:
        """Alone on its line, and merged over columns or begun as remarks are."""
        [(at, cell), *others] = record.cells.items()
        if others or not isinstance(cell, str):
            return False
        wide = any(one.holds(at, record.line) and one.left < one.right for one in self._merges.get(record.line, ()))
        return wide or bool(NOTE.match(clean(cell)))

    def notes(self) -> Iterator[str]:
        heading, place = self._heading, self._heading.place
        yield f"The heading is line {heading.line}."
        if above := [one.line for one in self._found if one.line < heading.line]:
            yield f"Not read: {_lines(above)}, above the heading."
        if unused := [f"{one.letters} ({shown(one.heading)})" for one in heading.unused.values()]:
            yield f"Not read: column {_some(unused)}."
        if beside := [letters_of(at) for at in sorted(self._beside)]:
            yield f"Not read: column {_some(beside)}, which has no heading."
        if self._remarks:
            yield f"Not read: {_lines(self._remarks)}, a remark alone."
        if self._filled:
            names = [place.columns[name].letters for name in sorted(self._filled)]
            yield f"Merged cells of column {_some(names)} count for each of their lines."
        lines = [one.line for one in self._found if one.line > heading.line and one.line in self._source.hidden_lines]
        if lines:
            yield f"Read although hidden or filtered out: {_lines(lines)}."
        hidden = [
            place.columns[name].letters
            for name, at in heading.places.items()
            if any(first <= at <= last for first, last in self._source.hidden_columns)
        ]
        if hidden:
            yield f"Read although hidden: column {_some(hidden)}."


def _lines(lines: Sequence[int]) -> str:
    return f"line{'s' * (len(lines) > 1)} {_some([str(line) for line in lines])}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
