"""graphql-transport-ws, strictly: only subscriptions, each run by the hub.

What a client sends wrong closes the socket with the protocol's code and one log line; what is wrong with one operation
is an `error` of that operation and leaves the others alone.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ClassVar, Protocol, cast

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from realtime import pace
from realtime.boards import Execute, Source
from realtime.connection import EXTENSION, LiveConnection
from realtime.documents import Documents, Operation, Refused
from realtime.hub import Hub, Subscription
from realtime.subscriber import Subscriber

INIT_TIMEOUT = timedelta(seconds=5)
MOST_OPERATIONS = 64  # of one socket: a screen shows a handful of boards
MOST_ID = 256  # characters of an operation's id
CLOSE_REASON = 123  # bytes that fit in a close frame
INVALID, UNAUTHORIZED, FORBIDDEN, NOT_ACCEPTABLE = 4400, 4401, 4403, 4406
TIMED_OUT, DUPLICATE, TOO_MANY_INITS = 4408, 4409, 4429
log = structlog.get_logger("leitai.socket")


class Invalid(Exception):
    """The message breaks the protocol."""


class Closed(Exception):
    """The socket is being closed: read no further."""


class Live(Protocol):
    """What the app hands down: who a socket speaks for, and what each subscription field opens."""

    hub: Hub
    documents: Documents

    async def connect(self, payload: dict[str, Any]) -> tuple[object, dict[str, Any]]:
        """The viewer for a `connection_init` payload, and the payload of the ack. PermissionError: no such token."""
        ...

    async def open(self, viewer: object, operation: Operation) -> tuple[Source, str, Execute, float | None]:
        """What the operation watches, whose execution it may share (equal keys share), how to execute it over a state,
        and the rate it wants. Refused: not for this viewer."""
        ...

    def disconnect(self, viewer: object) -> None: ...


class LiveHandler(BaseGraphQLTransportWSHandler[Any, Any]):
    live: ClassVar[Live]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._socket: WebSocket = cast(Any, self.websocket).ws
        self._connection: LiveConnection = self._socket.scope["extensions"][EXTENSION]
        self._subscribers: dict[str, Subscriber] = {}
        self._places: dict[str, Subscription | None] = {}
        self._viewer: object | None = None
        self._opening: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ the socket

    async def handle(self) -> None:
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
            await self.shutdown()

    async def shutdown(self) -> None:
        self._connection.on_writable = None
        for operation_id in list(self._subscribers):
            self._forget(operation_id)
        if self._viewer is not None:
            self.live.disconnect(self._viewer)
            self._viewer = None

    def _init_timed_out(self) -> None:
        if not self.connection_init_received:
            self.live.hub.spawn(self._close(TIMED_OUT, "Connection initialisation timeout"))

    async def _receive(self) -> None:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise Closed
        text = message.get("text")
        if text is None:
            raise Invalid("Messages are text.")
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            raise Invalid("The message is not valid JSON.") from None
        if not isinstance(read, dict):
            raise Invalid("A message is a JSON object.")
        await self._handle(cast(dict[str, Any], read))

    async def _handle(self, message: dict[str, Any]) -> None:
        handlers: dict[object, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }
        kind = message.get("type")
        handler = handlers.get(kind) if isinstance(kind, str) else None
        if handler is None:
            raise Invalid("The message's type is none of connection_init, ping, pong, subscribe, complete.")
        await handler(message)

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
        payload = message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            raise Invalid("connection_init's payload is an object.")
        self.connection_init_received = True
        try:
            self._viewer, ack = await self.live.connect(cast(dict[str, Any], payload or {}))
        except PermissionError as refusal:
            await self._close(FORBIDDEN, str(refusal))
            raise Closed from None
        await self._send({"type": "connection_ack", "payload": ack})
        self.connection_acknowledged = True

    async def _ping(self, message: dict[str, Any]) -> None:
        self._check_payload(message)
        await self._send({"type": "pong"})

    async def _pong(self, message: dict[str, Any]) -> None:
        self._check_payload(message)

    @staticmethod
    def _check_payload(message: dict[str, Any]) -> None:
        if not isinstance(message.get("payload"), dict | None):
            raise Invalid("A payload is an object.")

    @staticmethod
    def _id(message: dict[str, Any]) -> str:
        operation_id = message.get("id")
        if not isinstance(operation_id, str) or not 0 < len(operation_id) <= MOST_ID:
            raise Invalid(f"id is a string of 1 to {MOST_ID} characters.")
        return operation_id

    async def _subscribe(self, message: dict[str, Any]) -> None:
        operation_id = self._id(message)
        payload = message.get("payload")
        if not isinstance(payload, dict):
            raise Invalid("subscribe's payload is an object.")
        asked = cast(dict[str, Any], payload)
        query, variables = asked.get("query"), asked.get("variables")
        name, extensions = asked.get("operationName"), asked.get("extensions")
        if not isinstance(query, str):
            raise Invalid("query is a string.")
        if not isinstance(variables, dict | None):
            raise Invalid("variables is an object.")
        if not isinstance(name, str | None):
            raise Invalid("operationName is a string.")
        if not isinstance(extensions, dict | None):
            raise Invalid("extensions is an object.")
        if not self.connection_acknowledged:
            await self._close(UNAUTHORIZED, "Unauthorized")
            raise Closed
        if operation_id in self._subscribers:
            await self._close(DUPLICATE, "Subscriber for this id already exists")
            raise Closed
        if len(self._subscribers) >= MOST_OPERATIONS:
            refusal = f"This socket has {MOST_OPERATIONS} subscriptions; complete one, or open another socket."
            await self._error(operation_id, GraphQLError(refusal, extensions={"code": "TOO_MANY_OPERATIONS"}))
            return
        subscriber = Subscriber(
            operation_id,
            self._connection,
            self.live.hub.counters,
            lambda refusal: self._ended(operation_id, refusal),
        )
        self._subscribers[operation_id] = subscriber
        # The hub's task, not one that a closing socket cancels in the middle of a statement.
        self.live.hub.spawn(self._open(operation_id, subscriber, query, cast(Any, variables) or {}, name))

    async def _open(
        self, operation_id: str, subscriber: Subscriber, query: str, variables: dict[str, Any], name: str | None
    ) -> None:
        live = self.live
        try:
            operation = live.documents.subscription(query, name, variables)
            source, group, execute, wanted = await live.open(self._viewer, operation)
            if self._subscribers.get(operation_id) is not subscriber:
                return
            place = await live.hub.subscribe(
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
        if self._subscribers.get(operation_id) is subscriber:
            self._places[operation_id] = place
        else:
            place.close()

    async def _refuse(self, operation_id: str, subscriber: Subscriber, *errors: GraphQLError) -> None:
        if self._subscribers.get(operation_id) is subscriber:
            self._forget(operation_id)
            with contextlib.suppress(Closed):
                await self._error(operation_id, *errors)

    async def _error(self, operation_id: str, *errors: GraphQLError) -> None:
        await self._send({"id": operation_id, "type": "error", "payload": [error.formatted for error in errors]})

    async def _complete(self, message: dict[str, Any]) -> None:
        self._forget(self._id(message))

    def _forget(self, operation_id: str) -> None:
        subscriber = self._subscribers.pop(operation_id, None)
        if subscriber is not None:
            subscriber.close()
        place = self._places.pop(operation_id, None)
        if place is not None:
            place.close()

    def _ended(self, operation_id: str, refusal: str | None) -> None:
        self._forget(operation_id)
        self.live.hub.spawn(self._say_ended(operation_id, refusal))

    async def _say_ended(self, operation_id: str, refusal: str | None) -> None:
        with contextlib.suppress(Closed):
            if refusal is None:
                await self._send({"id": operation_id, "type": "complete"})
            else:
                await self._error(operation_id, GraphQLError(refusal))
