"""Frames that hold something of their viewer: the rest of them is executed once, and nobody can tell."""

import gc
import weakref
from typing import Any

import hall
import pytest
from world import World

from app.live.execution import InHalves, run
from realtime.documents import Operation
from resolvers.session import Session
from rules.roles import Role


class State:
    """Of a board that nothing is known of."""


OWN = """subscription ($at: ID!) { leaderboardUpdated(input: {organizationId: $at}, maxPerSecond: 20) {
  version mine: standing { points } rows(first: 5) { rank points } size } }"""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_each_gets_its_own_and_the_rest_is_executed_once(world: World) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    people = await world.members(12, at=company.first)
    for number, person in enumerate(people):
        await world.award(secretary, person, 10 + number)
    executed: list[Operation] = []

    async def heard(operation: Operation, value: Any, session: Session) -> dict[str, Any]:
        executed.append(operation)
        return await run(operation, value, session)

    async with hall.opened(world) as opened:
        opened.live._halves = InHalves(lambda: opened.live.session(None), heard)
        screens = [await opened.screen(one, OWN, at=World.id(company.root)) for one in people]
        assert [one.newest["mine"]["points"] for one in screens] == [*range(10, 22)]
        for one in screens:
            assert list(one.newest) == ["version", "mine", "rows", "size"]  # as asked for
            assert [row["points"] for row in one.newest["rows"]] == [21, 20, 19, 18, 17]
        assert sum(one.shareable for one in executed) == 1
        assert len(executed) == 1 + len(screens)
        await opened.screen(secretary, OWN, at=World.id(company.root))  # sees another view: nothing in common
        assert sum(one.shareable for one in executed) == 2
        await world.award(secretary, people[0], 100)
        await opened.live.hub.poll()
        for one in screens:
            await one.shows(lambda frame: frame["rows"][0]["points"] == 110)
        assert screens[0].newest["mine"] == {"points": 110}
        assert screens[1].newest["mine"] == {"points": 11}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_state_that_was_replaced_is_kept_by_nobody(world: World) -> None:
    """A city's board is many megabytes; what its frames had in common goes with it."""
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    li = await world.member("李强", at=company.first)
    states: list[weakref.ref[Any]] = []

    async def heard(operation: Operation, value: Any, session: Session) -> dict[str, Any]:
        states.append(weakref.ref(value))
        return await run(operation, value, session)

    async with hall.opened(world) as opened:
        opened.live._halves = InHalves(lambda: opened.live.session(None), heard)
        screen = await opened.screen(li, OWN, at=World.id(company.root))
        for points in (5, 6, 7):
            await world.award(secretary, li, points)
            await opened.live.hub.poll()
            await screen.shows(lambda frame, points=points: frame["rows"] and frame["rows"][0]["points"] >= points)
        gc.collect()
        alive = {id(state()) for state in states if state() is not None}
        assert len(states) >= 4
        assert len(alive) == 1


FAULTS: list[dict[str, Any]] = [
    {"data": None, "errors": [{"message": "no"}]},
    {"data": {"leaderboardUpdated": {"mine": None}}, "errors": [{"message": "no"}]},
    {"data": {"leaderboardUpdated": None}},
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("failing", ["shared", "own"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_does_not_go_well_in_halves_is_done_as_a_whole(
    world: World, fault: dict[str, Any], failing: str
) -> None:
    async with hall.opened(world) as opened:
        operation = opened.live.documents.subscription(OWN, None, {"at": "x"})
        assert operation.halves
        bad = operation.halves.shared if failing == "shared" else operation.halves.own
        good = {"data": {"leaderboardUpdated": {}}}

        async def execute(asked: Operation, value: Any, session: Session) -> dict[str, Any]:
            return fault if asked is bad else {"whole": True} if asked is operation else good

        halves = InHalves(lambda: opened.live.session(None), execute)
        assert await halves.run(operation, State(), opened.live.session(None)) == {"whole": True}
