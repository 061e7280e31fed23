"""What can befall two workers, their Redis and their PostgreSQL; each fault is a coroutine that ends with it.

faults = Faults(server, postgres, redis)        # before the workers' first connection
await faults.redis_gone(5)()
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

from services import Postgres, Redis
from watchers import Workers, until

from realtime.backplane import CHANNEL

SOAKING = bool(os.environ.get("LEITAI_SOAK"))
PATH_AGAIN = 20.0  # seconds in which both workers hear each other again: promised is nothing


class Faults:
    def __init__(self, server: Workers, postgres: Postgres, redis: Redis) -> None:
        self.server, self.postgres, self.redis = server, postgres, redis
        self.began = postgres.execute("SELECT now()")

    async def readers_killed(self) -> None:
        with self.redis.client() as client:
            for _ in range(30 if SOAKING else 5):
                await asyncio.to_thread(client.client_kill_filter, _type="pubsub")
                await asyncio.sleep(2)

    def redis_gone(self, seconds: float) -> Callable[[], Awaitable[None]]:
        async def fault() -> None:
            await asyncio.to_thread(self.redis.kill)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.redis.start)

        return fault

    async def flushed(self) -> None:
        await asyncio.to_thread(self.redis.flush)
        await asyncio.sleep(1)

    async def redis_stopped(self) -> None:
        self.redis.pause()
        await asyncio.sleep(20 if SOAKING else 6)
        self.redis.resume()

    async def worker_killed(self) -> None:
        victim = self.server.pids[0]
        os.kill(victim, signal.SIGKILL)
        await until(lambda: victim not in self.server.pids)
        await self.server.metrics()  # another has taken its place

    async def backends_terminated(self) -> None:
        for _ in range(20 if SOAKING else 6):
            await asyncio.to_thread(self.postgres.execute, self._of_the_app("count(pg_terminate_backend(pid))"))
            await asyncio.sleep(0.5)

    def _of_the_app(self, what: str) -> str:
        return (
            f"SELECT {what} FROM pg_stat_activity WHERE backend_type = 'client backend'"
            f" AND datname LIKE 'leitai%' AND backend_start > '{self.began}'"
        )

    def transactions(self) -> int:
        return int(self.postgres.execute(self._of_the_app("count(*)") + " AND state LIKE 'idle in transaction%'"))

    async def both_hear_again(self) -> None:
        """Exactly one reader of each worker: none lost, none left over."""
        with self.redis.client() as client:
            async with asyncio.timeout(PATH_AGAIN):
                while dict(client.pubsub_numsub(CHANNEL)) != {CHANNEL: self.server.count}:
                    await asyncio.sleep(0.05)
