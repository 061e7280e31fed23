"""Boards cost what loading them does: one that many fields ask for is loaded once, and many are refused."""

from __future__ import annotations

import pytest
from world import Company, World

from realtime.costs import MOST_COST
from realtime.documents import Documents
from schema import COSTS, schema
from schema.live import SHAREABLE

BOARD = 'leaderboard(input: {{ organizationId: $at, on: "2026-01-{day:02}", period: DAY }}) {{ version }}'
OTHERS = {
    "explain": 'explain(memberId: $at, input: {{ organizationId: $at, on: "2026-01-{day:02}" }}) {{ version }}',
    "node": "node(id: $at) {{ id }}",
}
LESSER = ("taskArena", "blockBoard", "courseBoard")


def asked(field: str, times: int, *, days: int = 1) -> str:
    fields = " ".join(f"a{one}: {field.format(day=one % days + 1)}" for one in range(times))
    return f"query ($at: ID!) {{ {fields} }}"


async def statements(world: World, company: Company, query: str) -> list[str]:
    li = await world.member("李强", at=company.first)
    with world.count_queries() as heard:
        answer = await world.ask(li, query, at=world.id(company.root))
    assert all(one["version"] for one in answer.values())
    return heard


async def test_twenty_equal_boards_take_the_statements_of_one(world: World) -> None:
    company = await world.company()
    await statements(world, company, asked(BOARD, 2, days=2))  # remembers the ranks at the day's start
    one, twenty, two_boards = [
        await statements(world, company, asked(BOARD, times, days=days)) for times, days in ((1, 1), (20, 1), (20, 2))
    ]
    assert len(twenty) == len(one)
    assert len(one) < len(two_boards) <= 2 * len(one)


@pytest.mark.parametrize("field", LESSER)
async def test_twenty_equal_ones_of_the_other_boards_too(world: World, field: str) -> None:
    company = await world.company()
    board = f"{field}(organizationId: $at) {{{{ version }}}}"
    one, twenty = [await statements(world, company, asked(board, times)) for times in (1, 20)]
    assert len(twenty) <= len(one) + 1  # what the viewer may see is asked once for all of them


async def test_a_board_and_its_explanations_are_loaded_once(world: World) -> None:
    company = await world.company()
    li = await world.member("李强", at=company.first)
    board = "leaderboard(input: $input) { version }"
    explained = " ".join(f"a{one}: explain(memberId: $li, input: $input) {{ version }}" for one in range(10))
    variables = {"li": world.id(li), "input": {"organizationId": world.id(company.root)}}
    with world.count_queries() as heard:
        answer = await world.ask(
            li, f"query ($li: ID!, $input: LeaderboardInput!) {{ {board} {explained} }}", **variables
        )

    assert {one["version"] for one in answer.values()} == {answer["leaderboard"]["version"]}
    assert len([one for one in heard if "WITH scores AS" in one and "member_id AS subject" in one]) == 1


@pytest.mark.parametrize("field", [BOARD, *OTHERS.values()], ids=["leaderboard", *OTHERS])
def test_a_document_asks_for_some_boards_and_not_for_fifty(field: str) -> None:
    documents = Documents(schema._schema, SHAREABLE, COSTS)

    def cost(times: int) -> int:
        return documents.cost(documents.chosen(asked(field, times, days=28), None), {"at": "x"}).asked

    assert cost(12) < MOST_COST / 1.5
    assert cost(50) > MOST_COST
