"""What a statement's file holds, and cells that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

COLUMNS = (
    "counts_at", "occurred_at", "recorded_at", "kind", "amount", "sum", "ranks", "correction", "rule", "cut",
    "cut_points", "reason", "organization_code", "organization", "id", "reverses",
)  # fmt: skip
BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Cell = str | int | None


def defused(text: str) -> str:
    """Text that begins as a formula does, with an apostrophe before it; where blanks stand before that, too."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(FORMULA) or text.startswith(FORMULA) else text


def local(moment: datetime, zone: str) -> str:
    """As spreadsheets read a time, in the root's zone."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def lines(rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180: comma, quotes where needed, CRLF. Numbers stay numbers."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue()
