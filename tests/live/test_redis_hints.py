"""Hints through a real Redis that is stopped, killed and cut under way."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from broadcaster import Broadcast
from services import Redis

from realtime.backplane import WAITING, Backplane
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


async def test_hints_that_could_not_be_sent_are_made_up_for_by_one(redis_server: Redis, redis_url: str) -> None:
    """The others hear Redis all the while, so that no gap of their own makes them look."""
    async with workers(redis_url) as (one, other):
        await until(lambda: one.redis.up and other.redis.up)
        with redis_server.client() as client:
            client.execute_command("ACL SETUSER default -publish")
            try:
                for version in (1, 2, 3):
                    one.backplane.publish(Hint.of({"o:1"}, version))
                await until(lambda: one.backplane.dropped == 3)
            finally:
                client.execute_command("ACL SETUSER default +publish")
        await until(lambda: other.reloads == 2, 5.0)
        assert not any(other.told(version) for version in (1, 2, 3))
        one.backplane.publish(Hint.of({"o:1"}, 4))
        await until(lambda: other.told(4))
        assert other.reloads == 2  # told once


async def test_a_burst_above_what_may_wait_is_made_up_for_by_one() -> None:
    heard: list[Hint] = []
    backplane = Backplane(Broadcast("memory://"), heard.append, local_first=False)
    await backplane.start()
    try:
        for version in range(WAITING + 5):
            backplane.publish(Hint.of({"o:1"}, version))
        assert backplane.dropped == 5
        await until(lambda: len(heard) == WAITING)
        assert sum(EVERYTHING in hint.topics for hint in heard) == 1
    finally:
        await backplane.stop()


async def test_what_was_not_read_in_time_is_made_up_for_by_one() -> None:
    unread = RedisHints("redis://127.0.0.1:1/0")
    for version in range(WAITING + 1):
        unread._put(Hint.of({"o:1"}, version).encode())
    assert EVERYTHING in Hint.decode((await unread.next_published()).message).topics
    assert unread._queue.empty()
