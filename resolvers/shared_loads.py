"""Loads of large things, shared by those who ask while one waits, and few at a time.

Promises: what one gets was loaded after one asked, so that it holds one's own changes; at most `MOST` loads hold a
connection at a time, so that sign-in and awards find one; a hundred who ask for one board cost two loads of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

MOST = 4  # of the pool's ten connections


class SharedLoads:
    """Of one event loop."""

    def __init__(self, most: int = MOST) -> None:
        self._free = asyncio.Semaphore(most)
        self._waiting: dict[Hashable, asyncio.Task[Any]] = {}  # those that have not begun
        self._under_way: dict[Hashable, asyncio.Lock] = {}

    async def load(self, key: Hashable, find: Callable[[], Awaitable[T]]) -> T:
        """One load of each key runs at a time; who comes meanwhile shares the next."""
        task = self._waiting.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._next(key, find))
            self._waiting[key] = task
            task.add_done_callback(_heard)
        return await asyncio.shield(task)

    async def _next(self, key: Hashable, find: Callable[[], Awaitable[T]]) -> T:
        lock = self._under_way.setdefault(key, asyncio.Lock())
        try:
            async with lock, self._free:
                del self._waiting[key]
                return await find()
        finally:
            if key not in self._waiting and not lock.locked():
                self._under_way.pop(key, None)


def _heard(task: asyncio.Task[Any]) -> None:
    """An error that nobody waits for any more is no news."""
    if not task.cancelled():
        task.exception()


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, SharedLoads] = WeakKeyDictionary()


def shared() -> SharedLoads:
    """Those of this process; each event loop has its own."""
    return _of_loops.setdefault(asyncio.get_running_loop(), SharedLoads())
