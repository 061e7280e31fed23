"""Questions asked by many at once, answered together: a hall that comes back costs a few statements, not a few each."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")
Spawn = Callable[[Coroutine[Any, Any, None]], Any]
MOST = 500  # keys of one batch: far below the 32,766 values of one statement that SQLite takes


class Batched(Generic[K, V]):
    """While one batch is being fetched the next one gathers, each key once. What was committed before a call is in its
    answer: the fetch begins after it. A key that the fetch does not give is answered None."""

    def __init__(self, fetch: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], spawn: Spawn) -> None:
        self._fetch, self._spawn = fetch, spawn
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._running = False

    async def get(self, key: K) -> V | None:
        waiter: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(waiter)
        if not self._running:
            self._running = True
            self._spawn(self._serve())
        return await waiter

    async def _serve(self) -> None:
        try:
            while self._waiting:
                batch = dict(list(self._waiting.items())[:MOST])
                for key in batch:
                    del self._waiting[key]
                await self._answer(batch)
        finally:
            self._running = False

    async def _answer(self, batch: dict[K, list[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except Exception as error:
            for waiters in batch.values():
                for waiter in waiters:
                    if not waiter.done():
                        waiter.set_exception(error)
            return
        for key, waiters in batch.items():
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(found.get(key))


class Coalesced(Generic[T]):
    """One call answers all who asked before it began."""

    def __init__(self, fetch: Callable[[], Awaitable[T]], spawn: Spawn) -> None:
        async def only(_: Sequence[None]) -> Mapping[None, T]:
            return {None: await fetch()}

        self._batched: Batched[None, T] = Batched(only, spawn)

    async def get(self) -> T:
        answer = await self._batched.get(None)
        assert answer is not None
        return answer
