"""Whether the database is what its own history says: every number recomputed slowly and plainly, all of one moment.

A difference is a sentence with ids. What is said besides is no difference: a schedule that nobody is there to write,
boards too many to rank one by one. Here stands what no system owns: the tree, the clocks, versions and instants.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import models
from models import sql
from resolvers import snapshot
from resolvers.snapshot import SKEW, Findings, Snapshot
from resolvers.systems import SYSTEMS
from resolvers.verification import ranks


async def verify(now: datetime) -> Findings:
    async with models.database.snapshot():
        return await compared(now)


async def compared(now: datetime) -> Findings:
    """Inside a snapshot."""
    read = await snapshot.read()
    broken = [*tree(read)]
    differences = [*broken, *clocks(read), *versions(read), *instants(read)]
    remarks = [*unwritten(read, now)]
    for check in (check for system in SYSTEMS for check in system.verify):
        found = await check(read)
        differences += found.differences
        remarks += found.remarks
    if broken:
        return Findings(differences, [*remarks, "No board was ranked again, because the tree is inconsistent."])
    sample = ranks.sample(read)
    differences += await ranks.ranks(read, sample)
    return Findings(differences, [*remarks, *ranks.remarks(sample)])


def tree(read: Snapshot) -> Iterator[str]:
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


def clocks(read: Snapshot) -> Iterator[str]:
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


def versions(read: Snapshot) -> Iterator[str]:
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


def instants(read: Snapshot) -> Iterator[str]:
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


def unwritten(read: Snapshot, now: datetime) -> Iterator[str]:
    for one in read.instants:
        if one["position"] is None and sql.instant(one["at"]) + SKEW < now:
            yield f"Instant {one['id']} ({one['kind']}) of {one['at']} is not written yet; a running server writes it."
