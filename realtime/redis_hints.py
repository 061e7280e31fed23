"""Redis as the path between processes: one channel, one supervised reader, and a heartbeat that proves the path.

Promises: publishing never waits longer than `TIMEOUT`; after any gap (a lost connection, a missed heartbeat, an
overfull queue) the versions of all that is watched are asked for at once, and what moved is loaded; a path that is down
shows in `up`, and costs lateness only.
"""

import asyncio
import contextlib
import random
import uuid
from typing import cast

import structlog
from broadcaster import BroadcastBackend, Event
from redis.asyncio import Redis
from redis.exceptions import RedisError

from realtime.hints import EVERYTHING, Hint
from realtime.redis_causes import cause

HEARTBEAT = 5.0  # seconds between heartbeats; one that is missing for twice as long means the path is dead
AGAIN = 1.0  # seconds after a heartbeat that was not sent, or before the path is proven
TIMEOUT = 2.0  # seconds for one command
WAITING = 10_000  # messages not yet read; what overflows is replaced by "look for yourselves"
BACKOFF = (0.1, 5.0)  # seconds, with jitter
log = structlog.get_logger("leitai.redis")


class RedisHints(BroadcastBackend):
    def __init__(self, url: str) -> None:
        self._url, self._tls = url, url.startswith("rediss:")
        self._channel = ""
        self._own = f"heartbeat:{uuid.uuid4().hex}"
        self._queue: asyncio.Queue[Event] = asyncio.Queue(WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._publisher: Redis | None = None
        self._beaten = 0.0
        self._beat_now = asyncio.Event()
        self._not_sent: Exception | None = None  # why the last heartbeat was not
        self.up = False
        self.why = ""  # it is down; empty: nothing is known yet, or it is up

    async def connect(self) -> None:
        self._publisher = self._client()

    def _client(self) -> Redis:
        return Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            self._url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, decode_responses=True
        )

    async def disconnect(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self._publisher is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._publisher.aclose()

    async def subscribe(self, group: str) -> None:
        """The one channel of this process. Returns at once, also while Redis is away."""
        self._channel = group
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._beat())]

    async def unsubscribe(self, group: str) -> None:
        self._channel = ""

    async def publish(self, channel: str, message: str) -> None:
        assert self._publisher is not None
        async with asyncio.timeout(TIMEOUT):
            await self._publisher.publish(channel, message)  # pyright: ignore[reportUnknownMemberType]

    async def next_published(self) -> Event:
        return await self._queue.get()

    # ------------------------------------------------------------ the reader

    async def _read(self) -> None:
        wait = BACKOFF[0]
        while True:
            try:
                await self._follow()
            except Exception as error:  # whatever it is: a reader that ended would never hear again
                self._is_down(cause(self._not_sent or error, tls=self._tls), error)
            self.up = False
            wait = BACKOFF[0] if self._beaten else min(wait * 2, BACKOFF[1])
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))

    def _is_down(self, why: str, error: Exception) -> None:
        """One line for each cause: an outage of an hour has not thousands."""
        if why != self.why:
            self.why = why
            log.warning("path_down", why=f"REDIS_URL: {why}", error=type(error).__name__)

    async def _follow(self) -> None:
        """Until the path breaks."""
        self._beaten = 0.0
        client = self._client()
        try:
            reader = client.pubsub()  # pyright: ignore[reportUnknownMemberType]
            await reader.subscribe(self._channel)  # pyright: ignore[reportUnknownMemberType]
            started = asyncio.get_running_loop().time()
            self._beat_now.set()
            self._put(Hint.of({EVERYTHING}, 0).encode())
            while True:
                message = cast(
                    dict[str, object] | None, await reader.get_message(ignore_subscribe_messages=True, timeout=1.0)
                )
                now = asyncio.get_running_loop().time()
                if now - max(self._beaten, started) > 2 * HEARTBEAT:
                    raise TimeoutError("no heartbeat came back")
                if message is None or message.get("type") != "message":
                    continue
                data = str(message["data"])
                if data == self._own:
                    self._beaten = now
                    if not self.up:
                        self.up = True
                        self.why = ""
                        log.info("path_up")
                elif not data.startswith("heartbeat:"):
                    self._put(data)
        finally:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                await client.aclose()

    def _put(self, data: str) -> None:
        try:
            self._queue.put_nowait(Event(self._channel, data))
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(Event(self._channel, Hint.of({EVERYTHING}, 0).encode()))

    async def _beat(self) -> None:
        """Every few seconds, and as soon as the reader listens: its path is proven at once, or tried again soon."""
        while True:
            self._beat_now.clear()
            wait = AGAIN
            try:
                await self.publish(self._channel, self._own)
                self._not_sent = None
                wait = HEARTBEAT if self.up else AGAIN
            except Exception as error:
                self._not_sent = error
                if not self.up:  # or else the reader misses the heartbeat, and says it
                    self._is_down(cause(error, tls=self._tls), error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._beat_now.wait(), wait)
