"""Which known member each line of a file means; docs/identity.md has the rules, which createMember goes by too.

The same is who has the same login; else who has the same name and phone within the root; else who has the same name in
one organization, where neither phones nor logins tell the two apart. The last is asked about, unless the line says
nothing that is not known already.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from rules import phones
from rules.identity import Marks, folded, look, told_apart
from rules.imports.spreadsheets import LineFault, Row, shown


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
    active: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    row: Row
    person: Person

    @property
    def number(self) -> int:
        return self.row.line


class Namesakes(StrEnum):
    """Whom a line means whose name is known in its organization, and nothing else tells."""

    ASK = "ask"
    SAME = "same"
    OTHER = "other"


Shown = Mapping[tuple[UUID, str], Collection[UUID]]
"""Active members by root and the look of their shown name."""


def filled_in(known: Person, written: Person) -> Person:
    """An empty cell says nothing."""
    return replace(
        written,
        alias=written.alias or known.alias,
        phone=written.phone or known.phone,
        joined_on=written.joined_on or known.joined_on,
        login=known.login or written.login,
    )


def _marks(person: Person) -> Marks:
    return Marks(person.phone and phones.normal(person.phone), person.login)


Sure = tuple[UUID, str, str]
Alike = tuple[str, str]


class Matching:
    """Each line's member, the surest first; a member is meant by one line at most."""

    def __init__(
        self,
        lines: Sequence[Line],
        known: Iterable[KnownMember],
        roots: Mapping[str, UUID],
        taken: Collection[str],
        namesakes: Namesakes,
        merged: Collection[UUID] = (),
    ) -> None:
        self._merged = merged
        self.matched: dict[int, KnownMember] = {}
        self.faults: list[LineFault] = []
        self._meant: dict[UUID, Line] = {}
        self._roots = roots
        self._namesakes = namesakes
        everyone = list(known)
        self._sure: dict[Sure, list[KnownMember]] = {}
        self._alike: dict[Alike, list[KnownMember]] = {}
        for member in everyone:
            self._alike.setdefault(self._alike_key(member.person), []).append(member)
            if key := self._sure_key(member.person):
                self._sure.setdefault(key, []).append(member)
        self._repeated(lines)
        self._by_login(lines, {member.person.login: member for member in everyone if member.person.login}, taken)
        self._by_phone(lines)
        self._by_name(lines)
        self._new(lines)
        self._twins()

    def _sure_key(self, person: Person) -> Sure | None:
        """Of the root, the name and the phone."""
        root = self._roots.get(person.organization_code)
        return (root, folded(person.name), phones.normal(person.phone)) if root and person.phone else None

    def _alike_key(self, person: Person) -> Alike:
        return person.organization_code, folded(person.name)

    def _repeated(self, lines: Sequence[Line]) -> None:
        logins: dict[str, int] = {}
        sure: dict[Sure, int] = {}
        for line in lines:
            login, key = line.person.login, self._sure_key(line.person)
            if login and login in logins:
                self._fault(line, "login", f"The login {shown(login)} is on line {logins[login]} already.")
            elif key and key in sure:
                name = shown(line.person.name)
                self._fault(
                    line, "name", f"{name} with this phone is on line {sure[key]} already; keep one of the two."
                )
            if login:
                logins.setdefault(login, line.number)
            if key:
                sure.setdefault(key, line.number)

    def _by_login(
        self, lines: Sequence[Line], members: Mapping[str | None, KnownMember], taken: Collection[str]
    ) -> None:
        for line in self._open(lines):
            login = line.person.login
            if login in taken:
                self._fault(line, "login", f"The login {shown(login or '')} belongs to an account that is no member's.")
            elif login in members and (message := self._someone_else(line.person, members[login].person)):
                self._fault(line, "login", f"The login {shown(login or '')} is taken: {message}")
            elif login in members:
                self._match(line, members[login])

    def _someone_else(self, written: Person, known: Person) -> str | None:
        """In the same organization a login decides; from another it is a move if the name is the same."""
        if written.organization_code == known.organization_code:
            return None
        held = f"it is {shown(known.name)}'s in {shown(known.organization_code)}"
        if folded(written.name) != folded(known.name):
            return f"{held}."
        here, there = (self._roots.get(one.organization_code) for one in (written, known))
        return None if here is None or here == there else f"{held}, under another root."

    def _by_phone(self, lines: Sequence[Line]) -> None:
        """From another organization of the root it is a move; of who has left there, nothing."""
        for line in self._open(lines):
            key = self._sure_key(line.person)
            everywhere = self._free(self._sure.get(key, ())) if key else []
            here = [one for one in everywhere if one.person.organization_code == line.person.organization_code]
            same = here or [one for one in everywhere if one.active]
            if len(same) > 1:
                same = [one for one in same if one.active] or same
            if len(same) > 1:
                self._ambiguous(line, len(same))
            elif same and None not in (logins := {line.person.login, same[0].person.login}) and len(logins) > 1:
                name, login = shown(same[0].person.name), shown(same[0].person.login or "")
                place = shown(same[0].person.organization_code)
                message = f"{name} with this phone is known in {place}, and signs in as {login}; write that login."
                self._fault(line, "login", message)
            elif same:
                self._match(line, same[0])

    def _by_name(self, lines: Sequence[Line]) -> None:
        left: dict[Alike, list[Line]] = {}
        for line in self._open(lines):
            left.setdefault(self._alike_key(line.person), []).append(line)
        for key, alike in left.items():
            for line in alike:
                free = self._free(self._alike.get(key, ()))
                same = [one for one in free if not told_apart(_marks(line.person), _marks(one.person))]
                if len(same) == len(alike) == 1:
                    self._one_alike(line, same[0])
                elif same and not self._is_other(line):
                    self._ambiguous(line, len(same))

    def _one_alike(self, line: Line, member: KnownMember) -> None:
        if self._namesakes is Namesakes.SAME or filled_in(member.person, line.person) == member.person:
            self._match(line, member)
        elif not self._is_other(line):
            name, place = shown(line.person.name), shown(line.person.organization_code)
            self._fault(
                line,
                "name",
                f"Is this {name} the one whom {place} has already? Neither phones nor logins tell. If it is, import "
                f"with --namesakes same; if not, give both a phone, or import with --namesakes other.",
            )

    def _is_other(self, line: Line) -> bool:
        """With a phone or a login, by which the next import of the file finds them."""
        return self._namesakes is Namesakes.OTHER and (line.person.phone or line.person.login) is not None

    def _new(self, lines: Sequence[Line]) -> None:
        """A new member is told apart from all others of that name in the file."""
        alike: dict[Alike, list[Line]] = {}
        for line in lines:
            alike.setdefault(self._alike_key(line.person), []).append(line)
        for line in self._open(lines):
            for other in alike[self._alike_key(line.person)]:
                both_new = other.number not in self.matched
                if other is line or (both_new and other.number > line.number) or self._is_other(line):
                    continue
                if not told_apart(_marks(line.person), _marks(self._whole(other))):
                    name = shown(line.person.name)
                    self._fault(
                        line,
                        "name",
                        f"{name} is on line {other.number} too, and neither phones nor logins tell the two apart. Keep "
                        f"one line, or give each a phone or each a login.",
                    )
                    break

    def _whole(self, line: Line) -> Person:
        member = self.matched.get(line.number)
        return filled_in(member.person, line.person) if member else line.person

    def _twins(self) -> None:
        """Nobody gets the name and phone of another, by a login that decides."""
        for line in self._meant.values():
            key = self._sure_key(self._whole(line))
            for one in self._sure.get(key, ()) if key else ():
                if one.id not in self._meant and one.active and one.id not in self._merged:
                    place = shown(one.person.organization_code)
                    self._fault(line, "phone", f"Another member of this name, in {place}, has this phone already.")

    def _free(self, members: Sequence[KnownMember]) -> list[KnownMember]:
        """Whom no line means yet; merged ones only where nobody else is left."""
        free = [one for one in members if one.id not in self._meant]
        return [one for one in free if one.id not in self._merged] or free

    def _open(self, lines: Sequence[Line]) -> list[Line]:
        faulty = {fault.line for fault in self.faults}
        return [line for line in lines if line.number not in self.matched and line.number not in faulty]

    def _match(self, line: Line, member: KnownMember) -> None:
        if member.id in self._meant:
            other = self._meant[member.id].number
            self._fault(line, "name", f"{shown(line.person.name)} is on line {other} already; keep one of the two.")
            return
        self.matched[line.number] = member
        if member.id in self._merged:
            self._fault(line, "name", f"{shown(line.person.name)} was merged into another member; leave this line out.")
            return
        self._meant[member.id] = line

    def _ambiguous(self, line: Line, count: int) -> None:
        name, place = shown(line.person.name), shown(line.person.organization_code)
        message = f"{count} known members of {place} could be this {name}; a phone and a login tell who."
        self._fault(line, "name", message)

    def _fault(self, line: Line, column: str, message: str) -> None:
        self.faults.append(line.row.fault(column, message))


