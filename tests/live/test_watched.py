"""Which boards are one: however they are asked for, they are loaded once."""

from datetime import date, timedelta

import hall
import pytest
from world import World

from rules.periods import PeriodKind
from rules.roles import Role

BOARD = """subscription ($input: LeaderboardInput!) { leaderboardUpdated(input: $input, maxPerSecond: 20) {
  version period { startsAt } rows(first: 1) { points } } }"""


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_year_asked_for_by_each_of_its_days_is_one_board(world: World) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    li = await world.member("李强", at=company.first)
    asked = {"organizationId": World.id(company.first), "period": "YEAR"}
    async with hall.opened(world) as opened:
        screens = [
            await opened.screen(li, BOARD, input={**asked, "on": (date(2026, 1, 1) + timedelta(days=day)).isoformat()})
            for day in range(365)
        ]
        assert opened.live.hub.watched == 1
        loads = opened.live.hub.counters.loads
        await world.award(secretary, li, 5)
        await opened.live.hub.poll()
        for screen in screens:
            assert (await screen.shows(lambda frame: bool(frame["rows"])))["rows"][0]["points"] == 5
        assert opened.live.hub.counters.loads == loads + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_no_day_follows_today_and_any_day_of_all_time_is_all_time(world: World) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    asked = {"organizationId": World.id(company.first)}
    today = world.clock.now.date().isoformat()
    async with hall.opened(world) as opened:
        follows = await opened.screen(secretary, BOARD, input={**asked, "period": PeriodKind.DAY})
        stays = await opened.screen(secretary, BOARD, input={**asked, "period": PeriodKind.DAY, "on": today})
        assert opened.live.hub.watched == 2
        began = follows.newest["period"]
        await opened.time_passes(world.clock.now + timedelta(days=1))
        await opened.live.hub.poll()
        await follows.shows(lambda frame: frame["period"] != began)
        assert stays.newest["period"] == began
        for on in (None, today, "2020-05-05"):
            await opened.screen(secretary, BOARD, input={**asked, "period": PeriodKind.ALL_TIME, "on": on})
        assert opened.live.hub.watched == 3
