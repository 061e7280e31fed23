"""What an import of members would change, or what is wrong with its lines.

Who is who: by login where the line gives one, else by organization, name and phone. Where one of the two
lacks login or phone, and nobody else of that name is there, they are the same. An empty cell says nothing:
what is kept stays, such as an alias that the member chose.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from rules import phones, typed
from rules.importing import check_code
from rules.refusals import Checks
from rules.spreadsheets import ImportRefused, LineFault, Row, shown

DATE = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
CHINESE_DATE = str.maketrans({"年": "-", "月": "-", "日": None})
SERIAL = re.compile(r"[1-7][0-9]{4}")  # a date whose cell is formatted as a number: 1927 to 2119
SERIAL_ZERO = date(1899, 12, 30)
EARLIEST = date(1900, 1, 1)  # before it lies a typing error


@dataclass(frozen=True, slots=True)
class Person:
    organization_code: str
    name: str
    alias: str | None
    phone: str | None
    joined_on: date | None
    login: str | None


@dataclass(frozen=True, slots=True)
class KnownMember:
    id: UUID
    person: Person


@dataclass(frozen=True, slots=True)
class MembersPlan:
    """updated: as known, as it shall be."""

    created: Sequence[Person]
    updated: Sequence[tuple[KnownMember, Person]]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    person: Person


def check_members(
    rows: Iterable[Row],
    roots: Mapping[str, UUID],
    known: Iterable[KnownMember],
    taken: Collection[str],
    today: date,
    closed: Collection[str] = (),
    merged: Collection[UUID] = (),
) -> MembersPlan:
    """ImportRefused names each fault. closed: codes of organizations to which nobody comes.
    merged: members that count as another, so that no line may mean them.

    roots: the root of every organization, by code. known: all members of the organizations in the file, and
    all whose login is in it. taken: logins of accounts that are no members'. today: nobody joined later.
    """
    faults: list[LineFault] = []
    lines = [Line(row.line, read_person(row, roots, today, faults)) for row in rows]
    faults += _repeated(lines) + _into_closed(lines, closed)
    matching = Matching(lines, known, roots, taken, merged)
    faults += matching.faults
    if faults:
        raise ImportRefused(faults)
    created = [line.person for line in lines if line.number not in matching.matched]
    pairs = [(matching.matched[line.number], line.person) for line in lines if line.number in matching.matched]
    updated = [(member, _merged(member.person, person)) for member, person in pairs]
    changed = [(member, person) for member, person in updated if member.person != person]
    return MembersPlan(created, changed, len(updated) - len(changed))


def _into_closed(lines: Sequence[Line], closed: Collection[str]) -> list[LineFault]:
    return [
        LineFault(line.number, f"The organization {shown(code)} is closed, so nobody belongs to it; name an open one.")
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
        name=checks.line(cells["name"], "name", least=1, most=100),
        alias=checks.line(cells["alias"], "alias", most=100) or None,
        phone=_phone(checks, cells["phone"]),
        joined_on=_date(checks, cells["joined_on"], today),
        login=login or None,
    )
    faults += [LineFault(row.line, fault.message) for fault in checks.faults]
    return person


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
    """2021-07-01, 2021/7/1, 2021.7.1, 20210701, 2021年7月1日, a spreadsheet's day number; no time."""
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


def _merged(known: Person, written: Person) -> Person:
    return replace(
        written,
        alias=written.alias or known.alias,
        phone=written.phone or known.phone,
        joined_on=written.joined_on or known.joined_on,
        login=known.login or written.login,
    )


def _key(person: Person) -> tuple[str, str, str | None]:
    return person.organization_code, person.name, person.phone


def _repeated(lines: Sequence[Line]) -> list[LineFault]:
    faults: list[LineFault] = []
    logins: dict[str, int] = {}
    people: dict[tuple[str, str, str | None], int] = {}
    for line in lines:
        login, key = line.person.login, _key(line.person)
        if login:
            if login in logins:
                faults.append(LineFault(line.number, f"The login {shown(login)} is on line {logins[login]} already."))
            logins.setdefault(login, line.number)
        else:
            if key in people and line.person.name:
                message = f"{shown(line.person.name)} is on line {people[key]} already; tell them apart by login."
                faults.append(LineFault(line.number, message))
            people.setdefault(key, line.number)
    return faults


