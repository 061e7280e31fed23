"""Members that are one person. The ledger stays as it is: a duplicate's entries count as the survivor's while the merge
holds, and a board goes by the merges of the position up to which it counts.

A merge made once a period is FINAL changes nothing in it, and neither does one that ends then. No survivor is a
duplicate at the same time, so that at any position a duplicate has one survivor and no chain is followed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql

FAR = datetime.fromisoformat("9999-12-30T00:00:00+00:00")


class MemberMerge(Model):
    """[position, ended_position): at any position at most one of a duplicate. `members.merged_into_id` and `duplicates`
    say the same of the present."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    duplicate_id = fields.UUIDField()
    survivor_id = fields.UUIDField()
    position = fields.BigIntField()
    merged_at = fields.DatetimeField()
    merged_by_id = fields.UUIDField(null=True)  # account
    reason = fields.TextField()
    was_active = fields.BooleanField()  # the duplicate, whose membership goes on under the merge
    survivor_was_active = fields.BooleanField()
    alias_taken = fields.BooleanField()  # the survivor had none, and was given the duplicate's
    ended_position = fields.BigIntField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by_id = fields.UUIDField(null=True)  # account

    class Meta(Model.Meta):
        table = "member_merges"


# ---------------------------------------------------------------- what a board goes by


@dataclass(frozen=True, slots=True)
class Merged:
    """By which merges a board goes: those that hold at a position, or held when its period became FINAL."""

    by: int
    final_at: datetime | None

    @property
    def values(self) -> dict[str, Any]:
        return {"merged_by": self.by, "merges_final": self.final_at or FAR}


# In SQL, of the merge `g`.
IN_FORCE = """g.position <= :merged_by AND g.merged_at < :merges_final
  AND (g.ended_position IS NULL OR g.ended_position > :merged_by OR g.ended_at >= :merges_final)"""
ALONE = f"NOT EXISTS (SELECT 1 FROM member_merges g WHERE g.duplicate_id = m.member_id AND {IN_FORCE})"


def person(entry: str, merged: Merged | None) -> tuple[str, str]:
    """In SQL, of an entry by its alias: what is joined, and whose it is. None: nobody was merged in its root."""
    if merged is None:
        return "", f"{entry}.member_id"
    return (
        f"LEFT JOIN member_merges g ON g.duplicate_id = {entry}.member_id AND {IN_FORCE}",
        f"COALESCE(g.survivor_id, {entry}.member_id)",
    )


async def position_at(root_id: UUID, at: datetime) -> int:
    """The newest position of a merge, or of a merge's end, made by an instant."""
    return await sql.value(
        """SELECT COALESCE(MAX(CASE WHEN ended_at <= :at THEN ended_position ELSE position END), 0) AS newest
           FROM member_merges WHERE root_id = :root AND merged_at <= :at""",
        root=root_id,
        at=at,
    )


async def first_freeze(root_id: UUID) -> int | None:
    """Merges after it are hidden from the public, in all of the root: those whom they tell of may stand anywhere."""
    return await sql.value("SELECT MIN(position) AS first FROM freezes WHERE root_id = :root", root=root_id)


async def seen(
    root_id: UUID, merges: int, position: int, at: datetime | None, final_at: datetime | None, *, frozen: bool
) -> Merged | None:
    """By which merges a board of a root goes, at a position or as of an instant. merges: how many there were; of none
    nothing is asked. frozen: by the public."""
    if not merges:
        return None
    by = position if at is None else await position_at(root_id, at)
    first = await first_freeze(root_id) if frozen else None
    return Merged(by if first is None else min(by, first), final_at)


# ---------------------------------------------------------------- who is one person now

# In SQL, for lists of what a member `t.member_id` has: of each of :parents, with what the others have that are the same
# person; then `self.person_id` tells the lists apart.
SELVES = """JOIN (SELECT id AS member_id, id AS person_id FROM members WHERE id IN :parents
  UNION ALL SELECT id, merged_into_id FROM members WHERE merged_into_id IN :parents) self
  ON self.member_id = t.member_id"""


