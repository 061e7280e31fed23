"""What /metrics and /readyz say of a server: how it shares, how late it is, and when it can't serve."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from halls import Hall, Socket, until
from services import Postgres

from app.live import event_loop_lag

LOG = "subscription ($at: ID!) { pointsAwarded(organizationId: $at) { cursor } }"
ALONE = """subscription ($at: ID!) {
    leaderboardUpdated(input: {organizationId: $at}, maxPerSecond: 20) { version standing { points } } }"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("outside"))
    try:
        yield made
        assert " at=[" not in made.server.log
    finally:
        made.close()


async def ready(hall: Hall) -> tuple[int, dict[str, object]]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.get(f"{hall.server.url}/readyz")
    return answer.status_code, answer.json()


@asynccontextmanager
async def screens(hall: Hall, count: int) -> AsyncGenerator[list[Socket]]:
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(hall.screen(hall.zhao)) for _ in range(count)]
        for screen in found:
            await screen.hears("next", "1")
        yield found


async def test_what_is_open_is_counted_by_field_and_gone_when_it_is_over(hall: Hall) -> None:
    async with screens(hall, 2) as [one, other]:
        await one.subscribe("log", LOG, at=hall.root)
        await one.hears("next", "log")
        assert await hall.metric('leitai_subscriptions{field="leaderboardUpdated"}') == 2
        assert await hall.metric('leitai_subscriptions{field="pointsAwarded"}') == 1
        assert await hall.metric("leitai_documents_followed") == 2
        assert await hall.metric("leitai_hint_path_up") == 1
        await other.complete("1")
        await hall.settles(**{'subscriptions{field="leaderboardUpdated"}': 1})
    await hall.settles(sockets=0, documents_followed=0)


async def test_sharing_shows_and_so_does_what_is_not_shared(hall: Hall) -> None:
    names = ("executions_total", "shared_executions_total", "frames_total", "board_loads_total")
    async with screens(hall, 6) as found:
        before = {name: await hall.metric(f"leitai_{name}") for name in names}
        for _ in range(3):
            await hall.award()
            for screen in found:
                await screen.hears("next", "1")
        seen = {name: await hall.metric(f"leitai_{name}") - before[name] for name in names}
        assert seen == {"executions_total": 3, "shared_executions_total": 3, "frames_total": 18, "board_loads_total": 3}
        alone = await hall.metric("leitai_shared_executions_total"), await hall.metric("leitai_executions_total")
        await found[0].subscribe("2", ALONE, at=hall.root)
        await found[0].hears("next", "2")
        now = await hall.metric("leitai_shared_executions_total"), await hall.metric("leitai_executions_total")
        assert (now[0] - alone[0], now[1] - alone[1]) == (0, 1)
        expected = await hall.metric("leitai_frames_total") / await hall.metric("leitai_executions_total")
        assert await hall.metric("leitai_frames_per_execution") == pytest.approx(expected)


async def test_from_the_commit_to_the_last_socket_is_measured_once_a_change(hall: Hall) -> None:
    name = 'leitai_last_socket_seconds_{}{{since="commit"}}'
    async with screens(hall, 3) as found:
        before, total = [await hall.metric(name.format(part)) for part in ("count", "sum")]
        began = time.monotonic()
        for _ in range(4):
            await hall.award()
            for screen in found:
                await screen.hears("next", "1")
        took = time.monotonic() - began
        assert await hall.metric(name.format("count")) - before == 4
        assert 0 < await hall.metric(name.format("sum")) - total < took
        bucket = 'leitai_last_socket_seconds_bucket{le="+Inf",since="commit"}'
        assert await hall.metric(bucket) == await hall.metric(name.format("count"))


async def test_a_loop_that_stood_still_is_not_ready_for_a_while(hall: Hall) -> None:
    assert await ready(hall) == (200, {"ready": True, "database": "ok"})
    stalls = await hall.metric("leitai_loop_stalls_total")
    os.kill(hall.server.pid, signal.SIGSTOP)
    try:
        asked = asyncio.create_task(ready(hall))
        await asyncio.sleep(event_loop_lag.STALL + 0.5)
    finally:
        os.kill(hall.server.pid, signal.SIGCONT)
    status, said = await asked  # waited for the loop, and is told why
    went_on = time.monotonic()
    assert (status, said["ready"]) == (503, False)
    assert str(said["loop"]).startswith("stalled for 2.")
    assert await hall.metric("leitai_loop_stalls_total") == stalls + 1
    assert await hall.metric('leitai_garbage_longest_seconds{generation="2"}') < event_loop_lag.STALL  # it was not that
    assert await hall.metric("leitai_loop_lag_seconds") > event_loop_lag.STALL

    async def recovered() -> bool:
        return (await ready(hall))[0] == 200

    await until(recovered)
    assert time.monotonic() - went_on > event_loop_lag.UNREADY - 1
    assert await hall.metric("leitai_loop_lag_seconds") < event_loop_lag.STALL


async def test_a_database_that_does_not_answer_is_not_ready_until_it_does(postgres_server: Postgres) -> None:
    postgres_server.start()
    url = postgres_server.create_database()
    hall = await asyncio.to_thread(lambda: Hall(database=url))
    try:
        assert (await ready(hall))[0] == 200
        postgres_server.stop()
        status, said = await ready(hall)
        assert (status, said["ready"]) == (503, False)
        assert said["database"]
        postgres_server.start()

        async def recovered() -> bool:
            return (await ready(hall))[0] == 200

        await until(recovered)
    finally:
        hall.close()
        postgres_server.drop_database(url)
