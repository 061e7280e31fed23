"""Whether the database is what its own history says: every number recomputed slowly and plainly, all of one moment.

A difference is a sentence with ids. What is said besides is no difference: a schedule that nobody is there to write,
boards too many to rank one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import models
from models import sql
from resolvers.verification import (
    audit,
    chains,
    closings,
    courses,
    ledger,
    merges,
    phones,
    ranks,
    rewards,
    rules,
    seals,
    snapshot,
)
from resolvers.verification.snapshot import Books

SKEW = ledger.SKEW
HOLDING = ("CLAIMED", "SUBMITTED", "RETURNED", "APPROVED")


@dataclass(frozen=True, slots=True)
class Verdict:
    differences: Sequence[str]
    remarks: Sequence[str]


async def verify(now: datetime) -> Verdict:
    async with models.database.snapshot():
        return await compared(now)


async def compared(now: datetime) -> Verdict:
    """Inside a snapshot."""
    read = await snapshot.read()
    broken = [*tree(read)]
    differences = [
        *broken,
        *memberships(read),
        *closings.differences(read),
        *merges.differences(read),
        *ledger.balances(read),
        *ledger.positions(read),
        *ledger.credits(read),
        *ledger.reversals(read),
        *keys(read),
        *rewards.redemptions(read),
        *tasks(read),
        *clocks(read),
        *versions(read),
        *instants(read),
        *await courses.differences(read),
        *await chains.differences(read),
        *await rules.differences(read),
        *await phones.differences(),
    ]
    unsealed, remarks = await seals.unbroken(read.dials)
    differences += unsealed
    tampered, unchecked = await audit.unbroken()
    differences += tampered
    remarks += [
        *unchecked,
        *unwritten(read, now),
        *await chains.remarks(),
        *await merges.remarks(),
        *await phones.remarks(),
    ]
    if broken:
        return Verdict(differences, [*remarks, "No board was ranked again, because the tree is inconsistent."])
    sample = ranks.sample(read)
    differences += await ranks.ranks(read, sample)
    return Verdict(differences, [*remarks, *ranks.remarks(sample)])


def tree(read: Books) -> Iterator[str]:
    """organization_paths is the closure of parent_id, and every node knows its root."""
    walked: dict[tuple[UUID, UUID], int] = {}
    for node in read.nodes.values():
        line = read.upwards(node.id)
        top = read.nodes[line[-1]]
        if top.parent is not None:
            yield f"Organization {node.id}: its parents make a circle, {' → '.join(map(str, line))}."
        elif node.root != top.id:
            yield f"Organization {node.id} says its root is {node.root}; following its parents it is {top.id}."
        walked.update({(above, node.id): depth for depth, above in enumerate(line)})
    kept = {(sql.uid(one["ancestor_id"]), sql.uid(one["descendant_id"])): one["depth"] for one in read.paths}
    for above, below in sorted(walked.keys() | kept.keys()):
        real, said = walked.get((above, below)), kept.get((above, below))
        if real != said:
            yield f"The path from {above} down to {below} is kept with depth {said}; by the parents it is {real}."


def memberships(read: Books) -> Iterator[str]:
    """Who is active belongs to one organization, the member's own; who is not, to none. Stretches do not overlap. Of
    one that was merged while active, the stay goes on under the merge."""
    stays = read.stays_of()
    still_there = {sql.uid(one["duplicate_id"]) for one in read.merges if one["was_active"] and not one["ended_at"]}
    for member in read.people.values():
        history = stays.get(member.id, [])
        is_open = [one.organization for one in history if one.to_at is None]
        should = [member.organization] if member.active or member.id in still_there else []
        if is_open != should:
            state = "active" if member.active else "inactive"
            named = ", ".join(map(str, is_open)) or "none"
            yield f"Member {member.id} is {state} in {member.organization}, with open memberships: {named}."
        if read.nodes[member.organization].root != member.root:
            yield f"Member {member.id} belongs to {member.organization}, which is not in its root {member.root}."
        for before, after in pairwise(history):
            if before.to_at is None or after.from_at < before.to_at:
                yield f"Member {member.id}: memberships from {before.from_at} and from {after.from_at} overlap."


def keys(read: Books) -> Iterator[str]:
    for one in read.lost_keys:
        yield f"Idempotency key {one['id']} names the entry {one['entry_id']}, which is not in the ledger."


def tasks(read: Books) -> Iterator[str]:
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


def _what_freezes_kept(read: Books) -> Iterator[str]:
    """Where nothing is frozen, the public sees the truth."""
    places = {sql.uid(one["id"]): sql.uid(one["organization_id"]) for one in read.tasks}
    frozen = {task for task, place in places.items() if not read.freezes.keys().isdisjoint(read.upwards(place))}
    for one in read.tasks:
        if (one["public_held"], one["public_approved"]) != (None, None) and sql.uid(one["id"]) not in frozen:
            yield f"Task {one['id']} shows the public older counts, and no freeze is over it."
    for one in read.claims:
        if one["public_status"] is not None and sql.uid(one["task_id"]) not in frozen:
            yield f"Claim {one['id']} shows the public an older state, and no freeze is over its task."


def clocks(read: Books) -> Iterator[str]:
    for node in read.nodes.values():
        if node.parent is None and node.id not in read.dials:
            yield f"Root {node.id} has no clock."
    frozen = [read.nodes[one].root for one in read.freezes]
    for root, dial in read.dials.items():
        for name, position in (("day_position", dial.day_position), ("tree", dial.tree)):
            if position > dial.position:
                yield f"The clock of root {root} stands at {dial.position}, before its own {name} {position}."
        if dial.frozen != frozen.count(root):
            yield f"The clock of root {root} counts {dial.frozen} freezes; there are {frozen.count(root)}."
    for organization, position in read.freezes.items():
        dial = read.dials.get(read.nodes[organization].root)
        if dial and position > dial.position:
            yield f"Organization {organization} is frozen at {position}, ahead of its clock at {dial.position}."


def versions(read: Books) -> Iterator[str]:
    """No board is ahead of its clock or behind the newest entry that it counts."""
    newest: dict[UUID, int] = {}
    for row in read.ledger:
        for above in read.upwards(row.organization):
            newest[above] = max(newest.get(above, 0), row.position)
    kept = {sql.uid(one["organization_id"]): one for one in read.versions}
    for node in read.nodes.values():
        one, dial = kept.get(node.id), read.dials.get(node.root)
        if one is None or dial is None:
            yield f"Organization {node.id} has no board version."
            continue
        if sql.uid(one["root_id"]) != node.root:
            yield f"The board version of organization {node.id} belongs to root {one['root_id']}, not {node.root}."
        most = {"changed": dial.position, "tasks_changed": dial.position}
        most |= {"public_changed": dial.public_position, "public_tasks_changed": dial.public_position}
        for name, position in most.items():
            if one[name] > position:
                yield f"Organization {node.id}: {name} is {one[name]}, ahead of its clock at {position}."
        if one["changed"] < newest.get(node.id, 0):
            yield f"Organization {node.id}: changed is {one['changed']}, behind its newest entry at {newest[node.id]}."


def instants(read: Books) -> Iterator[str]:
    """Time writes first: nothing is recorded while an earlier instant is still to be written."""
    newest = {root: dial.time for root, dial in read.dials.items()}
    for row in read.ledger:
        newest[row.root] = max(newest.get(row.root, row.recorded_at), row.recorded_at)
    for one in read.instants:
        root, at = sql.uid(one["root_id"]), sql.instant(one["at"])
        dial = read.dials.get(root)
        if dial and one["position"] is not None and not 0 < one["position"] <= dial.position:
            yield f"Instant {one['id']} was written at {one['position']}; its clock is at {dial.position}."
        if one["position"] is None and root in newest and at + SKEW < newest[root]:
            yield f"Instant {one['id']} ({one['kind']}) of {at} is not written, and things of {newest[root]} are."


def unwritten(read: Books, now: datetime) -> Iterator[str]:
    for one in read.instants:
        if one["position"] is None and sql.instant(one["at"]) + SKEW < now:
            yield f"Instant {one['id']} ({one['kind']}) of {one['at']} is not written yet; a running server writes it."
