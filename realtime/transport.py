"""graphql-transport-ws, strictly: only subscriptions, each run by the hub.

What a client sends wrong closes the socket with the protocol's code and one log line; what is wrong with one operation
is an `error` of that operation and leaves the others alone.
"""

import asyncio
import contextlib
import json
from collections.abc import Hashable
from datetime import timedelta
from typing import Any, ClassVar, Protocol, cast

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from realtime import messages, pace
from realtime.boards import Execute, Source
from realtime.connection import EXTENSION, LiveConnection
from realtime.documents import Documents, Operation, Refused
from realtime.hub import Hub, Subscription
from realtime.logs import Follower, LogSource
from realtime.messages import (
    DUPLICATE,
    FORBIDDEN,
    INVALID,
    TIMED_OUT,
    TOO_MANY_INITS,
    TRY_LATER,
    UNAUTHORIZED,
    Invalid,
    Subscribe,
)
from realtime.subscriber import Subscriber

INIT_TIMEOUT = timedelta(seconds=5)
MOST_OPERATIONS = 64  # of one socket: a screen shows a handful of boards
CLOSE_REASON = 123  # bytes that fit in a close frame
log = structlog.get_logger("leitai.socket")


class Closed(Exception):
    """The socket is being closed: read no further."""


class Live(Protocol):
    """What the app hands down: who a socket speaks for, and what each subscription field opens."""

    hub: Hub
    documents: Documents

    def admit(self, address: str) -> bool:
        """Whether one more socket from this address is welcome. `release` gives the place back."""
        ...

    def release(self, address: str) -> None: ...

    async def connect(self, payload: dict[str, Any], socket: "Socket") -> tuple[object, dict[str, Any]]:
        """The viewer for a `connection_init` payload, and the payload of the ack. PermissionError: no such token."""
        ...

    async def open(self, viewer: object, operation: Operation) -> tuple[Source | LogSource, str, Execute, float | None]:
        """What the operation watches, whose execution it may share (equal keys share), how to execute it over a state,
        and the rate it wants. Refused: not for this viewer."""
        ...

    def disconnect(self, viewer: object, socket: "Socket") -> None: ...


class Socket(Protocol):
    """An open socket, as those who watch rights know it."""

    async def renew(self, viewer: object | None) -> None:
        """Its viewer sees other things now; None: its token is no longer good."""
        ...


