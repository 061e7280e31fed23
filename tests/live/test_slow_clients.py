"""Nothing a client does harms another: not stopping to read, not flooding, not vanishing. And a server that stops."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing

import pytest
from halls import BOARD, PATIENCE, Hall, Socket
from stuck import flood, screens_apart, stuck, vanish

from benchmarks.wire import PING, TEXT, masked

GONE = 30.0  # seconds in which a socket that takes nothing has to be gone
DELAY = 2.0  # seconds: far above what a change takes, far below what a slow client would cost
STALL = 0.25  # seconds for which nothing may hold the loop
GROWTH = 40.0  # MiB
# A large frame: the buffers of a client that does not read are full within a few.
ROWS = "rows(first: 50) { id points score subject { __typename ... on Member { id displayName organization { id } } } }"
WIDE = f"""subscription ($at: ID!) {{ leaderboardUpdated(input: {{organizationId: $at}}, maxPerSecond: 20) {{
  version {" ".join(f"rows{number}: {ROWS}" for number in range(20))} }} }}"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("slow"), LEITAI_SOCKETS_PER_TOKEN="500")
    try:
        yield made
        assert " at=[" not in made.server.log
        assert "[error" not in made.server.log
    finally:
        made.close()


@asynccontextmanager
async def readers(hall: Hall, count: int) -> AsyncGenerator[list[Socket]]:
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(hall.screen(hall.zhao)) for _ in range(count)]
        for screen in found:
            await screen.hears("next", "1")
        yield found


async def shown_everywhere(hall: Hall, screens: list[Socket]) -> float:
    """One change, and the seconds until the last of the screens shows it."""
    board = """query ($at: ID!) { leaderboard(input: {organizationId: $at}) { version } }"""
    await hall.award()
    began = time.monotonic()
    version = int((await hall.ask(hall.zhao, board, at=hall.root))["version"])
    for screen in screens:
        await screen.board(lambda board: int(board["version"]) >= version)
    return time.monotonic() - began


async def test_who_does_not_read_delays_nobody_and_is_gone_within_half_a_minute(hall: Hall) -> None:
    leaving = hall.people[0]
    async with readers(hall, 5) as screens, hall.screen(leaving) as theirs:
        process = await asyncio.to_thread(screens_apart, hall, hall.li, WIDE, 10)
        sockets = [await asyncio.to_thread(stuck, hall, hall.li, WIDE, 8) for _ in range(15)]
        sockets.append(await asyncio.to_thread(stuck, hall, leaving, WIDE, 8))
        await hall.settles(sockets=32)
        before, aborted = hall.memory, await hall.metric("leitai_aborted_sockets_total")
        os.kill(process.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        try:
            for _ in range(15):  # buffers are full after these
                assert await shown_everywhere(hall, screens) < DELAY
            await hall.ask(leaving, "mutation { signOut { __typename } }")  # one of its sockets takes no close
            assert (await theirs.closed(seconds=6))[0] == 4403

            while await hall.metric("leitai_sockets") > len(screens):
                assert time.monotonic() - stopped < GONE
                assert await shown_everywhere(hall, screens) < DELAY
                assert hall.memory - before < GROWTH
            assert await hall.metric("leitai_aborted_sockets_total") - aborted == 26
            assert await hall.metric("leitai_conflated_frames_total") > 0
        finally:
            process.kill()
            process.communicate()
            for one in sockets:
                one.close()
    await hall.settles(sockets=0, boards_watched=0)


FLOODS = {
    "ping": masked(TEXT, b'{"type":"ping"}'),
    "websocket's ping": masked(PING, b""),
    "subscribe and complete": masked(TEXT, b'{"type":"subscribe","id":"a","payload":{"query":"{ no }"}}')
    + masked(TEXT, b'{"type":"complete","id":"a"}'),
}


@pytest.mark.parametrize("frame", FLOODS.values(), ids=FLOODS)
async def test_a_flood_takes_its_own_turn_only(hall: Hall, frame: bytes) -> None:
    async with readers(hall, 5) as screens:
        before = hall.memory
        floods = [await asyncio.to_thread(flood, hall, hall.li, frame) for _ in range(3)]
        try:
            waits: list[float] = []
            for _ in range(10):
                assert await shown_everywhere(hall, screens) < DELAY
                began = time.monotonic()
                await screens[0].ping()
                waits.append(time.monotonic() - began)
            assert sorted(waits)[5] < STALL, waits
            assert hall.memory - before < GROWTH
        finally:
            for one in floods:
                one.kill()
                one.communicate()
    await hall.settles(sockets=0, boards_watched=0)


async def test_operations_begun_and_completed_by_the_ten_thousand_leave_nothing(
    hall: Hall, scaled: Callable[[int], int]
) -> None:
    async with hall.screen(hall.li, "0") as screen:
        for number in range(scaled(100_000)):
            await screen.subscribe("1", (BOARD, WIDE, "subscription { no }")[number % 3], at=hall.root)
            await screen.complete("1")
            if number % 500 == 0:  # whoever takes nothing for 20 s is aborted
                await screen.ping()
        await screen.ping()
        await screen.complete("0")
        await hall.settles(sockets=1, boards_watched=0)
        await hall.award()
        assert await screen.ping() == []
        await screen.subscribe("1", at=hall.root)
        await screen.hears("next", "1")


async def test_screens_that_vanish_by_the_hundred_leave_nothing(hall: Hall) -> None:
    async with readers(hall, 3) as screens:
        for round_ in range(3):
            made = [await asyncio.to_thread(stuck, hall, hall.li, WIDE, 3) for _ in range(100)]
            if round_:
                await hall.award()
            for one in made:  # in the middle of whatever they were doing
                vanish(one)
            assert await shown_everywhere(hall, screens) < DELAY
        await hall.settles(sockets=3, boards_watched=1)
    await hall.settles(sockets=0, boards_watched=0)


# ---------------------------------------------------------------- a server that stops


async def test_a_server_that_stops_says_so_to_one_after_another_and_finishes_what_it_began(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    hall = await asyncio.to_thread(Hall, tmp_path_factory.mktemp("stopping"), LEITAI_SOCKETS_PER_TOKEN="500")
    file = hall.database.removeprefix("sqlite://")
    entries = "SELECT COUNT(*) FROM points_entries"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        [before] = database.execute(entries).fetchone()
        async with readers(hall, 300) as screens:  # 1.5 s of them: more than a busy machine looks away
            unread = await asyncio.to_thread(stuck, hall, hall.li, WIDE, 8)
            database.execute("BEGIN IMMEDIATE")  # so that the award is under way for as long as this takes
            awarding = asyncio.create_task(hall.award())
            await asyncio.sleep(0.5)
            os.kill(hall.server.pid, signal.SIGTERM)
            began = time.monotonic()
            ends: list[float] = []

            async def ended(screen: Socket) -> None:
                assert (await screen.closed())[0] == 1012
                ends.append(time.monotonic() - began)

            await asyncio.gather(*map(ended, screens))
            assert max(ends) - min(ends) > 0.2  # 200 a second
            assert max(ends) < 5
            assert not awarding.done()
            database.execute("ROLLBACK")
            await awarding
            unread.close()
        assert await asyncio.to_thread(hall.server.wait, PATIENCE) in (0, -signal.SIGTERM)
        assert database.execute(entries).fetchone() == (before + 1,)
    assert " at=[" not in hall.server.log
    hall.close()
