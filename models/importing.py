"""What an import reads, each part as it stands at one moment."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from models import phones, sql
from models.bulk import Bulk, chunks, each
from models.database import connection, dialect, snapshot

CACHE_KB = 256 * 1024  # the indexes of half a million members
AT_ONCE = 5_000  # values in one list: PostgreSQL takes 32,767 in a statement


# ---------------------------------------------------------------- reads


@dataclass(frozen=True, slots=True)
class KnownOrganization:
    id: UUID
    root_id: UUID
    parent_id: UUID | None
    code: str
    name: str
    kind: str
    time_zone: str
    settling_hours: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """shapes: by root, the position of the newest change of its shape."""

    organizations: Sequence[KnownOrganization]
    shapes: dict[UUID, int]


async def tree() -> Tree:
    async with snapshot():
        found = await sql.rows(
            "SELECT id, root_id, parent_id, code, name, kind, time_zone, settling_hours, closed_at FROM organizations"
        )
        shapes = await shapes_of_roots()
    made = [
        KnownOrganization(
            sql.uid(one["id"]),
            sql.uid(one["root_id"]),
            sql.uid(one["parent_id"]) if one["parent_id"] else None,
            *(one[name] for name in ("code", "name", "kind", "time_zone", "settling_hours")),
            closed=one["closed_at"] is not None,
        )
        for one in found
    ]
    return Tree(made, shapes)


async def shapes_of_roots() -> dict[UUID, int]:
    return {sql.uid(one["root_id"]): one["tree"] for one in await sql.rows("SELECT root_id, tree FROM clocks")}


@dataclass(frozen=True, slots=True)
class KnownMember:
    id: UUID
    organization_id: UUID
    name: str
    alias: str | None
    phone: str | None
    joined_on: date | None
    active: bool
    login: str | None
    merged: bool


COLUMNS = """m.id, m.organization_id, m.name, m.alias, m.phone_key, m.phone_sealed, m.joined_on, m.active, a.login,
  m.merged_into_id"""
MEMBERS = f"SELECT {COLUMNS} FROM members m LEFT JOIN accounts a ON a.member_id = m.id"
ACCOUNTS = f"SELECT {COLUMNS} FROM accounts a LEFT JOIN members m ON m.id = a.member_id"


@dataclass(frozen=True, slots=True)
class WithPhones:
    """Members with one of these numbers, in their normal form, in one of these roots."""

    roots: Collection[UUID]
    numbers: Collection[str]


@dataclass(frozen=True, slots=True)
class Roll:
    """members: of the organizations, and those with one of the logins or phones. taken: logins that no member has.
    places: where all these members are, and the organizations; counted."""

    members: dict[UUID, KnownMember]
    taken: set[str]
    places: set[UUID]
    count: "Count"
    phones: WithPhones


Count = tuple[int, str]
"""How many members some organizations have, and when the newest came, leaving out those of one moment."""


async def roll(
    organization_ids: Collection[UUID], logins: Collection[str], with_phones: WithPhones, at: datetime
) -> Roll:
    """at: when the import makes members."""
    members: dict[UUID, KnownMember] = {}
    taken: set[str] = set()
    async with snapshot():
        for some in chunks(organization_ids, AT_ONCE):
            members |= _members(await sql.rows(f"{MEMBERS} WHERE m.organization_id IN :some", some=some))
        for some in chunks(set(logins) - {one.login for one in members.values()}, AT_ONCE):
            found = await sql.rows(f"{ACCOUNTS} WHERE a.login IN :some", some=some)
            members |= _members(one for one in found if one["id"])
            taken |= {one["login"] for one in found if not one["id"]}
        for some in chunks(await ids_with_phones(with_phones, at) - members.keys(), AT_ONCE):
            members |= _members(await sql.rows(f"{MEMBERS} WHERE m.id IN :some", some=some))
        places = {*organization_ids, *(one.organization_id for one in members.values())}
        return Roll(members, taken, places, await count_members(places, at), with_phones)


async def ids_with_phones(of: WithPhones, at: datetime) -> set[UUID]:
    """Active ones, leaving out who was made at that moment."""
    found: set[UUID] = set()
    for some in chunks((index for number in of.numbers for index in phones.indexes(number)), AT_ONCE):
        for one in await sql.rows(
            """SELECT id FROM members WHERE phone_index IN :some AND root_id IN :roots AND active = :yes
                 AND created_at <> :at""",
            some=some,
            roots=list(of.roots),
            yes=True,
            at=at,
        ):
            found.add(sql.uid(one["id"]))
    return found


async def count_members(organization_ids: Collection[UUID], at: datetime) -> Count:
    """at: the moment that is left out."""
    number, newest = 0, ""
    for some in chunks(organization_ids, AT_ONCE):
        found = await sql.row(
            """SELECT COUNT(*) AS number, MAX(CASE WHEN created_at <> :at THEN created_at END) AS newest
               FROM members WHERE organization_id IN :some""",
            some=some,
            at=at,
        )
        assert found
        number += found["number"]
        newest = max(newest, str(found["newest"] or ""))
    return number, newest


async def locked_members(ids: Iterable[UUID]) -> dict[UUID, KnownMember]:
    """As they now stand; nobody else changes them until the transaction ends."""
    members: dict[UUID, KnownMember] = {}
    for some in chunks(sorted(ids), AT_ONCE):
        if dialect() == "postgres":
            await sql.rows("SELECT id FROM members WHERE id IN :some ORDER BY id FOR NO KEY UPDATE", some=some)
        members |= _members(await sql.rows(f"{MEMBERS} WHERE m.id IN :some", some=some))
    return members


def _members(rows: Iterable[dict[str, Any]]) -> dict[UUID, KnownMember]:
    made = [
        KnownMember(
            sql.uid(one["id"]),
            sql.uid(one["organization_id"]),
            one["name"],
            one["alias"],
            phones.opened(sql.uid(one["id"]), one["phone_key"], one["phone_sealed"]),
            date.fromisoformat(one["joined_on"]) if isinstance(one["joined_on"], str) else one["joined_on"],
            bool(one["active"]),
            one["login"],
            one["merged_into_id"] is not None,
        )
        for one in rows
    ]
    return {member.id: member for member in made}


async def make_room() -> None:
    """For SQLite, outside a transaction: what is written stays in memory until the commit, and is written once."""
    if dialect() == "sqlite":
        await connection().execute_query(f"PRAGMA cache_size = -{CACHE_KB}")


# ---------------------------------------------------------------- changes


def change_members(rows: Iterable[Sequence[object]]) -> Bulk:
    """Each in the order of the statement, the member's id last."""
    return each(
        """UPDATE members SET organization_id = ?, name = ?, alias = ?, joined_on = ?,
             phone_key = ?, phone_sealed = ?, phone_index = ?, name_key = ?, shown_key = ? WHERE id = ?""",
        rows,
    )


def drop_set_aside(members: Iterable[UUID]) -> Bulk:
    """Of members whose alias changes."""
    return each("UPDATE members SET alias_set_aside = NULL WHERE id = ?", ((one,) for one in members))


def end_memberships(at: datetime, members: Iterable[UUID]) -> Bulk:
    return each(
        "UPDATE memberships SET to_at = ? WHERE member_id = ? AND to_at IS NULL", ((at, one) for one in members)
    )


def change_organizations(rows: Iterable[Sequence[object]]) -> Bulk:
    """Each: parent, name, kind, and the organization's id."""
    return each("UPDATE organizations SET parent_id = ?, name = ?, kind = ? WHERE id = ?", rows)


def cut_loose(organizations: Iterable[UUID]) -> Bulk:
    """From everything above them; their new paths are inserted next."""
    return each(
        "DELETE FROM organization_paths WHERE descendant_id = ? AND depth > 0", ((one,) for one in organizations)
    )
