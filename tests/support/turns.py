"""How long a piece of work keeps the loop from everybody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")

TRIES = 5  # of which the best counts: whatever else the machine does makes a turn longer, and none shorter


class Turns:
    """Seconds of the block, and the longest for which nobody else had a turn."""

    longest = 0.0
    all = 0.0

    async def __aenter__(self) -> Turns:
        self._begun = perf_counter()
        self._task = asyncio.create_task(self._take())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.all = perf_counter() - self._begun
        await asyncio.sleep(0)
        self._task.cancel()

    async def _take(self) -> None:
        before = perf_counter()
        while True:
            await asyncio.sleep(0)
            now = perf_counter()
            self.longest, before = max(self.longest, now - before), now


async def longest_share(work: Callable[[], Awaitable[T]]) -> tuple[T, float]:
    """What the work gives, and which part of its time the longest turn takes."""
    found: T | None = None
    shares: list[float] = []
    for _ in range(TRIES):
        async with Turns() as turns:
            found = await work()
        shares.append(turns.longest / turns.all)
    assert found is not None
    return found, min(shares)
