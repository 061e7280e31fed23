"""Boards made of nothing but a number, and screens that keep what they are shown."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Hashable, Sequence

from realtime.boards import Source, State
from realtime.hints import Hint
from realtime.hub import Hub, Subscription

ODD, EVEN = "odd", "even"


async def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.002)


class Truth:
    """The database: a version for each board."""

    def __init__(self) -> None:
        self.version = {ODD: 1, EVEN: 1}
        self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.failing = False
        self.asked = self.waiting = 0  # for versions; those whose answer is on its way
        self.answers = asyncio.Event()
        self.answers.set()

    async def versions(self, keys: Sequence[Hashable]) -> dict[Hashable, int]:
        self.asked += 1
        self.waiting += 1
        found = {key: self.version[str(key)] for key in keys if str(key) in self.version}
        await self.answers.wait()
        self.waiting -= 1
        return found

    def source(self, key: str) -> Source:
        async def load() -> State | None:
            self.loads += 1
            if self.failing:
                raise ConnectionError("the database is away")
            version = self.version.get(key)
            await self.gate.wait()
            return None if version is None else State(version, frozenset({f"o:{key}"}), version)

        return Source(key, frozenset({f"o:{key}"}), load)


class Screen:
    def __init__(self) -> None:
        self.version = -1
        self.frames: list[int] = []
        self.refusal: str | None = None
        self.ended = False

    def give(self, version: int, payload: bytes) -> None:
        assert json.loads(payload[:-1]) == {"data": version}
        self.version = version
        self.frames.append(version)

    def end(self, refusal: str | None) -> None:
        self.ended, self.refusal = True, refusal


async def execute(value: object) -> object:
    return {"data": value}


def change(hub: Hub, truth: Truth, key: str = ODD) -> None:
    truth.version[key] += 1
    hub.on_hint(Hint.of({f"o:{key}"}, truth.version[key]))


Watch = Callable[..., Awaitable[tuple[Screen, Subscription]]]
