"""Tables as China's offices send them: CSV in UTF-8, GB18030 or UTF-16, under English or Chinese headings.

A table is one heading and rows below it, blank ones left out. Every row keeps the number of the line on which
it begins, as an editor counts lines and a spreadsheet counts rows. What cannot be read raises ImportRefused.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.refusals import Refusal

MOST_BYTES = 50 * 1024 * 1024
MOST_CELLS = 2_000_000  # a city's members, with room
MOST_LETTERS = 1_000  # of one cell: more is a quotation mark that was never closed
MOST_PRINTED = 200
DELIMITERS = ",;\t"
INVISIBLE = "\ufeff\u200b\u2060"

Columns = Mapping[str, Sequence[str]]
"""Each column's name, and what else its heading may say."""

ORGANIZATIONS: Columns = {
    "code": ("编码", "代码", "组织编码", "组织代码"),
    "parent_code": ("上级编码", "上级代码", "上级组织编码", "上级组织代码"),
    "name": ("名称", "组织名称"),
    "kind": ("类型", "组织类型"),
}
MEMBERS: Columns = {
    "organization_code": ("组织编码", "组织代码"),
    "name": ("姓名",),
    "alias": ("别名",),
    "phone": ("手机", "手机号", "电话"),
    "joined_on": ("入党日期",),
    "login": ("登录名",),
}


@dataclass(frozen=True, slots=True)
class LineFault:
    """line None: the file as a whole."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class ImportRefused(Refusal):
    """Nothing was written. `faults` are in the order of their lines."""

    def __init__(self, faults: Iterable[LineFault]) -> None:
        self.faults: Sequence[LineFault] = sorted(faults, key=lambda fault: fault.line or 0)
        super().__init__("\n".join(self.printed()))

    def printed(self) -> list[str]:
        """A line for each fault, and where they are too many, how many more there are."""
        more = len(self.faults) - MOST_PRINTED
        return [str(fault) for fault in self.faults[:MOST_PRINTED]] + ([f"… and {more:,} more faults"] * (more > 0))


@dataclass(frozen=True, slots=True)
class Row:
    """cells: by column name, without surrounding white space; every column is there."""

    line: int
    cells: Mapping[str, str]


Records = Iterable[tuple[int, Sequence[str]]]
"""Raw cells with the number of the line on which they begin."""


def refused(message: str, line: int | None = None) -> ImportRefused:
    return ImportRefused([LineFault(line, message)])


def check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise refused(f"The file has {size / 1024**2:.1f} MB, at most {MOST_BYTES // 1024**2} are read; split it.")


def read_csv(content: bytes, columns: Columns) -> list[Row]:
    text = decoded(content)
    return rows(_records(text, _delimiter(text, columns)), columns)


def decoded(content: bytes) -> str:
    """By its byte order mark; else UTF-8, else GB18030, neither with a single wrong byte."""
    check_size(len(content))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if (nul := text.find("\0")) >= 0:
            line = text.count("\n", 0, nul) + 1
            raise refused(
                "A NUL character stands here; this is no text file. Save the table as CSV UTF-8 or as XLSX.",
                line,
            )
        return text
    tried = " nor ".join(encoding.upper() for encoding in encodings)
    raise refused(f"The file is neither {tried} text. Save the table as CSV UTF-8 or as XLSX.")


def rows(records: Records, columns: Columns) -> list[Row]:
    """The rows below the heading, whose columns may come in any order and beside others."""
    heading: dict[str, int] | None = None
    width, cells = 0, 0
    found: list[Row] = []
    faults: list[LineFault] = []
    try:
        for line, record in records:
            cells += max(1, len(record))
            if cells > MOST_CELLS:
                raise refused(f"The table has more than {MOST_CELLS:,} cells; import it in parts.", line)
            kept = [clean(cell) for cell in record]
            if not any(kept):
                continue
            if heading is None:
                heading, width = _heading(line, kept, columns), len(kept)
                continue
            if message := _misshapen(kept, width):
                faults.append(LineFault(line, message))
            found.append(Row(line, {name: kept[place] if place < len(kept) else "" for name, place in heading.items()}))
    except ImportRefused as last:
        raise ImportRefused([*faults, *last.faults]) from None
    if heading is None:
        raise refused("The file is empty: it needs a first line with the columns " + ", ".join(columns) + ".")
    if faults:
        raise ImportRefused(faults)
    return found


def clean(cell: str) -> str:
    return cell.strip().strip(INVISIBLE).strip()


def one_line(text: str) -> str:
    """Runs of white space are one space, as lists and boards can show it."""
    return " ".join(text.split())


def shown(value: str) -> str:
    """A cell's text inside a message: short, on one line, harmless on a terminal."""
    short = value if len(value) <= 40 else value[:39] + "…"
    return '"' + "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in short) + '"'


def _misshapen(cells: Sequence[str], width: int) -> str | None:
    if any(cells[width:]):
        return f"{len(cells)} cells under {width} headings; quote a cell that holds the separator."
    longest = max(map(len, cells))
    if longest > MOST_LETTERS:
        return f"A cell has {longest:,} characters; at most {MOST_LETTERS:,} are allowed."
    return None


def _key(heading: str) -> str:
    return "_".join(unicodedata.normalize("NFKC", heading).casefold().replace("_", " ").split())


def _places(cells: Sequence[str], columns: Columns) -> list[tuple[str, int]]:
    meanings = {_key(word): name for name, synonyms in columns.items() for word in (name, *synonyms)}
    keys = enumerate(_key(cell) for cell in cells)
    return [(meanings[key], place) for place, key in keys if key in meanings]


def _heading(line: int, cells: Sequence[str], columns: Columns) -> dict[str, int]:
    places = _places(cells, columns)
    names = [name for name, _ in places]
    faults = [
        LineFault(line, f"The column {name} stands here {names.count(name)} times; keep one.")
        for name in columns
        if names.count(name) > 1
    ]
    here = ", ".join(shown(cell) for cell in cells[:12] if cell)
    faults += [
        LineFault(line, f"The column {name} ({columns[name][0]}) is missing; the first line says {here}.")
        for name in columns
        if name not in names
    ]
    if faults:
        raise ImportRefused(faults)
    return dict(places)


def _delimiter(text: str, columns: Columns) -> str:
    """The one that finds most headings."""
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")[: MOST_LETTERS * 20]
    split = {mark: [clean(cell.strip().strip('"')) for cell in first.split(mark)] for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: len(_places(split[mark], columns)))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refused(_said(str(error)), line) from None


def _said(error: str) -> str:
    if "expected after" in error:
        return 'Something follows a closing quotation mark; write "" for a quotation mark inside a cell.'
    return "A quotation mark is opened on this line and not closed."