def alias_faults(
    lines: Sequence[Line], matched: Mapping[int, KnownMember], roots: Mapping[str, UUID], shown_before: Shown
) -> list[LineFault]:
    """A new alias that would be taken for a name that another member of the root shows, or that another line brings."""
    whole = {line.number: filled_in(matched[line.number].person, line.person) if line.number in matched else line.person
             for line in lines}  # fmt: skip
    new = [line for line in lines if _new_alias(whole[line.number], matched.get(line.number))]
    if not new:
        return []
    looks: dict[tuple[UUID, str], list[int]] = {}
    for number, person in whole.items():
        looks.setdefault((roots[person.organization_code], look(person.alias or person.name)), []).append(number)
    meant = {member.id for member in matched.values()}
    faults: list[LineFault] = []
    for line in new:
        alias = whole[line.number].alias or ""
        key = roots[line.person.organization_code], look(alias)
        others = [number for number in looks[key] if number != line.number]
        if others:
            message = f"The alias {shown(alias)} looks like the name on line {others[0]}; choose another."
            faults.append(line.row.fault("alias", message))
        elif set(shown_before.get(key, ())) - meant:
            message = f"The alias {shown(alias)} looks like a name that another member shows; choose another."
            faults.append(line.row.fault("alias", message))
    return faults


def _new_alias(person: Person, known: KnownMember | None) -> bool:
    """One's own name is no alias that anybody could take for another's."""
    if person.alias is None or (known and known.person.alias == person.alias):
        return False
    return look(person.alias) != look(person.name)
