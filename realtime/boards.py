"""Watched boards: each holds its newest state, loads it once per change, and tells its groups.

A group is one normalised operation over one board; its frame is executed and encoded once per change, at the pace of
its fastest waiting subscriber. Groups run in tasks of their own: a slow operation delays nobody else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from realtime import frames

log = structlog.get_logger("leitai.boards")
FLUSH = 200  # sockets written to before other work gets its turn: about 2 ms
RETRY = 1.0  # seconds after a load that failed


@dataclass(frozen=True, slots=True)
class State:
    """A board at one version. value: the root value its operations execute over, with everything they may select."""

    version: int
    topics: frozenset[str]
    value: Any


@dataclass(frozen=True, slots=True)
class Source:
    """What a subscription field opens. key: board and view; equal keys share loads. load: the newest state of one
    moment, None when it is no more. topics: what to listen to before the first load."""

    key: Hashable
    topics: frozenset[str]
    load: Callable[[], Awaitable[State | None]]


@dataclass(slots=True)
class Counters:
    loads: int = 0
    executions: int = 0
    shared_executions: int = 0
    frames: int = 0
    conflated: int = 0


class Receiver(Protocol):
    """One subscriber's end: a slot that holds the newest frame it has not taken."""

    version: int

    def give(self, version: int, payload: bytes) -> None: ...

    def end(self, refusal: str | None) -> None: ...


Execute = Callable[[Any], Awaitable[object]]


@dataclass(slots=True, eq=False)
class PaceClass:
    """Subscribers of one group that want the same rate, told together."""

    interval: float
    receivers: dict[Receiver, None] = field(default_factory=dict[Receiver, None])
    version: int = -1
    next_at: float = 0.0


class Group:
    def __init__(self, board: "Board", execute: Execute, shared: bool) -> None:
        self.board = board
        self.classes: dict[float, PaceClass] = {}
        self.holders = 0  # subscribers, those still joining included
        self.version = -1
        self.payload = b""
        self.frame_version = -1  # at which the payload last became another
        self._execute = execute
        self._shared = shared
        self._wake = asyncio.Event()
        self._running: asyncio.Lock = asyncio.Lock()
        self.task = board.hub.spawn(self._run())

    async def frame(self) -> bytes:
        """The newest state's frame; executed once, whoever asks."""
        async with self._running:
            state = self.board.state
            if state is None:
                raise LookupError("This board is no more.")
            if state.version > self.version:
                counters = self.board.hub.counters
                counters.executions += 1
                counters.shared_executions += self._shared
                payload = frames.encode(await self._execute(state.value))
                self.version = state.version
                if payload != self.payload:  # nobody needs to be told the same again
                    self.payload, self.frame_version = payload, state.version
            return self.payload

    async def add(self, receiver: Receiver, rate: float) -> None:
        """Give the newest frame at once, then follow the rate."""
        payload = await self.frame()
        paced = self.classes.get(rate)
        if paced is None:
            paced = self.classes[rate] = PaceClass(1 / rate, version=self.version)
            paced.next_at = asyncio.get_running_loop().time() + paced.interval
        paced.receivers[receiver] = None
        receiver.give(self.frame_version, payload)
        self.wake()

    def remove(self, receiver: Receiver) -> None:
        for rate, paced in list(self.classes.items()):
            paced.receivers.pop(receiver, None)
            if not paced.receivers:
                del self.classes[rate]
        self.wake()

    def receivers(self) -> list[Receiver]:
        return [receiver for paced in self.classes.values() for receiver in paced.receivers]

    def wake(self) -> None:
        self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None
        while not self.board.closed and self.board.groups.get(self.board.key_of(self)) is self:
            await self._wake.wait()
            self._wake.clear()
            if timer is not None:
                timer.cancel()
                timer = None
            state = self.board.state
            if state is None:
                continue
            waiting = [paced for paced in self.classes.values() if paced.version < state.version]
            due = [paced for paced in waiting if paced.next_at <= loop.time()]
            if due:
                try:
                    payload = await self.frame()
                except Exception as error:
                    log.error("execution_failed", error=type(error).__name__, exc_info=error)
                    timer = loop.call_later(RETRY, self.wake)
                    continue
                for paced in due:
                    await self._flush(paced, payload, self.frame_version)
                self.wake()  # the others' timers, and what came meanwhile
            elif waiting:
                timer = loop.call_at(min(paced.next_at for paced in waiting), self.wake)
        if timer is not None:
            timer.cancel()

    async def _flush(self, paced: PaceClass, payload: bytes, version: int) -> None:
        paced.next_at = asyncio.get_running_loop().time() + paced.interval
        paced.version = self.version
        for count, receiver in enumerate(list(paced.receivers), start=1):
            if receiver.version < version:
                try:
                    receiver.give(version, payload)
                except Exception as error:  # whatever is wrong with one, the others get their frame
                    log.error("frame_not_given", error=type(error).__name__, exc_info=error)
            if count % FLUSH == 0:
                await asyncio.sleep(0)


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
        self._waiters: list[asyncio.Future[None]] = []
        self.task = hub.spawn(self._run())

    def key_of(self, group: Group) -> Hashable:
        return self._keys.get(group)

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
        if not self.groups:
            self.close()

    def close(self) -> None:
        self.closed = True
        self.hub.forget(self)
        self._wake.set()
        for group in self.groups.values():
            group.wake()

    def hint(self, version: int) -> None:
        if self._loading:  # whether the load under way shows it already, its version will tell
            self._hinted = max(self._hinted, version)
        elif self.state is None or version > self.state.version:
            self.reload_soon()

    def reload_soon(self) -> None:
        self._stale = True
        self._wake.set()

    async def reloaded(self) -> None:
        """Wait for a load that begins after this call; at once, whatever the pace."""
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
            try:
                self.hub.counters.loads += 1
                state = await self._load()
            except Exception as error:
                log.error("load_failed", board=str(self.key), error=type(error).__name__, exc_info=error)
                self._fail(waiters, error)
                self._stale = True
                timer = loop.call_later(RETRY, self._wake.set)
                continue
            finally:
                self._loading = False
            self._take(state)
            if self.state is not None and self._hinted > self.state.version:
                self.reload_soon()
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
        if timer is not None:
            timer.cancel()
        self._fail(self._waiters, ConnectionAbortedError("the board was closed"))

    @staticmethod
    def _fail(waiters: list[asyncio.Future[None]], error: Exception) -> None:
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)

    def _take(self, state: State | None) -> None:
        if state is None:
            self.state = None
            for group in list(self.groups.values()):
                for receiver in group.receivers():
                    receiver.end("This board is no more.")
            return
        if self.state is None or state.version > self.state.version:
            self.state = state
            self.hub.listen(self, state.topics)
            for group in self.groups.values():
                group.wake()


class HubLike(Protocol):
    counters: Counters

    def spawn(self, coroutine: Any) -> asyncio.Task[None]: ...

    def forget(self, board: Board) -> None: ...

    def listen(self, board: Board, topics: frozenset[str]) -> None: ...
