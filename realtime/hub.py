"""Every watched board of this process: hints find their boards by topic, and a poll finds what no hint told."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from typing import Any

import structlog

from realtime.boards import Board, Source
from realtime.groups import Execute, Group, Receiver
from realtime.hints import EVERYTHING, Hint
from realtime.live_counts import COMMIT, HINT, ChangeNotice, Counters
from realtime.live_counts import POLL as BY_POLL
from realtime.logs import Follower, Log, LogReceiver, LogSource

POLL = 2.0  # seconds: the promise of how late a watched board may be when no hint arrives
log = structlog.get_logger("leitai.hub")
Versions = Callable[[Sequence[Hashable]], Awaitable[dict[Hashable, int]]]


class Subscription:
    """A subscriber's place in a group; `close` gives it up."""

    def __init__(self, board: Board, group: Group, receiver: Receiver) -> None:
        self._board, self._group, self._receiver = board, group, receiver
        self._open = True
        group.holders += 1

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        self._group.holders -= 1
        self._group.remove(self._receiver)
        self._board.drop(self._group)


class Hub:
    """versions: the present version of each board asked for, in one go. polled: called after each poll that was
    answered, or had nothing to ask. Call `start` where the database is open:
    background tasks run in a copy of that context, never in that of a caller's transaction."""

    def __init__(self, versions: Versions, polled: Callable[[], None] = lambda: None) -> None:
        self.counters = Counters()
        self._versions = versions
        self._polled = polled
        self._boards: dict[Hashable, Board | Log] = {}
        self._by_topic: dict[str, set[Board | Log]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._context = contextvars.copy_context()
        self._stopping = asyncio.Event()
        self._checking: asyncio.Task[None] | None = None
        self._looking, self._look_again = False, False
        self._to_check: dict[Board, list[asyncio.Future[None]]] = {}

    async def start(self) -> None:
        self._context = contextvars.copy_context()
        self.spawn(self._poll())

    async def stop(self) -> None:
        """Ask every task to end, and wait for those that are at work."""
        self._stopping.set()
        for board in list(self._boards.values()):
            board.close()
        while self._tasks:
            await asyncio.wait(set(self._tasks), timeout=10)

    @property
    def watched(self) -> int:
        return len(self._boards)

    @property
    def listening(self) -> int:
        """To how many topics."""
        return len(self._by_topic)

    @property
    def keys(self) -> list[Hashable]:
        return list(self._boards)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine, context=self._context.copy())
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", exc_info=error)

    async def subscribe(
        self, source: Source, group_key: Hashable, execute: Execute, shared: bool, receiver: Receiver, rate: float
    ) -> Subscription:
        """The first frame is the state as it stands now: what was committed before this call is in it."""
        board = self._boards.get(source.key)
        if not isinstance(board, Board):
            board = self._boards[source.key] = Board(self, source)
            self.listen(board, source.topics)
        group = board.group(group_key, execute, shared)
        place = Subscription(board, group, receiver)
        try:
            await self._verified(board)
            await group.add(receiver, rate)
        except BaseException:
            place.close()
            raise
        return place

    def follow(
        self, source: LogSource, group: Hashable, execute: Execute, shared: bool, receiver: LogReceiver
    ) -> Follower:
        """From the receiver's cursor on, or the source's: everything once, in order."""
        board = self._boards.get(source.key)
        if not isinstance(board, Log):
            board = self._boards[source.key] = Log(self, source)
            self.listen(board, source.topics)
        return Follower(board, source, group, execute, shared, receiver)

    def forget(self, board: Board | Log) -> None:
        if self._boards.get(board.key) is board:
            del self._boards[board.key]
        self.listen(board, frozenset())

    def listen(self, board: Board | Log, topics: frozenset[str]) -> None:
        for topic in board.topics - topics:
            boards = self._by_topic.get(topic)
            if boards is not None:
                boards.discard(board)
                if not boards:
                    del self._by_topic[topic]
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(board)
        board.topics = topics

    def on_hint(self, hint: Hint) -> None:
        if EVERYTHING in hint.topics:
            self._look()
            return
        told = ChangeNotice(HINT, time.monotonic()) if hint.committed is None else ChangeNotice(COMMIT, hint.committed)
        for topic in hint.topics:
            for board in list(self._by_topic.get(topic, ())):
                board.hint(hint.version, told)

    async def _verified(self, board: Board) -> None:
        """The board's state is that of a moment after this call. Many callers at once share the asking."""
        if board.state is None:
            await board.reloaded()
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._to_check.setdefault(board, []).append(waiter)
        if self._checking is None or self._checking.done():
            self._checking = self.spawn(self._check())
        await waiter

    async def _check(self) -> None:
        while self._to_check:
            asked, self._to_check = self._to_check, {}
            try:
                present = await self._versions([board.key for board in asked])
            except Exception as error:
                for waiters in asked.values():
                    for waiter in waiters:
                        if not waiter.done():
                            waiter.set_exception(error)
                continue
            for board, waiters in asked.items():
                version = present.get(board.key, -1)
                if board.state is not None and board.state.version >= version >= 0:
                    for waiter in waiters:
                        if not waiter.done():
                            waiter.set_result(None)
                else:
                    self.spawn(self._pass_on(board, waiters))

    @staticmethod
    async def _pass_on(board: Board, waiters: list[asyncio.Future[None]]) -> None:
        error: Exception | None = None
        try:
            await board.reloaded()
        except Exception as failed:
            error = failed
        for waiter in waiters:
            if waiter.done():
                continue
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)

    async def _poll(self) -> None:
        while not self._stopping.is_set():
            try:
                await asyncio.wait_for(self._stopping.wait(), POLL)
            except TimeoutError:
                await self.poll()

    def _look(self) -> None:
        """A gap in the path: whatever was told in it, a poll that begins now finds. One that runs already may have read
        before."""
        self._look_again = True
        if not self._looking:
            self._looking = True
            self.spawn(self._poll_now())

    async def _poll_now(self) -> None:
        try:
            while self._look_again:
                self._look_again = False
                await self.poll()
        finally:
            self._looking = False

    async def poll(self) -> None:
        """Ask for the versions of all that is watched; reload what moved."""
        boards = dict(self._boards)
        try:
            present = await self._versions(list(boards)) if boards else {}
        except Exception as error:
            log.warning("poll_failed", error=type(error).__name__)
            return
        self._polled()
        told = ChangeNotice(BY_POLL, time.monotonic())
        for key, board in boards.items():
            if key not in present:
                board.reload_soon()
            elif isinstance(board, Log):
                board.found(present[key])
            else:
                board.hint(present[key], told)