class Matching:
    """Which known member each line means, the surest first; a member is meant by one line at most."""

    def __init__(
        self,
        lines: Sequence[Line],
        known: Iterable[KnownMember],
        roots: Mapping[str, UUID],
        taken: Collection[str],
        merged: Collection[UUID] = (),
    ) -> None:
        self._merged = merged
        self.matched: dict[int, KnownMember] = {}
        self.faults: list[LineFault] = []
        self._meant: set[UUID] = set()
        self._roots = roots
        everyone = list(known)
        self._here: dict[tuple[str, str], list[KnownMember]] = {}
        for member in everyone:
            self._here.setdefault(_key(member.person)[:2], []).append(member)
        self._by_login(lines, {member.person.login: member for member in everyone if member.person.login}, taken)
        without = [line for line in lines if line.person.login is None]
        self._by_phone(without, lambda member: member.person.login is None)
        self._by_phone(without, lambda member: True)
        self._by_phone([line for line in lines if line.person.login], lambda member: member.person.login is None)
        self._by_name(lines)

    def _by_login(
        self, lines: Sequence[Line], members: Mapping[str | None, KnownMember], taken: Collection[str]
    ) -> None:
        for line in lines:
            login = line.person.login
            if login in taken:
                self._fault(line, f"The login {shown(login or '')} belongs to an account that is no member's.")
            elif login in members and (message := self._someone_else(line.person, members[login].person)):
                self._fault(line, f"The login {shown(login or '')} is taken: {message}")
            elif login in members:
                self._match(line, members[login])

    def _someone_else(self, written: Person, known: Person) -> str | None:
        """In the same organization a login decides; from another it is a move if the name is the same."""
        if written.organization_code == known.organization_code:
            return None
        held = f"it is {shown(known.name)}'s in {shown(known.organization_code)}"
        if written.name != known.name:
            return f"{held}."
        here, there = (self._roots.get(one.organization_code) for one in (written, known))
        return None if here is None or here == there else f"{held}, under another root."

    def _by_phone(self, lines: Sequence[Line], among: Callable[[KnownMember], bool]) -> None:
        for line in self._open(lines):
            same = [one for one in self._candidates(line) if one.person.phone == line.person.phone and among(one)]
            if len(same) == 1:
                self._match(line, same[0])
            elif same:
                self._ambiguous(line, len(same))

    def _by_name(self, lines: Sequence[Line]) -> None:
        left: dict[tuple[str, str], list[Line]] = {}
        for line in self._open(lines):
            left.setdefault(_key(line.person)[:2], []).append(line)
        for alike in left.values():
            for line in alike:
                same = [one for one in self._candidates(line) if self._adds(line.person, one.person)]
                if same and len(same) == len(alike) == 1:
                    self._match(line, same[0])
                elif same:
                    self._ambiguous(line, len(same))

    @staticmethod
    def _adds(written: Person, known: Person) -> bool:
        """Whether nothing speaks against the two being one: login and phone agree, or one lacks it."""
        logins, phones = {written.login, known.login} - {None}, {written.phone, known.phone} - {None}
        return len(logins) < 2 and len(phones) < 2

    def _open(self, lines: Sequence[Line]) -> list[Line]:
        faulty = {fault.line for fault in self.faults}
        return [line for line in lines if line.number not in self.matched and line.number not in faulty]

    def _candidates(self, line: Line) -> list[KnownMember]:
        here = self._here.get(_key(line.person)[:2], [])
        free = [member for member in here if member.id not in self._meant]
        return [member for member in free if member.id not in self._merged] or free

    def _match(self, line: Line, member: KnownMember) -> None:
        self.matched[line.number] = member
        if member.id in self._merged:
            self._fault(line, f"{shown(line.person.name)} was merged into another member; leave this line out.")
            return
        self._meant.add(member.id)

    def _ambiguous(self, line: Line, count: int) -> None:
        name, place = shown(line.person.name), shown(line.person.organization_code)
        self._fault(line, f"{count} known members of {place} could be this {name}; a phone and a login tell who.")

    def _fault(self, line: Line, message: str) -> None:
        self.faults.append(LineFault(line.number, message))
