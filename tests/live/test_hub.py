"""The live engine over boards made of nothing but a number: what is loaded when, and who is told what."""

import asyncio
import time

import pytest
from structlog.testing import capture_logs
from truth import EVEN, ODD, Truth, Watch, change, until

from realtime import frame_rates
from realtime.hints import Hint
from realtime.hub import Hub


async def test_the_first_frame_is_the_state_as_it_stands(hub: Hub, truth: Truth, watch: Watch) -> None:
    first, _ = await watch()
    assert first.frames == [1]
    truth.version[ODD] = 7  # committed, and no hint told of it
    second, _ = await watch()
    assert second.frames == [7]
    await until(lambda: first.frames == [1, 7])


async def test_a_thousand_screens_cost_one_load_and_one_execution_a_change(
    hub: Hub, truth: Truth, watch: Watch
) -> None:
    screens = [(await watch())[0] for _ in range(1000)]
    assert hub.counters.executions == 1
    loads = truth.loads
    for _ in range(5):
        change(hub, truth)
        await until(lambda: all(screen.version == truth.version[ODD] for screen in screens))
    assert truth.loads == loads + 5
    assert hub.counters.executions == 6


async def test_what_comes_while_a_board_loads_is_loaded_too(hub: Hub, truth: Truth, watch: Watch) -> None:
    screen, _ = await watch()
    truth.gate.clear()
    change(hub, truth)
    await until(lambda: truth.loads == 2)
    change(hub, truth)  # after that load has read the database
    truth.gate.set()
    await until(lambda: screen.version == 3)


async def test_a_change_told_twice_while_it_is_loaded_is_loaded_once(hub: Hub, truth: Truth, watch: Watch) -> None:
    screen, _ = await watch()
    truth.gate.clear()
    truth.version[ODD] = 2
    await hub.poll()  # which sees it before its hint comes
    await until(lambda: truth.loads == 2)
    hub.on_hint(Hint.of({f"o:{ODD}"}, 2))
    truth.gate.set()
    await until(lambda: screen.version == 2)
    change(hub, truth)  # the next one is the third load, not the fourth
    await until(lambda: screen.version == 3)
    assert truth.loads == 3


async def test_many_changes_at_once_are_conflated(hub: Hub, truth: Truth, watch: Watch) -> None:
    screen, _ = await watch(rate=5.0)
    for _ in range(500):
        change(hub, truth)
        await asyncio.sleep(0)
    await until(lambda: screen.version == 501)
    assert len(screen.frames) <= 3
    assert screen.frames == sorted(set(screen.frames))


async def test_a_slow_rate_skips_what_a_fast_one_sees(hub: Hub, truth: Truth, watch: Watch) -> None:
    fast, _ = await watch(rate=20.0)
    slow, _ = await watch(rate=1.0)
    for _ in range(4):
        change(hub, truth)
        await until(lambda: fast.version == truth.version[ODD])
    assert len(fast.frames) == 5
    assert slow.version < 5
    await until(lambda: slow.version == 5)
    assert len(slow.frames) == 2
    assert hub.counters.executions == 5


async def test_without_any_hint_the_poll_finds_the_change(hub: Hub, truth: Truth, watch: Watch) -> None:
    screen, _ = await watch()
    truth.version[ODD] = 2
    await hub.poll()
    await until(lambda: screen.version == 2)


async def test_hints_doubled_late_and_of_other_boards_load_nothing(hub: Hub, truth: Truth, watch: Watch) -> None:
    await watch()
    change(hub, truth)
    await until(lambda: truth.loads == 2)
    for version in (1, 2, 2):
        hub.on_hint(Hint.of({f"o:{ODD}"}, version))
    hub.on_hint(Hint.of({f"o:{EVEN}"}, 99))
    await hub.poll()
    await asyncio.sleep(0.1)
    assert truth.loads == 2


async def test_boards_share_nothing(hub: Hub, truth: Truth, watch: Watch) -> None:
    odd, _ = await watch(ODD)
    even, _ = await watch(EVEN)
    change(hub, truth, ODD)
    await until(lambda: odd.version == 2)
    assert even.frames == [1]


