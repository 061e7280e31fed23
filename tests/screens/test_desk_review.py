"""What a reviewer decides at the desk: nothing by accident, nothing that can't be taken back for ten seconds, and
nothing that moves under a pointer."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from desks import failing, focused, secretary, sent, signed_in, submitted
from halls import PASSWORD, Hall
from kiosks import Glass, glass, until
from playwright.async_api import Dialog, Locator

import models
from rules.roles import Role

COMPOSING = 229  # the code of a key that an input method takes for itself


@pytest.fixture(autouse=True)
async def managed(hall: Hall) -> None:
    await secretary(hall)


async def handed_in(hall: Hall, *titles: str) -> None:
    """By 李强, one after the other."""
    async with hall.opened() as world:
        for title in titles:
            await world.task(hall.secretary, at=hall.company.root, title=title, award=7)
    for title in titles:
        await submitted(hall, title)


async def status(hall: Hall, title: str) -> tuple[str, str | None]:
    """Of the one claim of that task, with the reviewer's note."""
    async with hall.opened():
        found = await models.Claim.get(task_id=(await models.Task.get(title=title)).id)
        return found.status.value, found.review_note


async def ledger(hall: Hall) -> list[tuple[str, int]]:
    async with hall.opened():
        return [(one.kind.value, one.amount) for one in await models.PointsEntry.all().order_by("position")]


@asynccontextmanager
async def reviewing(hall: Hall, login: str = "sun") -> AsyncGenerator[Glass]:
    async with glass(hall, "/screens/desk", (1280, 900)) as desk:
        await signed_in(desk, login)
        await desk.page.clock.install()
        await desk.shows(".claims li")
        yield desk
        desk.fine()


def row(desk: Glass, title: str) -> Locator:
    return desk.page.locator(".claims li", has_text=title)


async def boxes(desk: Glass) -> list[Any]:
    return await desk.page.locator(".claims li").evaluate_all(
        "(all) => all.map((one) => { const { top, height } = one.getBoundingClientRect();"
        " return [one.querySelector('b').textContent, Math.round(top + scrollY), Math.round(height)]; })"
    )


def answering(desk: Glass, *, leave: bool) -> list[str]:
    """The kinds of dialogs, each answered so."""
    asked: list[str] = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await (dialog.accept() if leave else dialog.dismiss())

    desk.page.on("dialog", answer)
    return asked


async def test_enter_never_decides_and_a_decision_can_be_taken_back(hall: Hall) -> None:
    await handed_in(hall, "擦玻璃", "扫雪")
    before = await ledger(hall)
    async with reviewing(hall) as desk:
        entry = row(desk, "擦玻璃")
        note = entry.get_by_role("textbox")
        await note.fill("照片不清楚，请补拍")
        await note.press("Enter")
        assert "请选择" in await desk.shows(".result [role=alert]")
        assert await desk.page.locator(".held").count() == 0

        still = await boxes(desk)
        approve = entry.get_by_role("button", name="批准并附意见：李强 的《擦玻璃》", exact=True)
        await approve.click()
        text = await desk.shows(".held", "秒后发送")
        assert "批准 李强 的《擦玻璃》，+7 分，意见“照片不清楚，请补拍”" in text
        assert await boxes(desk) == still
        await sent(desk, 8)
        await entry.get_by_role("button", name="撤回：批准").press("Enter")
        assert "没有发送：批准 李强" in await desk.shows(".result.good")
        assert await note.input_value() == "照片不清楚，请补拍"
        await sent(desk)
        assert await status(hall, "擦玻璃") == ("SUBMITTED", None)

        await entry.get_by_role("button", name="退回").click()
        await row(desk, "扫雪").get_by_role("button", name="批准").click()
        await desk.shows(".waiting", "2 项待发送")
        assert await boxes(desk) == still
        await sent(desk)
        await desk.shows(".over", "已退回 李强 的《擦玻璃》")
        await desk.shows(".over", "已批准 李强 的《扫雪》，+7 分")
        assert await boxes(desk) == still
        assert await status(hall, "擦玻璃") == ("RETURNED", "照片不清楚，请补拍")
    assert await ledger(hall) == [*before, ("EARNED", 7)]  # once, and nothing was reversed


async def test_leaving_sends_nothing_and_says_so(hall: Hall) -> None:
    await handed_in(hall, "修门锁")
    async with reviewing(hall) as desk:
        approve = row(desk, "修门锁").get_by_role("button", name="批准")
        await approve.click()
        asked = answering(desk, leave=False)
        await desk.page.get_by_role("button", name="退出登录").click()
        await desk.page.get_by_role("link", name="排行榜").click()
        await until(lambda: _equal(asked, ["confirm", "beforeunload"]))
        await desk.shows(".held", "修门锁")  # who stays finds everything as it was

    async with reviewing(hall) as desk:
        await row(desk, "修门锁").get_by_role("button", name="批准").click()
        asked = answering(desk, leave=True)
        await desk.page.reload()
        assert "没有生效" in await desk.shows(".result [role=alert]")
        assert asked == ["beforeunload"]
        await desk.shows(".claims li", "修门锁")
        await desk.page.clock.install()
        await row(desk, "修门锁").get_by_role("button", name="批准").click()
        await desk.page.get_by_role("button", name="退出登录").click()
        await desk.shows(".sign-in")
        await sent(desk)
        await signed_in(desk, "sun")  # another sitting sends nothing of the one before
        await desk.shows(".claims li", "修门锁")
        assert await desk.page.locator(".held").count() == 0
    assert await status(hall, "修门锁") == ("SUBMITTED", None)


