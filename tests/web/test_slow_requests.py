"""Who opens a connection and says nothing, or says a byte at a time, does not keep it."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from uvicorn import Config
from uvicorn.server import ServerState

from realtime.http_protocol import LiveRequests
from realtime.request_bounds import BODY_WITHIN, HEAD_WITHIN, LATE
from realtime.websocket_protocol import LiveConnection

LONGER = 0.6  # seconds: than either of the two below
GET = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
POST = b"POST %s HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n"
made: weakref.WeakSet[LiveRequests] = weakref.WeakSet()


class Impatient(LiveRequests):
    head_within, body_within, linger, stalled = 0.2, 0.4, 0.1, 0.3

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made.add(self)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers at once at /early, after a while at /late, and otherwise when it has the body. Echoes to sockets."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    if scope["path"] == "/late":
        await asyncio.sleep(LONGER)
    while scope["path"] != "/early":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message["more_body"]:
            break
    body = bytes(20_000_000) if scope["path"] == "/large" else b"good"
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = Config(app, ws=LiveConnection, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: Impatient(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    while state.connections or state.tasks:
        await asyncio.sleep(0.01)
    gc.collect()
    assert not made, "nothing holds a connection that has ended"


class Peer:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def says(self, *parts: bytes, pause: float = 0.0) -> None:
        for part in parts:
            self._writer.write(part)
            await asyncio.sleep(pause)

    async def drips(self, data: bytes) -> None:
        """A byte at a time, until it is told to stop."""
        while not self._reader.at_eof() and not self._writer.is_closing():
            await self.says(data[:1], pause=0.02)
            data = data[1:] or data

    async def hears(self) -> bytes:
        """All until the end."""
        try:
            async with asyncio.timeout(10):
                return await self._reader.read()
        except ConnectionResetError:
            return b""

    async def is_answered(self) -> None:
        async with asyncio.timeout(10):
            head = await self._reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            assert await self._reader.readexactly(4) == b"good"


@asynccontextmanager
async def peer(port: int) -> AsyncGenerator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()


def is_told(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 408 ") and answer.endswith(LATE.encode()) and b"connection: close" in answer


async def test_who_says_nothing_is_gone(port: int) -> None:
    async with peer(port) as silent:
        assert await silent.hears() == b""


@pytest.mark.parametrize("head", [GET[:-4], GET[:-4] + b"\r\nx: " + b"y" * 10_000, b"\r\n" * 10_000])
async def test_who_says_a_head_a_byte_at_a_time_is_told_and_gone(port: int, head: bytes) -> None:
    async with peer(port) as slow:
        dripping = asyncio.create_task(slow.drips(head))
        assert is_told(await slow.hears())
        await dripping


async def test_who_does_not_go_on_is_told_and_gone_also_after_a_good_request(port: int) -> None:
    for part in (GET[:20], b"\r\n"):
        async with peer(port) as slow:
            await slow.says(GET)
            await slow.is_answered()
            await slow.says(part)
            assert is_told(await slow.hears())


async def test_a_body_has_its_time_too(port: int) -> None:
    async with peer(port) as slow:
        await slow.says(POST % b"/", b"a" * 999)
        assert is_told(await slow.hears())


async def test_who_was_answered_before_all_was_said_hears_no_second_answer(port: int) -> None:
    async with peer(port) as slow:
        await slow.says(POST % b"/early")
        await slow.is_answered()
        dripping = asyncio.create_task(slow.drips(b"a" * 900))
        assert await slow.hears() == b""
        await dripping


async def test_an_answer_may_take_its_time_and_a_connection_may_rest(port: int) -> None:
    async with peer(port) as patient:
        await patient.says(GET.replace(b"/ ", b"/late ", 1))
        await patient.is_answered()
        await asyncio.sleep(LONGER)
        await patient.says(GET[:20], GET[20:], pause=0.05)
        await patient.is_answered()
        await patient.says(POST % b"/", b"a" * 500, b"a" * 500, pause=0.05)
        await patient.is_answered()
        await patient.says(GET + GET)
        await patient.is_answered()
        await patient.is_answered()


async def test_a_socket_is_no_request_any_more(port: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/", proxy=None) as socket:
        await asyncio.sleep(LONGER)
        await socket.send("good")
        assert await socket.recv() == "good"


def test_whoever_has_a_bad_link_has_time_enough() -> None:
    assert (HEAD_WITHIN, BODY_WITHIN) == (20.0, 60.0)
    assert (LiveRequests.head_within, LiveRequests.body_within) == (HEAD_WITHIN, BODY_WITHIN)


async def test_an_answer_that_nobody_takes_ends_its_connection(port: int) -> None:
    async with peer(port) as deaf:
        await deaf.says(GET.replace(b"/ ", b"/large ", 1))
        async with asyncio.timeout(10):
            while not made:
                await asyncio.sleep(0.01)
            [connection] = made
            while not connection.transport.is_closing():
                await asyncio.sleep(0.05)
