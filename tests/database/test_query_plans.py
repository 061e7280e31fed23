"""What grows for years is read by an index that begins where the answer does: SQLite says how it would go about it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from world import World

import models
from models import Task
from models.database import connection
from resolvers.arena import board as arena_board
from resolvers.arena.board import FEW_APPROVALS
from resolvers.boards import BoardView
from resolvers.organization_boards import OrganizationBoardKey
from rules.roles import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def plan(statement: str) -> list[str]:
    values = [None] * max((int(one) for one in re.findall(r"\?(\d+)", statement)), default=0)
    return [one["detail"] for one in await connection().execute_query_dict(f"EXPLAIN QUERY PLAN {statement}", values)]


async def test_what_was_recorded_after_an_instant_is_not_read_for_it(world: World) -> None:
    company = await world.company()
    with world.count_queries() as heard:
        await models.leaderboards.moment(company.root.id, world.clock.now - timedelta(days=300))

    steps = await plan(heard[0])
    assert "points_entries_reached (root_id=? AND reached>? AND reached<?)" in steps[0], steps


async def test_an_arena_with_many_approvals_begins_with_the_newest(world: World) -> None:
    company = await world.company()
    wang = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    task = await world.task(wang, at=company.root)
    await Task.filter(id=task.id).update(held=FEW_APPROVALS + 1, approved=FEW_APPROVALS + 1)
    with world.count_queries() as heard:
        await arena_board.load(OrganizationBoardKey("arena", company.first.id, BoardView.PUBLIC))

    [statement] = [one for one in heard if "FROM claims" in one]
    steps = await plan(statement)
    assert steps[0].endswith("USING INDEX claims_newest"), steps
    assert not [one for one in steps if "TEMP B-TREE" in one], steps
