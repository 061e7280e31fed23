"""Everybody can read the wall: contrast, motion for those who can bear it, nothing told by colour alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from contrast import pale
from halls import PASSWORD, Hall
from kiosks import Glass, glass, paired, until, window
from walls import block, course, looked_at

from rules.roles import Role

SCENES = {
    "MEMBER_LEADERBOARD": ".board-MEMBER .place",
    "ORGANIZATION_LEADERBOARD": ".board-ORGANIZATION .place",
    "TASK_ARENA": ".arena",
    "BLOCK_BOARD": ".verdict.sealed",
    "COURSES": ".course",
}
MOVING = "document.getAnimations().filter((one) => one.playState === 'running').length"


@pytest.fixture
async def filled(hall: Hall) -> None:
    for number, person in enumerate(hall.people[:6]):
        await hall.award(10 + number, to=person)
    await looked_at(hall, await block(hall, "一号区块", hall.first))
    await block(hall, "二号区块", hall.first)
    await course(hall, "红船精神")


async def still(screen: Glass) -> None:
    async def holds() -> bool:
        return not await screen.page.evaluate(MOVING)

    await until(holds)


async def readable(screen: Glass, what: str, least: int) -> None:
    await screen.page.emulate_media(reduced_motion="reduce")
    await still(screen)
    count, hard = await pale(screen.page)
    print(f"\n{what}: {count} texts")  # noqa: T201 -- for the documentation
    assert count >= least, f"{what}: there is nothing on it"
    assert hard == [], what


async def test_every_text_on_the_wall_stands_out_from_what_is_behind_it(hall: Hall, filled: None) -> None:
    async with glass(hall) as screen:
        await screen.code()
        await readable(screen, "pairing", 3)
        display = await paired(hall, screen)
        for kind, part in SCENES.items():
            scenes: list[dict[str, Any]] = [{"kind": kind, "seconds": 60}]
            await hall.do(hall.secretary, "updateDisplay", displayId=display, scenes=scenes)
            await screen.shows(part)
            for width, height in ((1920, 1080), (1080, 1920)):
                await screen.page.set_viewport_size({"width": width, "height": height})
                await readable(screen, f"{kind} {width}", 5)
        hall.server.kill()
        await screen.shows(".connection.lost")
        await readable(screen, "while the server is away", 5)
        hall.server.start()


async def _leaderboard(screen: Glass) -> None:
    await screen.shows(".place.own")


async def _desk(screen: Glass) -> None:
    await screen.page.locator("summary").click()
    await screen.shows("fieldset.scenes")


async def _each_field(screen: Glass, what: str) -> None:
    """Empty and filled, typed by a person and by the browser; with the focus, and while it takes nothing."""
    fields = "[...document.querySelectorAll('input, textarea')].filter((one) => one.checkVisibility())"
    fill = "if (['text', 'password', 'textarea'].includes(one.type)) one.value = '李强 li'"
    await screen.page.evaluate(
        f"{fields}.forEach((one, at) => {{ if (at % 2) {{ {fill} }} else one.placeholder = '如：门厅'; }})"
    )
    await screen.page.locator("main").locator("input:visible, select:visible").first.focus()
    await readable(screen, f"{what}, hints and what is typed", 3)
    await screen.page.evaluate(f"{fields}.forEach((one) => {{ {fill} }})")
    session = await screen.page.context.new_cdp_session(screen.page)
    for domain in ("DOM", "CSS"):
        await session.send(f"{domain}.enable")
    root = (await session.send("DOM.getDocument"))["root"]["nodeId"]
    found = await session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "input"})
    for node in found["nodeIds"]:
        await session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": ["autofill"]})
    await readable(screen, f"{what}, filled by the browser", 3)
    await session.detach()
    every = "document.querySelectorAll('input, select, textarea, main button')"
    await screen.page.evaluate(f"{every}.forEach((one) => one.disabled = true)")
    await readable(screen, f"{what}, disabled", 3)
    await screen.page.evaluate(f"{every}.forEach((one) => one.disabled = false)")


@pytest.mark.parametrize(
    ("path", "there"), [("/screens/leaderboard?organization={}", _leaderboard), ("/screens/desk", _desk)]
)
async def test_every_text_on_the_pages_stands_out_what_is_typed_too(
    hall: Hall, filled: None, path: str, there: Callable[[Glass], Awaitable[None]]
) -> None:
    await hall.award(900, to=hall.sun)
    async with hall.opened() as world:
        await world.grant(hall.sun, Role.SECRETARY, at=hall.company.root)
    async with glass(hall, path.format(hall.root)) as screen:
        await readable(screen, f"{path}, signing in", 3)
        await _each_field(screen, f"{path}, signing in")
        await screen.page.fill("input[name=login]", hall.sun.account.login)
        await screen.page.fill("input[name=password]", PASSWORD)
        await screen.page.keyboard.press("Enter")
        await there(screen)
        await readable(screen, path, 5)
        await _each_field(screen, path)


async def test_whoever_wants_no_motion_gets_none(hall: Hall, filled: None) -> None:
    """Ranks change, scenes turn, and nothing ever runs; with motion something does, or this would say nothing."""

    async def seen(motion: Any) -> int:
        async with window() as context:
            screen = Glass(await context.new_page(), hall.server.url)
            await screen.page.emulate_media(reduced_motion=motion)
            await screen.page.add_init_script(
                """window.ran = 0; (function look() {
                  window.ran = Math.max(window.ran, document.getAnimations().filter((one) =>
                    one.playState === 'running' && one.effect.getComputedTiming().duration > 0
                    && (!one.effect.target || one.effect.target.checkVisibility())).length);
                  requestAnimationFrame(look); })();"""
            )
            await screen.open()
            await paired(hall, screen, [{"kind": kind, "seconds": 5} for kind in ("MEMBER_LEADERBOARD", "COURSES")])
            await screen.shows(".place")
            for amount in (500, 700):
                await hall.award(amount, to=hall.people[amount // 100 % 6])
            await screen.shows(".course", seconds=20)
            await screen.shows(".place", seconds=20)
            screen.fine()
            return await screen.page.evaluate("window.ran")

    assert await seen("no-preference") > 0
    assert await seen("reduce") == 0
