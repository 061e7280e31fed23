"""Whether the event loop turns. Everything here lives on one loop: while it stalls no socket is served and no answer
given, so that whoever balances load should send new work elsewhere for a while."""

import asyncio
import contextlib
import time
from collections import deque

BEAT = 0.1  # seconds
STALL = 2.0  # seconds late: far above a garbage collection, or the largest board at the busiest moment
UNREADY = 5.0  # seconds after a stall in which this process asks to be left alone


class Pulse:
    """lag: how late the loop was, at worst, within the last UNREADY seconds."""

    def __init__(self) -> None:
        self.stalls = 0
        self._late: deque[tuple[float, float]] = deque()  # when, and how late; the worst first
        self._next = time.monotonic() + BEAT

    async def watch(self, stopping: asyncio.Event) -> None:
        self._next = time.monotonic() + BEAT
        while not stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), max(0.0, self._next - time.monotonic()))
            self._beat(time.monotonic())

    def _beat(self, now: float) -> None:
        late = max(0.0, now - self._next)
        self.stalls += late > STALL
        while self._late and self._late[-1][1] <= late:
            self._late.pop()
        self._late.append((now, late))
        self._next = now + BEAT

    @property
    def lag(self) -> float:
        now = time.monotonic()
        while self._late and now - self._late[0][0] > UNREADY:
            self._late.popleft()
        worst = self._late[0][1] if self._late else 0.0
        return max(worst, now - self._next)  # a beat that is due counts too: this may run before it does

    @property
    def steady(self) -> bool:
        return self.lag <= STALL
