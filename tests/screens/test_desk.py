"""The desk, from which screens are hung, tasks are published and work is reviewed: also with a keyboard alone, on a
phone, while the server is away, and for somebody whose session ends half-way."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from desks import ended, failing, focused, secretary, sent, signed_in, submitted, within
from halls import PASSWORD, Hall
from kiosks import Glass, glass, paired, until
from playwright.async_api import Locator

import models

PHONE = (390, 844)
UNEXPECTED = {"data": None, "errors": [{"message": "Unexpected.", "extensions": {"code": "INTERNAL"}}]}


@pytest.fixture(autouse=True)
async def managed(hall: Hall) -> None:
    await secretary(hall)


async def titled(hall: Hall, title: str) -> list[str]:
    """What tasks of that title have come to."""
    async with hall.opened():
        return [one.status for one in await models.Task.filter(title=title)]


async def test_a_task_is_published_once_however_often_it_is_asked_for(hall: Hall) -> None:
    """Two clicks are one task, and an answer that is lost leaves no draft that nobody sees."""
    async with glass(hall, "/screens/desk") as desk:
        await signed_in(desk, "sun")
        await desk.page.clock.install()
        button = desk.page.locator("button.publish")
        title = desk.page.get_by_label("标题")
        async with failing(desk) as network:
            network.held.add("mutation Create")
            await title.fill("植树")
            await title.press("Enter")
            assert await desk.page.locator(".held").count() == 0
            await button.click()
            await desk.shows(".held", "在 公司党委 发布“植树”")
            assert await title.is_disabled()
            await button.dispatch_event("click")
            await sent(desk)
            await desk.shows(".held", "正在发送")
            await button.dispatch_event("click")
            network.held.clear()
            await desk.shows(".result.good", "“植树”已发布")
            assert network.asked.count("mutation Create") == 1
            assert await titled(hall, "植树") == ["OPEN"]

            network.names.add("mutation Publish")
            await title.fill("清扫楼道")
            await button.click()
            await sent(desk)
            await desk.shows(".result.error", "未能发布“清扫楼道”：服务器暂未应答")
            await desk.shows(".task-form .trouble", "尚未发布")
            network.names.clear()
            await button.click()
            await sent(desk)
            await desk.shows(".result.good", "“清扫楼道”已发布")
            assert network.asked.count("mutation Create") == 2
        assert await titled(hall, "清扫楼道") == ["OPEN"]
        desk.fine()


async def test_a_task_is_due_by_the_organization_s_clocks(hall: Hall) -> None:
    """Wherever the one who publishes it is; a year that never comes is told, and not a crash."""
    day = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=9)
    async with glass(hall, "/screens/desk") as near:
        browser = near.page.context.browser
        assert browser
        context = await browser.new_context(timezone_id="America/New_York", service_workers="block")
        desk = Glass(await context.new_page(), hall.server.url)
        await desk.open("/screens/desk")
        await signed_in(desk, "sun")
        await desk.page.clock.install()
        await desk.page.get_by_label("标题").fill("月末总结")
        due = desk.page.get_by_label("截止（可空，Asia/Shanghai 时间）")
        await due.fill(f"{day:%Y-%m-%d}T18:30")
        await desk.page.locator("button.publish").click()
        await sent(desk)
        await desk.shows(".result.good", "“月末总结”已发布")
        async with hall.opened():
            made = await models.Task.get(title="月末总结")
        assert made.due_at
        assert f"{made.due_at.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}" == f"{day:%Y-%m-%d} 18:30"

        await desk.page.get_by_label("标题").fill("来世再说")
        await due.evaluate("(one) => { one.type = 'text'; one.value = '20261-01-01T10:00'; }")
        await desk.page.locator("button.publish").click()
        await sent(desk)
        assert "截止：须晚于现在" in await desk.shows(".result.error")
        assert await titled(hall, "来世再说") == []
        desk.fine()


@pytest.mark.parametrize(
    ("language", "fault", "code"),
    [
        ("zh", "积分：0 至 100000 之间的整数", "配对码不对或已失效"),
        ("en", "Points: a whole number", "This code is wrong"),
    ],
)
async def test_refusals_are_in_the_reader_s_language_and_in_sight(
    hall: Hall, language: str, fault: str, code: str
) -> None:
    async with glass(hall, f"/screens/desk?lang={language}", PHONE) as desk:
        await signed_in(desk, "sun")
        await desk.shows(".task-form")
        await desk.page.evaluate("document.querySelector('[name=points]').removeAttribute('max')")
        await desk.page.fill("[name=title]", "太贵")
        await desk.page.fill("[name=points]", "999999")
        await desk.page.clock.install()
        await desk.page.locator("button.publish").click()
        await sent(desk)
        assert fault in await desk.shows(".result [role=alert]", fault)
        await within(desk, ".result")
        await desk.page.fill("[name=code]", "2222 2222")
        await desk.page.fill("[name=name]", "门厅")
        await desk.page.locator(".pair > button").click()
        await desk.shows(".result [role=alert]", code)
        await within(desk, ".result")
        assert await desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await desk.page.locator("[name=name]").input_value() == "门厅"
        desk.fine()


async def test_what_is_typed_outlives_another_choice_and_the_end_of_the_session(hall: Hall) -> None:
    async with hall.opened() as world:
        await world.task(hall.secretary, at=hall.company.root, title="值夜班")
    await submitted(hall, "值夜班")
    async with glass(hall, "/screens/desk") as desk:
        await signed_in(desk, "sun")
        await desk.shows(".claims li", "值夜班")
        await desk.page.fill("[name=code]", "ABCD 2345")
        await desk.page.fill("[name=name]", "食堂")
        await desk.page.get_by_label("标题").fill("写了一半")
        note = desk.page.get_by_role("textbox", name="意见")
        await note.fill("照片看不清，请")
        organization = desk.page.get_by_label("组织", exact=True)
        await organization.select_option(label="　第二党支部")
        await desk.hides(".claims li")
        await organization.select_option(index=0)
        await desk.shows(".claims li", "值夜班")
        await note.focus()

        await ended(hall, desk)
        await desk.shows(".trouble", "登录已过期")
        await focused(desk, "at.name === 'login'")
        assert not await desk.page.locator(".pair").is_visible()
        await signed_in(desk, "sun")
        await desk.shows(".pair")
        await focused(desk, "at.value === '照片看不清，请'")
        assert await desk.page.locator("[name=code]").input_value() == "ABCD 2345"
        assert await desk.page.locator("[name=name]").input_value() == "食堂"
        assert await desk.page.get_by_label("标题").input_value() == "写了一半"

        await ended(hall, desk)
        await desk.shows(".sign-in")
        await other(hall, desk)
        await desk.shows("main p", "没有需要管理的组织")
        assert await desk.page.locator("[name=code]").count() == 0  # nobody else reads it
        desk.fine()


async def other(hall: Hall, desk: Glass) -> None:
    """Somebody who manages nothing signs in."""
    async with hall.opened() as world:
        login = f"guest-{uuid4()}"
        await world.member("钱进", at=hall.company.second, login=login, password=PASSWORD)
    await signed_in(desk, login)


async def test_what_is_shown_while_the_server_is_away_is_not_called_the_present(hall: Hall) -> None:
    async with glass(hall) as wall:
        await paired(hall, wall, name="大门口")
        await wall.shows(".place")
        async with glass(hall, "/screens/desk") as desk:
            await signed_in(desk, "sun")
            await desk.shows(".screens li:has-text('大门口') .online")
            async with failing(desk) as network:
                network.names.add("everything")
                await desk.shows(".away", "已断开，显示的是")
                assert await desk.page.locator(".online").count() == 0
                network.names.clear()
                await desk.shows(".screens .online")
                network.answers["query Screens"] = UNEXPECTED
                await desk.shows("section:has(.screens) .away", "已断开")
                await desk.shows(".screens b", "大门口")  # an error does not say that there are none
            await desk.page.wait_for_function(
                "() => !document.querySelector('section:has(.screens) .away').textContent"
            )

            async with failing(desk) as network:
                network.names.add("everything")
                await desk.page.reload()
                await desk.shows("main p", "服务器暂未应答")
                network.names.clear()
                await desk.shows(".screens b", "大门口")
            desk.fine()


async def test_a_keyboard_stays_where_the_work_is(hall: Hall) -> None:
    async with hall.opened() as world:
        for title in ("擦桌子", "浇花"):
            await world.task(hall.secretary, at=hall.company.root, title=title)
    async with glass(hall, "/screens/desk") as desk, glass(hall) as wall:
        await paired(hall, wall, name="走廊")
        await signed_in(desk, "sun")
        await focused(desk, "at.matches('.where select')")
        await desk.shows(".screens b", "走廊")
        entry = desk.page.locator(".screens > li", has_text="走廊")
        await entry.get_by_role("button", name="改名").press("Enter")
        await desk.page.keyboard.press("End")
        await desk.page.keyboard.type("尽头")  # at once: what is typed goes where it is meant
        await desk.page.keyboard.press("Enter")
        await desk.shows(".screens b", "走廊尽头")
        await focused(desk, "at.textContent === '改名'")
        await desk.page.locator("h1").hover()

        await desk.page.clock.install()
        titles = ("擦桌子", "浇花")
        for title in titles:
            await submitted(hall, title)
        await desk.page.locator(".claims li").first.or_(desk.page.locator(".heading button")).first.wait_for()
        for title in titles:
            entry = desk.page.locator(".claims li", has_text=title)
            await until(lambda entry=entry: _here(desk, entry))
            await entry.get_by_role("button", name="批准").press("Enter")
            await focused(desk, f"at.matches('.claims li') && at.textContent.includes('{title}')")
            await desk.page.keyboard.press("Enter")  # pressed once too often, it does nothing
            await desk.page.keyboard.press("Tab")
            await focused(desk, "at.ariaLabel.startsWith('撤回')")
        await sent(desk)
        for title in titles:
            await desk.shows(".claims .over", f"已批准 李强 的《{title}》，+10 分")
        await focused(desk, "at.matches('.claims li')")
        desk.fine()


async def _here(desk: Glass, entry: Locator) -> bool:
    """The entry; what came while somebody works waits behind a button."""
    if await entry.count() == 0 and await desk.page.locator("#claims + span button").count() == 1:
        await desk.page.locator("#claims + span button").press("Enter")
    return await entry.count() == 1
