"""Freezes: from its position on, the public sees nothing new that comes from an organization and below.

Entries are cut by position. Of tasks and claims the public goes on seeing what stood before the first hidden decision:
`public_held`, `public_approved` and `public_status` with its two times keep it, and are empty where the truth is
public.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.database import dialect

ROOM = 2**24  # more than anybody's entries under one freeze; 2⁵³ has room for half a billion of them


def hidden(entry: str) -> str:
    """Whether an entry, by its alias, is hidden: some organization at or above the credited one was frozen before it
    was recorded."""
    return f"""EXISTS (SELECT 1 FROM freezes f JOIN organization_paths fp ON fp.ancestor_id = f.organization_id
      WHERE fp.descendant_id = {entry}.organization_id AND {entry}.position > f.position)"""


HIDDEN = hidden("e")


class Freeze(Model):
    organization_id = fields.UUIDField(primary_key=True)
    root_id = fields.UUIDField()
    position = fields.BigIntField()
    frozen_at = fields.DatetimeField()
    frozen_by_id = fields.UUIDField(null=True)

    class Meta(Model.Meta):
        table = "freezes"


async def begin(organization_id: UUID, root_id: UUID, position: int, at: datetime, by: UUID | None) -> bool:
    """False: it was frozen before, and stays as it was."""
    fresh = await sql.execute(
        """INSERT INTO freezes (organization_id, root_id, position, frozen_at, frozen_by_id)
           VALUES (:organization, :root, :position, :at, :by) ON CONFLICT (organization_id) DO NOTHING""",
        organization=organization_id,
        root=root_id,
        position=position,
        at=at,
        by=by,
    )
    await _count(root_id)
    return bool(fresh)


async def lock_decisions(root_id: UUID) -> None:
    """Nobody decides beneath a freeze until the transaction ends: before one ends or something is moved, and before the
    clock. All tasks there, for one of which nothing is hidden may come to hide something until the clock is taken."""
    if dialect() != "postgres":  # SQLite has one writer
        return
    frozen = """t.organization_id IN (SELECT fp.descendant_id FROM freezes f
      JOIN organization_paths fp ON fp.ancestor_id = f.organization_id WHERE f.root_id = :root)"""
    await sql.rows(f"SELECT t.id FROM tasks t WHERE {frozen} ORDER BY t.id FOR NO KEY UPDATE", root=root_id)
    await sql.rows(
        f"""SELECT c.id FROM claims c JOIN tasks t ON t.id = c.task_id
            WHERE c.public_status IS NOT NULL AND {frozen} ORDER BY c.id FOR NO KEY UPDATE OF c""",
        root=root_id,
    )


async def end(organization_id: UUID, root_id: UUID) -> bool:
    """Everything that only this freeze hid is public again. False: it was not frozen."""
    if not await sql.execute("DELETE FROM freezes WHERE organization_id = :organization", organization=organization_id):
        return False
    await _count(root_id)
    await _show(root_id)
    return True


async def moved(root_id: UUID) -> bool:
    """After something in its tree was hung elsewhere: what no freeze hides any more is public again. False: nothing is
    frozen in this root."""
    if not await sql.row("SELECT 1 FROM freezes WHERE root_id = :root LIMIT 1", root=root_id):
        return False
    await _show(root_id)
    return True


async def _show(root_id: UUID) -> None:
    """Of tasks, all that no freeze covers any more. Public versions leave room for what members counted of their own
    hidden points, of which some boards now sum fewer; and always the same room, which tells nothing of how many."""
    tasks = """SELECT t.id FROM tasks t WHERE t.root_id = :root
      AND NOT EXISTS (SELECT 1 FROM freezes f JOIN organization_paths fp ON fp.ancestor_id = f.organization_id
        WHERE fp.descendant_id = t.organization_id)"""
    await sql.execute(
        f"""UPDATE tasks SET public_held = NULL, public_approved = NULL
            WHERE public_held IS NOT NULL AND id IN ({tasks})""",
        root=root_id,
    )
    await sql.execute(
        f"""UPDATE claims SET public_status = NULL, public_decided_at = NULL, public_submitted_at = NULL
            WHERE public_status IS NOT NULL AND task_id IN ({tasks})""",
        root=root_id,
    )
    await sql.execute(
        "UPDATE clocks SET public_position = public_position + :room WHERE root_id = :root", room=ROOM, root=root_id
    )


async def _count(root_id: UUID) -> None:
    await sql.execute(
        "UPDATE clocks SET frozen = (SELECT COUNT(*) FROM freezes WHERE root_id = :root) WHERE root_id = :root",
        root=root_id,
    )


async def under(root_id: UUID, organization_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the organizations that lie at or below a frozen one."""
    found = await sql.rows(
        """SELECT DISTINCT p.descendant_id AS id FROM freezes f
           JOIN organization_paths p ON p.ancestor_id = f.organization_id
           WHERE f.root_id = :root AND p.descendant_id IN :ids""",
        root=root_id,
        ids=list(organization_ids),
    )
    return {sql.uid(one["id"]) for one in found}


