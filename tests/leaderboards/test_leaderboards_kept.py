"""Ranks at a day's start are computed once for as long as somebody looks at them."""

from datetime import timedelta

import pytest
from world import World

from realtime import subscription_limits
from resolvers.boards import Subject
from resolvers.leaderboards import board as leaderboards_board
from resolvers.leaderboards.board import DAYS_KEPT
from resolvers.recent import Recent
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring
from rules.roles import Role


def test_what_is_asked_for_again_stays() -> None:
    recent: Recent[str] = Recent(2)
    recent.keep("watched", "w")
    for number in range(10):
        recent.keep(number, "passing")
        assert recent.get("watched") == "w"
    assert (recent.get(8), recent.get(9)) == (None, "passing")


def test_every_board_that_a_process_watches_has_room() -> None:
    assert DAYS_KEPT > subscription_limits.MOST_BOARDS


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_board_that_is_watched_is_not_ranked_anew_for_boards_that_are_passing(world: World) -> None:
    company = await world.company()
    secretary = await world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    li = await world.member("李强", at=company.first)
    await world.award(secretary, li, 5)
    world.clock.now += timedelta(days=1)
    await world.let_time_write()
    session = await world.session(secretary)

    async def loaded(period: PeriodKind, back: int) -> int:
        on = (world.clock.now - timedelta(days=back)).date()
        kind, scoring = company.first.kind, OrganizationScoring.TOTAL
        key = await leaderboards_board.key(session, company.root.id, Subject.MEMBER, period, on, kind, False, scoring)
        with world.count_queries() as queries:
            await leaderboards_board.load(key)
        return len(queries)

    first, again = await loaded(PeriodKind.YEAR, 0), await loaded(PeriodKind.YEAR, 0)
    assert again < first
    for week in range(250):
        await loaded(PeriodKind.WEEK, 7 * week)
    assert await loaded(PeriodKind.YEAR, 0) == again
