"""Tasks against their claims, and claims against the ledger that paid them."""

from collections.abc import Iterator
from uuid import UUID

from models import sql
from resolvers.snapshot import Findings, Snapshot

HOLDING = ("CLAIMED", "SUBMITTED", "RETURNED", "APPROVED")


async def verify(read: Snapshot) -> Findings:
    return Findings([*tasks(read)])


def tasks(read: Snapshot) -> Iterator[str]:
    """Slots are counted, and what is approved was paid once, with the task's points."""
    holding: dict[UUID, int] = {}
    approved: dict[UUID, int] = {}
    earned = {row.claim: row for row in read.ledger if row.claim}
    points = {sql.uid(one["id"]): one["points"] for one in read.tasks}
    for one in read.claims:
        claim, task = sql.uid(one["id"]), sql.uid(one["task_id"])
        holding[task] = holding.get(task, 0) + (one["status"] in HOLDING)
        approved[task] = approved.get(task, 0) + (one["status"] == "APPROVED")
        paid = earned.get(claim)
        if (one["status"] == "APPROVED") != (paid is not None):
            what = f"the entry {paid.id} names it" if paid else "no entry names it"
            yield f"Claim {claim} is {one['status']}, and {what}."
        elif paid and (paid.kind, paid.amount, paid.member) != ("EARNED", points[task], sql.uid(one["member_id"])):
            yield (
                f"Claim {claim} of member {one['member_id']} is worth {points[task]}; its entry {paid.id} is"
                f" {paid.kind} {paid.amount} for member {paid.member}."
            )
    for one in read.tasks:
        task = sql.uid(one["id"])
        real = holding.get(task, 0), approved.get(task, 0)
        if (one["held"], one["approved"]) != real:
            yield (
                f"Task {task} says held {one['held']}, approved {one['approved']};"
                f" its claims say {real[0]} and {real[1]}."
            )
        if one["capacity"] is not None and real[0] > one["capacity"]:
            yield f"Task {task} has {one['capacity']} places, and {real[0]} claims hold one."
    yield from _what_freezes_kept(read)


def _what_freezes_kept(read: Snapshot) -> Iterator[str]:
    """Where nothing is frozen, the public sees the truth."""
    places = {sql.uid(one["id"]): sql.uid(one["organization_id"]) for one in read.tasks}
    frozen = {task for task, place in places.items() if not read.freezes.keys().isdisjoint(read.upwards(place))}
    for one in read.tasks:
        if (one["public_held"], one["public_approved"]) != (None, None) and sql.uid(one["id"]) not in frozen:
            yield f"Task {one['id']} shows the public older counts, and no freeze is over it."
    for one in read.claims:
        if one["public_status"] is not None and sql.uid(one["task_id"]) not in frozen:
            yield f"Claim {one['id']} shows the public an older state, and no freeze is over its task."
