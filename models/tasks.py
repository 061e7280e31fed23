"""Tasks and claims. Every change of state is one conditional UPDATE: who comes second changes nothing.

Lock order inside a transaction: task, then claim, then member, then the root's clock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.id_fields import key, reference
from models.merges import SELVES
from models.pages import Listing, at_or_below, narrowed
from rules.ids import ClaimId, OrganizationId, TaskId


class TaskStatus(StrEnum):
    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class TaskReview(StrEnum):
    REVIEWED = "REVIEWED"
    AUTOMATIC = "AUTOMATIC"


class ClaimStatus(StrEnum):
    CLAIMED = "CLAIMED"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    APPROVED = "APPROVED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"


UNDECIDED = (ClaimStatus.CLAIMED, ClaimStatus.SUBMITTED, ClaimStatus.RETURNED)
HOLDING = (*UNDECIDED, ClaimStatus.APPROVED)


class Task(Model):
    """`held` counts claims that hold a slot, approved ones included; held ≤ capacity is a CHECK."""

    id = key(TaskId)
    root_id = fields.UUIDField()
    organization_id = reference(OrganizationId)
    title = fields.CharField(max_length=200)
    description = fields.TextField()
    points = fields.IntField()
    review = fields.CharEnumField(TaskReview, max_length=20)
    status = fields.CharEnumField(TaskStatus, max_length=20, default=TaskStatus.DRAFT)
    capacity = fields.IntField(null=True)
    held = fields.IntField(default=0)
    approved = fields.IntField(default=0)
    public_held = fields.IntField(null=True)  # what the public sees while a freeze hides decisions; null: the truth
    public_approved = fields.IntField(null=True)
    opens_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    created_by_id = fields.UUIDField(null=True)  # account
    created_at = fields.DatetimeField()

    class Meta(Model.Meta):
        table = "tasks"


class Claim(Model):
    """Unique (task_id, member_id) among claims that hold a slot."""

    id = key(ClaimId)
    task_id = reference(TaskId)
    member_id = fields.UUIDField()
    status = fields.CharEnumField(ClaimStatus, max_length=20, default=ClaimStatus.CLAIMED)
    evidence = fields.TextField(null=True)
    review_note = fields.TextField(null=True)
    claimed_at = fields.DatetimeField()
    submitted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)  # account
    public_status = fields.CharEnumField(ClaimStatus, max_length=20, null=True)  # likewise
    public_decided_at = fields.DatetimeField(null=True)
    public_submitted_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "claims"


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Task]:
    return {found.id: found for found in await Task.filter(id__in=list(set(ids)))}


async def claims_by_ids(ids: Iterable[UUID]) -> dict[UUID, Claim]:
    return {found.id: found for found in await Claim.filter(id__in=list(set(ids)))}


async def change_status(task_id: UUID, to: TaskStatus, *froms: TaskStatus) -> bool:
    return bool(
        await sql.execute(
            "UPDATE tasks SET status = :to WHERE id = :id AND status IN :froms",
            to=to.value,
            id=task_id,
            froms=[one.value for one in froms],
        )
    )


async def lock(task_id: UUID) -> None:
    """Until the transaction ends: the first lock of every change of its claims."""
    await sql.execute("UPDATE tasks SET held = held WHERE id = :id", id=task_id)


async def take_slot(task_id: UUID) -> bool:
    """One more claim holds a slot, if the task is open and one is free. Locks the task."""
    return bool(
        await sql.execute(
            """UPDATE tasks SET held = held + 1, public_held = public_held + 1
               WHERE id = :id AND status = 'OPEN' AND (capacity IS NULL OR held < capacity)""",
            id=task_id,
        )
    )


async def give_slot_back(task_id: UUID, *, in_public: bool) -> None:
    """in_public: everyone sees it; a reviewer's decision may be hidden by a freeze."""
    seen = ", public_held = public_held - 1" if in_public else ""
    await sql.execute(f"UPDATE tasks SET held = held - 1{seen} WHERE id = :id", id=task_id)


async def count_approved(task_id: UUID) -> None:
    await sql.execute("UPDATE tasks SET approved = approved + 1 WHERE id = :id", id=task_id)


async def insert_claim(claim: Claim) -> bool:
    """False: this member already holds a slot of the task."""
    return bool(
        await sql.execute(
            """INSERT INTO claims (id, task_id, member_id, status, claimed_at)
               VALUES (:id, :task, :member, 'CLAIMED', :at) ON CONFLICT DO NOTHING""",
            id=claim.id,
            task=claim.task_id,
            member=claim.member_id,
            at=claim.claimed_at,
        )
    )


async def held_by(task_id: UUID, member_ids: Sequence[UUID]) -> Claim | None:
    """member_ids: of one person."""
    return await Claim.filter(task_id=task_id, member_id__in=list(member_ids), status__in=HOLDING).first()


async def undecided(member_id: UUID) -> list[Claim]:
    """What a member holds and nobody decided, in the order in which tasks are locked."""
    return await Claim.filter(member_id=member_id, status__in=UNDECIDED).order_by("task_id")


async def claims_of(task_ids: Iterable[UUID], member_ids: Sequence[UUID]) -> dict[UUID, Claim]:
    """A person's claim of each task: the one that holds a slot, else the newest."""
    found = await Claim.filter(task_id__in=list(task_ids), member_id__in=list(member_ids)).order_by("claimed_at")
    claims: dict[UUID, Claim] = {}
    for one in found:
        if one.task_id not in claims or claims[one.task_id].status not in HOLDING:
            claims[one.task_id] = one
    return claims


