"""The ledger against itself: balances, positions, where and when entries count, reversals."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from resolvers.snapshot import SKEW, Row, Snapshot, Stay
from rules import periods


def balances(read: Snapshot) -> Iterator[str]:
    sums: dict[UUID, int] = defaultdict(int)
    for row in read.ledger:
        if row.member:
            sums[_now(read, row.member)] += row.amount
    for one in read.people.values():
        if one.balance - one.debt != sums[one.id]:
            yield f"Member {one.id}: balance {one.balance}, debt {one.debt}, where the ledger sums to {sums[one.id]}."
        if min(one.balance, one.debt) != 0:
            yield f"Member {one.id}: balance {one.balance} and debt {one.debt}; one is 0 and none is negative."


def _now(read: Snapshot, member: UUID) -> UUID:
    """As whom the member counts."""
    known = read.people.get(member)
    return member if known is None else known.merged_into or member


def positions(read: Snapshot) -> Iterator[str]:
    """Each root's rows stand in commit order at positions that its clock has reached, with lines from 0 on."""
    following: dict[tuple[UUID, int], int] = defaultdict(int)
    newest: dict[UUID, Row] = {}
    for row in read.ledger:
        dial = read.dials.get(row.root)
        if dial and not 0 < row.position <= dial.position:
            yield f"Entry {row.id} is at position {row.position} of root {row.root}, its clock at {dial.position}."
        line = following[row.root, row.position]
        following[row.root, row.position] = line + 1
        if row.line != line:
            yield f"Entry {row.id} is line {row.line} of position {row.position}; line {line} is missing."
        before = newest.setdefault(row.root, row)
        if row.recorded_at + SKEW < before.recorded_at:
            yield f"Entry {row.id} was recorded {row.recorded_at}, yet after {before.id} of {before.recorded_at}."
        if row.recorded_at > before.recorded_at:
            newest[row.root] = row
        if row.reached != row.recorded_at.timestamp() // 1:
            yield f"Entry {row.id}: reached is {row.reached}, where it was recorded {row.recorded_at}."


def credits(read: Snapshot) -> Iterator[str]:
    """An entry is credited to where its member belonged at countsAt, and counts as rules.periods says."""
    stays = read.stays_of()
    for row in read.ledger:
        node = read.nodes[row.organization]
        if node.root != row.root:
            yield f"Entry {row.id} of root {row.root} is credited to {row.organization}, which is in root {node.root}."
        if row.member and row.kind != "REVERSAL":
            places = credited(stays.get(row.member, []), row)
            if row.organization not in places:
                named = " or ".join(sorted(map(str, places))) or "nowhere"
                yield f"Entry {row.id} is credited to {row.organization}; at {row.counts_at} that was {named}."
        if row.kind != "REVERSAL":
            counts = _counts_at(read, row.root, row.occurred_at, row.recorded_at)
            if row.correction:
                yield from _corrects(row, counts)
            elif counts != row.counts_at:
                yield f"Entry {row.id} counts at {row.counts_at}; by its day, zone and settling time it is {counts}."


def credited(history: Sequence[Stay], row: Row) -> set[UUID]:
    """Where the member belonged at countsAt: the newest stretch begun by then, before the first the first.

    More than one where the member came or went within SKEW of the recording: which of two operations read its clock
    first and which was first in the database need not agree, so what was not yet there may be left out.
    """
    sure = bisect_right(history, row.recorded_at - SKEW, key=lambda one: one.from_at)
    return {_place(history[:known], row.counts_at) for known in range(max(1, sure), len(history) + 1)}


def _place(history: Sequence[Stay], at: datetime) -> UUID:
    begun = bisect_right(history, at, key=lambda one: one.from_at)
    return history[max(0, begun - 1)].organization


def reversals(read: Snapshot) -> Iterator[str]:
    """Minus its original, for the same member and organization, once; counted with it, or where that is FINAL now."""
    rows = {row.id: row for row in read.ledger}
    seen: dict[UUID, UUID] = {}
    for row in read.ledger:
        if row.reverses is None:
            if row.kind == "REVERSAL":
                yield f"Entry {row.id} is a REVERSAL of nothing."
            continue
        original = rows.get(row.reverses)
        if row.reverses in seen:
            yield f"Entry {row.reverses} is reversed twice, by {seen[row.reverses]} and {row.id}."
        seen[row.reverses] = row.id
        if original is None:
            yield f"Entry {row.id} reverses {row.reverses}, which is not in the ledger."
            continue
        if row.kind != "REVERSAL" or row.amount != -original.amount or row.ranks != original.ranks:
            yield f"Entry {row.id} ({row.kind} {row.amount}) does not undo {original.id} ({original.amount})."
        if (row.root, row.member, row.organization) != (original.root, original.member, original.organization):
            yield f"Entry {row.id} reverses {original.id}, which is another member's or organization's."
        if row.position <= original.position and (row.position, row.line) <= (original.position, original.line):
            yield f"Entry {row.id} stands before {original.id}, which it reverses."
        yield from _counts_with(read, row, original)


def _counts_with(read: Snapshot, row: Row, original: Row) -> Iterator[str]:
    counted = min(original.counts_at, row.recorded_at)
    final = _counts_at(read, row.root, counted, row.recorded_at) != counted
    if row.correction and not final:
        yield f"Entry {row.id} is a correction, where the day of {original.counts_at} was not FINAL."
    if row.counts_at != (row.recorded_at if final and not row.correction else original.counts_at):
        yield f"Entry {row.id} counts at {row.counts_at}, where {original.id} counts at {original.counts_at}."


def _corrects(row: Row, counts: datetime) -> Iterator[str]:
    """A correction counts where it says, on a day that was FINAL when it was recorded."""
    if row.counts_at != row.occurred_at:
        yield f"Entry {row.id} corrects the day of {row.occurred_at}, and counts at {row.counts_at}."
    elif counts == row.counts_at:
        yield f"Entry {row.id} is a correction, where the day of {row.counts_at} was not FINAL."


def _counts_at(read: Snapshot, root: UUID, occurred: datetime, recorded: datetime) -> datetime:
    node = read.nodes[root]
    return periods.counts_at(occurred, recorded, node.zone, timedelta(hours=node.settling_hours))
