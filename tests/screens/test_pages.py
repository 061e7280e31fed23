"""The leaderboard that follows somebody, and how people sign in."""

from __future__ import annotations

import json

import pytest
from desks import ended, signed_in, within
from halls import PASSWORD, Hall
from kiosks import FULL_HD, Glass, glass
from playwright.async_api import WebSocketRoute

import models
from rules.roles import Role

PHONE = (390, 844)


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


async def test_a_wrong_password_is_told_in_the_reader_s_language(hall: Hall) -> None:
    async with glass(hall, "/screens/desk") as screen:
        await screen.page.get_by_label("登录名").fill("sun")
        await screen.page.get_by_label("密码").fill("wrong, quite")
        await screen.page.keyboard.press("Enter")
        assert await screen.shows(".trouble", "未能登录") == "未能登录：登录名或密码不正确"
        screen.fine()


async def test_a_board_that_could_not_be_told_is_asked_for_again(hall: Hall) -> None:
    """An error of the moment is not called missing rights; what was shown stays."""
    failures = 1
    subscribed: list[str] = []

    async with glass(hall) as screen:

        def between(socket: WebSocketRoute) -> None:
            server = socket.connect_to_server()

            def said(message: str | bytes) -> None:
                nonlocal failures
                told = json.loads(message)
                if told["type"] == "subscribe":
                    subscribed.append(told["id"])
                    if "FollowBoard" in told["payload"]["query"] and failures > 0:
                        failures -= 1
                        error = {"message": "Unexpected.", "extensions": {"code": "INTERNAL"}}
                        socket.send(json.dumps({"id": told["id"], "type": "error", "payload": [error]}))
                        return
                server.send(message)

            socket.on_message(said)

        await screen.page.route_web_socket("**/graphql", between)
        await screen.open(f"/screens/leaderboard?organization={hall.root}")
        await signed_in(screen, "sun")
        await screen.shows(".told", "正在自动重试")
        await screen.shows(".place", "李强")
        assert await screen.page.get_by_text("不能查看").count() == 0
        assert len(subscribed) >= 3  # the board, the standing, and the board again
        screen.fine()


async def test_whoever_signs_in_again_goes_on_following(hall: Hall) -> None:
    async with glass(hall, f"/screens/leaderboard?organization={hall.root}") as screen:
        await signed_in(screen, "sun")
        await screen.shows(".place", "李强")
        await ended(hall, screen)
        await screen.shows(".sign-in", seconds=30)
        assert await screen.shows(".trouble", "已过期")
        await signed_in(screen, "sun")
        await screen.shows(".place", "李强")
        await hall.award(3, to=hall.zhao)
        await screen.shows(".place", "赵敏", seconds=5)
        screen.fine()


async def test_names_that_are_not_public_are_marked_and_shown_on_request_alone(hall: Hall) -> None:
    """To a secretary, whose board names everybody; the public's has no mark, which would tell of them."""
    async with hall.opened() as world:
        await world.member("书记甲", at=hall.company.root, login="jia", password=PASSWORD, roles=[Role.SECRETARY])
        await models.Member.filter(id=hall.zhao.id).update(hidden_on_boards=True)
    await hall.award(40, to=hall.zhao)
    async with glass(hall, f"/screens/leaderboard?organization={hall.root}", PHONE) as screen:
        await signed_in(screen, "jia")
        await screen.shows(".place", "未公开")
        assert await screen.page.get_by_text("赵敏").count() == 0
        assert await screen.page.locator(".not-public").count() == 0
        await screen.page.get_by_role("button", name="显示不公开者的姓名（1 人）").click()
        assert "不公开" in await screen.shows(".place", "赵敏")
        await screen.page.get_by_label("周期").select_option("YEAR")
        await screen.shows(".place", "未公开")  # another board is asked by itself
        assert await screen.page.get_by_text("赵敏").count() == 0
        await screen.page.get_by_role("button", name="退出登录").click()
        await signed_in(screen, "sun")
        await screen.shows(".place", "未公开")
        assert await screen.page.get_by_role("button", name="显示不公开者").count() == 0
        screen.fine()
    rows = "rows { hiddenFromPublic subject { ... on Member { displayName } } }"
    query = f"query ($at: ID!) {{ leaderboard(input: {{organizationId: $at}}) {{ {rows} }} }}"
    full = (await hall.ask(hall.secretary, query, at=hall.root))["rows"]
    assert {(one["hiddenFromPublic"], one["subject"]["displayName"] == "赵敏") for one in full} <= {
        (True, True),
        (False, False),
    }
    assert {one["hiddenFromPublic"] for one in (await hall.ask(hall.sun, query, at=hall.root))["rows"]} == {None}
    async with hall.opened():
        await models.Member.filter(id=hall.zhao.id).update(hidden_on_boards=False)


@pytest.fixture
async def behind_sixty(hall: Hall) -> None:
    """孙丽 has points, and sixty have more."""
    async with hall.opened() as world:
        if await models.Member.filter(name="党员60").exists():
            return
        for place, person in enumerate(await world.members(60, at=hall.company.second)):
            await world.award(hall.secretary, person, 1000 + place)
    await hall.award(1, to=hall.sun)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [FULL_HD, PHONE], ids=["desk", "phone"])
async def test_whoever_is_far_down_sees_where_they_stand(
    hall: Hall, behind_sixty: None, size: tuple[int, int], language: str
) -> None:
    """Wherever the page is scrolled to, and the last row of the board is not below it."""
    async with glass(hall, f"/screens/leaderboard?organization={hall.root}&lang={language}", size) as screen:
        await signed_in(screen, "sun")
        await screen.shows(".own-rank")
        assert int(await screen.page.locator(".own-rank").evaluate("(one) => one.firstChild.textContent")) > 50
        assert await screen.page.locator(".place").count() == 50
        for to in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            await screen.page.evaluate(f"window.scrollTo(0, {to})")
            await within(screen, ".own-row")
        own = await screen.page.locator(".own-row").bounding_box()
        last = await screen.page.locator('.place[aria-posinset="50"]').bounding_box()
        assert own
        assert last
        assert last["y"] + last["height"] <= own["y"]
        assert await screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await in_one_line(screen, ".top a", ".top button")
        screen.fine()


async def in_one_line(screen: Glass, *selectors: str) -> None:
    lines = """(one) => { const all = document.createRange(); all.selectNodeContents(one);
        return all.getClientRects().length; }"""
    for selector in selectors:
        assert await screen.page.locator(selector).evaluate(lines) == 1, selector


async def test_every_page_is_reached_from_the_front_door_and_leads_back(hall: Hall) -> None:
    async with glass(hall, "/", PHONE) as screen:
        page = screen.page
        await screen.shows("h1", "擂台")
        await page.get_by_role("link", name="管理台").click()
        await screen.shows(".sign-in")
        await page.get_by_role("link", name="排行榜").click()
        await screen.shows("h1", "排行榜")
        assert page.url.endswith("/screens/leaderboard")
        await page.get_by_role("link", name="首页").click()
        await page.get_by_role("link", name="大厅屏幕").click()
        await screen.code()
        await screen.open("/screens/nowhere/at/all")
        await screen.shows(".lead", "没有内容")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(141, 20, 32)"
        await page.get_by_role("link", name="回首页").click()
        await screen.shows("h1", "擂台")
        screen.fine()