async def submit(claim_id: UUID, evidence: str, to: ClaimStatus, at: datetime) -> bool:
    return bool(
        await sql.execute(
            """UPDATE claims SET status = :to, evidence = :evidence, submitted_at = :at,
                 decided_at = COALESCE(:decided, decided_at)
               WHERE id = :id AND status IN ('CLAIMED', 'RETURNED')""",
            id=claim_id,
            evidence=evidence,
            to=to.value,
            at=at,
            decided=at if to is ClaimStatus.APPROVED else None,
        )
    )


async def decide(
    claim_id: UUID, to: ClaimStatus, *froms: ClaimStatus, by: UUID | None, note: str | None, at: datetime
) -> bool:
    """To APPROVED, RETURNED, REJECTED or RELEASED, from one of `froms`. Without a note the last one stays."""
    return bool(
        await sql.execute(
            """UPDATE claims SET status = :to, decided_by_id = :by, decided_at = :at,
                 review_note = COALESCE(:note, review_note) WHERE id = :id AND status IN :froms""",
            id=claim_id,
            to=to.value,
            by=by,
            note=note,
            at=at,
            froms=[one.value for one in froms],
        )
    )


async def fall_due(task_id: UUID, at: datetime) -> None:
    """Close the task; claims that are not submitted expire and give their slots back."""
    await lock(task_id)  # one that was closed before too: whoever hands in has locked it before the claim
    await change_status(task_id, TaskStatus.CLOSED, TaskStatus.SCHEDULED, TaskStatus.OPEN)
    in_public = "COALESCE(public_status, status) IN ('CLAIMED', 'RETURNED')"
    expired = await sql.rows(
        f"""UPDATE claims SET status = 'EXPIRED', decided_at = :at,
              public_status = CASE WHEN {in_public} THEN NULL ELSE public_status END,
              public_decided_at = CASE WHEN {in_public} THEN NULL ELSE public_decided_at END,
              public_submitted_at = CASE WHEN {in_public} THEN NULL ELSE public_submitted_at END
            WHERE task_id = :id AND status IN ('CLAIMED', 'RETURNED') RETURNING public_status""",
        id=task_id,
        at=at,
    )
    if expired:
        await sql.execute(
            "UPDATE tasks SET held = held - :expired, public_held = public_held - :seen WHERE id = :id",
            expired=len(expired),
            seen=sum(one["public_status"] is None for one in expired),
            id=task_id,
        )


async def organizations_of_claims(member_id: UUID) -> list[UUID]:
    """Whose arenas may show this member: the organizations that set the tasks it claimed."""
    found = await sql.rows(
        """SELECT DISTINCT t.organization_id FROM claims c JOIN tasks t ON t.id = c.task_id
           WHERE c.member_id = :member""",
        member=member_id,
    )
    return sql.uids(one["organization_id"] for one in found)


# ---------------------------------------------------------------- lists

NEWEST_FIRST = (("created_at", True), ("id", True))
CLAIMS_OF_TASK = Listing(Claim, "claims t", "t.task_id", (("claimed_at", False), ("id", False)))
CLAIMS_OF_MEMBER = Listing(Claim, f"claims t {SELVES}", "self.person_id", (("claimed_at", True), ("id", True)))
# Who chose not to be shown is found by no claim either: its entry in the log has the same moment and the task's title.
CLAIMS_IN_PUBLIC = narrowed(
    CLAIMS_OF_TASK,
    f"""t.member_id = :own OR EXISTS (SELECT 1 FROM members m
          WHERE m.id = t.member_id AND (m.hidden_on_boards = :no OR {at_or_below("m.organization_id")}))""",
)
CLAIMABLE = Listing(
    Task,
    "tasks t JOIN organization_paths p ON p.ancestor_id = t.organization_id",
    "p.descendant_id",
    NEWEST_FIRST,
    """t.status = 'OPEN' AND (t.capacity IS NULL OR COALESCE(t.public_held, t.held) < t.capacity) AND NOT EXISTS (
         SELECT 1 FROM claims c WHERE c.task_id = t.id AND c.member_id IN :selves
           AND c.status IN ('CLAIMED', 'SUBMITTED', 'RETURNED', 'APPROVED'))""",
)
IN_ARENA = Listing(
    Task,
    """tasks t JOIN organizations o ON o.id = t.organization_id
       JOIN (SELECT descendant_id AS arena, ancestor_id AS owner FROM organization_paths
             UNION SELECT ancestor_id, descendant_id FROM organization_paths) a ON a.owner = t.organization_id""",
    "a.arena",
    NEWEST_FIRST,
    f"""t.status = :status AND (t.status <> 'DRAFT' OR {at_or_below("t.organization_id")})
        AND (o.kind <> 'GROUP' OR :inside = 1 OR EXISTS (
          SELECT 1 FROM organization_paths p WHERE p.ancestor_id = o.id AND p.descendant_id = a.arena))""",
)
REVIEW_QUEUE = Listing(
    Claim,
    """claims t JOIN tasks k ON k.id = t.task_id
       JOIN organization_paths p ON p.descendant_id = k.organization_id""",
    "p.ancestor_id",
    (("claimed_at", False), ("id", False)),
)


def of_status(listing: Listing[Claim], *, public: bool) -> Listing[Claim]:
    """Those of one :status. public: as the public sees it, while a freeze lasts."""
    return narrowed(listing, "COALESCE(t.public_status, t.status) = :status" if public else "t.status = :status")