class LiveHandler(BaseGraphQLTransportWSHandler[Any, Any]):
    live: ClassVar[Live]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._socket: WebSocket = cast(Any, self.websocket).ws
        self._connection: LiveConnection = self._socket.scope["extensions"][EXTENSION]
        self._subscribers: dict[str, Subscriber] = {}
        self._operations: dict[str, Operation] = {}
        self._places: dict[str, tuple[Subscription | Follower, Hashable, str]] = {}
        self._viewer: object | None = None
        self._address = self._socket.client.host if self._socket.client else ""

    # ------------------------------------------------------------ the socket

    async def handle(self) -> None:
        if not self.live.admit(self._address):
            await self._close(TRY_LATER, "Too many sockets from this address")
            return
        self._connection.on_writable = self._catch_up
        timeout = asyncio.get_running_loop().call_later(INIT_TIMEOUT.total_seconds(), self._init_timed_out)
        try:
            while True:
                await self._receive()
        except (Closed, WebSocketDisconnect):
            pass
        except Invalid as wrong:
            log.info("invalid_message", reason=str(wrong))
            await self._close(INVALID, str(wrong))
        finally:
            timeout.cancel()
            self.live.release(self._address)
            await self.shutdown()

    async def shutdown(self) -> None:
        self._connection.on_writable = None
        for operation_id in list(self._subscribers):
            self._forget(operation_id)
        if self._viewer is not None:
            self.live.disconnect(self._viewer, self)
            self._viewer = None

    def _init_timed_out(self) -> None:
        if not self.connection_init_received:
            self.live.hub.spawn(self._close(TIMED_OUT, "Connection initialisation timeout"))

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
            await self._socket.close(code, reason.encode()[:CLOSE_REASON].decode("utf-8", "ignore"))

    def _catch_up(self) -> None:
        for subscriber in self._subscribers.values():
            subscriber.catch_up()

    # ------------------------------------------------------------ messages

    async def _init(self, message: dict[str, Any]) -> None:
        if self.connection_init_received:
            await self._close(TOO_MANY_INITS, "Too many initialisation requests")
            raise Closed
        payload = messages.payload(message)
        self.connection_init_received = True
        try:
            self._viewer, ack = await self.live.connect(payload, self)
        except PermissionError as refusal:
            await self._close(FORBIDDEN, str(refusal))
            raise Closed from None
        await self._send({"type": "connection_ack", "payload": ack})
        self.connection_acknowledged = True

    async def _subscribe(self, asked: Subscribe) -> None:
        if not self.connection_acknowledged:
            await self._close(UNAUTHORIZED, "Unauthorized")
            raise Closed
        if asked.id in self._subscribers:
            await self._close(DUPLICATE, "Subscriber for this id already exists")
            raise Closed
        if len(self._subscribers) >= MOST_OPERATIONS:
            refusal = f"This socket has {MOST_OPERATIONS} subscriptions; complete one, or open another socket."
            await self._error(asked.id, GraphQLError(refusal, extensions={"code": "TOO_MANY_OPERATIONS"}))
            return
        subscriber = Subscriber(
            asked.id,
            self._connection,
            self.live.hub.counters,
            lambda refusal: self._ended(asked.id, refusal),
        )
        self._subscribers[asked.id] = subscriber
        # The hub's task, not one that a closing socket cancels in the middle of a statement.
        self.live.hub.spawn(self._open(asked, subscriber))

    async def _open(self, asked: Subscribe, subscriber: Subscriber) -> None:
        try:
            operation = self.live.documents.subscription(asked.query, asked.operation_name, asked.variables)
        except Refused as refused:
            await self._refuse(asked.id, subscriber, *refused.errors)
            return
        if self._subscribers.get(asked.id) is subscriber:
            self._operations[asked.id] = operation
            await self._place(asked.id, subscriber, operation)

    async def _place(self, operation_id: str, subscriber: Subscriber, operation: Operation) -> None:
        """Let the operation follow what the viewer may see of it now, or refuse it."""
        try:
            source, group, execute, wanted = await self.live.open(self._viewer, operation)
            old = self._places.get(operation_id)
            if self._subscribers.get(operation_id) is not subscriber or (old and old[1:] == (source.key, group)):
                return
            if old is not None and old[1] != source.key:
                subscriber.start_over()  # another view has versions of its own
            if isinstance(source, LogSource):
                place = self.live.hub.follow(source, group, execute, subscriber)
            else:
                place = await self.live.hub.subscribe(
                    source, group, execute, operation.shareable, subscriber, pace.rounded(wanted, 5.0)
                )
        except Refused as refused:
            await self._refuse(operation_id, subscriber, *refused.errors)
            return
        except LookupError as gone:
            await self._refuse(operation_id, subscriber, GraphQLError(str(gone)))
            return
        except Exception as error:
            log.error("subscribe_failed", error=type(error).__name__, exc_info=error)
            await self._refuse(operation_id, subscriber, GraphQLError("Unexpected error."))
            return
        if self._subscribers.get(operation_id) is not subscriber:
            place.close()
            return
        self._places[operation_id] = (place, source.key, group)
        if old is not None:
            old[0].close()

    async def renew(self, viewer: object | None) -> None:
        """Rights changed: each operation goes on in the view that is left to it, or ends by itself."""
        if viewer is None:
            await self._close(FORBIDDEN, "This token is no longer good")
            return
        self._viewer = viewer
        for operation_id, operation in list(self._operations.items()):
            subscriber = self._subscribers.get(operation_id)
            if subscriber is not None:
                await self._place(operation_id, subscriber, operation)

    async def _refuse(self, operation_id: str, subscriber: Subscriber, *errors: GraphQLError) -> None:
        if self._subscribers.get(operation_id) is subscriber:
            self._forget(operation_id)
            with contextlib.suppress(Closed):
                await self._error(operation_id, *errors)

    async def _error(self, operation_id: str, *errors: GraphQLError) -> None:
        await self._send({"id": operation_id, "type": "error", "payload": [error.formatted for error in errors]})

    def _forget(self, operation_id: str) -> None:
        self._operations.pop(operation_id, None)
        subscriber = self._subscribers.pop(operation_id, None)
        if subscriber is not None:
            subscriber.close()
        place = self._places.pop(operation_id, None)
        if place is not None:
            place[0].close()

    def _ended(self, operation_id: str, refusal: str | None) -> None:
        self._forget(operation_id)
        self.live.hub.spawn(self._say_ended(operation_id, refusal))

    async def _say_ended(self, operation_id: str, refusal: str | None) -> None:
        with contextlib.suppress(Closed):
            if refusal is None:
                await self._send({"id": operation_id, "type": "complete"})
            else:
                await self._error(operation_id, GraphQLError(refusal))
