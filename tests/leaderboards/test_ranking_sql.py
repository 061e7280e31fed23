"""Ranking in SQL is what the slow twins of rules/ranking.py say, on both engines, whatever the data."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import product
from random import Random
from uuid import UUID

from forest import PERIODS, Forest, drawn_id, grown
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import models
from models import OrganizationKind, PointsEntry, PointsKind
from models.leaderboards import FOR_EVER
from models.merges import Merged
from models.rankings import Ranking
from rules import merging, ranking
from rules.ranking import Entry, OrganizationScoring, Standing, order_key

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


def as_read(row: PointsEntry) -> Entry:
    """As the twin reads it."""
    return Entry(
        row.member_id, row.organization_id, row.amount, row.ranks, row.counts_at, row.recorded_at, row.position
    )


def standings(found: Ranking) -> list[Standing]:
    return [Standing(one.subject_id, one.rank, one.score, one.points, one.members, one.reached) for one in found]


@held_equal
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(1, 12) | st.integers(6, 12),
    members=st.integers(0, 12),
    entries=st.integers(0, 60) | st.integers(30, 60),
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
        belonging = [
            ranking.Membership(forest.members[member], forest.ids[place], begin, end)
            for member, place, begin, end in forest.memberships
        ]
        closings = [ranking.Closing(forest.ids[one], begin, end) for one, begin, end in forest.closed]
        for _ in range(QUESTIONS):
            place = dice.choice([forest.ids[0], dice.choice(forest.ids)])
            when = dice.choice([*PERIODS, PERIODS[-1]])
            last, frozen = dice.choice([None, None, dice.randrange(entries + 1)]), dice.choice([False, True])
            by, final_at = dice.choice([None, dice.randrange(entries + 9)]), dice.choice([None, forest.instant()])
            survivors = merging.survivors(forest.merged, by, final_at)
            merged = Merged(FOR_EVER if by is None else by, final_at)
            event(f"are others: {min(len(survivors), 2)}")
            ledger = [as_read(row) for row in forest.rows if not (frozen and forest.hidden(row))]
            board = standings(
                await models.leaderboards.rank_members(
                    place, when.starts_at, when.ends_at, last, frozen=frozen, merged=merged
                )
            )
            assert board == ranking.rank_members(ledger, tree, place, when, last, survivors)
            event(f"members ranked: {min(len(board), 3)}")

            kind = dice.choice([OrganizationKind.BRANCH, *OrganizationKind]).value
            at, earners = dice.choice([None, forest.instant()]), dice.choice([True, True, False])
            for children, scoring in product((False, True), OrganizationScoring):
                mean = scoring is OrganizationScoring.MEAN
                board = standings(
                    await models.leaderboards.rank_organizations(
                        place,
                        kind,
                        children,
                        mean,
                        when.starts_at,
                        when.ends_at,
                        at,
                        last,
                        frozen=frozen,
                        earners=earners,
                        merged=merged,
                    )
                )
                how = (place, kind, children, scoring, belonging, at, when, last, closings, earners, survivors)
                assert board == ranking.rank_organizations(ledger, tree, kinds, *how)
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
        forest.row(
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
