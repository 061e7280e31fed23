"""What a sheet shows for a number under a format: a number with leading zeros, a date, a time, or nothing surely known.

Only what every program shows alike is rendered: whole numbers under General, `0`, `000`, `000-0000` and the like. A
number under another format is a `Typed` that says why it is no text.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from rules.imports.cells import AS_DAY, AS_TEXT, EIGHT_DIGITS, LAST_DAY, SERIAL, Kind, RawCell, Typed, day_of
from rules.imports.date_formats import DateFormat, date_format
from rules.imports.format_codes import GENERAL, Token, sections, tokens
from rules.imports.spreadsheets import shown

MOST_DIGITS = 15  # of a number in a spreadsheet; further ones are lost
SURE_DECIMALS = 9  # significant digits of a fraction that General shows in full
DIGITS = frozenset("0#?")
MEASURED = re.compile(r"(?P<groups>#,##)?0(?:\.(?P<decimals>0+))?(?P<percent>%)?(?:E\+(?P<power>0+))?(?:_[) ])?")


@dataclass(frozen=True, slots=True)
class Format:
    """date: it shows days or times. pieces: digits and literals of a whole number; None: not surely known."""

    code: str
    date: DateFormat | None = None
    general: bool = False
    pieces: tuple[Token, ...] | None = None
    zero: tuple[Token, ...] | None = field(default=None)


@lru_cache(maxsize=4096)
def parsed(code: str) -> Format:
    parts = sections(code)
    first = tokens(parts[0])
    if date := date_format(first):
        return Format(code, date=date)
    third = tokens(parts[2]) if len(parts) > 2 else None
    conditional = any(
        one.text.startswith(("[<", "[>", "[=")) for part in parts for one in tokens(part) if not one.literal
    )
    return Format(
        code,
        general=(not conditional and any(one.text == GENERAL for one in first)) or parts == ["@"],
        pieces=None if conditional else _pieces(first),
        zero=None if third is None else _pieces(third) or (),
    )


def _pieces(parts: list[Token]) -> tuple[Token, ...] | None:
    kept = [one for one in parts if not (one.text.startswith("[") and not one.literal and one.harmless)]
    sure = all(one.literal or one.text in DIGITS or one.text in (GENERAL, "@") for one in kept)
    return tuple(kept) if sure else None


def display(written: str, code: str, from_1904: bool) -> RawCell:
    try:
        number = Decimal(repr(float(written)))  # what a program reads: no more digits, and no larger exponents
    except ValueError:
        number = Decimal("NaN")
    if not number.is_finite():
        return _unsure(written, f"{shown(written)} is no number that a sheet can show; {AS_TEXT}.")
    form = parsed(code)
    if abs(number) >= 10**MOST_DIGITS:
        text = f"{number:.5E}"
        return _unsure(text, f"{text} has lost digits: a sheet keeps {MOST_DIGITS} of a number; {AS_TEXT}.")
    if form.date:
        return _dated(number, form.date, from_1904)
    whole = number == number.to_integral_value()
    plain = _plain(number)
    if text := _measured(number, code):
        return _unsure(text, f"{shown(text)} is a measured number under the format {shown(code)}; {AS_TEXT}.")
    if plain is None or number < 0 or form.pieces is None or not (whole or form.general):
        said = (
            f"{plain or written} is a number, and what its format {shown(code)} shows can't be told surely; {AS_TEXT}."
        )
        if number < 0:
            said = f"{plain or written} is a negative number; {AS_TEXT}."
        return _unsure(plain or written, said)
    text = _rendered(plain, form.zero if form.zero is not None and not number else form.pieces)
    if text is None or not text.strip():
        said = f"The cell holds {plain}, and what its format {shown(code)} shows can't be told surely; {AS_TEXT}."
        return _unsure(plain, said)
    day = day_of(int(number), from_1904) if whole and text == plain and SERIAL.fullmatch(plain) else None
    no_day = None if day or EIGHT_DIGITS.fullmatch(text) else f"{shown(text)} is a number, not a date; {AS_DAY}."
    return Typed(Kind.NUMBER, text, day=day, no_day=no_day)


def _measured(number: Decimal, code: str) -> str | None:
    """What stands there under the formats of amounts: decimals, groups of three, percent, powers of ten."""
    found = MEASURED.fullmatch(sections(code)[0])
    if not found:
        return None
    groups, decimals, percent, power = found["groups"], len(found["decimals"] or ""), found["percent"], found["power"]
    if not (groups or decimals or percent or power):
        return None
    if power:
        mantissa, _, exponent = f"{number:.{decimals}E}".partition("E")
        return f"{mantissa}E{int(exponent):+0{len(power) + 1}}"
    return f"{number * 100 if percent else number:{',' if groups else ''}.{decimals}f}{'%' if percent else ''}"


def _unsure(text: str, said: str) -> Typed:
    return Typed(Kind.NUMBER, text, said, no_day=f"{shown(text)} is a number, not a date; {AS_DAY}.")


def _plain(number: Decimal) -> str | None:
    """As General shows it; None: only shortened."""
    if number == number.to_integral_value():
        return str(int(number))
    return (
        f"{number:f}" if len(number.as_tuple().digits) <= SURE_DECIMALS and abs(number) >= Decimal("0.0001") else None
    )


def _rendered(plain: str, pieces: tuple[Token, ...]) -> str | None:
    """The digits in their places, from the right; those beyond the first place stand before it."""
    if any(not one.literal and one.text in (GENERAL, "@") for one in pieces):
        return "".join(one.text if one.literal else plain for one in pieces)
    places = [number for number, one in enumerate(pieces) if not one.literal]
    if not places:
        return None
    digits = "" if plain == "0" else plain
    beyond = len(digits) - len(places)
    filled = [""] * max(0, -beyond) + ([digits[: beyond + 1], *digits[beyond + 1 :]] if beyond > 0 else list(digits))
    empty = [place for place, digit in zip(places, filled, strict=True) if not digit and pieces[place].text != "0"]
    if any(pieces[place].text == "?" for place in empty) or (
        empty and any(pieces[at].literal for at in range(places[0], places[-1]))
    ):
        return None  # programs differ about what stands for a missing digit
    shown_at = dict(zip(places, filled, strict=True))
    return "".join(
        one.text if one.literal else shown_at[at] or ("0" if one.text == "0" else "") for at, one in enumerate(pieces)
    )


def _dated(number: Decimal, form: DateFormat, from_1904: bool) -> Typed:
    serial, part = int(number // 1), number % 1
    day = day_of(serial, from_1904) if 0 <= number <= LAST_DAY else None
    at = timedelta(milliseconds=round(float(part) * 86_400_000))
    if day and at >= timedelta(days=1):
        day, at = day + timedelta(days=1), timedelta()
    if form.elapsed or not form.dated:
        kind = Kind.DURATION if form.elapsed else Kind.TIME
        text = form.render(None, at, number)
        what = "a duration" if form.elapsed else "a time of day"
        said = f"{shown(text)} is {what} to the sheet"
        return Typed(kind, text, f"{said}, not a text; {AS_TEXT}.", no_day=f"{said}, not a date; {AS_DAY}.")
    if day is None:
        said = f"The cell is formatted as a date and holds {number:f}, which is no day that every program shows alike"
        return Typed(Kind.DATE, f"{number:f}", f"{said}; {AS_TEXT}.", no_day=f"{said}; {AS_DAY}.")
    text = form.render(day, at, number)
    said = f"{shown(text)} is a date ({day}) to the sheet, not a text; {AS_TEXT}."
    if form.whole:
        return Typed(Kind.DATE, text, said, day=day)
    no_day = f"{shown(text)} shows no whole date; format the cell with year, month and day, or {AS_DAY}."
    return Typed(Kind.DATE, text, said, no_day=no_day)
