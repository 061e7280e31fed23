"""A log over numbers in a list: every one once, in order, from wherever a follower begins."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence

import pytest
from structlog.testing import capture_logs

from realtime.hints import Hint
from realtime.hub import Hub
from realtime.logs import Follower, LogPage, LogSource

PAGE = 10


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.002)


class Ledger:
    def __init__(self, rows: int = 0) -> None:
        self.rows = list(range(rows))
        self.loads = 0
        self.failing = False

    async def versions(self, keys: Sequence[Hashable]) -> dict[Hashable, int]:
        return dict.fromkeys(keys, len(self.rows))

    async def load(self, after: str | None) -> LogPage:
        self.loads += 1
        await asyncio.sleep(0)
        if self.failing:
            raise ConnectionError("the database is away")
        begin = int(after or 0)
        found = self.rows[begin : begin + PAGE]
        return LogPage(str(begin + len(found)), found, len(found), len(self.rows) > begin + PAGE)

    def append(self, hub: Hub, count: int = 1, *, told: bool = True) -> None:
        self.rows.extend(range(len(self.rows), len(self.rows) + count))
        if told:
            hub.on_hint(Hint.of({"o:ledger"}, len(self.rows)))


class Reader:
    def __init__(self) -> None:
        self.cursor: str | None = None
        self.frames: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    @property
    def read(self) -> list[int]:
        return [one for frame in self.frames for one in frame]

    async def deliver(self, cursor: str, payload: bytes) -> bool:
        await self.open.wait()
        self.cursor = cursor
        self.frames.append(json.loads(payload[:-1]))
        return True


async def execute(value: object) -> object:
    return value


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(25)


@pytest.fixture
async def hub(ledger: Ledger) -> AsyncGenerator[Hub]:
    made = Hub(ledger.versions)
    await made.start()
    yield made
    await made.stop()


def follow(hub: Hub, ledger: Ledger, reader: Reader, after: str | None = None) -> Follower:
    source = LogSource("ledger", frozenset({"o:ledger"}), ledger.load, after)
    return hub.follow(source, "group", execute, True, reader)


async def test_the_past_page_by_page_then_what_comes(hub: Hub, ledger: Ledger) -> None:
    reader = Reader()
    follow(hub, ledger, reader)
    await until(lambda: reader.read == list(range(25)))
    assert [len(frame) for frame in reader.frames] == [10, 10, 5]
    ledger.append(hub, 3)
    await until(lambda: reader.read == list(range(28)))


async def test_the_first_frame_comes_at_once_also_when_it_is_empty(hub: Hub, ledger: Ledger) -> None:
    reader = Reader()
    follow(hub, ledger, reader, after="25")
    await until(lambda: reader.frames == [[]])
    ledger.append(hub)
    await until(lambda: reader.frames == [[], [25]])


async def test_who_comes_back_with_a_cursor_misses_nothing_and_gets_nothing_twice(hub: Hub, ledger: Ledger) -> None:
    read: list[int] = []
    cursor: str | None = None
    for _ in range(20):
        reader = Reader()
        follower = follow(hub, ledger, reader, cursor)
        ledger.append(hub, 7)
        await until(lambda reader=reader: bool(reader.frames))
        follower.close()
        read += reader.read
        cursor = reader.cursor
        ledger.append(hub, 2)
    last = Reader()
    follow(hub, ledger, last, cursor)
    await until(lambda: read + last.read == ledger.rows)


async def test_a_slow_reader_gets_everything_and_delays_nobody(hub: Hub, ledger: Ledger) -> None:
    slow, fast = Reader(), Reader()
    slow.open.clear()
    follow(hub, ledger, slow)
    follow(hub, ledger, fast)
    for _ in range(30):
        ledger.append(hub, 2)
        await until(lambda: fast.read == ledger.rows)
    assert slow.frames == []
    slow.open.set()
    await until(lambda: slow.read == ledger.rows)


async def test_followers_at_the_live_end_share_load_and_execution(hub: Hub, ledger: Ledger) -> None:
    readers = [Reader() for _ in range(200)]
    for reader in readers:
        follow(hub, ledger, reader, after="25")
    await until(lambda: all(reader.frames for reader in readers))
    loads, executions = ledger.loads, hub.counters.executions
    ledger.append(hub)
    await until(lambda: all(reader.read == [25] for reader in readers))
    assert ledger.loads - loads == 1
    assert hub.counters.executions - executions == 1


async def test_without_a_hint_the_poll_wakes_the_log_and_a_quiet_poll_loads_nothing(hub: Hub, ledger: Ledger) -> None:
    reader = Reader()
    follow(hub, ledger, reader, after="25")
    await until(lambda: bool(reader.frames))
    ledger.append(hub, told=False)
    await hub.poll()
    await until(lambda: reader.read == [25])
    loads = ledger.loads
    await hub.poll()
    await asyncio.sleep(0.05)
    assert ledger.loads == loads


async def test_a_database_that_is_away_costs_lateness_only(hub: Hub, ledger: Ledger) -> None:
    reader = Reader()
    follow(hub, ledger, reader, after="25")
    await until(lambda: bool(reader.frames))
    ledger.failing = True
    loads = ledger.loads
    ledger.append(hub)
    await until(lambda: ledger.loads > loads)
    ledger.failing = False
    await until(lambda: reader.read == [25])


async def test_an_outage_is_logged_once_and_not_by_each_follower(hub: Hub, ledger: Ledger) -> None:
    readers = [Reader() for _ in range(20)]
    for reader in readers:
        follow(hub, ledger, reader, after="25")
    await until(lambda: all(reader.frames for reader in readers))
    with capture_logs() as told:
        for outage in (1, 2):
            ledger.failing = True
            loads = ledger.loads
            ledger.append(hub)
            await until(lambda loads=loads: ledger.loads >= loads + 3)  # tried again and again
            ledger.failing = False
            await until(lambda: all(reader.read == ledger.rows[25:] for reader in readers))
            assert [one["event"] for one in told] == ["page_failed", "pages_again"] * outage


async def test_a_log_without_followers_is_forgotten(hub: Hub, ledger: Ledger) -> None:
    followers = [follow(hub, ledger, Reader()) for _ in range(5)]
    assert hub.watched == 1
    for follower in followers:
        follower.close()
    assert hub.watched == 0
    await until(lambda: len(hub._tasks) == 1)  # the poll's