async def _equal(one: object, other: object) -> bool:
    return one == other


async def test_no_row_moves_while_somebody_works(hall: Hall) -> None:
    """Nor when another entry comes before it, or one is decided on elsewhere; what came waits behind a button."""
    async with hall.opened() as world:
        for title in ("第一件", "第二件", "第三件", "第四件"):
            await world.task(hall.secretary, at=hall.company.root, title=title)
    claims = {title: await submitted(hall, title, hall.zhao) for title in ("第二件", "第三件")}
    async with reviewing(hall) as desk:
        await desk.shows(".claims li", "第三件")
        await row(desk, "第三件").hover()
        still = await boxes(desk)
        await submitted(hall, "第一件", hall.people[0])
        await desk.shows(".heading button", "1 条新的")
        await hall.do(hall.reviewer, "approveClaim", claimId=claims["第二件"])
        await desk.shows(".claims .over", "已由他人处理")
        assert await boxes(desk) == still
        assert await row(desk, "第二件").get_by_role("button").count() == 0

        await desk.page.get_by_role("button", name="1 条新的").click()
        await focused(desk, "at.matches('.claims li') && at.textContent.includes('第一件')")
        assert await row(desk, "第二件").count() == 0

        still = await boxes(desk)
        await submitted(hall, "第四件", hall.people[1])
        await desk.shows(".heading button", "1 条新的")
        assert await boxes(desk) == still  # the focus alone holds them
        await desk.page.get_by_label("标题").focus()
        await desk.page.locator("h1").hover()
        await desk.shows(".claims li", "第四件")


async def test_a_reviewer_is_shown_what_reviewers_may_do(hall: Hall) -> None:
    """By name, in reach of a keyboard, and with nobody's own work to decide on."""
    await handed_in(hall, "值夜", "巡查")
    async with hall.opened() as world:
        wu = await world.member("吴刚", at=hall.company.first, login="wu", password=PASSWORD)
        await world.task(hall.secretary, at=hall.company.first, title="自己的事")
        await world.grant(wu, Role.REVIEWER, at=hall.company.root)
    await submitted(hall, "自己的事", wu)
    async with reviewing(hall, "wu") as desk:
        page = desk.page
        assert await page.locator(".task-form, .pair, .screens").count() == 0
        assert await page.get_by_role("link", name="发布任务").count() == 0
        assert await row(desk, "自己的事").get_by_role("button").count() == 0
        await desk.shows(".claims .over", "您自己的提交")
        names = await page.locator(".claims button").evaluate_all("(all) => all.map((one) => one.ariaLabel)")
        assert len(names) >= 6
        assert len(set(names)) == len(names)
        assert all("的《" in name for name in names)

        await page.reload()  # the keyboard is at the top
        await desk.shows(".claims button")
        await page.keyboard.press("Tab")
        await focused(desk, "at.matches('.skip')")
        assert await page.locator(".skip").inner_text() == "跳到正文"
        stops = 0
        while not await page.evaluate("document.activeElement.matches('.claims button')"):
            await page.keyboard.press("Tab")
            stops += 1
            assert stops <= 12, "too many Tab stops before the first decision"

    async with glass(hall, "/screens/desk") as desk:
        await signed_in(desk, "sun")
        await desk.shows(".claims li", "值夜")
        order = "[...document.querySelectorAll('main section h2')].map((one) => one.id)"
        assert await desk.page.evaluate(order) == ["claims", "task", "pair", "displays"]


async def test_enter_that_an_input_method_takes_submits_nothing(hall: Hall) -> None:
    """As Safari tells of it: after the composition, with the code of a key that is being processed."""
    async with glass(hall, "/screens/desk") as desk, failing(desk) as network:
        session = await desk.page.context.new_cdp_session(desk.page)

        async def enter(code: int) -> None:
            key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": code, "text": "\r"}
            await session.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
            await session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})

        async def composes(mutation: str) -> None:
            await enter(COMPOSING)
            await desk.page.evaluate("new Promise((done) => setTimeout(done))")
            assert mutation not in network.asked
            await enter(13)

            async def asked() -> bool:
                return mutation in network.asked

            await until(asked)  # it is the code that made the difference

        await desk.page.fill("[name=login]", "sun")
        await desk.page.fill("[name=password]", PASSWORD)
        await composes("mutation SignIn")
        await desk.shows(".pair")
        await desk.page.fill("[name=code]", "ABCD23")
        await desk.page.fill(".pair [name=name]", "大厅")
        await composes("mutation Approve")
        desk.fine()
