"""Logs: every entry once, in order, from a cursor on. Nothing is skipped for a slow reader; it is waited for, alone.

Followers at the same place share one load and one execution of the page that lies before them: at the live end, all do.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog

from realtime import frames
from realtime.frames import Payload
from realtime.groups import RETRY, Execute
from realtime.live_counts import ChangeNotice, Counters

log = structlog.get_logger("leitai.logs")
T = TypeVar("T")
PAGES_KEPT = 32  # loaded or executed pages of one log; followers that replay meet at few places


@dataclass(frozen=True, slots=True)
class LogPage:
    """A stretch of a log. cursor: continues it, also when it is empty. more: whether another follows at once."""

    cursor: str
    value: Any
    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class LogSource:
    """What a log subscription opens. key: log and view. after: where this follower begins; None: at the beginning."""

    key: Hashable
    topics: frozenset[str]
    load: Callable[[str | None], Awaitable[LogPage]]
    after: str | None


class LogReceiver(Protocol):
    """cursor: the place after what was delivered last; None before the first frame."""

    cursor: str | None

    async def deliver(self, cursor: str, payload: Payload) -> bool:
        """Wait until the socket takes it. False: it is gone."""
        ...


class LogHub(Protocol):
    counters: Counters

    def spawn(self, coroutine: Any) -> asyncio.Task[None]: ...

    def forget(self, board: Any) -> None: ...


class Log:
    """A followed log: hints wake its followers."""

    def __init__(self, hub: LogHub, source: LogSource) -> None:
        self.hub = hub
        self.key = source.key
        self.topics = source.topics
        self.closed = False
        self.followers: set[Follower] = set()
        self.generation = 0
        self.version = -1
        self._failing = False
        self._load = source.load
        self._pages: OrderedDict[Hashable, asyncio.Future[LogPage]] = OrderedDict()
        self._frames: OrderedDict[Hashable, asyncio.Future[Payload]] = OrderedDict()

    def hint(self, version: int, told: ChangeNotice | None = None) -> None:
        if version > self.version:
            self.version = version
            self.reload_soon()

    def found(self, version: int) -> None:
        """What the database says: the truth, whatever a hint claimed."""
        if version != self.version:
            self.version = version
            self.reload_soon()

    def reload_soon(self) -> None:
        self.generation += 1
        for follower in self.followers:
            follower.wake.set()

    def close(self) -> None:
        self.closed = True
        self.hub.forget(self)
        self.reload_soon()

    def drop(self, follower: "Follower") -> None:
        self.followers.discard(follower)
        if not self.followers and not self.closed:
            self.close()

    def failed(self, error: Exception) -> None:
        """Logged once until it goes well again: all followers meet the same outage, every second."""
        if not self._failing:
            log.error("page_failed", log=str(self.key), exc_info=error)
        self._failing = True

    def went_well(self) -> None:
        if self._failing:
            log.info("pages_again", log=str(self.key))
        self._failing = False

    async def page(self, after: str | None, generation: int) -> LogPage:
        async def load() -> LogPage:
            self.hub.counters.loads += 1
            return await self._load(after)

        return await _shared(self._pages, (after, generation), load)

    async def frame(
        self, group: Hashable, after: str | None, generation: int, execute: Execute, page: LogPage, shared: bool
    ) -> Payload:
        async def encode() -> Payload:
            self.hub.counters.executions += 1
            self.hub.counters.shared_executions += shared
            return frames.encode(await execute(page.value))

        return await _shared(self._frames, (group, after, generation), encode)


async def _shared(kept: OrderedDict[Hashable, asyncio.Future[T]], key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
    """What `make` gives, made once for all who ask for the key while it is kept. A failure is not kept."""
    found = kept.get(key)
    if found is not None:
        return await asyncio.shield(found)
    made: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    kept[key] = made
    while len(kept) > PAGES_KEPT:
        kept.popitem(last=False)
    try:
        made.set_result(await make())
    except Exception as error:
        kept.pop(key, None)
        made.set_exception(error)
    return await made


class Follower:
    """One subscriber of a log, in a task of its own."""

    def __init__(
        self, log: Log, source: LogSource, group: Hashable, execute: Execute, shared: bool, receiver: LogReceiver
    ) -> None:
        self._log = log
        self._shared = shared
        self._group = group
        self._execute = execute
        self._receiver = receiver
        self._after = receiver.cursor or source.after
        self._open = True
        self.wake = asyncio.Event()
        log.followers.add(self)
        log.hub.spawn(self._run())

    def close(self) -> None:
        if self._open:
            self._open = False
            self._log.drop(self)
            self.wake.set()

    async def _run(self) -> None:
        first = self._receiver.cursor is None
        while self._open and not self._log.closed:
            self.wake.clear()
            generation = self._log.generation
            try:
                page = await self._log.page(self._after, generation)
                payload = Payload()
                if page.count or first:
                    payload = await self._log.frame(
                        self._group, self._after, generation, self._execute, page, self._shared
                    )
            except Exception as error:
                self._log.failed(error)
                await asyncio.sleep(RETRY)
                continue
            self._log.went_well()
            if not self._open:
                return
            if payload and not await self._receiver.deliver(page.cursor, payload):
                return
            first = False
            self._after = page.cursor
            if not page.more:
                await self.wake.wait()