async def over(organization_id: UUID) -> datetime | None:
    """Since when its own boards stand still for the public: the earliest freeze at or above; None: they move."""
    found = await sql.value(
        """SELECT MIN(f.frozen_at) FROM freezes f JOIN organization_paths p ON p.ancestor_id = f.organization_id
           WHERE p.descendant_id = :organization""",
        organization=organization_id,
    )
    return None if found is None else sql.instant(found)


async def log_end(organization_id: UUID, public: bool) -> int:
    """The position of its log's end: the root's, or the public one's, which stands still at the earliest freeze at,
    above or below."""
    found = await sql.row(
        """SELECT c.position, (SELECT MIN(f.position) FROM freezes f WHERE EXISTS (SELECT 1 FROM organization_paths p
             WHERE (p.ancestor_id = f.organization_id AND p.descendant_id = :organization)
                OR (p.ancestor_id = :organization AND p.descendant_id = f.organization_id))) AS frozen
           FROM organizations o JOIN clocks c ON c.root_id = o.root_id WHERE o.id = :organization""",
        organization=organization_id,
    )
    if found is None:
        return 0
    return found["position"] if not public or found["frozen"] is None else found["frozen"]


async def hides(entry_id: UUID) -> bool:
    return bool(await sql.row(f"SELECT 1 FROM points_entries e WHERE e.id = :id AND {HIDDEN}", id=entry_id))


async def keep_before(task_id: UUID, claim_id: UUID, before: "Before") -> None:
    """Hide a decision just made under a freeze: the public goes on seeing what stood before, unless it does already."""
    await sql.execute(
        """UPDATE claims SET public_status = :status, public_decided_at = :decided, public_submitted_at = :submitted
           WHERE id = :claim AND public_status IS NULL""",
        claim=claim_id,
        status=before.status,
        decided=before.decided_at,
        submitted=before.submitted_at,
    )
    await sql.execute(
        "UPDATE tasks SET public_held = :held, public_approved = :approved WHERE id = :task AND public_held IS NULL",
        task=task_id,
        held=before.held,
        approved=before.approved,
    )


@dataclass(frozen=True, slots=True)
class Before:
    """A task's counts and a claim's state, read under the task's lock before a change.
    hidden: the public sees another state already."""

    held: int
    approved: int
    status: str
    decided_at: datetime | None
    submitted_at: datetime | None
    hidden: bool


async def before(task_id: UUID, claim_id: UUID) -> Before:
    found = await sql.row(
        """SELECT t.held, t.approved, c.status, c.decided_at, c.submitted_at, c.public_status
           FROM tasks t JOIN claims c ON c.task_id = t.id WHERE t.id = :task AND c.id = :claim""",
        task=task_id,
        claim=claim_id,
    )
    assert found is not None
    decided, submitted = found["decided_at"], found["submitted_at"]
    return Before(
        found["held"],
        found["approved"],
        found["status"],
        decided and sql.instant(decided),
        submitted and sql.instant(submitted),
        found["public_status"] is not None,
    )


async def hidden_counts(organization_id: UUID, root_id: UUID) -> dict[UUID, int]:
    """How many entries of each member the freezes hide, credited at or below an organization, of all time: so that it
    never gets fewer before a freeze ends or something is moved. Only what came after the root's earliest freeze is
    looked at. Of one into whom somebody was ever merged, the other's count too, and each merge and end of one."""
    values = {"organization": organization_id, "root": root_id}
    counted: dict[UUID, int] = {}
    for one in await sql.rows(
        f"""SELECT e.member_id AS id, COUNT(*) AS hidden FROM points_entries e
            JOIN organization_paths p ON p.descendant_id = e.organization_id AND p.ancestor_id = :organization
            WHERE e.member_id IS NOT NULL AND {HIDDEN}
              AND e.position > (SELECT MIN(position) FROM freezes WHERE root_id = :root)
            GROUP BY e.member_id""",
        **values,
    ):
        counted[sql.uid(one["id"])] = int(one["hidden"])
    alone = dict(counted)
    for one in await sql.rows(
        """SELECT duplicate_id, survivor_id, COUNT(*) + COUNT(ended_at) AS turns FROM member_merges
           WHERE root_id = :root GROUP BY duplicate_id, survivor_id""",
        root=root_id,
    ):
        survivor = sql.uid(one["survivor_id"])
        more = alone.get(sql.uid(one["duplicate_id"]), 0) + int(one["turns"])
        counted[survivor] = counted.get(survivor, 0) + more
    return counted


async def task_places(organization_id: UUID) -> list[UUID]:
    """Organizations at and below that have set tasks: whose arenas, and those below, show their counts."""
    found = await sql.rows(
        """SELECT DISTINCT t.organization_id AS id FROM tasks t
           JOIN organization_paths p ON p.descendant_id = t.organization_id AND p.ancestor_id = :organization""",
        organization=organization_id,
    )
    return sql.uids(one["id"] for one in found)
