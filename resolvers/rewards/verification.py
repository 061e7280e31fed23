"""Rewards against their redemptions, and redemptions against the ledger and the boards that allowed them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from models import sql
from resolvers.snapshot import Findings, Row, Snapshot
from rules import periods
from rules.merging import survivors
from rules.periods import PeriodKind

MOST_READ = 3_000_000  # rows of the ledger, for all boards that are reckoned anew together


async def verify(read: Snapshot) -> Findings:
    return Findings([*redemptions(read)])


def redemptions(read: Snapshot) -> Iterator[str]:
    yield from _stock(read)
    spent = {row.redemption: row for row in read.ledger if row.redemption}
    taken_back = {row.reverses for row in read.ledger if row.reverses}
    known: set[UUID] = set()
    for one in read.redemptions:
        id, row = sql.uid(one["id"]), spent.get(sql.uid(one["id"]))
        known.add(id)
        if row is None:
            yield f"Redemption {id} is {one['status']}, and no entry paid for it."
            continue
        if (row.kind, row.amount, row.member) != ("SPENT", -one["price"], sql.uid(one["member_id"])):
            yield f"Redemption {id} costs {one['price']}; the entry {row.id} is {row.kind} {row.amount}."
        if (row.id in taken_back) != (one["status"] == "CANCELLED"):
            said = "is" if row.id in taken_back else "is not"
            yield f"Redemption {id} is {one['status']}, and its entry {row.id} {said} taken back."
    for redemption, row in spent.items():
        if redemption not in known:
            yield f"Entry {row.id} paid for the redemption {redemption}, which is not there."
    yield from _allowed(read)


def _stock(read: Snapshot) -> Iterator[str]:
    gone = Counter(sql.uid(one["reward_id"]) for one in read.redemptions if one["status"] != "CANCELLED")
    for one in read.rewards:
        left = one["supplied"] - gone[sql.uid(one["id"])]
        if one["stock"] != left:
            supplied = f"{one['supplied']} were supplied, and {left} are left"
            yield f"Reward {one['id']} has {one['stock']} in stock; {supplied}."


def _allowed(read: Snapshot) -> Iterator[str]:
    """Who redeemed what is for the first of last month was among them, as its board stood. Beneath a freeze it was the
    public's, which nobody can tell any more."""
    budget = MOST_READ
    boards: dict[tuple[UUID, date, int], Mapping[UUID, int]] = {}
    for one in read.redemptions:
        if one["top"] is None or one["frozen"]:
            continue
        root = sql.uid(one["root_id"])
        board = (root, _day(one["month"]), one["board_position"])
        if board not in boards:
            budget -= len(read.ledger)
            if budget < 0:
                return
            boards[board] = _sums(read, *board)
        sums, member = boards[board], sql.uid(one["member_id"])
        rank = 1 + sum(points > sums[member] for points in sums.values()) if member in sums else None
        if rank != one["rank"]:
            yield f"Redemption {one['id']}: member {member} was {one['rank']} of last month; the ledger says {rank}."


def _sums(read: Snapshot, root: UUID, month: date, position: int) -> Mapping[UUID, int]:
    """Of each member with a score in the month before."""
    before = periods.period(PeriodKind.MONTH, month - timedelta(days=1), read.nodes[root].zone)
    node = read.nodes[root]
    final_at = periods.final_at(before, timedelta(hours=node.settling_hours))
    people = survivors(read.merged(root), position, final_at)
    sums: dict[UUID, int] = defaultdict(int)
    for row in read.ledger:
        if row.root == root and row.position <= position and _ranks(row) and before.contains(row.counts_at):
            assert row.member is not None
            sums[people.get(row.member, row.member)] += row.amount
    return sums


def _ranks(row: Row) -> bool:
    return row.member is not None and row.ranks and row.amount != 0


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
