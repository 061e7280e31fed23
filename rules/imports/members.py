"""What an import of members would change, or what is wrong with its lines.

rules/imports/matching_members.py says who is who. An empty cell says nothing: what is kept stays, such as an alias that
the member chose.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from rules import phones, texts, typed
from rules.imports.matching_members import (
    KnownMember,
    Line,
    Matching,
    Namesakes,
    Person,
    Shown,
    alias_faults,
    filled_in,
)
from rules.imports.organizations import check_code
from rules.imports.spreadsheets import ImportRefused, LineFault, Row, shown
from rules.refusals import Checks

DATE = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
CHINESE_DATE = str.maketrans({"年": "-", "月": "-", "日": None, "号": None})
SERIAL = re.compile(r"[1-7][0-9]{4}")  # a date whose cell is formatted as a number: 1927 to 2119
SERIAL_ZERO = date(1899, 12, 30)
MOST_NAME = 100  # characters
EARLIEST = date(1900, 1, 1)  # before it lies a typing error


@dataclass(frozen=True, slots=True)
class MembersPlan:
    """updated: as known, as it shall be."""

    created: Sequence[Person]
    updated: Sequence[tuple[KnownMember, Person]]
    unchanged: int


def check_members(
    rows: Iterable[Row],
    roots: Mapping[str, UUID],
    known: Iterable[KnownMember],
    taken: Collection[str],
    today: date,
    closed: Collection[str] = (),
    merged: Collection[UUID] = (),
    *,
    shown_before: Shown | None = None,
    namesakes: Namesakes = Namesakes.ASK,
) -> MembersPlan:
    """ImportRefused names each fault. closed: codes of organizations to which nobody comes.
    merged: members that count as another, so that no line may mean them.

    roots: the root of every organization, by code. known: all members of the organizations in the file, all whose
    login is in it, and those in these roots with one of its phones. taken: logins of accounts that are no members'.
    today: nobody joined later. shown_before: who is shown under one of the file's aliases. namesakes: who is meant by
    a name that is known, where nothing else tells.
    """
    faults: list[LineFault] = []
    lines = [Line(row, read_person(row, roots, today, faults)) for row in rows]
    faults += _into_closed(lines, closed)
    matching = Matching(lines, known, roots, taken, namesakes, merged)
    faults += matching.faults
    if not faults:
        faults += alias_faults(lines, matching.matched, roots, shown_before or {})
    if faults:
        raise ImportRefused(faults)
    created = [line.person for line in lines if line.number not in matching.matched]
    pairs = [(matching.matched[line.number], line.person) for line in lines if line.number in matching.matched]
    updated = [(member, filled_in(member.person, person)) for member, person in pairs]
    changed = [(member, person) for member, person in updated if member.person != person]
    return MembersPlan(created, changed, len(updated) - len(changed))


def _into_closed(lines: Sequence[Line], closed: Collection[str]) -> list[LineFault]:
    return [
        line.row.fault(
            "organization_code", f"The organization {shown(code)} is closed, so nobody belongs to it; name an open one."
        )
        for line in lines
        if (code := line.person.organization_code) in closed
    ]


def read_person(row: Row, roots: Collection[str], today: date, faults: list[LineFault]) -> Person:
    checks = Checks()
    cells = row.cells
    code = check_code(checks, cells["organization_code"], "organization_code")
    if code and code not in roots:
        checks.that(False, "organization_code", f"There is no organization with the code {shown(code)}.")
    login = checks.line(typed.login(cells["login"]), "login", most=100)
    checks.that(not re.search(r"\s", login), "login", f"The login {shown(login)} holds white space.")
    person = Person(
        organization_code=code,
        name=named(checks, cells["name"], "name", least=1),
        alias=named(checks, cells["alias"], "alias") or None,
        phone=_phone(checks, cells["phone"]),
        joined_on=_date(checks, cells["joined_on"], today),
        login=login or None,
    )
    faults += row.faults(checks.faults)
    return person


def named(checks: Checks, given: str, path: str, *, least: int = 0) -> str:
    """A name of somebody, which a row can stand under."""
    kept = checks.line(given, path, least=least, most=MOST_NAME)
    checks.that(not kept or not texts.nameless(kept), path, f"{path} needs a letter, a digit or a picture.")
    return kept


def _phone(checks: Checks, written: str) -> str | None:
    if not written:
        return None
    phone = phones.kept(written)
    right = phones.PHONE.fullmatch(phone)
    checks.that(
        right is not None,
        "phone",
        f"The phone {shown(written)} is none: 5 to 20 digits, with + before them or not.",
    )
    return phone if right else None


def _date(checks: Checks, written: str, today: date) -> date | None:
    if not written:
        return None
    day = read_date(written)
    checks.that(
        day is not None and EARLIEST <= day <= today,
        "joined_on",
        f"The date {shown(written)} is none between {EARLIEST} and today; write it as 2021-07-01.",
    )
    return day


def read_date(written: str) -> date | None:
    """2021-07-01, 2021/7/1, 2021.7.1, 20210701, 2021年7月1日, a spreadsheet's day number; a time is left out."""
    text = unicodedata.normalize("NFKC", written).translate(CHINESE_DATE)
    if SERIAL.fullmatch(text):
        return SERIAL_ZERO + timedelta(days=int(text))
    if not (found := DATE.fullmatch(text)):
        return None
    year, _, month, day, two_digit_month, two_digit_day = found.groups()
    try:
        return date(int(year), int(month or two_digit_month), int(day or two_digit_day))
    except ValueError:
        return None
