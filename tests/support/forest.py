"""Forests: trees of organizations with members and a ledger at random, dense, so that boards have ties, shared seconds
and edges.

    forest = grown(Random(seed), size=8, members=5, entries=40)
    await forest.plant()        # its rows, in the transaction that is open
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import models
from models import Member, Organization, OrganizationKind, PointsEntry, PointsKind
from rules.merging import Merge
from rules.periods import PeriodKind, period

TODAY = date(2026, 3, 31)  # the last day of a month and of a quarter, in the middle of a week and of a year
PERIODS = [period(kind, TODAY, "Asia/Shanghai") for kind in PeriodKind]
EDGES = sorted({edge for one in PERIODS for edge in (one.starts_at, one.ends_at) if edge})
QUIET = datetime(2026, 3, 30, 20, 0, 0, 500_000, tzinfo=UTC)  # inside every one of these periods
TICK = timedelta(microseconds=1)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Forest:
    """Organizations and members by number. What it holds depends on nothing but `dice`."""

    dice: Random
    ids: list[UUID]
    kinds: list[OrganizationKind]
    parents: list[int | None]
    members: list[UUID]
    memberships: list[tuple[int, int, datetime, datetime | None]] = field(default_factory=list)
    rows: list[PointsEntry] = field(default_factory=list[PointsEntry])
    frozen: dict[int, int] = field(default_factory=dict[int, int])  # position by organization
    merged: list[Merge] = field(default_factory=list[Merge])
    closed: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)  # organization, from, to

    def instant(self) -> datetime:
        """Some quiet moment; or on, just before or just after an edge of a period."""
        edge = self.dice.choice(EDGES) + self.dice.choice([-1, 0, 0, 1]) * TICK
        return self.dice.choice([QUIET, QUIET, edge])

    def hidden(self, row: PointsEntry) -> bool:
        """Whether something at or above where it was credited was frozen before."""
        number = self.ids.index(row.organization_id)
        return any(row.position > after and self.inside(number, top) for top, after in self.frozen.items())

    def root(self, number: int) -> int:
        above = self.parents[number]
        return number if above is None else self.root(above)

    def inside(self, number: int, top: int) -> bool:
        above = self.parents[number]
        return number == top or (above is not None and self.inside(above, top))

    def tree(self) -> dict[UUID, UUID | None]:
        above = [None if one is None else self.ids[one] for one in self.parents]
        return dict(zip(self.ids, above, strict=True))

    def belong(self) -> None:
        """Stretches of membership that follow each other, perhaps with gaps; the last perhaps open."""
        for member in range(len(self.members)):
            moments = sorted(self.instant() for _ in range(self.dice.choice([1, 1, 2, 3, 4, 5])))
            for begin, end in zip(moments[::2], [*moments[1::2], None], strict=False):
                self.memberships.append((member, self.dice.randrange(len(self.ids)), begin, end))

    def close(self) -> None:
        """Stretches in which organizations were closed: they follow each other, the last perhaps open."""
        for place in range(len(self.ids)):
            moments = sorted({self.instant() for _ in range(self.dice.choice([0, 0, 1, 2, 3]))})
            for begin, end in zip(moments[::2], [*moments[1::2], None], strict=False):
                self.closed.append((place, begin, end))

    def merge(self, positions: int) -> None:
        """Pairs that are one person for a stretch, and perhaps once more: of each the first is the duplicate."""
        people = self.dice.sample(self.members, len(self.members))
        for duplicate, survivor in zip(people[::2], people[1::2], strict=False):
            edges = sorted(self.dice.sample(range(1, positions + 9), self.dice.choice([0, 1, 1, 2, 3])))
            moments = sorted(self.instant() + timedelta(days=self.dice.choice([0, 0, 3, 9])) for _ in edges)
            at = list(zip(edges, moments, strict=True))
            for begin, end in zip(at[::2], [*at[1::2], (None, None)], strict=False):
                self.merged.append(Merge(duplicate, survivor, *begin, *end))

    def record(self, count: int) -> None:
        """A ledger: few amounts, few seconds, several rows at a position, reversals of what stands before them."""
        position, line = 1, 0
        amounts = self.dice.choice([[3], [3, 0], [1, 2, 3, 3, 0, 7, 100_000]])
        kinds = self.dice.choice([[PointsKind.EARNED], [PointsKind.DEDUCTED], list(PointsKind)[:3]])
        for _ in range(count):
            self.rows.append(self._reversal(position, line) or self._entry(position, line, amounts, kinds))
            position, line = (position, line + 1) if self.dice.random() < 0.2 else (position + 1, 0)

    def _entry(self, position: int, line: int, amounts: list[int], kinds: list[PointsKind]) -> PointsEntry:
        place = self.dice.randrange(len(self.ids))
        kind, amount = self.dice.choice(kinds), self.dice.choice(amounts)
        return self.row(
            position,
            line,
            root_id=self.ids[self.root(place)],
            organization_id=self.ids[place],
            member_id=self.dice.choice([None, *self.members, *self.members]),
            kind=kind,
            amount=amount if kind is PointsKind.EARNED else -amount,
            ranks=kind is not PointsKind.SPENT and self.dice.random() < 0.9,
        )

    def _reversal(self, position: int, line: int) -> PointsEntry | None:
        """Mostly none; of an original once."""
        reversed_before = {row.reverses_id for row in self.rows}
        open_to_it = [row for row in self.rows if row.reverses_id is None and row.id not in reversed_before]
        if not open_to_it or self.dice.random() > 0.2:
            return None
        original = self.dice.choice(open_to_it)
        return self.row(
            position,
            line,
            root_id=original.root_id,
            organization_id=original.organization_id,
            member_id=original.member_id,
            kind=PointsKind.REVERSAL,
            amount=-original.amount,
            ranks=original.ranks,
            reverses_id=original.id,
        )

    def row(self, position: int, line: int, **fields: object) -> PointsEntry:
        second, micros = self.dice.randrange(3), self.dice.choice([0, 1, 999_999])
        recorded, counts = datetime(2026, 4, 2, 0, 0, second, micros, tzinfo=UTC), self.instant()
        return PointsEntry(
            id=drawn_id(self.dice),
            position=position,
            line=line,
            rule="drawn",
            occurred_at=min(recorded, counts),
            counts_at=counts,
            recorded_at=recorded,
            reached=int(recorded.timestamp()),
            **fields,
        )

    async def plant(self) -> None:
        """Into the database; and subtrees are hung anew, as the product does it."""
        made = [
            Organization(
                id=one,
                code=str(one),
                name=f"第{number}党支部",
                kind=self.kinds[number],
                parent_id=self.tree()[one],
                root_id=self.ids[self.root(number)],
                created_at=CREATED,
            )
            for number, one in enumerate(self.ids)
        ]
        for one in made:
            await models.organizations.insert(one)
        numbers = range(len(made))
        for moved, parent in [(self.dice.choice(numbers), self.dice.choice(numbers)) for _ in range(3)]:
            if self.parents[moved] is None or self.root(moved) != self.root(parent):
                continue  # a root stays where it is, and a subtree within its root
            hung = await models.organizations.move(made[moved], made[parent])
            assert hung is not self.inside(parent, moved)
            if hung:
                self.parents[moved] = parent
        await self._plant_members()
        await self._plant_closings()
        await self._plant_merges()
        await PointsEntry.bulk_create(self.rows)
        for number, position in self.frozen.items():
            root = self.ids[self.root(number)]
            await models.freezes.begin(self.ids[number], root, position, CREATED, None)

    async def _plant_merges(self) -> None:
        await models.MemberMerge.bulk_create(
            models.MemberMerge(
                id=drawn_id(self.dice),
                root_id=self.ids[0],
                duplicate_id=one.duplicate,
                survivor_id=one.survivor,
                position=one.position,
                merged_at=one.merged_at,
                reason="",
                was_active=True,
                survivor_was_active=True,
                alias_taken=False,
                ended_position=one.ended_position,
                ended_at=one.ended_at,
            )
            for one in self.merged
        )

    async def _plant_closings(self) -> None:
        await models.OrganizationClosing.bulk_create(
            models.OrganizationClosing(
                id=drawn_id(self.dice),
                organization_id=self.ids[place],
                root_id=self.ids[self.root(place)],
                closed_at=begin,
                closed_position=2 * number,
                reopened_at=end,
                reopened_position=end and 2 * number + 1,
            )
            for number, (place, begin, end) in enumerate(self.closed)
        )

    async def _plant_members(self) -> None:
        homes = {member: place for member, place, _, _ in self.memberships}
        await Member.bulk_create(
            Member(
                id=one,
                root_id=self.ids[self.root(homes[number])],
                organization_id=self.ids[homes[number]],
                name=f"党员{number}",
                created_at=CREATED,
            )
            for number, one in enumerate(self.members)
        )
        await models.Membership.bulk_create(
            models.Membership(
                id=drawn_id(self.dice),
                member_id=self.members[member],
                organization_id=self.ids[place],
                from_at=begin,
                to_at=end,
            )
            for member, place, begin, end in self.memberships
        )


def drawn_id(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128))


def grown(dice: Random, size: int, members: int, entries: int) -> Forest:
    """Mostly one tree, sometimes deep, sometimes with a stranger beside it."""
    flat, chance_of_another_tree = dice.choice([0.0, 0.5, 0.9]), dice.choice([0.0, 0.0, 0.2])
    parents: list[int | None] = [None]
    for number in range(1, size):
        above = 0 if dice.random() < flat else dice.choice([number - 1, dice.randrange(number)])
        parents.append(None if dice.random() < chance_of_another_tree else above)
    kinds = [dice.choice([*[OrganizationKind.BRANCH] * 5, *OrganizationKind]) for _ in range(size)]
    ids, people = [drawn_id(dice) for _ in range(size)], [drawn_id(dice) for _ in range(members)]
    forest = Forest(dice, ids, kinds, parents, people)
    forest.belong()
    forest.record(entries)
    forest.close()
    forest.merge(entries)
    for _ in range(dice.choice([0, 1, 2])):
        forest.frozen[dice.randrange(size)] = dice.randrange(entries + 1)
    return forest
