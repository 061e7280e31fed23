"""Boards as of any instant: what was shown then is what is said of then."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from ledger import move, reverse
from story import told
from world import AnsweredWithErrors, World

from rules.refusals import InvalidInput

ROWS = "rank previousRank score points memberCount reachedAt"
BOARD = f"""query ($input: LeaderboardInput!, $at: DateTime) {{ leaderboard(input: $input, at: $at) {{
  id state size asOf view frozenAt rows(first: 100) {{ id {ROWS} subject {{
    ... on Member {{ displayName }} ... on Organization {{ code }} }} }} }} }}"""
ACTS = 40


def shown(board: dict[str, Any]) -> dict[str, Any]:
    """What stays the same when it is looked at later."""
    rows = [{name: row[name] for name in (*ROWS.split(), "subject")} for row in board["rows"]]
    return {"state": board["state"], "size": board["size"], "rows": rows}


@pytest.mark.parametrize("seed", range(2))
async def test_what_was_shown_is_what_is_said_of_that_instant(world: World, seed: int) -> None:
    """Through reversals, late reports, moves, people who leave, midnights and periods that become final."""
    dice, story = Random(seed), await told(world)
    company, people = story.company, [story.li, story.sun, story.zhao, *await world.members(4, at=story.company.third)]
    place = world.id(company.root)
    boards: list[dict[str, Any]] = [
        {"organizationId": place, "period": "DAY"},
        {"organizationId": place, "period": "MONTH"},
        {"organizationId": place, "period": "WEEK", "on": "2026-03-11"},
        {"organizationId": place, "period": "ALL_TIME", "subject": "ORGANIZATION"},
        {"organizationId": place, "period": "WEEK", "on": "2026-03-11", "subject": "ORGANIZATION"},
        {"organizationId": world.id(company.first), "period": "MONTH"},
    ]
    seen: list[tuple[datetime, dict[str, Any], dict[str, Any]]] = []
    entries: list[str] = []
    for _ in range(ACTS):
        match dice.choice(["award"] * 5 + ["late", "reverse", "move", "rest"]):
            case "award" | "late" as act:
                ago = timedelta(hours=dice.choice([20, 50, 100]) if act == "late" else 0)
                to, amount, when = dice.choice(people), dice.choice([5, 5, 8, -3]), world.clock.now - ago
                entries.append(world.id(await world.award(story.secretary, to, amount, occurred_at=when)))
            case "reverse" if entries:
                await reverse(world, story.secretary, entries.pop())
            case "move":
                await move(world, dice.choice(people), dice.choice([company.first, company.second, company.third]))
            case _:
                world.clock.advance(hours=dice.choice([1, 9, 30]))
        board = dice.choice(boards)
        seen.append((world.clock.now, board, shown((await world.ask(story.li, BOARD, input=board))["leaderboard"])))
        world.clock.advance(seconds=dice.choice([1, 400]))
    assert any(one["rows"] for _, _, one in seen)
    for at, board, then in seen:
        answer = (await world.ask(story.li, BOARD, input=board, at=at.isoformat()))["leaderboard"]
        assert shown(answer) == then, (at, board)
        assert datetime.fromisoformat(answer["asOf"]) == at


async def test_before_anything_it_is_empty_and_the_future_is_refused(world: World) -> None:
    story = await told(world)
    await world.award(story.secretary, story.li, 5)
    given = {"organizationId": world.id(story.company.root), "period": "ALL_TIME"}
    for at in ("0002-01-01T00:00:00Z", (world.clock.now - timedelta(seconds=1)).isoformat()):
        assert (await world.ask(story.li, BOARD, input=given, at=at))["leaderboard"]["rows"] == []
    ahead = (world.clock.now + timedelta(seconds=1)).isoformat()
    month = given | {"period": "MONTH"}
    for board, at, why in (
        (given, ahead, "lies in the future"),
        (given, "0001-01-01T00:00:00Z", "outside the years"),
        (given, "0001-12-31T23:59:59Z", "outside the years"),
        (month, "0001-01-01T00:00:00Z", "outside the years"),
        (month, "0002-01-01T00:00:00Z", "outside the years"),
        (month | {"on": "0001-12-31"}, None, "outside the years"),
        (month | {"on": "0002-01-05"}, None, "outside the years"),
        (month | {"on": "9999-01-01"}, None, "outside the years"),
    ):
        with pytest.raises(AnsweredWithErrors, match=why) as refused:
            await world.ask(story.li, BOARD, input=board, at=at)
        assert isinstance(refused.value.__cause__, InvalidInput), (board, at)
    assert (await world.ask(story.li, BOARD, input=month | {"on": "9998-12-31"}))["leaderboard"]["rows"] == []


async def test_it_is_a_node_of_its_own_with_rows_of_its_own(world: World) -> None:
    """So that a client's cache does not mix it with the board as it stands."""
    story = await told(world)
    await world.award(story.secretary, story.li, 5)
    at = world.clock.now
    world.clock.advance(hours=1, microseconds=7)
    await world.award(story.secretary, story.li, 7)
    given = {"organizationId": world.id(story.company.root), "period": "MONTH"}
    now = (await world.ask(story.li, BOARD, input=given))["leaderboard"]
    then = (await world.ask(story.li, BOARD, input=given, at=at.isoformat()))["leaderboard"]
    assert (now["rows"][0]["points"], then["rows"][0]["points"]) == (12, 5)
    assert now["id"] != then["id"]
    assert now["rows"][0]["id"] != then["rows"][0]["id"]
    again = "query ($id: ID!) { node(id: $id) { ... on Leaderboard { id asOf rows { points } } } }"
    found = (await world.ask(story.li, again, id=then["id"]))["node"]
    assert found == {
        "id": then["id"],
        "asOf": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "rows": [{"points": 5}],
    }


async def test_what_a_freeze_hides_now_is_hidden_of_then(world: World) -> None:
    story = await told(world)
    reviewer, place = story.reviewer, story.company.first
    freeze = "mutation ($place: ID!) { freezeLeaderboards(input: {organizationId: $place}) { __typename } }"
    await world.award(story.secretary, story.li, 5)
    before = world.clock.now
    world.clock.advance(hours=1)
    await world.ask(story.secretary, freeze, place=world.id(place))
    world.clock.advance(hours=1)
    await world.award(story.secretary, story.li, 30)
    after = world.clock.now
    world.clock.advance(hours=1)
    given = {"organizationId": world.id(place), "period": "MONTH"}
    told_of: dict[str, tuple[str, int]] = {}
    for name, who, at in [
        ("public, before", story.sun, before), ("public, after", story.sun, after), ("reviewer", reviewer, after)
    ]:  # fmt: skip
        board = (await world.ask(who, BOARD, input=given, at=at.isoformat()))["leaderboard"]
        told_of[name] = board["state"], board["rows"][0]["points"]
    assert told_of == {"public, before": ("LIVE", 5), "public, after": ("FROZEN", 5), "reviewer": ("LIVE", 35)}
