"""A board of thousands is loaded in pieces, so that everybody else has their turn in between."""

from __future__ import annotations

import gc
from uuid import UUID, uuid4

from turns import longest_share
from world import World

import models
from models import Member, Organization, PointsEntry, PointsKind
from resolvers.boards import BoardKey, BoardView, Subject
from resolvers.leaderboards import board as leaderboards_board
from rules.periods import PeriodKind

MEMBERS = 5_000
MOST_LOOKED_THROUGH = 50  # objects, of a board of any size
MORE_THAN_A_STATEMENT_TAKES = 33_000  # values: PostgreSQL's protocol takes 32,767, SQLite 32,766


async def crowd(world: World, place: Organization) -> list[UUID]:
    """Members who each earned something."""
    now = world.clock.now
    people = [
        Member(root_id=place.root_id, organization_id=place.id, name=f"党员{number}", created_at=now)
        for number in range(MEMBERS)
    ]
    await Member.bulk_create(people, batch_size=500)
    entries = [
        PointsEntry(
            root_id=place.root_id,
            position=position,
            line=0,
            member_id=one.id,
            organization_id=place.id,
            kind=PointsKind.EARNED,
            amount=position % 90 + 1,
            ranks=True,
            rule="x",
            occurred_at=now,
            counts_at=now,
            recorded_at=now,
            reached=int(now.timestamp()),
        )
        for position, one in enumerate(people, start=1)
    ]
    await PointsEntry.bulk_create(entries, batch_size=500)
    await models.Clock.filter(root_id=place.root_id).update(position=MEMBERS)
    return [one.id for one in people]


async def test_loading_five_thousand_members_keeps_nobody_waiting_for_the_whole_of_it(world: World) -> None:
    company = await world.company()
    people = await crowd(world, company.first)
    key = BoardKey(company.root.id, Subject.MEMBER, PeriodKind.MONTH, None, None, False, None, BoardView.PUBLIC)

    board, share = await longest_share(lambda: leaderboards_board.load(key))

    assert board is not None
    assert looked_through(board) < MOST_LOOKED_THROUGH
    assert {one.subject_id for one in board.ranking} == set(people)
    assert board.members[people[7]].name == "党员7"
    assert board.organizations[board.members[people[7]].organization_id].code == company.first.code
    assert share < 1 / 10


async def test_more_members_than_a_statement_takes_values(world: World) -> None:
    company = await world.company()
    li = await world.member("李强", at=company.first)
    unknown = [uuid4() for _ in range(MORE_THAN_A_STATEMENT_TAKES)]

    assert [one.name for one in (await models.members.by_ids([*unknown, li.id])).values()] == ["李强"]
    assert list(await models.lazy_rows.by_ids(Member, [one.int for one in (*unknown, li.id)])) == [li.id]


def looked_through(board: leaderboards_board.Board) -> int:
    """How many objects of a board a full search for garbage looks at; those that belong to others too are left out."""
    for _ in range(3):
        gc.collect()  # tuples and dicts of bare numbers leave the search one after the other
    found: dict[int, object] = {}
    parts: list[object] = [board.ranking, board.place, board.previous, board.members, board.organizations]
    while parts:
        one = parts.pop()
        if gc.is_tracked(one) and not isinstance(one, type) and id(one) not in found:
            found[id(one)] = one
            parts += gc.get_referents(one)
    return len(found)
