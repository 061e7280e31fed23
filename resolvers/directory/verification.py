"""Members: where each belongs, and what closings, merges and phones say of the same."""

from collections.abc import Iterator
from itertools import pairwise

from models import sql
from resolvers.directory import closing_checks, merge_checks, phone_checks
from resolvers.snapshot import Findings, Snapshot


async def verify(read: Snapshot) -> Findings:
    return Findings(
        [
            *memberships(read),
            *closing_checks.differences(read),
            *merge_checks.differences(read),
            *await phone_checks.differences(),
        ],
        [*await merge_checks.remarks(), *await phone_checks.remarks()],
    )


def memberships(read: Snapshot) -> Iterator[str]:
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
