"""Members of one name, or whose shown names are alike, found by the keys of rules/identity.py."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from models import phones, sql
from models.bulk import chunks
from models.members import Member

AT_ONCE = 5_000
MOST = 100  # who share one shown name and are looked at


async def with_phone(root_id: UUID, name_key: str, phone: str, besides: UUID) -> bool:
    """Whether another active member of the root has this name and this phone."""
    return bool(
        await sql.value(
            """SELECT 1 AS one FROM members WHERE root_id = :root AND active = :yes AND name_key = :key
                 AND phone_index IN :indexes AND id <> :besides LIMIT 1""",
            root=root_id,
            yes=True,
            key=name_key,
            indexes=phones.indexes(phone),
            besides=besides,
        )
    )


@dataclass(frozen=True, slots=True)
class Namesake:
    phone_index: str | None
    login: str | None


async def in_organization(member: Member) -> list[Namesake]:
    """Other active members of this name, where it belongs."""
    found = await sql.rows(
        f"""SELECT m.phone_index, a.login FROM members m LEFT JOIN accounts a ON a.member_id = m.id
            WHERE m.root_id = :root AND m.name_key = :key AND m.organization_id = :organization AND m.active = :yes
              AND m.id <> :besides LIMIT {MOST}""",
        root=member.root_id,
        key=member.name_key,
        organization=member.organization_id,
        yes=True,
        besides=member.id,
    )
    return [Namesake(one["phone_index"], one["login"]) for one in found]


async def showing(root_id: UUID, shown_key: str | None, besides: UUID) -> list[Member]:
    """Other active members of the root whose shown name would be taken for this one."""
    return await sql.models(
        Member,
        f"""SELECT * FROM members WHERE root_id = :root AND shown_key = :key AND active = :yes AND id <> :besides
            ORDER BY id LIMIT {MOST}""",
        root=root_id,
        key=shown_key,
        yes=True,
        besides=besides,
    )


async def aliases(root_id: UUID) -> dict[str, list[UUID]]:
    """Active members of a root with an alias, by the key under which it is shown."""
    found: dict[str, list[UUID]] = {}
    for one in await sql.rows(
        "SELECT id, shown_key FROM members WHERE root_id = :root AND alias IS NOT NULL AND active = :yes",
        root=root_id,
        yes=True,
    ):
        found.setdefault(one["shown_key"] or "", []).append(sql.uid(one["id"]))
    return found


async def shown_of(root_id: UUID, keys: Collection[str]) -> dict[str, set[UUID]]:
    """Of these keys, which active members of the root are shown under which."""
    found: dict[str, set[UUID]] = {}
    for some in chunks(keys, AT_ONCE):
        for one in await sql.rows(
            "SELECT id, shown_key FROM members WHERE root_id = :root AND shown_key IN :some AND active = :yes",
            root=root_id,
            some=some,
            yes=True,
        ):
            found.setdefault(one["shown_key"], set()).add(sql.uid(one["id"]))
    return found


LIKELY = """
SELECT m.id, m.organization_id, m.name_key, m.phone_index, a.login FROM members m
  JOIN (SELECT organization_id, name_key FROM members WHERE root_id = :root AND active = :yes
        GROUP BY organization_id, name_key HAVING COUNT(*) > 1) t
    ON t.organization_id = m.organization_id AND t.name_key = m.name_key
  LEFT JOIN accounts a ON a.member_id = m.id
 WHERE m.root_id = :root AND m.active = :yes
UNION
SELECT m.id, m.organization_id, m.name_key, m.phone_index, a.login FROM members m
  JOIN (SELECT name_key, phone_index FROM members WHERE root_id = :root AND active = :yes AND phone_index IS NOT NULL
        GROUP BY name_key, phone_index HAVING COUNT(*) > 1) t
    ON t.name_key = m.name_key AND t.phone_index = m.phone_index
  LEFT JOIN accounts a ON a.member_id = m.id
 WHERE m.root_id = :root AND m.active = :yes
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    id: UUID
    organization_id: UUID
    name_key: str
    phone_index: str | None
    login: str | None


async def candidates(root_id: UUID) -> list[Candidate]:
    """Active members who share their name with another in one organization, or name and phone within the root."""
    return [
        Candidate(
            sql.uid(one["id"]), sql.uid(one["organization_id"]), one["name_key"], one["phone_index"], one["login"]
        )
        for one in await sql.rows(LIKELY, root=root_id, yes=True)
        if one["name_key"] is not None
    ]
