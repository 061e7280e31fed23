"""Hints through a real Redis that is stopped, killed and cut under way."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from broadcaster import Broadcast
from services import Redis

from realtime.backplane import Backplane
from realtime.hints import EVERYTHING, Hint
from realtime.redis_hints import RedisHints


async def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)


class Worker:
    """One process's end of the path."""

    def __init__(self, url: str) -> None:
        self.redis = RedisHints(url)
        self.heard: list[Hint] = []
        self.backplane = Backplane(Broadcast(backend=self.redis), self.heard.append, local_first=True)

    def told(self, version: int) -> bool:
        return any(hint.version == version for hint in self.heard)

    @property
    def reloads(self) -> int:
        return sum(EVERYTHING in hint.topics for hint in self.heard)


@asynccontextmanager
async def workers(url: str) -> AsyncGenerator[tuple[Worker, Worker]]:
    pair = Worker(url), Worker(url)
    for one in pair:
        await one.backplane.start()
    try:
        yield pair
    finally:
        for one in pair:
            await one.backplane.stop()


async def test_a_hint_reaches_the_other_process(redis_url: str) -> None:
    async with workers(redis_url) as (one, other):
        await until(lambda: one.redis.up and other.redis.up)
        one.backplane.publish(Hint.of({"o:1"}, 7))
        assert one.told(7)  # its own boards at once
        await until(lambda: other.told(7))
        assert one.reloads == other.reloads == 1  # each looked for itself when it had begun to listen


async def test_with_redis_away_starting_and_publishing_do_not_wait(redis_server: Redis) -> None:
    redis_server.stop()
    try:
        async with asyncio.timeout(5), workers(redis_server.url) as (one, _):
            one.backplane.publish(Hint.of({"o:1"}, 1))
            assert one.told(1)
            assert not one.redis.up
    finally:
        redis_server.start()


async def test_after_every_gap_every_board_looks_for_itself(redis_server: Redis) -> None:
    async with workers(redis_server.url) as (one, other):
        await until(lambda: one.redis.up and other.redis.up)

        with redis_server.client() as client:
            client.client_kill_filter(_type="pubsub")
        await until(lambda: other.reloads == 2 and other.redis.up)

        redis_server.kill()
        await until(lambda: not other.redis.up)
        redis_server.start()
        await until(lambda: one.redis.up and other.redis.up)
        assert other.reloads == 3

        redis_server.pause()  # accepts bytes and answers nothing: only the heartbeat notices
        await until(lambda: not other.redis.up)
        redis_server.resume()
        await until(lambda: one.redis.up and other.redis.up)
        assert other.reloads >= 4
        one.backplane.publish(Hint.of({"o:1"}, 99))
        await until(lambda: other.told(99))
