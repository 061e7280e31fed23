"""CSV: where its lines and cells end, and what separates them."""

import csv
import io
import re
from collections.abc import Iterator

from rules.imports.columns import HEADING_WITHIN, Columns, known
from rules.imports.encodings import decoded
from rules.imports.spreadsheets import MOST_LETTERS, Table, check_size, clean, refused
from rules.imports.tables import Record, Source, table

DELIMITERS = ",;\t|"
NAMED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
HINT = re.compile(
    r'\ufeff?"?sep=([^\r\n"]?)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE
)  # for spreadsheets: no line of the table


def read_csv(content: bytes, columns: Columns) -> Table:
    check_size(len(content))
    text = decoded(content)
    hint = HINT.match(text.text)
    delimiter = (hint[1] if hint else "") or _delimiter(text.text, columns)
    found = table(_records(text.text, delimiter, hint is not None), columns, Source())
    named = NAMED.get(delimiter, f'"{delimiter}"')
    why = "as its first line says" if hint and hint[1] else "which find most headings"
    return Table(found.rows, [f"{text.said} Its cells are separated by {named}, {why}.", *found.notes])


def _delimiter(text: str, columns: Columns) -> str:
    """The one that finds most headings on one line."""
    first = text[: MOST_LETTERS * 20].splitlines()[:HEADING_WITHIN]
    return max(
        DELIMITERS,
        key=lambda mark: max(
            (known((clean(cell.strip('" ')) for cell in line.split(mark)), columns) for line in first), default=0
        ),
    )


def _records(text: str, delimiter: str, hinted: bool) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refused(_said(str(error)), line) from None
        if hinted and line == 1:
            continue
        yield Record(line, {at: cell for at, cell in enumerate(record) if cell}, len(record))


def _said(error: str) -> str:
    if "expected after" in error:
        return 'Something follows a closing quotation mark; write "" for a quotation mark inside a cell.'
    return "A quotation mark is opened on this line and not closed."
