"""Hints between processes, through broadcaster. `memory://` in one process; another BroadcastBackend for many.

Publishing never waits: hints queue here, bounded, and a task sends them. A hint that finds the queue full is dropped:
the poll brings what it would have told, and the next hint that gets through tells all to look for themselves.
"""

import asyncio
import contextlib
from collections.abc import Callable

import structlog
from broadcaster import Broadcast

from realtime.hints import EVERYTHING, Hint

CHANNEL = "leitai"
AGAIN = 1.0  # seconds until what is owed to others is tried again
WAITING = 10_000  # hints; a burst above this is told by the poll
log = structlog.get_logger("leitai.backplane")


class Backplane:
    def __init__(self, broadcast: Broadcast, on_hint: Callable[[Hint], None], *, local_first: bool) -> None:
        """local_first: this process's own boards hear of a change at once, also while the path is down."""
        self._broadcast = broadcast
        self._on_hint = on_hint
        self._local_first = local_first
        self._waiting: asyncio.Queue[Hint] = asyncio.Queue(WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._owed = False
        self.dropped = 0

    async def start(self) -> None:
        await self._broadcast.connect()
        listening = asyncio.Event()
        self._tasks = [asyncio.create_task(self._listen(listening)), asyncio.create_task(self._send())]
        await listening.wait()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        with contextlib.suppress(asyncio.CancelledError):
            await self._broadcast.disconnect()

    def publish(self, hint: Hint) -> None:
        if self._local_first:
            self._on_hint(hint)
        try:
            self._waiting.put_nowait(hint)
        except asyncio.QueueFull:
            self.dropped += 1
            self._owed = True

    def _owe(self, hint: Hint) -> None:
        """So that what is owed is sent also where nothing else is."""
        if self._waiting.empty():
            self._waiting.put_nowait(hint)

    async def _send(self) -> None:
        while True:
            hint = await self._waiting.get()
            if self._owed:  # instead of all that could not be sent: look for yourselves
                hint = Hint.of({EVERYTHING}, 0)
            try:
                await self._broadcast.publish(CHANNEL, hint.encode())
                self._owed = False
            except Exception as error:
                self._owed = True
                self.dropped += 1 + self._waiting.qsize()
                while not self._waiting.empty():
                    self._waiting.get_nowait()
                log.debug("hint_not_sent", error=type(error).__name__)
                await asyncio.sleep(AGAIN)
                self._owe(hint)

    async def _listen(self, listening: asyncio.Event) -> None:
        async with self._broadcast.subscribe(CHANNEL) as subscriber:
            listening.set()
            while True:
                event = await subscriber.get()
                try:
                    self._on_hint(Hint.decode(event.message))
                except Exception as error:  # anybody may write to a channel; this task hears for all boards
                    log.warning("hint_not_understood", error=type(error).__name__)
