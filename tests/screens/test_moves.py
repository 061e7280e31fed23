"""Who rose and who fell since this morning: told by shape and number, not by colour alone. And what is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from halls import Hall
from kiosks import glass, paired
from world import World

ALL_TIME: list[dict[str, Any]] = [{"kind": "MEMBER_LEADERBOARD", "period": "ALL_TIME", "seconds": 60}]
SHANGHAI = ZoneInfo("Asia/Shanghai")
# What is drawn beside a name: a triangle's tip is where its border has no width, a line has a border at its top alone.
DRAWN = """() => Object.fromEntries([...document.querySelectorAll('.place')].map((place) => {
  const move = place.querySelector('.move'), mark = move.querySelector('i'), style = mark && getComputedStyle(mark);
  const width = (side) => parseFloat(style[`border${side}Width`]);
  const shape = !mark ? 'word' : width('Left') === 0 ? 'line' : width('Top') === 0 ? 'upwards' : 'downwards';
  return [place.querySelector('.name').textContent, [shape, move.textContent, move.getAttribute('aria-label')]];
}))"""


class SinceYesterday(Hall):
    began = timedelta(days=1)

    async def _lived(self, world: World) -> None:
        for points, person in ((40, self.li), (30, self.sun), (20, self.zhao)):
            await world.award(self.secretary, person, points)


@pytest.fixture(scope="module")
def hall(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    hall = SinceYesterday(tmp_path_factory.mktemp("hall"))
    try:
        yield hall
    finally:
        hall.close()


async def test_up_down_same_and_new_have_each_their_shape(hall: Hall) -> None:
    await hall.award(15, to=hall.zhao)  # passes 孙丽
    await hall.award(1, to=hall.people[0])  # is there for the first time
    assert hall.people[0].member
    async with glass(hall) as screen:
        await paired(hall, screen, ALL_TIME)
        await screen.shows(".place", hall.people[0].member.name)
        assert await screen.page.evaluate(DRAWN) == {
            "李强": ["line", "", "名次未变"],
            "赵敏": ["upwards", "1", "上升 1 位"],
            "孙丽": ["downwards", "1", "下降 1 位"],
            hall.people[0].member.name: ["word", "新", "新上榜"],
        }
        screen.fine()


async def test_a_period_that_is_over_hangs_on_the_wall(hall: Hall) -> None:
    """Yesterday as it stood, whatever is given today; and last month, of which nobody has anything."""
    scenes: list[dict[str, Any]] = [{"kind": "MEMBER_LEADERBOARD", "period": "DAY", "periodsBack": 1, "seconds": 60}]
    await hall.award(500, to=hall.people[1])
    yesterday = hall.world.clock.now.astimezone(SHANGHAI)
    async with glass(hall) as screen:
        display = await paired(hall, screen, scenes)
        await screen.shows(".period", f"{yesterday.month}月{yesterday.day}日")
        await screen.shows(".state-SETTLING")
        assert await screen.names() == ["李强", "孙丽", "赵敏"]
        scenes[0]["period"] = "MONTH"
        await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=scenes)
        last = datetime.now(SHANGHAI).replace(day=1) - timedelta(days=1)
        await screen.shows(".period", f"{last.year}年{last.month}月")
        await screen.shows(".state-SETTLING" if datetime.now(SHANGHAI).day <= 3 else ".state-FINAL")
        screen.fine()
