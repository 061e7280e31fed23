"""graphql-transport-ws, strictly: only subscriptions, each run by the hub.

What a client sends wrong closes the socket with the protocol's code and one log line; what is wrong with one operation
is an `error` of that operation and leaves the others alone.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, cast

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from realtime import frame_rates, messages
from realtime.documents import Operation, Refused
from realtime.graphql_errors import beyond, fault
from realtime.interfaces import Live
from realtime.logs import LogSource
from realtime.messages import Invalid, Subscribe
from realtime.persisted import not_supported
from realtime.subscriber import Subscriber
from realtime.websocket_protocol import EXTENSION, LiveConnection
from rules.error_codes import Code

INIT_TIMEOUT = timedelta(seconds=5)
MOST_OPERATIONS = 64  # of one socket: a screen shows a handful of boards
MOST_OPENING = 16  # of one socket at once; it is read on when one of them has its place
log = structlog.get_logger("leitai.socket")


class Closed(Exception):
    """The socket is being closed: read no further."""


@dataclass(slots=True, eq=False)
class Running:
    """One operation of a socket. place: what gives up its place at a board. shown: the board and the group that it
    follows, once it has a place there."""

    subscriber: Subscriber
    operation: Operation | None = None
    place: contextlib.ExitStack | None = None
    shown: tuple[Hashable, str] | None = None
    placing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def close(self) -> None:
        self.subscriber.close()
        if self.place is not None:
            self.place.close()


class LiveHandler(BaseGraphQLTransportWSHandler[Any, Any]):
    live: ClassVar[Live]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._socket: WebSocket = cast(Any, self.websocket).ws
        self._connection: LiveConnection = self._socket.scope["extensions"][EXTENSION]
        self._running: dict[str, Running] = {}
        self._opening = asyncio.Semaphore(MOST_OPENING)
        self._viewer: object | None = None
        self._address = self._socket.client.host if self._socket.client else ""

    # ------------------------------------------------------------ the socket

    async def handle(self) -> None:
        if refusal := self.live.admit(self._address):
            await self._close(messages.TRY_LATER, refusal)
            return
        self._connection.on_writable = self._catch_up
        timeout = asyncio.get_running_loop().call_later(INIT_TIMEOUT.total_seconds(), self._init_timed_out)
        try:
            while True:
                await self._receive()
                await asyncio.sleep(0)  # a flood waits its turn like everybody else
        except (Closed, WebSocketDisconnect):
            pass
        except Invalid as wrong:
            log.info("invalid_message", reason=str(wrong))
            await self._close(messages.INVALID, str(wrong))
        finally:
            timeout.cancel()
            self.live.release(self._address)
            await self.shutdown()

    async def shutdown(self) -> None:
        self._connection.on_writable = None
        for operation_id in list(self._running):
            self._forget(operation_id)
        if self._viewer is not None:
            self.live.disconnect(self._viewer, self)
            self._viewer = None

    def _init_timed_out(self) -> None:
        if not self.connection_init_received:
            self.live.hub.spawn(self._close(messages.TIMED_OUT, "Connection initialisation timeout"))

    async def _receive(self) -> None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise Closed
        await self._handle(messages.read(message.get("text")))

    async def _handle(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                await self._init(message)
            case "ping":
                messages.payload(message)
                await self._send({"type": "pong"})
            case "pong":
                messages.payload(message)
            case "subscribe":
                await self._subscribe(messages.subscribe(message))
            case _:
                self._forget(messages.operation_id(message))

    async def _send(self, message: dict[str, Any]) -> None:
        """Waits for a congested socket: reading on waits with it."""
        try:
            await self._socket.send_text(json.dumps(message, separators=(",", ":")))
        except (WebSocketDisconnect, RuntimeError):
            raise Closed from None

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code, messages.reason(reason))

    def _catch_up(self) -> None:
        for running in self._running.values():
            running.subscriber.catch_up()

    # ------------------------------------------------------------ messages

    async def _init(self, message: dict[str, Any]) -> None:
        if self.connection_init_received:
            await self._close(messages.TOO_MANY_INITS, "Too many initialisation requests")
            raise Closed
        payload = messages.payload(message)
        self.connection_init_received = True
        try:
            self._viewer, ack = await self.live.connect(payload, self)
        except PermissionError as refusal:
            await self._close(messages.FORBIDDEN, str(refusal))
            raise Closed from None
        except Exception as error:  # a database that is away, most likely; 1011 would tell clients never to come back
            self.live.unexpected(error)
            await self._close(messages.TRY_LATER, "The viewer cannot be identified at the moment")
            raise Closed from None
        await self._send({"type": "connection_ack", "payload": ack})
        self.connection_acknowledged = True

    async def _subscribe(self, asked: Subscribe) -> None:
        if not self.connection_acknowledged:
            await self._close(messages.UNAUTHORIZED, "Unauthorized")
            raise Closed
        if asked.id in self._running:
            await self._close(messages.DUPLICATE, messages.duplicate(asked.id))
            raise Closed
        if asked.persisted:
            await self._error(asked.id, not_supported())
            return
        if len(self._running) >= MOST_OPERATIONS:
            refusal = f"This socket has {MOST_OPERATIONS} subscriptions; complete one, or open another socket."
            asks, code = len(self._running) + 1, Code.TOO_MANY_OPERATIONS
            await self._error(asked.id, beyond("operations", asks, MOST_OPERATIONS, refusal, code))
            return
        running = self._running[asked.id] = Running(self._subscriber(asked.id))
        await self._opening.acquire()
        # The hub's task, not one that a closing socket cancels in the middle of a statement.
        opening = self.live.hub.spawn(self._open(asked, running))
        opening.add_done_callback(lambda _: self._opening.release())

    def _subscriber(self, operation_id: str) -> Subscriber:
        counters = self.live.hub.counters
        return Subscriber(operation_id, self._connection, counters, lambda refusal: self._ended(operation_id, refusal))

    def _lives(self, operation_id: str, running: Running) -> bool:
        return self._running.get(operation_id) is running

    async def _open(self, asked: Subscribe, running: Running) -> None:
        if not self._lives(asked.id, running):
            return
        try:
            operation = self.live.documents.subscription(
                asked.query, asked.operation_name, asked.variables, self._address
            )
            self.live.begin(self._viewer, operation)
            running.operation = operation
        except Refused as refused:
            await self._refuse(asked.id, running, *refused.errors)
            return
        await self._place(asked.id, running)

    # ------------------------------------------------------------ places

    async def renew(self, viewer: object | None, concerns: Callable[[Hashable], bool] | None = None) -> None:
        """Each operation goes on in the view that is left to it, or ends by itself."""
        if viewer is None:
            self.live.hub.spawn(self._leave(messages.FORBIDDEN, "This token is no longer good"))
            return
        self._viewer = viewer
        for operation_id, running in self._running.items():
            if concerns is None or running.shown is None or concerns(running.shown[0]):
                self.live.hub.spawn(self._place(operation_id, running))

    def turn_away(self, reason: str) -> None:
        self.live.hub.spawn(self._leave(messages.TRY_LATER, reason))

    async def _leave(self, code: int, reason: str) -> None:
        if self._connection.congested:  # a close would wait behind the frames that it does not take
            self._connection.abort()
        else:
            await self._close(code, reason)

    async def _place(self, operation_id: str, running: Running) -> None:
        """Let the operation follow what the viewer may see of it now, or refuse it."""
        try:
            async with running.placing:
                await self._place_now(operation_id, running)
        except Refused as refused:
            await self._refuse(operation_id, running, *refused.errors)
        except Exception as error:
            await self._refuse(operation_id, running, self.live.unexpected(error))

    async def _place_now(self, operation_id: str, running: Running) -> None:
        if running.operation is None or not self._lives(operation_id, running):
            return
        source, group, execute, wanted = await self.live.open(self._viewer, running.operation)
        if running.shown == (source.key, group) or not self._lives(operation_id, running):
            return
        old, subscriber = running.place, running.subscriber
        if running.shown is not None:
            subscriber = self._replaced(operation_id, running)
        shareable, rate = running.operation.shareable, frame_rates.rounded(wanted, 5.0)
        with contextlib.ExitStack() as taking:
            taking.callback(self.live.watch(self._viewer, source.key, instead=old is not None))
            if isinstance(source, LogSource):
                place = self.live.hub.follow(source, group, execute, shareable, subscriber)
            else:
                try:
                    place = await self.live.hub.subscribe(source, group, execute, shareable, subscriber, rate)
                except LookupError as gone:
                    raise Refused(fault(Code.NOT_FOUND, str(gone))) from gone
            taking.callback(place.close)
            taken = taking.pop_all()
        if old is not None:
            old.close()
        running.place, running.shown = taken, (source.key, group)
        if not self._lives(operation_id, running):
            running.close()

    def _replaced(self, operation_id: str, running: Running) -> Subscriber:
        """Another view has versions of its own: nothing more of the old one, and the new one from its first frame."""
        running.subscriber.close()
        subscriber = self._subscriber(operation_id)
        subscriber.cursor = running.subscriber.cursor
        running.subscriber = subscriber
        return subscriber

    async def _refuse(self, operation_id: str, running: Running, *errors: GraphQLError) -> None:
        if self._lives(operation_id, running):
            self._forget(operation_id)
            with contextlib.suppress(Closed):
                await self._error(operation_id, *errors)

    async def _error(self, operation_id: str, *errors: GraphQLError) -> None:
        await self._send({"id": operation_id, "type": "error", "payload": [error.formatted for error in errors]})

    def _forget(self, operation_id: str) -> None:
        running = self._running.pop(operation_id, None)
        if running is not None:
            running.close()
            if running.operation is not None:
                self.live.finish(self._viewer, running.operation)

    def _ended(self, operation_id: str, refusal: str | None) -> None:
        self._forget(operation_id)
        self.live.hub.spawn(self._say_ended(operation_id, refusal))

    async def _say_ended(self, operation_id: str, refusal: str | None) -> None:
        with contextlib.suppress(Closed):
            if refusal is None:
                await self._send({"id": operation_id, "type": "complete"})
            else:
                await self._error(operation_id, fault(Code.NOT_FOUND, refusal))
