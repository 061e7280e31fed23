"""Leaderboards beside each other: what tells one from another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from story import told
from world import World

BOARD = """query ($input: LeaderboardInput!, $subject: ID!) { leaderboard(input: $input) {
  id rows(first: 100) { id score } standing(subjectId: $subject) { id row { id } } } }"""


async def test_each_board_has_rows_and_standings_of_its_own(world: World) -> None:
    """So that a client which keeps what it heard by id shows no board the numbers of another."""
    story = await told(world)
    company = story.company
    for one in (story.li, story.sun, story.zhao):
        await world.award(story.secretary, one, 6)
    organizations: dict[str, Any] = {"subject": "ORGANIZATION", "organizationKind": "BRANCH", "scoring": "TOTAL"}
    boards = [
        organizations,
        organizations | {"scoring": "MEAN"},
        organizations | {"childrenOnly": True},
        organizations | {"organizationKind": "GENERAL_BRANCH"},
        organizations | {"period": "YEAR"},
        organizations | {"on": "2026-02-01"},
        {"subject": "MEMBER"},
    ]
    ids: list[set[str]] = []
    for board in boards:
        subject = world.id(story.li if board["subject"] == "MEMBER" else company.first)
        given = {"organizationId": world.id(company.root), **board}
        found = (await world.ask(story.secretary, BOARD, input=given, subject=subject))["leaderboard"]
        standing = found["standing"] and {found["standing"]["id"]}
        ids.append({found["id"], *(row["id"] for row in found["rows"]), *(standing or ())})
    for one, another in combinations(ids, 2):
        assert one.isdisjoint(another)
    assert sum(map(len, ids)) > 15, "there were rows"


async def test_the_same_board_asked_for_again_has_the_same_rows(world: World) -> None:
    story = await told(world)
    await world.award(story.secretary, story.li, 6)
    given = {"organizationId": world.id(story.company.root), "period": "MONTH"}
    found = [
        (await world.ask(story.li, BOARD, input=given | {"on": on}, subject=world.id(story.li)))["leaderboard"]
        for on in (None, "2026-03-01", "2026-03-31")
    ]
    assert found[0] == found[1] == found[2]
    assert found[0]["standing"]["row"]["id"] == found[0]["rows"][0]["id"]
