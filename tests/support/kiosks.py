"""Screens in a real Chromium, before a running server.

async with glass(hall) as screen:             # a window on /screens/, which nobody has paired
    await paired(hall, screen, BOARD)         # the code read off it, approved by the secretary
    await screen.shows(".board .place")
    screen.fine()                             # nothing went wrong inside, nothing was asked elsewhere
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from halls import Hall
from local_server import ServiceIsMissing
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Route, WebSocket, async_playwright
from world import Person

PATIENCE = 15.0  # seconds
FULL_HD = (1920, 1080)
SIZES = {"1080p": FULL_HD, "4k": (3840, 2160), "upright": (1080, 1920)}
BOARD: list[dict[str, Any]] = [{"kind": "MEMBER_LEADERBOARD", "seconds": 60}]
DRAWN = {  # of each scene, what is there when it is
    "MEMBER_LEADERBOARD": ".board-MEMBER .place",
    "ORGANIZATION_LEADERBOARD": ".board-ORGANIZATION .place",
    "TASK_ARENA": ".arena .count",
    "BLOCK_BOARD": ".verdict.sealed",
    "COURSES": ".course .qr",
}
PROGRAMS = ("chromium", "chromium-browser")
OPTIONS = ["--js-flags=--expose-gc", "--enable-precise-memory-info", "--disable-dev-shm-usage"]


def chromium() -> str:
    """ServiceIsMissing: there is none, and none is fetched."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise ServiceIsMissing("no Chromium on the PATH")
    return found


class Glass:
    """One page, and what was noticed about it."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("websocket", self._socket)

    def _console(self, said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text or "Uncaught" in said.text:
            self.errors.append(said.text)

    def _socket(self, socket: WebSocket) -> None:
        self._asked(socket.url.replace("ws", "http", 1))

    def _asked(self, url: str) -> bool:
        self.requests.append(url)
        ours = url.startswith(self.url) or urlsplit(url).scheme in ("data", "blob")
        if not ours:
            self.foreign.append(url)
        return ours

    async def route(self, route: Route) -> None:
        await (route.continue_() if self._asked(route.request.url) else route.abort())

    async def open(self, path: str = "/screens/") -> None:
        await self.page.goto(f"{self.url}{path}")

    async def shows(self, selector: str, text: str | None = None, seconds: float = PATIENCE) -> str:
        """Waits until it is there, with that in it; all that it says."""
        found = self.page.locator(selector, has_text=text).first
        await found.wait_for(state="visible", timeout=seconds * 1000)
        return await found.inner_text()

    async def hides(self, selector: str, seconds: float = PATIENCE) -> None:
        await self.page.locator(selector).first.wait_for(state="detached", timeout=seconds * 1000)

    async def code(self) -> str:
        return "".join((await self.shows(".code")).split())

    async def names(self) -> list[str]:
        """Of a board, in the order in which they stand."""
        places = "[...document.querySelectorAll('.place')].sort((a, b) => a.ariaPosInSet - b.ariaPosInSet)"
        return await self.page.evaluate(f"{places}.map((one) => one.querySelector('.name').textContent)")

    async def heap(self) -> float:
        """MB after a forced collection."""
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("HeapProfiler.collectGarbage")
        found = await session.send("Runtime.getHeapUsage")
        await session.detach()
        return found["usedSize"] / 1e6

    def fine(self) -> None:
        assert not self.errors
        assert not self.foreign


@asynccontextmanager
async def window(
    size: tuple[int, int] = FULL_HD, *, workers: bool = False, ignore_https_errors: bool = False
) -> AsyncGenerator[BrowserContext]:
    """workers: with service workers, which then ask for themselves."""
    options = [*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=options)
        try:
            yield await browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                ignore_https_errors=ignore_https_errors,
                service_workers="allow" if workers else "block",
            )
        finally:
            await browser.close()


@asynccontextmanager
async def glass(
    hall: Hall, path: str = "/screens/", size: tuple[int, int] = FULL_HD, *, workers: bool = False
) -> AsyncGenerator[Glass]:
    async with window(size, workers=workers) as context:
        screen = Glass(await context.new_page(), hall.server.url)
        await context.route("**/*", screen.route)
        await screen.open(path)
        yield screen


async def paired(
    hall: Hall,
    screen: Glass,
    scenes: list[dict[str, Any]] = BOARD,
    *,
    by: Person | None = None,
    at: str | None = None,
    name: str = "一楼大厅",
) -> str:
    """Reads the code off the screen and approves it; the display's id. The screen finds out within seconds."""
    given = {"code": await screen.code(), "organizationId": at or hall.root, "name": name, "scenes": scenes}
    answer = await hall.do(by or hall.secretary, "approveDisplayPairing", "display { id }", **given)
    return answer["display"]["id"]


async def until(holds: Any, seconds: float = PATIENCE) -> None:
    """Until the coroutine function says yes."""
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)
