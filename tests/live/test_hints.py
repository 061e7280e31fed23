"""Hints that no process of ours sent, and a path that breaks again and again: heard on, late at most."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from dataclasses import dataclass

import pytest
from broadcaster import Broadcast
from services import Redis

from realtime.backplane import CHANNEL, Backplane
from realtime.hints import Hint
from realtime.hub import Hub
from realtime.logs import LogPage, LogSource
from realtime.redis_hints import HEARTBEAT, RedisHints

FOREVER = 10**30
NOT_OURS: list[str | bytes] = [
    "",
    "null",
    "{}",
    "[" * 100_000,
    '["x",["o:ledger"]]',
    "[1,[[]]]",
    "heartbeat:of-nobody",
    b"\xff\xfe",  # last, for the reader begins again
]


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.005)


class Reader:
    def __init__(self) -> None:
        self.cursor: str | None = None

    async def deliver(self, cursor: str, payload: bytes) -> bool:
        self.cursor = cursor
        return True


@dataclass
class Worker:
    """A log of numbers, followed in one process that hears of it through Redis."""

    hub: Hub
    redis: RedisHints
    reader: Reader
    rows: int = 0

    async def versions(self, keys: Sequence[Hashable]) -> dict[Hashable, int]:
        return dict.fromkeys(keys, self.rows)

    async def load(self, after: str | None) -> LogPage:
        begin = int(after or 0)
        return LogPage(str(self.rows), None, self.rows - begin, False)

    @property
    def read(self) -> int:
        return int(self.reader.cursor or 0)


async def execute(value: object) -> object:
    return value


@pytest.fixture
async def worker(redis_url: str) -> AsyncGenerator[Worker]:
    made = Worker(Hub(lambda keys: made.versions(keys)), RedisHints(redis_url), Reader())
    backplane = Backplane(Broadcast(backend=made.redis), made.hub.on_hint, local_first=True)
    await backplane.start()  # and no poll: only what a test asks for
    source = LogSource("ledger", frozenset({"o:ledger"}), made.load, None)
    follower = made.hub.follow(source, "group", execute, True, made.reader)
    await until(lambda: made.redis.up)
    yield made
    follower.close()
    await made.hub.stop()
    await backplane.stop()


async def test_what_somebody_else_says_on_the_channel_ends_nothing(worker: Worker, redis_server: Redis) -> None:
    with redis_server.client() as other:
        for message in NOT_OURS:
            other.publish(CHANNEL, message)
        for number in range(1, 4):
            await until(lambda: worker.redis.up)
            worker.rows = number
            await until(lambda: other.publish(CHANNEL, Hint.of({"o:ledger"}, worker.rows).encode()) == 1)
            await until(lambda: worker.read == worker.rows)


async def test_a_version_that_no_database_gave_costs_lateness_only(worker: Worker, redis_server: Redis) -> None:
    with redis_server.client() as other:
        other.publish(CHANNEL, f'[{FOREVER},["o:ledger"]]')
    topics = worker.hub._by_topic["o:ledger"]
    await until(lambda: any(getattr(log, "version", 0) == FOREVER for log in topics))
    for number in (5, 6):
        worker.rows = number
        await worker.hub.poll()
        await until(lambda: worker.read == worker.rows)


async def test_a_path_that_is_back_is_proven_at_once(worker: Worker, redis_server: Redis) -> None:
    with redis_server.client() as other:
        for _ in range(5):
            assert other.client_kill_filter(_type="pubsub") == 1
            await until(lambda: not worker.redis.up)
            await until(lambda: worker.redis.up, HEARTBEAT / 2)
