"""What an import reads, each part as it stands at one moment."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from models import sql
from models.bulk import chunks
from models.database import dialect, snapshot

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


@dataclass(frozen=True, slots=True)
class Tree:
    """shapes: by root, the position of the newest change of its shape."""

    organizations: Sequence[KnownOrganization]
    shapes: dict[UUID, int]


async def tree() -> Tree:
    async with snapshot():
        found = await sql.rows(
            "SELECT id, root_id, parent_id, code, name, kind, time_zone, settling_hours FROM organizations"
        )
        shapes = await shapes_of_roots()
    made = [
        KnownOrganization(
            sql.uid(one["id"]),
            sql.uid(one["root_id"]),
            sql.uid(one["parent_id"]) if one["parent_id"] else None,
            *(one[name] for name in ("code", "name", "kind", "time_zone", "settling_hours")),
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


MEMBER = """SELECT m.id, m.organization_id, m.name, m.alias, m.phone, m.joined_on, m.active, a.login
    FROM members m LEFT JOIN accounts a ON a.member_id = m.id"""


@dataclass(frozen=True, slots=True)
class Roll:
    """members: of the organizations, and whoever has one of the logins. taken: logins that no member has."""

    members: dict[UUID, KnownMember]
    taken: set[str]
    count: "Count"


Count = tuple[int, str]
"""How many members some organizations have, and when the newest came."""


async def roll(organization_ids: Collection[UUID], logins: Collection[str]) -> Roll:
    members: dict[UUID, KnownMember] = {}
    taken: set[str] = set()
    async with snapshot():
        for some in chunks(organization_ids, AT_ONCE):
            members |= await _members("m.organization_id IN :some", some)
        for some in chunks(logins, AT_ONCE):
            members |= await _members("a.login IN :some", some)
            free = await sql.rows("SELECT login FROM accounts WHERE member_id IS NULL AND login IN :some", some=some)
            taken |= {one["login"] for one in free}
        count = await count_members(organization_ids)
    return Roll(members, taken, count)


async def count_members(organization_ids: Collection[UUID]) -> Count:
    number, newest = 0, ""
    for some in chunks(organization_ids, AT_ONCE):
        found = await sql.row(
            """SELECT COUNT(*) AS number, MAX(created_at) AS newest
               FROM members WHERE organization_id IN :some""",
            some=some,
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
        members |= await _members("m.id IN :some", some)
    return members


async def _members(condition: str, some: Sequence[Any]) -> dict[UUID, KnownMember]:
    found = await sql.rows(f"{MEMBER} WHERE {condition} ORDER BY m.created_at, m.id", some=some)
    made = [
        KnownMember(
            sql.uid(one["id"]),
            sql.uid(one["organization_id"]),
            one["name"],
            one["alias"],
            one["phone"],
            date.fromisoformat(one["joined_on"]) if isinstance(one["joined_on"], str) else one["joined_on"],
            bool(one["active"]),
            one["login"],
        )
        for one in found
    ]
    return {member.id: member for member in made}
