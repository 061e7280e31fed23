"""The cells of one sheet of an XLSX workbook, each as what it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from rules.imports import cells
from rules.imports.cells import NO_RESULT, RawCell
from rules.imports.format_codes import GENERAL
from rules.imports.number_formats import display, parsed
from rules.imports.packages import Attributes, Package
from rules.imports.ranges import Range
from rules.imports.spreadsheets import MOST_CELLS, refused
from rules.imports.tables import Record, Source

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.IGNORECASE)
MOST_COLUMNS, MOST_LINES = 16_384, 1_048_576
ISO_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet's days have no zone)
TRUE = frozenset({"1", "true", "on"})


@dataclass(slots=True)
class Sheet:
    source: Source
    records: list[Record] = field(default_factory=list[Record])


@dataclass(slots=True)
class Cell:
    """As far as its element was read. text: of its value, None where it has none."""

    column: int
    kind: str
    style: int
    formula: bool = False
    array: Range | None = None
    text: list[str] | None = None


def column_of(letters: str) -> int:
    """From 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def range_of(reference: str) -> Range | None:
    first, _, last = reference.partition(":")
    start, end = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last or first)
    if not start or not end:
        return None
    return Range(column_of(start[1]), int(start[2]), column_of(end[1]), int(end[2]))


class Reader:
    """Called by the XML parser; makes records."""

    def __init__(self, sheet: Sheet, texts: Sequence[str], formats: Sequence[str], from_1904: bool) -> None:
        self._sheet, self._texts, self._formats, self._from_1904 = sheet, texts, formats, from_1904
        self._inside: list[str] = []
        self._line = 0
        self._cells: dict[int, RawCell] = {}
        self._column = -1
        self._count = 0
        self._total = 0
        self._cell: Cell | None = None

    def start(self, tag: str, attributes: Attributes) -> None:
        self._inside.append(tag)
        match tag:
            case "c" if "row" in self._inside:
                self._begin(attributes)
            case "row":
                self._begin_line(attributes)
            case "f" if self._cell:
                self._cell.formula = True
                if attributes.get("t") in ("array", "dataTable"):
                    self._cell.array = range_of(attributes.get("ref", ""))
            case "v" | "is" if self._cell and self._cell.text is None:
                self._cell.text = []
            case "col" if attributes.get("hidden", "").lower() in TRUE:
                first, last = int(attributes["min"]), int(attributes["max"])
                self._sheet.source.hidden_columns.append((first - 1, last - 1))
            case "mergeCell" if merged := range_of(attributes.get("ref", "")):
                self._sheet.source.merges.append(merged)
            case _:
                pass

    def text(self, some: str) -> None:
        cell = self._cell
        if cell and cell.text is not None and self._inside[-1] in ("v", "t") and "rPh" not in self._inside:
            cell.text.append(some)

    def end(self, tag: str, _: Attributes) -> None:
        self._inside.pop()
        if tag == "c" and self._cell:
            value = self._value(self._cell)
            if value != "":
                self._cells[self._cell.column] = value
            self._cell = None
        elif tag == "row":
            if self._cells:
                self._sheet.records.append(Record(self._line, self._cells, self._count))
            self._cells = {}

    def _begin_line(self, attributes: Attributes) -> None:
        self._line = int(float(attributes.get("r", self._line + 1)))
        self._column, self._count = -1, 0
        if not 0 < self._line <= MOST_LINES:
            raise refused(f"A line has the number {self._line:,}; a sheet has {MOST_LINES:,}.")
        if attributes.get("hidden", "").lower() in TRUE:
            self._sheet.source.hidden_lines.add(self._line)

    def _begin(self, attributes: Attributes) -> None:
        found = REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_of(found[1]) if found else self._column + 1
        if self._column >= MOST_COLUMNS:
            raise refused(f"Line {self._line:,} has more than {MOST_COLUMNS:,} columns.")
        self._count += 1
        self._total += 1
        if self._total > MOST_CELLS:
            sheet = self._sheet.source.sheet
            raise refused(f"The table has more than {MOST_CELLS:,} cells; import it in parts.", self._line, sheet)
        self._cell = Cell(self._column, attributes.get("t", "n"), int(attributes.get("s", "0")))

    def _value(self, cell: Cell) -> RawCell:
        text = None if cell.text is None else "".join(cell.text)
        stored = text is not None and (text.strip() != "" or cell.kind == "str")
        if cell.formula and not stored:
            if cell.array:
                self._sheet.source.uncomputed.append(cell.array)
            return NO_RESULT
        if not text:
            return ""
        match cell.kind:
            case "s":
                return self._texts[int(text)]
            case "str" | "inlineStr":
                return cells.unescaped(text)
            case "b":
                return cells.boolean(text.strip().lower() in TRUE)
            case "e":
                return cells.error(text.strip())
            case "d":
                return self._dated(text.strip(), cell.style)
            case _:
                return display(text.strip(), self._format(cell.style), self._from_1904) if text.strip() else ""

    def _format(self, style: int) -> str:
        return self._formats[style] if style < len(self._formats) else GENERAL

    def _dated(self, text: str, style: int) -> RawCell:
        """Strict files hold ISO 8601."""
        code = self._format(style)
        code = code if parsed(code).date else "yyyy-mm-dd"
        bare = text.removesuffix("Z")
        try:
            if bare.startswith("T") or ":" in bare[:3]:
                dated = (found := parsed(code).date) is not None and found.dated
                at = datetime.fromisoformat(f"1899-12-30T{bare.removeprefix('T')}")
                return display(_serial(at), code if not dated else "h:mm:ss", from_1904=False)
            return display(_serial(datetime.fromisoformat(bare)), code, from_1904=False)
        except (ValueError, TypeError):
            return cells.error(text)


def _serial(at: datetime) -> str:
    since = at.replace(tzinfo=None) - ISO_ZERO
    return str(Decimal(since.days) + Decimal(since.seconds) / 86_400)


def read_sheet(
    package: Package, part: str, name: str, texts: Sequence[str], formats: Sequence[str], from_1904: bool
) -> Sheet:
    sheet = Sheet(Source(sheet=name, from_1904=from_1904))
    reader = Reader(sheet, texts, formats, from_1904)
    package.walk(part, reader.start, reader.end, reader.text)
    return sheet
