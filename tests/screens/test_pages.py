"""The pages for people: the leaderboard that follows somebody, and the desk from which screens are hung."""

from __future__ import annotations

from halls import PASSWORD, Hall
from kiosks import Glass, glass

from rules.roles import Role


async def signed_in(screen: Glass, login: str) -> None:
    await screen.shows(".sign-in")
    await screen.page.fill("input[name=login]", login)
    await screen.page.fill("input[name=password]", PASSWORD)
    await screen.page.keyboard.press("Enter")
    await screen.hides(".sign-in")


async def test_the_leaderboard_follows_whoever_is_signed_in(hall: Hall) -> None:
    async with glass(hall, f"/screens/leaderboard?organization={hall.root}") as screen:
        await signed_in(screen, "sun")
        await screen.shows(".place", "李强")
        assert "本期还没有积分" in await screen.shows(".own-row")
        await hall.award(50, to=hall.sun)
        await screen.shows(".place.own", "孙丽", seconds=3)
        await screen.shows(".own-rank", "1", seconds=3)
        assert "50" in await screen.shows(".own-points")
        await screen.page.get_by_label("排谁").select_option("ORGANIZATION")
        await screen.shows(".place", "第一党支部")
        await screen.page.get_by_label("计分").select_option("TOTAL")
        await screen.shows(".own-row", "我的支部")
        await screen.shows(".own-points", "55")
        assert "subject=ORGANIZATION" in screen.page.url
        await screen.page.reload()
        await screen.shows(".own-points", "55")  # still signed in, and the same board
        screen.fine()


async def test_a_wrong_password_is_told(hall: Hall) -> None:
    async with glass(hall, "/screens/desk?lang=en") as screen:
        await screen.page.get_by_label("Login").fill("sun")
        await screen.page.get_by_label("Password").fill("wrong, quite")
        await screen.page.keyboard.press("Enter")
        assert await screen.shows(".trouble", "assword")
        screen.fine()


async def test_a_secretary_hangs_a_screen_and_takes_it_down_again(hall: Hall) -> None:
    async with hall.opened() as world:
        await world.grant(hall.sun, Role.SECRETARY, at=hall.company.root)
    async with glass(hall) as wall:
        code = await wall.code()
        async with glass(hall, f"/screens/desk?code={code}") as desk:
            await signed_in(desk, "sun")
            page = desk.page
            await page.get_by_label("名称（例如位置）").fill("一楼大厅")
            while await page.get_by_role("button", name="移除").count() > 1:
                await page.get_by_role("button", name="移除").last.click()
            await page.get_by_role("button", name="接入", exact=True).press("Enter")
            await desk.shows(".result.good", "“一楼大厅”已接入")
            await wall.shows(".board .place")
            await desk.shows(".screens .online", "在线")

            await page.get_by_role("button", name="修改画面").click()
            await page.locator(".screens").get_by_label("画面", exact=True).select_option("TASK_ARENA")
            await page.get_by_role("button", name="保存").click()
            await wall.shows(".arena", seconds=5)

            await page.get_by_label("标题").fill("擦亮一扇窗")
            await page.get_by_role("button", name="发布", exact=True).click()
            await desk.shows(".result.good", "“擦亮一扇窗”已发布")
            await wall.shows(".task .title", "擦亮一扇窗", seconds=5)

            await submitted(hall, "擦亮一扇窗")
            await desk.shows(".claims li", "擦亮一扇窗")
            await page.get_by_role("button", name="批准").click()
            await wall.shows(".approval", "李强", seconds=5)

            await page.get_by_role("button", name="改名").click()
            await page.locator(".screens input[name=name]").fill("二楼大厅")
            await page.keyboard.press("Enter")
            await desk.shows(".screens b", "二楼大厅")

            page.once("dialog", lambda dialog: dialog.accept())
            await page.get_by_role("button", name="撤销").click()
            assert await wall.code() != code
            await desk.shows("section", "还没有屏幕")
            desk.fine()
        wall.fine()


async def submitted(hall: Hall, title: str) -> None:
    """By 李强, who takes the task up."""
    offered = "{ viewer { claimableTasks(first: 50) { edges { node { id title } } } } }"
    tasks = (await hall.ask(hall.li, offered))["claimableTasks"]["edges"]
    task = next(edge["node"]["id"] for edge in tasks if edge["node"]["title"] == title)
    claim = (await hall.do(hall.li, "claimTask", "claim { id }", taskId=task))["claim"]["id"]
    await hall.do(hall.li, "submitClaim", claimId=claim, evidence="窗明几净，照片在支部相册。")
