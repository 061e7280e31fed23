"""An arena names the same approvals, in the same order, however many there are to choose from."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from world import World

from models import Claim, ClaimStatus, Organization, Task
from resolvers.arena import board as arena_board
from resolvers.arena.board import FEW_APPROVALS, MOST_APPROVALS
from resolvers.boards import BoardView
from resolvers.organization_boards import OrganizationBoardKey
from rules.roles import Role

TASKS = 12
MEMBERS = 9


async def test_the_newest_of_many_are_those_that_are_found_among_few(world: World) -> None:
    company, elsewhere = await world.company(), await world.company("EG")
    dice, now = Random(1), world.clock.now
    operator = await world.operator()
    wang = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    places = [company.root, company.first, company.second, company.group, company.general, elsewhere.root]
    tasks = [
        await world.task(wang if place.root_id == company.root.id else operator, at=place)
        for place in places
        for _ in range(TASKS // len(places))
    ]
    people = await world.members(MEMBERS, at=company.first)
    shy = await world.member("赵敏", at=company.first, hidden_on_boards=True)
    claims = [
        Claim(
            task_id=task.id,
            member_id=person.id,
            status=dice.choice([ClaimStatus.APPROVED, ClaimStatus.APPROVED, ClaimStatus.REJECTED]),
            claimed_at=now,
            decided_at=now + timedelta(seconds=dice.randrange(20)),  # so that some are equal
        )
        for task in tasks
        for person in (*people, shy)
    ]
    await Claim.bulk_create(claims)

    async def approvals(place: Organization, view: BoardView) -> list[Claim]:
        arena = await arena_board.load(OrganizationBoardKey("arena", place.id, view))
        assert arena is not None
        return [claim for claim, _, _ in arena.approvals]

    seen = [(place, view) for place in places for view in (BoardView.PUBLIC, BoardView.FULL)]
    of_few = [await approvals(*one) for one in seen]
    await Task.all().update(held=FEW_APPROVALS + 1, approved=FEW_APPROVALS + 1)

    assert [await approvals(*one) for one in seen] == of_few
    inside = {one.id for one in tasks if one.root_id == company.root.id}
    approved = [one for one in claims if one.status is ClaimStatus.APPROVED and one.task_id in inside]
    newest = sorted(approved, key=lambda one: (one.decided_at, one.id), reverse=True)
    assert len(newest) > MOST_APPROVALS
    assert of_few[1] == newest[:MOST_APPROVALS]
    assert {one.member_id for one in of_few[1]} > {one.member_id for one in of_few[0]}
