"""Two windows of one browser are two displays; and what answers in a server's place does not take a screen down."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest
from halls import Hall
from kiosks import Glass, paired, window
from playwright.async_api import BrowserContext

WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"  # as on plain http
TOKENS = "['token', 'screen2.token'].map((one) => localStorage.getItem('leitai.' + one))"


async def opened(hall: Hall, context: BrowserContext) -> Glass:
    screen = Glass(await context.new_page(), hall.server.url)
    await screen.open()
    return screen


@pytest.mark.parametrize("locks", [True, False], ids=["with locks", "without"])
async def test_two_windows_of_one_browser_are_two_displays(hall: Hall, locks: bool) -> None:
    async with window() as context:
        if not locks:
            await context.add_init_script(WITHOUT_LOCKS)
        first, second = await opened(hall, context), await opened(hall, context)
        assert await first.code() != await second.code()
        await paired(hall, first, name="左")
        await paired(hall, second, [{"kind": "TASK_ARENA", "seconds": 60}], name="右")
        await first.shows(".place", "李强")
        await second.shows(".arena")
        tokens = await first.page.evaluate(TOKENS)
        assert all(tokens)
        assert tokens[0] != tokens[1]
        for screen, part in ((second, ".arena"), (first, ".place")):
            await screen.page.reload()
            await screen.shows(part)
        await first.page.close()
        third = await opened(hall, context)  # the seat of the one that was closed, and what it shows
        await third.shows(".place", "李强")
        for screen in (second, third):
            screen.fine()


# What a proxy or a hotel's network answers in the server's place, to whatever is asked.
ANSWERS = {
    "404": b"HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\n",
    "403": b"HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\n",
    "502": b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n",
    "a redirect": b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/portal\r\n",
    "a captive page": b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncache-control: max-age=600\r\n",
    "its own script": b"HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\ncache-control: max-age=600\r\n",
}
PORTAL = b"<!doctype html><title>portal</title><div id=app></div><script src=/x.js></script>"


class Between:
    """A proxy: passes all on to the server, or answers in its place."""

    def __init__(self, url: str) -> None:
        self._port = urlsplit(url).port
        self._open: set[asyncio.StreamWriter] = set()
        self.answer: bytes | None = None

    async def __aenter__(self) -> Between:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.answers(None)
        self._server.close()

    def answers(self, head: bytes | None) -> None:
        """From now on, on new connections; those that are open end."""
        self.answer = head
        for writer in self._open:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.answer is None:
                there, here = await asyncio.open_connection("127.0.0.1", self._port)
                self._open.add(here)
                await asyncio.wait(
                    [asyncio.ensure_future(_pass(reader, here)), asyncio.ensure_future(_pass(there, writer))],
                    return_when=asyncio.FIRST_COMPLETED,
                )
                here.transport.abort()
                self._open.discard(here)
            else:
                await reader.readuntil(b"\r\n\r\n")
                length = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(PORTAL)
                writer.write(self.answer + length + PORTAL)
                await writer.drain()
                writer.write_eof()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()


async def _pass(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            to.write(data)
            await to.drain()
    except OSError:
        pass


async def test_whatever_answers_in_the_servers_place_the_screen_stays(hall: Hall) -> None:
    async with window(workers=True) as context, Between(hall.server.url) as between:
        screen = Glass(await context.new_page(), between.url)
        await screen.open()
        await paired(hall, screen)
        await screen.shows(".place", "李强")
        await screen.page.evaluate("navigator.serviceWorker.register('/screens/worker.js')")
        await screen.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await screen.page.evaluate("dispatchEvent(new Event('pagehide'))")
        for name, head in ANSWERS.items():
            between.answers(head)
            await screen.page.reload()
            await screen.shows(".place", "李强")
            assert "portal" not in await screen.page.content(), name
        await screen.shows(".connection.lost")
        between.answers(None)
        await screen.shows(".connection.live", "实时更新", seconds=40)
        await screen.page.reload()  # and what the server itself says is shown: so an update arrives
        await screen.shows(".connection.live", "实时更新")
        served = (
            "performance.getEntriesByType('navigation')[0].transferSize > 0 || performance.timing.responseStart > 0"
        )
        assert await screen.page.evaluate(served)


async def test_a_worker_is_not_filled_by_what_is_not_the_servers(hall: Hall) -> None:
    """While something else answers, nothing of it is kept as a part of the page."""
    async with window(workers=True) as context, Between(hall.server.url) as between:
        screen = Glass(await context.new_page(), between.url)
        await screen.open()
        await screen.code()
        await screen.page.route("**/worker.js", lambda route: route.continue_())
        between.answers(ANSWERS["its own script"])
        kept = "caches.keys().then((all) => all.length)"
        await screen.page.evaluate("navigator.serviceWorker.register('/screens/worker.js').catch(() => 0)")
        assert await screen.page.evaluate(kept) == 0
