"""What a screen shows fits where it hangs, says what it is, and is known to the desk where it fails."""

from __future__ import annotations

from typing import Any

from desks import secretary, signed_in
from halls import Hall
from kiosks import Glass, paired, until, window
from playwright.async_api import Locator

import models
from models import SceneKind
from schema import ids

BRANCHES = {"kind": "ORGANIZATION_LEADERBOARD", "seconds": 60}


async def options(select: Locator) -> list[str]:
    return [one.strip() for one in await select.locator("option").all_text_contents()]


async def test_a_scene_that_fails_is_shown_on_the_desk_and_what_cannot_work_is_not_offered(hall: Hall) -> None:
    await secretary(hall)
    async with window() as context:
        wall, desk = [Glass(await context.new_page(), hall.server.url) for _ in range(2)]
        await wall.open()
        display = await paired(hall, wall, [BRANCHES], name="三楼")
        await wall.shows(".board-ORGANIZATION")
        async with hall.opened():  # as it was saved before it was refused
            scenes = models.DisplayScene.filter(display_id=ids.read(display, "Display"))
            await scenes.update(organization_kind="GROUP")
        await hall.do(hall.secretary, "updateDisplay", displayId=display, name="三楼大厅")
        await wall.shows(".waiting", "此画面暂时不能显示")

        await desk.open("/screens/desk")
        await signed_in(desk, "sun")
        row = ".screens > li"
        await desk.shows(f"{row} .failing", "不能显示：组织擂台榜")
        await desk.shows(f"{row} .online", "在线")
        await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=[{"kind": "TASK_ARENA"}])
        await wall.shows(".arena")
        await desk.hides(f"{row} .failing", seconds=30)

        page = desk.page
        kinds = page.locator(".pair .scenes").get_by_label("画面", exact=True)
        ranked = page.locator(".pair .scenes").get_by_label("排哪一级")
        assert "党小组" not in await options(ranked.first)
        assert "党支部" in await options(ranked.first)
        at = page.get_by_label("组织", exact=True)
        for label, shown in (("第一党支部", ["党小组"]), ("第二党支部", None)):
            names = await options(at)
            await at.select_option(index=next(place for place, one in enumerate(names) if label in one))

            async def offered(shown: list[str] | None = shown) -> bool:
                if shown is None:
                    return await ranked.count() == 0 and "组织擂台榜" not in await options(kinds.first)
                return await ranked.count() == 1 and await options(ranked.first) == shown

            await until(offered)
        wall.fine()
        desk.fine()


async def test_a_board_says_what_it_is(hall: Hall) -> None:
    """On its first day nobody is told to be new; what is over neither waits for a first place nor is live."""
    async with window() as context:
        wall = Glass(await context.new_page(), hall.server.url)
        await wall.open()
        display = await paired(hall, wall)
        await wall.shows(".place", "李强")
        await wall.shows(".connection.live", "实时更新")
        assert await wall.page.locator(".move.new, .move.same").count() == 0
        over: dict[str, Any] = {"period": "DAY", "periodsBack": 12, "seconds": 60}
        for kind in (SceneKind.MEMBER_LEADERBOARD, SceneKind.ORGANIZATION_LEADERBOARD):
            await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=[{"kind": kind.value, **over}])
            await wall.shows(".state", "最终结果")
            await wall.shows(".waiting", "本期没有积分")
            await wall.shows(".connection.live", "已连接")
            said = await wall.page.locator("body").inner_text()
            assert "虚位以待" not in said
            assert "实时" not in said
        yesterday = [{"kind": "MEMBER_LEADERBOARD", **over, "periodsBack": 1}]
        await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=yesterday)
        await wall.shows(".state-SETTLING", "结算中")
        await wall.shows(".waiting", "本期已结束，尚无积分")
        await hall.do(hall.secretary, "freezeLeaderboards", organizationId=hall.root)
        await wall.shows(".state-FROZEN", "已封榜")
        await wall.shows(".waiting", "封榜时还没有积分")
        await hall.do(hall.secretary, "unfreezeLeaderboards", organizationId=hall.root)
        await wall.shows(".state-SETTLING", "结算中")
        wall.fine()
