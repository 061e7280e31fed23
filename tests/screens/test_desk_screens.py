"""The desk as the place from which screens are hung, changed, moved and taken down."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from desks import focused, secretary, sent, signed_in, submitted
from halls import Hall
from kiosks import glass, paired

import models

NEXT_KEY_GOES_TO = """async (button) => {
  button.click();
  await new Promise((done) => {
    const next = new MessageChannel(); next.port1.onmessage = done; next.port2.postMessage(0); });
  const at = document.activeElement;
  return [at.closest('form') !== null && button.closest('li').contains(at), at.name]; }"""


@pytest.fixture(autouse=True)
async def managed(hall: Hall) -> None:
    await secretary(hall)


async def test_a_secretary_hangs_a_screen_and_takes_it_down_again(hall: Hall) -> None:
    async with glass(hall) as wall:
        code = await wall.code()
        async with glass(hall, f"/screens/desk?code={code}") as desk:
            await signed_in(desk, "sun")
            page = desk.page
            await page.clock.install()
            await focused(desk, "at.matches('.where select')")
            await page.get_by_label("名称（例如位置）").fill("一楼大厅")
            await page.locator("summary").click()
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
            await page.locator("button.publish").click()
            await sent(desk)
            await desk.shows(".result.good", "“擦亮一扇窗”已发布")
            await wall.shows(".task .title", "擦亮一扇窗", seconds=5)

            await submitted(hall, "擦亮一扇窗")
            await desk.shows(".claims li", "擦亮一扇窗")
            await page.get_by_role("button", name="批准").click()
            await sent(desk)
            await wall.shows(".approval", "李强", seconds=5)

            await page.get_by_role("button", name="改名").click()
            await page.locator(".screens input[name=name]").fill("二楼大厅")
            await page.keyboard.press("Enter")
            await desk.shows(".screens b", "二楼大厅")

            await page.get_by_role("button", name="撤销").click()
            await desk.shows(".held", "撤销“二楼大厅”")
            await wall.shows(".arena")
            await sent(desk)
            assert await wall.code() != code
            await desk.shows(".screens .over", "“二楼大厅”已撤销")
            await page.locator("h1").hover()
            await page.locator("[name=title]").focus()
            await desk.shows("section", "还没有屏幕")
            desk.fine()
        wall.fine()


async def test_scenes_are_ordered_and_of_any_organization_and_a_screen_moves(hall: Hall) -> None:
    async with glass(hall) as wall, glass(hall, "/screens/desk") as desk:
        scenes = [{"kind": "MEMBER_LEADERBOARD", "seconds": 60}, {"kind": "TASK_ARENA", "seconds": 60}]
        display = await paired(hall, wall, scenes, name="三楼")
        await signed_in(desk, "sun")
        await desk.shows(".screens b", "三楼")
        entry = desk.page.locator(".screens > li", has_text="三楼")
        for form, name in (("改名", "name"), ("移到别处", "")):
            # Before the next key can be heard, and not a frame later: it would be lost.
            button = entry.get_by_role("button", name=form)
            assert await button.evaluate(NEXT_KEY_GOES_TO) == [True, name], form
        await entry.get_by_role("button", name="修改画面").press("Enter")
        await entry.get_by_role("button", name="下移").first.press("Enter")
        await focused(desk, "at.ariaLabel === '上移'")  # it can't go further down
        await entry.get_by_label("显示哪个组织").last.select_option(label="　第一党支部")
        await entry.get_by_label("周期").last.select_option(label="上周")
        await entry.get_by_role("button", name="保存").press("Enter")
        await desk.shows(".result.good", "“三楼”已保存")
        await entry.get_by_role("button", name="移到别处").press("Enter")
        await entry.get_by_label("挂在哪个组织").select_option(label="　第一党支部")
        await entry.get_by_role("button", name="保存").press("Enter")
        await entry.locator("p > span", has_text="第一党支部").wait_for()
        scenes = "scenes { kind period periodsBack organization { id } }"
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Display {{ {scenes} }} }} }}"
        shown = (await hall.ask(hall.secretary, query, id=display))["scenes"]
        assert [one["kind"] for one in shown] == ["TASK_ARENA", "MEMBER_LEADERBOARD"]
        assert shown[1]["organization"]["id"] == hall.first
        assert (shown[1]["period"], shown[1]["periodsBack"]) == ("WEEK", 1)
        desk.fine()


async def test_the_hundred_and_first_screen_is_there_to_be_revoked(hall: Hall) -> None:
    """And every organization down to the last group."""
    async with hall.opened() as world:
        root = hall.company.root
        now = world.clock()
        today = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=0, minute=3, second=9)
        seen = {100: today - timedelta(days=1), 99: today - timedelta(days=40)}
        for number in range(101):
            account = await models.Account.create(login=f"display-{uuid4()}", created_at=now)
            place = {"root_id": root.id, "organization_id": root.id, "account_id": account.id, "paired_at": now}
            await models.Display.create(name=f"第{number}块", **place, last_seen_at=seen.get(number))
    async with glass(hall, "/screens/desk") as desk:
        await signed_in(desk, "sun")
        await desk.shows(".screens b", "第100块")
        page = desk.page
        old = seen[99]
        year = "" if old.year == today.year else f"{old.year}年"
        await desk.shows(".screens li:has-text('第100块') .offline", "最后在线 昨天 00:03")
        await desk.shows(".screens li:has-text('第99块') .offline", f"最后在线 {year}{old.month}月{old.day}日 00:03")
        names = [one.strip() for one in await page.get_by_label("组织", exact=True).locator("option").all_inner_texts()]
        async with hall.opened():
            there = await models.Organization.filter(root_id=root.id).values_list("name", flat=True)
        assert sorted(names) == sorted(there)
        await page.clock.install()
        await page.locator(".screens > li", has_text="第100块").get_by_role("button", name="撤销").click()
        await sent(desk)
        await desk.shows(".screens .over", "“第100块”已撤销")
        desk.fine()
