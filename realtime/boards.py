"""Watched boards: each holds its newest state, loads it once per change, and tells its groups."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from realtime.delivery_latency import Telling
from realtime.groups import RETRY, Execute, Group, State
from realtime.live_counts import ChangeNotice, Counters

CLOSED = "the board was closed"
log = structlog.get_logger("leitai.boards")


@dataclass(frozen=True, slots=True)
class Source:
    """What a subscription field opens. key: board and view; equal keys share loads. load: the newest state of one
    moment, None when it is no more. topics: what to listen to before the first load."""

    key: Hashable
    topics: frozenset[str]
    load: Callable[[], Awaitable[State | None]]


class Board:
    def __init__(self, hub: "HubLike", source: Source) -> None:
        self.hub = hub
        self.key = source.key
        self.topics = source.topics
        self.state: State | None = None
        self.groups: dict[Hashable, Group] = {}
        self.closed = False
        self._keys: dict[Group, Hashable] = {}
        self._load = source.load
        self._loaded_at = float("-inf")
        self._wake = asyncio.Event()
        self._stale = True
        self._loading = False
        self._hinted = -1  # the newest version that was hinted while loading
        self._told: ChangeNotice | None = None  # the first word of what is not loaded yet
        self.telling = Telling(hub.counters)
        self._waiters: list[asyncio.Future[None]] = []
        self._failures = 0  # loads since one went well
        self.task = hub.spawn(self._run())

    def holds(self, group: Group) -> bool:
        return self.groups.get(self._keys.get(group)) is group

    def group(self, key: Hashable, execute: Execute, shared: bool) -> Group:
        if key not in self.groups:
            made = Group(self, execute, shared)
            self._keys[made] = key
            self.groups[key] = made
        return self.groups[key]

    def drop(self, group: Group) -> None:
        """Forget a group without subscribers, and the board without groups."""
        if group.holders:
            return
        key = self._keys.pop(group, None)
        if key is not None and self.groups.get(key) is group:
            del self.groups[key]
        group.wake()
        self.telling.needs_none(group)
        if not self.groups:
            self.close()

    def close(self) -> None:
        self.closed = True
        self.hub.forget(self)
        self._wake.set()
        for group in self.groups.values():
            group.wake()

    def hint(self, version: int, told: ChangeNotice | None = None) -> None:
        if self._loading:  # whether the load under way shows it already, its version will tell
            self._hinted = max(self._hinted, version)
        elif self.state is None or version > self.state.version:
            self.reload_soon()
        else:
            return
        self._told = self._told or told

    def reload_soon(self) -> None:
        self._stale = True
        self._wake.set()

    async def reloaded(self) -> None:
        """Wait for a load that begins after this call; at once, whatever the pace. ConnectionAbortedError: the board is
        closed, which says nothing of what it shows."""
        if self.closed:
            raise ConnectionAbortedError(CLOSED)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self.reload_soon()
        await waiter

    def interval(self) -> float:
        return min((paced.interval for group in self.groups.values() for paced in group.classes.values()), default=0.0)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None
        while not self.closed:
            await self._wake.wait()
            self._wake.clear()
            if timer is not None:
                timer.cancel()
                timer = None
            if not self._stale or self.closed:
                continue
            due = self._loaded_at + self.interval()
            if not self._waiters and due > loop.time():
                timer = loop.call_at(due, self._wake.set)  # conflation: more changes may come until then
                continue
            self._stale, self._loading, self._hinted = False, True, -1
            self._loaded_at = loop.time()
            waiters, self._waiters = self._waiters, []
            told, self._told = self._told, None
            try:
                self.hub.counters.loads += 1
                state = await self._load()
            except Exception as error:
                self._failures += 1
                if self._failures == 1:  # a hall of boards would write one with each of its attempts
                    log.error("load_failed", board=str(self.key), exc_info=error)
                self._answer(waiters, error)
                self._stale, self._told = True, told or self._told
                timer = loop.call_later(RETRY, self._wake.set)
                continue
            finally:
                self._loading = False
            if self._failures:
                log.info("load_works_again", board=str(self.key), failures=self._failures)
                self._failures = 0
            if state is not None and self._hinted > max(state.version, self.state.version if self.state else -1):
                self.reload_soon()
            else:  # what was told meanwhile is in it
                told, self._told = told or self._told, None
            taken = self._take(state, told)
            self._answer(waiters, None if taken else ConnectionAbortedError(CLOSED))
        if timer is not None:
            timer.cancel()
        self._answer(self._waiters, ConnectionAbortedError(CLOSED))

    @staticmethod
    def _answer(waiters: list[asyncio.Future[None]], error: Exception | None) -> None:
        for waiter in waiters:
            if waiter.done():
                continue
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)

    def _take(self, state: State | None, told: ChangeNotice | None) -> bool:
        """False: the board was closed while it loaded; had it listened again, it would be kept for ever."""
        if self.closed:
            return False
        if state is None:
            self.state = None
            for group in list(self.groups.values()):
                for receiver in group.receivers():
                    receiver.end("This board no longer exists.")
        elif self.state is None or state.version > self.state.version:
            self.state = state
            self.telling.begins(told, self.groups.values())
            self.hub.listen(self, state.topics)
            for group in self.groups.values():
                group.wake()
        return True


class HubLike(Protocol):
    counters: Counters

    def spawn(self, coroutine: Any) -> asyncio.Task[None]: ...

    def forget(self, board: Board) -> None: ...

    def listen(self, board: Board, topics: frozenset[str]) -> None: ...
