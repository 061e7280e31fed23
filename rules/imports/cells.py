"""What a cell is, before it becomes text: a number, a date, an error are not what they look like.

A plain `str` is a text, or a number whose every digit the sheet shows. Anything else is a `Typed`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.imports.spreadsheets import MOST_LETTERS, clean, shown


class Kind(StrEnum):
    NUMBER = "NUMBER"
    DATE = "DATE"
    TIME = "TIME"
    DURATION = "DURATION"
    BOOLEAN = "BOOLEAN"
    ERROR = "ERROR"
    FORMULA = "FORMULA"  # without a stored result
    MERGED = "MERGED"  # covered by another cell


@dataclass(frozen=True, slots=True)
class Typed:
    """shown: as the sheet shows it. wrong: why that is no text; None: it is. no_day: why there is no day."""

    kind: Kind
    shown: str
    wrong: str | None = None
    day: date | None = None
    no_day: str | None = None


RawCell = str | Typed

AS_TEXT = "format the column as text and enter the value again"
AS_DAY = "write it as 2021-07-01"
ERRORS = re.compile(
    r"#(?:N/A(?: N/A)?|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|"
    r"EXTERNAL!|PYTHON!|TIMEOUT!|GETTING_DATA|#+)|#?ERR:[0-9]{3}",
    re.IGNORECASE,
)
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
QUOTED = re.compile(r'="([^"]*)"')  # how exports keep a spreadsheet from reading a text as a number
SERIAL = re.compile(r"[1-7][0-9]{4}")  # a date whose cell is formatted as a number: 1927 to 2119
EIGHT_DIGITS = re.compile(r"[0-9]{8}")
FIRST_SURE = 61  # before 1 March 1900 programs number days differently, and one counts a 29 February
LAST_DAY = 2_958_465  # 9999-12-31
FROM_1904 = 1_462  # days
ZERO = date(1899, 12, 30)

BOOLEAN = "is a yes-or-no value, not a text"
UNCOMPUTED = (
    "The formula here has no stored result; open the file in a spreadsheet program, let it calculate, and save it."
)
NO_RESULT = Typed(Kind.FORMULA, "", UNCOMPUTED, no_day=UNCOMPUTED)


def error(text: str) -> Typed:
    said = f"{shown(text)} is an error, not a value; correct the cell or empty it."
    return Typed(Kind.ERROR, text, said, no_day=said)


def boolean(true: bool) -> Typed:
    text = str(true).upper()
    return Typed(
        Kind.BOOLEAN, text, f"{shown(text)} {BOOLEAN}; {AS_TEXT}.", no_day=f"{shown(text)} is no date; {AS_DAY}."
    )


def merged(range: str) -> Typed:
    said = f"This cell is part of the merged cells {range}; unmerge them and fill in each line."
    return Typed(Kind.MERGED, "", said, no_day=said)


def unescaped(text: str) -> str:
    """`_x000D_` is how XLSX writes a carriage return, and `_x005F_` the underscore of a text that looks like that."""
    if "_x" not in text:
        return text
    undone = ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    # Two halves of a rare letter, each escaped, are one letter; a lone one stays what it is, and is refused later.
    return undone.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def day_of(serial: int, from_1904: bool) -> date | None:
    """The day that a sheet shows for a whole number; None: none, or programs differ."""
    serial += FROM_1904 if from_1904 else 0
    return ZERO + timedelta(days=serial) if FIRST_SURE <= serial <= LAST_DAY else None


def as_text(cell: RawCell) -> tuple[str, str | None]:
    """Its text, and why it can't be one."""
    if isinstance(cell, Typed):
        return clean(cell.shown), cell.wrong
    text = clean(cell)
    if text[:1] == "=":
        if quoted := QUOTED.fullmatch(text):
            return clean(quoted[1]), None
        return text, f"{shown(text)} is a formula, not its result; save the values."
    if len(text) > MOST_LETTERS:
        return text, f"A cell has {len(text):,} characters; at most {MOST_LETTERS:,} are allowed."
    if text[:1] in "#＃Ee" and text and ERRORS.fullmatch(unicodedata.normalize("NFKC", text)):
        return text, error(text).wrong
    return text, None


def as_day(cell: RawCell, from_1904: bool) -> tuple[str, str | None]:
    """2021-07-01 of what is a date to the sheet; the text of a text, which is read later."""
    if isinstance(cell, str):
        text, wrong = as_text(cell)
        if from_1904 and not wrong and SERIAL.fullmatch(text):
            wrong = f"{shown(text)} is a number kept as text, and this workbook counts its days from 1904; {AS_DAY}."
        return text, wrong
    if cell.kind is Kind.NUMBER and cell.wrong is None and EIGHT_DIGITS.fullmatch(cell.shown):
        return cell.shown, None
    if cell.day is not None:
        return cell.day.isoformat(), None
    return clean(cell.shown), cell.no_day or f"{shown(cell.shown)} is no date; {AS_DAY}."
