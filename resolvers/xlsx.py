"""The table on the first sheet of an XLSX file, with the row numbers that a spreadsheet shows.

XLSX is a ZIP of XML: what it would unpack to is checked before it is unpacked. Whatever is wrong with a file
raises ImportRefused.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, cast

import openpyxl

from rules.spreadsheets import Columns, ImportRefused, Row, refused, rows

SIGNATURE = b"PK\x03\x04"
OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_PARTS = 2_000
MOST_UNPACKED = 200 * 1024 * 1024  # two million cells of 100 bytes
MOST_OF_A_PART = 8 * 1024 * 1024  # of styles and the like, each entry of which becomes an object
MOST_DIGITS = 15  # of a number in a spreadsheet; further ones are lost


def read(content: bytes, columns: Columns) -> list[Row]:
    try:
        _check_package(content)
        # Of files without a default style, of dates outside the calendar: the cells' own checks say it better.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return rows(_sheet(content), columns)
    except ImportRefused:
        raise
    except Exception as error:  # any: a broken file breaks zipfile, the XML parser and openpyxl in many ways
        raise refused(f"The file cannot be read as XLSX ({type(error).__name__}); save it anew.") from error


def check_kind(content: bytes, name: str) -> bool:
    """Whether it is XLSX rather than text, by its first bytes."""
    if content.startswith(OLD_OR_ENCRYPTED):
        raise refused("The file is protected by a password or is an old XLS; save it as XLSX without a password.")
    packed = content.startswith(SIGNATURE)
    if name.lower().endswith((".xlsx", ".xlsm")) and not packed:
        raise refused("The file is called XLSX and is none; save it anew.")
    return packed


def _check_package(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS:
            raise refused(f"The file has {len(parts):,} parts; no table needs more than {MOST_PARTS:,}.")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MOST_UNPACKED:
            raise refused(
                f"The file unpacks to {unpacked / 1024**2:,.0f} MB; at most 200 are read. Import it in parts."
            )
        for part in parts:
            if part.flag_bits & 1:
                raise refused("The file is protected by a password; save it without one.")
            if part.filename.endswith((".xml", ".rels")):
                _check_part(package, part)


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    table = part.filename.startswith("xl/worksheets/") or part.filename.endswith("sharedStrings.xml")
    if not table and part.file_size > MOST_OF_A_PART:
        raise refused(f"The file's {part.filename} is too big; copy the table alone into a new file.")
    before = b""
    with package.open(part) as unpacked:
        while some := unpacked.read(1024 * 1024):
            # Entities can unfold without end; no spreadsheet declares any. Two bytes a letter are caught too.
            if b"<!DOCTYPE" in (before + some).replace(b"\0", b""):
                raise refused("The file declares XML entities, which no spreadsheet needs; save it anew.")
            before = some[-32:]


def _sheet(content: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    book: Any = cast(Any, openpyxl).load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        if not book.worksheets:
            raise refused("The file has no sheet.")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file claims to be may be a million times what it is
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_text(cell) for cell in cells]
    finally:
        book.close()


def _text(cell: object) -> str:
    """A cell as a person would type it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and len(str(abs(cell))) > MOST_DIGITS:
        return f"{float(cell):.14E}"  # as a spreadsheet shows it; what reads codes refuses it
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
