"""Closed organizations: what is kept of the present and of the past agree, and nobody belongs to one."""

from collections.abc import Iterator
from uuid import UUID

from models import sql
from resolvers.snapshot import Snapshot


def differences(read: Snapshot) -> Iterator[str]:
    running = {sql.uid(one["organization_id"]): one for one in read.closings if one["reopened_at"] is None}
    for node in read.nodes.values():
        kept = running.get(node.id)
        since = sql.instant(kept["closed_at"]) if kept else None
        if since != node.closed:
            said, real = node.closed or "open", since or "open"
            yield f"Organization {node.id} says that it is closed since {said}; its closings say {real}."
    closed = {one.id for one in read.nodes.values() if one.closed}
    for node in read.nodes.values():
        if node.parent in closed and not node.closed:
            yield f"Organization {node.id} is open below {node.parent}, which is closed."
    for member in read.people.values():
        if member.active and member.organization in closed:
            yield f"Member {member.id} is active in {member.organization}, which is closed."
    for one in read.closings:
        yield from _positions(read, sql.uid(one["organization_id"]), one["closed_position"], one["reopened_position"])


def _positions(read: Snapshot, organization: UUID, *positions: int | None) -> Iterator[str]:
    dial = read.dials.get(read.nodes[organization].root)
    for position in positions:
        if dial and position is not None and not 0 < position <= dial.position:
            yield f"Organization {organization} was closed or opened at {position}, its clock at {dial.position}."
