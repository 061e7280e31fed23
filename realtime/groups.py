"""A group is one normalised operation over one board: its frame is executed and encoded once per change, at the pace of
its fastest waiting subscriber. Groups run in tasks of their own: a slow operation delays nobody else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from realtime import frames
from realtime.delivery_latency import Telling
from realtime.frames import Payload
from realtime.live_counts import Counters

log = structlog.get_logger("leitai.boards")
FLUSH = 200  # sockets written to before other work gets its turn: about 2 ms
PATIENT = 1.0  # seconds between frames; who asks for more is not waited for when it is measured how late a change is
RETRY = 1.0  # seconds after a load, or an execution, that failed


@dataclass(frozen=True, slots=True)
class State:
    """A board at one version. value: the root value its operations execute over, with everything they may select."""

    version: int
    topics: frozenset[str]
    value: Any


class Receiver(Protocol):
    """One subscriber's end: a slot that holds the newest frame it has not taken."""

    version: int

    def give(self, version: int, payload: Payload) -> None: ...

    def end(self, refusal: str | None) -> None: ...


Execute = Callable[[Any], Awaitable[object]]


@dataclass(slots=True, eq=False)
class PaceClass:
    """Subscribers of one group that want the same rate, told together."""

    interval: float
    receivers: dict[Receiver, None] = field(default_factory=dict[Receiver, None])
    version: int = -1
    next_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What a group shows, of one moment: while it is given to many the group goes on. version: of the state that it was
    made of. since: the version at which the payload last became another, which is what receivers are told."""

    version: int
    since: int
    payload: Payload


class Group:
    def __init__(self, board: "Watched", execute: Execute, shared: bool) -> None:
        self.board = board
        self.classes: dict[float, PaceClass] = {}
        self.holders = 0  # subscribers, those still joining included
        self.newest = Frame(-1, -1, Payload())
        self._execute = execute
        self._shared = shared
        self._wake = asyncio.Event()
        self._running: asyncio.Lock = asyncio.Lock()
        self.task = board.hub.spawn(self._run())

    async def frame(self) -> Frame:
        """The newest state's frame; executed once, whoever asks."""
        async with self._running:
            state = self.board.state
            if state is None:
                raise LookupError("This board no longer exists.")
            if state.version > self.newest.version:
                counters = self.board.hub.counters
                counters.executions += 1
                counters.shared_executions += self._shared
                payload = frames.encode(await self._execute(state.value))
                same = payload == self.newest.payload  # nobody needs to be told the same again
                self.newest = Frame(state.version, self.newest.since if same else state.version, payload)
            return self.newest

    async def add(self, receiver: Receiver, rate: float) -> None:
        """Give the newest frame at once, then follow the rate."""
        frame = await self.frame()
        paced = self.classes.get(rate)
        if paced is None:
            paced = self.classes[rate] = PaceClass(1 / rate, version=frame.version)
            paced.next_at = asyncio.get_running_loop().time() + paced.interval
        paced.receivers[receiver] = None
        receiver.give(frame.since, frame.payload)
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
        while not self.board.closed and self.board.holds(self):
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
                    frame = await self.frame()
                except Exception as error:
                    log.error("execution_failed", exc_info=error)
                    timer = loop.call_later(RETRY, self.wake)
                    continue
                for paced in due:
                    await self._flush(paced, frame)
                self.wake()  # the others' timers, and what came meanwhile
            elif waiting:
                timer = loop.call_at(min(paced.next_at for paced in waiting), self.wake)
            if state is self.board.state:
                self._say_who_has_it(state)
        if timer is not None:
            timer.cancel()

    def _say_who_has_it(self, state: State) -> None:
        quick = [paced for paced in self.classes.values() if paced.interval <= PATIENT]
        if all(paced.version >= state.version for paced in quick):
            if quick and self.newest.since == state.version:
                self.board.telling.has(self)
            else:
                self.board.telling.needs_none(self)

    async def _flush(self, paced: PaceClass, frame: Frame) -> None:
        paced.next_at = asyncio.get_running_loop().time() + paced.interval
        paced.version = frame.version
        for count, receiver in enumerate(list(paced.receivers), start=1):
            if receiver.version < frame.since:
                try:
                    receiver.give(frame.since, frame.payload)
                except Exception as error:  # whatever is wrong with one, the others get their frame
                    log.error("frame_not_given", exc_info=error)
            if count % FLUSH == 0:
                await asyncio.sleep(0)


class Engine(Protocol):
    counters: Counters

    def spawn(self, coroutine: Any) -> asyncio.Task[None]: ...


class Watched(Protocol):
    """The board of a group."""

    state: State | None
    closed: bool
    telling: Telling

    @property
    def hub(self) -> Engine: ...

    def holds(self, group: "Group") -> bool: ...
