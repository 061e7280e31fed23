"""Tables as offices send them: what a row is, and what is said of a line that is wrong.

A table is one heading and rows below it, blank ones left out. Every row keeps the number of the line on which
it begins, as an editor counts lines and a spreadsheet counts rows. What cannot be read raises ImportRefused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rules.refusals import Fault, Refusal

MOST_BYTES = 50 * 1024 * 1024
MOST_CELLS = 2_000_000  # a city's members, with room
MOST_LETTERS = 1_000  # of one cell: more is a quotation mark that was never closed
MOST_PRINTED = 200
INVISIBLE = "\ufeff\u200b\u2060"


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column stands: its letters in a spreadsheet, and its heading as the file has it."""

    letters: str
    heading: str

    def __str__(self) -> str:
        return f"column {self.letters} ({printable(self.heading)})"


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows come from. sheet None: a text file has none. columns: by name."""

    sheet: str | None = None
    columns: Mapping[str, Column] = field(default_factory=dict[str, Column])


@dataclass(frozen=True, slots=True)
class LineFault:
    """line None: the file as a whole, or its sheet."""

    line: int | None
    message: str
    sheet: str | None = None
    column: Column | None = None

    def __str__(self) -> str:
        where = [] if self.sheet is None else [f"sheet {shown(self.sheet)}"]
        where += [] if self.line is None else [f"line {self.line}"]
        where += [] if self.column is None else [str(self.column)]
        return f"{', '.join(where)}: {self.message}" if where else self.message


class ImportRefused(Refusal):
    """Nothing was written. `faults` are in the order of their lines."""

    def __init__(self, faults: Iterable[LineFault]) -> None:
        self.faults: Sequence[LineFault] = sorted(faults, key=lambda fault: fault.line or 0)
        super().__init__("\n".join(self.printed()))

    def printed(self, file: str = "") -> list[str]:
        """A line for each fault, and where they are too many, how many more there are. file: its name, said first."""
        more = len(self.faults) - MOST_PRINTED
        return [_named(file, fault) for fault in self.faults[:MOST_PRINTED]] + (
            [f"… and {more:,} more faults"] * (more > 0)
        )


def _named(file: str, fault: LineFault) -> str:
    said = str(fault)
    if not file:
        return said
    return f"{printable(file)}: {said}" if said == fault.message else f"{printable(file)}, {said}"


@dataclass(frozen=True, slots=True)
class Row:
    """cells: by column name, without surrounding white space. Every column is there, an optional one where the table
    has it."""

    line: int
    cells: Mapping[str, str]
    place: Place = field(default=Place(), compare=False)

    def fault(self, column: str, message: str) -> LineFault:
        """Where the message quotes nothing, the cell's text is said too."""
        text = self.cells.get(column, "")
        said = f"{message} The cell says {shown(text)}." if text and '"' not in message else message
        return LineFault(self.line, said, self.place.sheet, self.place.columns.get(column))

    def faults(self, faults: Iterable[Fault]) -> list[LineFault]:
        return [self.fault(fault.path[0], fault.message) for fault in faults]


@dataclass(frozen=True, slots=True)
class Table:
    """notes: sentences on how the file was read, for the report."""

    rows: list[Row]
    notes: list[str]


def refused(message: str, line: int | None = None, sheet: str | None = None) -> ImportRefused:
    return ImportRefused([LineFault(line, message, sheet)])


def check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise refused(f"The file has {size / 1024**2:.1f} MB, at most {MOST_BYTES // 1024**2} are read; split it.")


def clean(cell: str) -> str:
    return cell.strip().strip(INVISIBLE).strip()


def one_line(text: str) -> str:
    """Runs of white space are one space, as lists and boards can show it."""
    return " ".join(text.split())


def shown(value: str) -> str:
    """A cell's text inside a message: short, on one line, harmless on a terminal."""
    short = value if len(value) <= 40 else value[:39] + "…"
    return f'"{printable(short)}"'


def printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def letters_of(column: int) -> str:
    """A, B, … Z, AA, … of columns counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
