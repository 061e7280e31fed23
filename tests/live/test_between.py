"""What comes between the steps of another: somebody leaves, joins or asks while a board loads or its frame is given."""

import asyncio

from truth import EVEN, ODD, Screen, Truth, Watch, change, execute, until

from realtime.hints import EVERYTHING, Hint
from realtime.hub import Hub


async def test_a_board_that_is_left_while_it_loads_is_forgotten_for_good(hub: Hub, truth: Truth, watch: Watch) -> None:
    for loads in (2, 4, 6):
        _, place = await watch()
        truth.gate.clear()
        change(hub, truth)
        await until(lambda loads=loads: truth.loads == loads)
        place.close()
        truth.gate.set()
        await until(lambda: len(hub._tasks) == 1)  # the poll's
    assert (hub.watched, hub.listening) == (0, 0)


async def test_who_waits_for_a_board_that_is_closed_is_answered(hub: Hub, truth: Truth) -> None:
    truth.gate.clear()
    joining = asyncio.ensure_future(hub.subscribe(truth.source(ODD), "g", execute, True, Screen(), 20.0))
    await until(lambda: truth.loads == 1)
    stopping = asyncio.ensure_future(hub.stop())
    await asyncio.sleep(0.01)
    truth.gate.set()
    async with asyncio.timeout(5):
        [answer] = await asyncio.gather(joining, return_exceptions=True)
        await stopping
    assert isinstance(answer, ConnectionAbortedError)  # which is no word on whether the board exists


async def test_a_frame_is_given_with_the_version_that_it_was_made_of(hub: Hub, truth: Truth, watch: Watch) -> None:
    """The fast ones are so many that others get their turn meanwhile: somebody joins, and brings the next state. The
    slow one is told after them, and of a frame that is no longer the newest."""
    joined: list[Screen] = []

    class First(Screen):
        def give(self, version: int, payload: bytes) -> None:
            super().give(version, payload)
            if version == 2:
                truth.version[ODD] = 3  # no hint tells of it
                joining.append(asyncio.ensure_future(join()))

    async def join() -> None:
        joined.append((await watch())[0])

    joining: list[asyncio.Future[None]] = []
    first = First()
    await hub.subscribe(truth.source(ODD), "g", execute, True, first, 20.0)
    fast = await asyncio.gather(*(watch() for _ in range(5_000)))
    slow, _ = await watch(rate=5.0)
    await asyncio.sleep(0.25)  # its pace
    change(hub, truth)
    await until(lambda: bool(joined) and all(screen.version == 3 for screen in (first, fast[-1][0], *joined)))
    await until(lambda: slow.version == 3)
    assert slow.frames == [1, 2, 3]


async def test_a_gap_in_the_path_loads_only_what_moved(hub: Hub, truth: Truth, watch: Watch) -> None:
    (odd, _), (even, _) = await watch(ODD), await watch(EVEN)
    truth.loads = truth.asked = 0
    for _ in range(10):
        hub.on_hint(Hint.of({EVERYTHING}, 0))
    await until(lambda: truth.asked > 0)
    await asyncio.sleep(0.05)
    assert truth.loads == 0
    assert truth.asked <= 2  # for all ten, and one that was due
    truth.version[ODD] = 2
    hub.on_hint(Hint.of({EVERYTHING}, 0))
    await until(lambda: odd.version == 2)
    assert truth.loads == 1
    assert even.frames == [1]


async def test_a_gap_while_a_poll_asks_is_followed_by_another(hub: Hub, truth: Truth, watch: Watch) -> None:
    screen, _ = await watch()
    truth.answers.clear()
    hub.on_hint(Hint.of({EVERYTHING}, 0))
    await until(lambda: truth.waiting == 1)
    truth.version[ODD] = 2  # after the database was read
    hub.on_hint(Hint.of({EVERYTHING}, 0))
    truth.answers.set()
    async with asyncio.timeout(1):  # before the next poll of its own
        await until(lambda: screen.version == 2)
