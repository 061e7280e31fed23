"""DateTime, Date and Long, strict on the way in, UTC on the way out."""

from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, GraphQLInt

from rules.refusals import TooLargeToTell

MOST_LONG = 2**53 - 1
RFC = "https://www.rfc-editor.org/rfc"


def _write_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_instant(value: Any) -> datetime:
    if isinstance(value, str) and "T" in value.upper():
        try:
            read = datetime.fromisoformat(value)
            if read.tzinfo is not None:
                return read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(
        "A DateTime is RFC 3339 with a time zone, such as 2026-03-01T08:00:00Z or 2026-03-01T16:00:00+08:00."
    )


def _read_date(value: Any) -> date:
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError("A Date is year-month-day, such as 2026-03-01.")


def _read_long(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_LONG:
        return value
    raise GraphQLError("A Long is a whole number within ±(2^53 − 1).")


def _write_whole(value: Any) -> int:
    """A number that a JSON number holds exactly. TooLargeToTell: it is beyond."""
    if isinstance(value, int) and abs(value) <= MOST_LONG:
        return int(value)
    raise TooLargeToTell


Long = NewType("Long", int)

# GraphQL's own Int, but for one thing: it writes what a Long may hold. Sums such as `balance` were promised as Int, and
# there can be no second type of that name: docs/decisions/0008-sums-are-written-whole.md.
_write_int = GraphQLInt.coerce_output_value


def _write_any_int(value: Any) -> int:
    return _write_whole(value) if type(value) is int else _write_int(value)


setattr(GraphQLInt, "coerce_output_value", _write_any_int)  # noqa: B010 -- a method to pyright

SCALARS = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339, UTC on the wire.",
        specified_by_url=f"{RFC}/rfc3339#section-5.6",
        serialize=_write_instant,
        parse_value=_read_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, RFC 3339's full-date, such as 2026-03-01.",
        specified_by_url=f"{RFC}/rfc3339#section-5.6",
        serialize=lambda value: value.isoformat(),
        parse_value=_read_date,
    ),
    Long: strawberry.scalar(
        name="Long",
        description="A whole number within ±(2^53 − 1), as a JSON number.",
        specified_by_url=f"{RFC}/rfc8259#section-6",
        serialize=_write_whole,
        parse_value=_read_long,
    ),
}
