"""Ranking in SQL is what the slow twins of rules/ranking.py say, on both engines, whatever the data."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import models
from models import Member, Organization, OrganizationKind, PointsEntry, PointsKind
from models.leaderboards import Ranked
from rules import ranking
from rules.periods import PeriodKind, period
from rules.ranking import Entry, OrganizationScoring, Standing, order_key

TODAY = date(2026, 3, 31)  # the last day of a month and of a quarter, in the middle of a week and of a year
PERIODS = [period(kind, TODAY, "Asia/Shanghai") for kind in PeriodKind]
EDGES = sorted({edge for one in PERIODS for edge in (one.starts_at, one.ends_at) if edge})
QUIET = datetime(2026, 3, 30, 20, 0, 0, 500_000, tzinfo=UTC)  # inside every one of these periods
TICK = timedelta(microseconds=1)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
QUESTIONS = 8  # of each forest

# Six tenths of the profile's examples, on each engine.
held_equal = settings(
    max_examples=settings().max_examples * 6 // 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Undone(Exception):
    """Takes an example's rows back."""


@asynccontextmanager
async def undone() -> AsyncGenerator[None]:
    """A transaction that never commits: the next example finds an empty database."""
    try:
        async with models.database.transaction():
            yield
            raise Undone
    except Undone:
        pass


@dataclass
class Forest:
    """Trees by number, and what is drawn for them: dense, so that a board has ties, shared seconds and edges.

    What it holds depends on nothing but `dice`.
    """

    dice: Random
    ids: list[UUID]
    kinds: list[OrganizationKind]
    parents: list[int | None]
    members: list[UUID]
    memberships: list[tuple[int, int, datetime, datetime | None]] = field(default_factory=list)
    rows: list[PointsEntry] = field(default_factory=list[PointsEntry])

    def instant(self) -> datetime:
        """Some quiet moment; or on, just before or just after an edge of a period."""
        edge = self.dice.choice(EDGES) + self.dice.choice([-1, 0, 0, 1]) * TICK
        return self.dice.choice([QUIET, QUIET, edge])

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

    def record(self, count: int) -> None:
        """A ledger: few amounts, few seconds, several rows at a position, reversals of what stands before them."""
        position, line = 1, 0
        for _ in range(count):
            self.rows.append(self._reversal(position, line) or self._entry(position, line))
            position, line = (position, line + 1) if self.dice.random() < 0.2 else (position + 1, 0)

    def _entry(self, position: int, line: int) -> PointsEntry:
        place = self.dice.randrange(len(self.ids))
        kind = self.dice.choice([*[PointsKind.EARNED] * 6, PointsKind.DEDUCTED, PointsKind.SPENT])
        amount = self.dice.choice([0, 1, 2, 3, 3, 7, 100_000])
        return self._row(
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
        return self._row(
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

    def _row(self, position: int, line: int, **fields: object) -> PointsEntry:
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
        await PointsEntry.bulk_create(self.rows)

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
    parents: list[int | None] = [None]
    for number in range(1, size):
        parents.append(dice.choice([number - 1, 0, dice.randrange(number), *([None] if dice.random() < 0.3 else [])]))
    kinds = [dice.choice([OrganizationKind.BRANCH, *OrganizationKind]) for _ in range(size)]
    ids, people = [drawn_id(dice) for _ in range(size)], [drawn_id(dice) for _ in range(members)]
    forest = Forest(dice, ids, kinds, parents, people)
    forest.belong()
    forest.record(entries)
    return forest


def standings(found: list[Ranked]) -> list[Standing]:
    return [
        Standing(one.subject_id, one.rank, one.score, one.points, one.members, one.reached) for one in found
    ]


@held_equal
@given(
    seed=st.integers(0, 2**32), size=st.integers(1, 10), members=st.integers(0, 7), entries=st.integers(0, 45)
)
async def test_every_board_is_what_the_slow_twin_says(
    database: str, seed: int, size: int, members: int, entries: int
) -> None:
    dice = Random(seed)  # so that rows are many in every example; what Hypothesis makes smaller are their numbers
    forest = grown(dice, size, members, entries)
    async with undone():
        await forest.plant()
        tree = forest.tree()
        kinds = {one: kind.value for one, kind in zip(forest.ids, forest.kinds, strict=True)}
        ledger = [
            Entry(row.member_id, row.organization_id, row.amount, row.ranks, row.counts_at, row.recorded_at, row.position)
            for row in forest.rows
        ]
        belonging = [
            ranking.Membership(forest.members[member], forest.ids[place], begin, end)
            for member, place, begin, end in forest.memberships
        ]
        for _ in range(QUESTIONS):
            place, when = dice.choice([forest.ids[0], *forest.ids]), dice.choice(PERIODS)
            last = dice.choice([None, None, dice.randrange(entries + 1)])
            board = standings(
                await models.leaderboards.rank_members(place, when.starts_at, when.ends_at, last)
            )
            assert board == ranking.rank_members(ledger, tree, place, when, last)
            event(f"members ranked: {min(len(board), 3)}")

            kind, at = dice.choice(list(OrganizationKind)).value, dice.choice([None, forest.instant()])
            for children, scoring in product((False, True), OrganizationScoring):
                mean = scoring is OrganizationScoring.MEAN
                board = standings(
                    await models.leaderboards.rank_organizations(
                        place, kind, children, mean, when.starts_at, when.ends_at, at, last
                    )
                )
                assert board == ranking.rank_organizations(
                    ledger, tree, kinds, place, kind, children, scoring, belonging, at, when, last
                )
                event(f"organizations ranked: {min(len(board), 3)}")


@held_equal
@given(drawn=st.lists(st.tuples(st.uuids(), st.booleans()), min_size=2, max_size=12, unique_by=lambda one: one[0]))
async def test_equals_stand_by_id_in_sql_as_in_python(database: str, drawn: list[tuple[UUID, bool]]) -> None:
    """All of a UUID's bytes count, unsigned, from the first on."""
    dice = Random(0)
    people = [one for one, _ in drawn]
    forest = Forest(dice, [drawn_id(dice)], [OrganizationKind.BRANCH], [None], people)
    forest.belong()
    [place] = forest.ids
    forest.rows = [
        forest._row(
            position,
            0,
            root_id=place,
            organization_id=place,
            member_id=member,
            kind=PointsKind.EARNED,
            amount=7 if more else 3,
            ranks=True,
        )
        for position, (member, more) in enumerate(drawn, start=1)
    ]
    async with undone():
        await forest.plant()
        found = standings(await models.leaderboards.rank_members(place, None, None))

    assert {one.subject for one in found} == set(people)
    assert found == sorted(found, key=order_key)