async def duplicates(survivor_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """By survivor; those that have none are missing."""
    found: dict[UUID, list[UUID]] = {}
    for one in await sql.rows(
        "SELECT id, merged_into_id FROM members WHERE merged_into_id IN :ids ORDER BY id", ids=list(survivor_ids)
    ):
        found.setdefault(sql.uid(one["merged_into_id"]), []).append(sql.uid(one["id"]))
    return found


async def others(member_id: UUID) -> list[UUID]:
    """Those that were merged into the member."""
    return (await duplicates([member_id])).get(member_id, [])


async def selves(member_id: UUID) -> list[UUID]:
    """The member first, then those that were merged into it."""
    return [member_id, *await others(member_id)]


async def of_duplicate(duplicate_id: UUID) -> MemberMerge | None:
    """The newest."""
    return await MemberMerge.filter(duplicate_id=duplicate_id).order_by("-position").first()


# ---------------------------------------------------------------- beginning and ending


async def begin(merge: MemberMerge) -> None:
    """Under the clock's lock, both members locked."""
    await merge.save(force_create=True)
    await sql.execute(
        "UPDATE members SET merged_into_id = :survivor, active = :no, balance = 0, debt = 0 WHERE id = :duplicate",
        survivor=merge.survivor_id,
        duplicate=merge.duplicate_id,
        no=False,
    )
    await sql.execute("UPDATE members SET duplicates = duplicates + 1 WHERE id = :id", id=merge.survivor_id)
    await sql.execute("UPDATE clocks SET merges = merges + 1 WHERE root_id = :root", root=merge.root_id)


async def end(merge: MemberMerge, at: datetime, position: int, by: UUID | None) -> None:
    """Another process's clock may have begun it later than now."""
    await MemberMerge.filter(id=merge.id).update(
        ended_at=max(at, merge.merged_at), ended_position=position, ended_by_id=by
    )
    await sql.execute(
        "UPDATE members SET merged_into_id = NULL, active = :active WHERE id = :duplicate",
        active=merge.was_active,
        duplicate=merge.duplicate_id,
    )
    await sql.execute("UPDATE members SET duplicates = duplicates - 1 WHERE id = :id", id=merge.survivor_id)


async def give_up_login(login: str, survivor_id: UUID) -> None:
    """Of a duplicate, so that the survivor may have it; with no login that can be typed, the duplicate keeps none."""
    await sql.execute(
        """UPDATE accounts SET login = 'merged ' || id, password_hash = NULL
           WHERE login = :login AND member_id IN (SELECT id FROM members WHERE merged_into_id = :survivor)""",
        login=login,
        survivor=survivor_id,
    )


async def balance_less_debt(member_id: UUID) -> int:
    return await sql.value("SELECT balance - debt AS net FROM members WHERE id = :id", id=member_id)


async def earned(member_id: UUID) -> int:
    """What the member's own entries sum to."""
    return int(
        await sql.value(
            "SELECT COALESCE(SUM(amount), 0) AS own FROM points_entries WHERE member_id = :id", id=member_id
        )
    )


async def claims_held_twice(duplicate_id: UUID, survivor_id: UUID) -> list[UUID]:
    """The duplicate's claims that nobody decided, of tasks that the survivor holds too."""
    found = await sql.rows(
        """SELECT c.id FROM claims c WHERE c.member_id = :duplicate AND c.status IN ('CLAIMED', 'SUBMITTED', 'RETURNED')
             AND EXISTS (SELECT 1 FROM claims o JOIN members m ON m.id = o.member_id
               WHERE o.task_id = c.task_id AND (m.id = :survivor OR m.merged_into_id = :survivor)
                 AND o.status IN ('CLAIMED', 'SUBMITTED', 'RETURNED', 'APPROVED'))
           ORDER BY c.task_id, c.id""",
        duplicate=duplicate_id,
        survivor=survivor_id,
    )
    return sql.uids(one["id"] for one in found)


# ---------------------------------------------------------------- what both were paid for

# Two standing entries of one person for one task, for one course by one rule, or of a rule's base for one year.
PAID_TWICE = """
SELECT a.id AS one, b.id AS other FROM members d
JOIN members p ON p.id = d.merged_into_id OR (p.merged_into_id = d.merged_into_id AND p.id < d.id)
JOIN points_entries a ON a.member_id = d.id AND a.kind <> 'REVERSAL' AND a.amount <> 0
JOIN points_entries b ON b.member_id = p.id AND b.kind <> 'REVERSAL' AND b.amount <> 0 AND b.rule = a.rule
LEFT JOIN claims ca ON ca.id = a.claim_id LEFT JOIN claims cb ON cb.id = b.claim_id
LEFT JOIN studies sa ON sa.id = a.study_id AND sa.member_id = a.member_id
LEFT JOIN studies sb ON sb.id = b.study_id AND sb.member_id = b.member_id
WHERE d.merged_into_id IS NOT NULL AND {which}
  AND (ca.task_id = cb.task_id OR sa.course_id = sb.course_id
    OR (a.base_year = b.base_year AND a.rule_version_id = b.rule_version_id))
  AND NOT EXISTS (SELECT 1 FROM points_entries r WHERE r.reverses_id = a.id OR r.reverses_id = b.id)
ORDER BY b.position, b.line, a.position, a.line"""


async def paid_twice(survivor_id: UUID | None = None) -> list[tuple[UUID, UUID]]:
    """Pairs of entries; of one person, or of all."""
    which = "1 = 1" if survivor_id is None else "d.merged_into_id = :survivor"
    values = {} if survivor_id is None else {"survivor": survivor_id}
    found = await sql.rows(PAID_TWICE.format(which=which), **values)
    return [(sql.uid(one["other"]), sql.uid(one["one"])) for one in found]