async def test_a_board_without_screens_is_forgotten(hub: Hub, truth: Truth, watch: Watch) -> None:
    places = [(await watch(group=f"g{number % 3}"))[1] for number in range(9)]
    assert hub.watched == 1
    for place in places:
        place.close()
        place.close()
    assert hub.watched == 0
    await until(lambda: len(hub._tasks) == 1)  # the poll's


async def test_one_who_joins_while_the_last_leaves_goes_on(hub: Hub, truth: Truth, watch: Watch) -> None:
    _, leaving = await watch()
    truth.gate.clear()
    truth.version[ODD] = 2
    joining = asyncio.ensure_future(watch())
    await until(lambda: truth.loads == 2)
    leaving.close()
    truth.gate.set()
    screen, _ = await joining
    change(hub, truth)
    await until(lambda: screen.version == 3)


async def test_a_board_that_is_no_more_ends_its_streams(hub: Hub, truth: Truth, watch: Watch) -> None:
    screen, _ = await watch()
    del truth.version[ODD]
    await hub.poll()
    await until(lambda: screen.ended)
    assert screen.refusal
    with pytest.raises(LookupError):
        await watch()


async def test_a_database_that_is_away_for_a_moment_costs_lateness_only(hub: Hub, truth: Truth, watch: Watch) -> None:
    """And two lines in the log, however often it was tried."""
    screen, _ = await watch()
    truth.failing = True
    with capture_logs() as log:
        change(hub, truth)
        await until(lambda: truth.loads == 3)
        truth.failing = False
        await until(lambda: screen.version == 2)
    assert [(one["event"], one.get("failures")) for one in log] == [("load_failed", None), ("load_works_again", 2)]


@pytest.mark.parametrize(
    ("wanted", "rate"),
    [(None, 5.0), (5, 5.0), (7, 5.0), (0.3, 0.2), (0.01, 0.05), (-1, 0.05), (1000, 20.0), (float("nan"), 0.05)],
)
def test_rates_are_rounded_down_to_one_of_nine(wanted: float | None, rate: float) -> None:
    assert frame_rates.rounded(wanted, 5.0) == rate


async def test_how_late_the_last_socket_is_counts_from_what_told_of_the_change(
    truth: Truth, hub: Hub, watch: Watch
) -> None:
    late = hub.counters.lateness
    watching = [await watch(group=group, rate=rate) for group in ("g", "h") for rate in (20.0, 10.0)]
    slow, _ = await watch(group="slow", rate=0.05)  # asked to wait, and is not waited for

    async def counted() -> dict[str, int]:
        await until(lambda: all(screen.version == truth.version[ODD] for screen, _ in watching))
        await asyncio.sleep(0.01)
        assert slow.version == 1
        return {how: sum(spread.counts) for how, spread in late.items()}

    truth.version[ODD] = 2
    hub.on_hint(Hint.of({"o:odd"}, 2, committed=time.monotonic() - 1.0))
    assert await counted() == {"commit": 1, "hint": 0, "poll": 0}
    assert 1.0 <= late["commit"].total < 2.0
    truth.version[ODD] = 3
    hub.on_hint(Hint.of({"o:odd"}, 3))
    assert await counted() == {"commit": 1, "hint": 1, "poll": 0}
    truth.version[ODD] = 4
    await hub.poll()
    assert await counted() == {"commit": 1, "hint": 1, "poll": 1}
    hub.on_hint(Hint.of({"o:odd"}, 4))  # old news
    await hub.poll()
    assert await counted() == {"commit": 1, "hint": 1, "poll": 1}
    assert late["hint"].total + late["poll"].total < 2.0


async def test_a_change_that_comes_while_another_is_loaded_counts_by_itself(
    truth: Truth, hub: Hub, watch: Watch
) -> None:
    screen, _ = await watch()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await until(lambda: loop.time() - began > 0.1)  # its pace
    truth.gate.clear()
    truth.version[ODD] = 2
    hub.on_hint(Hint.of({"o:odd"}, 2, committed=time.monotonic() - 3.0))
    await until(lambda: truth.loads == 2)
    truth.version[ODD] = 3
    hub.on_hint(Hint.of({"o:odd"}, 3, committed=time.monotonic()))
    truth.gate.set()
    await until(lambda: screen.version == 3)
    await asyncio.sleep(0.01)
    commit = hub.counters.lateness["commit"]
    assert sum(commit.counts) == 2
    assert 3.0 <= commit.total < 4.0
