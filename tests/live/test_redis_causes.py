"""A Redis that is wrong from the start is told once, with its cause; then each change of state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from services import Redis, start_redis
from structlog.testing import capture_logs

from realtime.redis_hints import RedisHints


@pytest.fixture(scope="module")
def guarded() -> Iterator[Redis]:
    """With a password for some, and a user who may not speak."""
    server = start_redis()
    with server.client() as client:
        client.execute_command("ACL SETUSER mute on >pw ~* +ping +client +hello +auth +select &none")
        client.execute_command("ACL SETUSER right on >pw ~* &* +@all")
        client.execute_command("ACL SETUSER default reset on >pw ~* &* +@all")
    yield server
    server.close()


@asynccontextmanager
async def listening(url: str) -> AsyncGenerator[RedisHints]:
    hints = RedisHints(url)
    await hints.connect()
    await hints.subscribe("leitai")
    try:
        yield hints
    finally:
        await hints.disconnect()


async def until(holds: object, seconds: float = 20.0) -> None:
    assert callable(holds)
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("redis://right:wrong@{place}/0", "refuses user or password"),
        ("redis://{place}/0", "wants a password"),
        ("redis://mute:pw@{place}/0", "may not use PUBLISH, SUBSCRIBE"),
        ("redis://right:pw@{place}/99", "no database of this number"),
        ("rediss://right:pw@{place}/0", "if it has no TLS, write redis://"),
        ("redis://right:pw@127.0.0.1:1/0", "nothing listens"),
        ("redis://nowhere.invalid/0", "no such host"),
        ("unix:///nowhere/redis.sock", "no such socket"),
        ("redis://127.0.0.1:{other}/0", "no Redis"),
    ],
)
async def test_a_redis_that_is_wrong_from_the_start_is_told_once_with_its_cause(
    guarded: Redis, url: str, why: str
) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    place, other = urlsplit(guarded.url).netloc, server.sockets[0].getsockname()[1]
    with capture_logs() as logged:
        async with server, listening(url.format(place=place, other=other)) as hints:
            await until(lambda: hints.why)
            assert why in hints.why
            await asyncio.sleep(0.5)  # some more tries
    lines = [one for one in logged if one["event"] == "path_down"]
    assert [one["why"] for one in lines] == [f"REDIS_URL: {hints.why}"]
    assert "pw" not in str(lines)
    assert "wrong" not in str(lines)


async def test_each_change_of_state_is_told_once(guarded: Redis) -> None:
    place = urlsplit(guarded.url).netloc
    with capture_logs() as logged:
        async with listening(f"redis://right:pw@{place}/0") as hints:
            await until(lambda: hints.up)
            assert hints.why == ""
            guarded.kill()
            await until(lambda: hints.why)
            assert not hints.up
            await asyncio.sleep(0.5)
    told = [one["event"] for one in logged]
    assert told[0] == "path_up"
    assert set(told[1:]) == {"path_down"}
    assert len(told) <= 3, "the connection was lost, then nothing listened: each once"
