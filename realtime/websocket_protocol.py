"""uvicorn's WebSocket protocol, with frames written straight to the transport and slow peers aborted.

A fan-out asks `ready` and calls `write_frame`, which never waits. A peer that takes nothing for `STALLED` seconds is
aborted: a close would wait for a flush that never comes. Never 1011: clients of graphql-ws take it as fatal.

What a peer sends is taken in small parts with rests between them, and none while it does not take its answers: a flood
takes a small share of the loop, and no memory.
"""

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable
from time import perf_counter
from typing import Any, cast

import structlog
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from realtime import deflate

STALLED = 20.0  # seconds without taking a byte
SEND_BUFFER = 65_536  # bytes in the kernel per socket
HIGH_WATER = 32_768  # bytes in this process per socket, above which a peer counts as congested
DRAIN = 10.0  # seconds over which a stopping server closes its sockets, at most
DRAINED_PER_SECOND = 200
LINGER = 2.0  # seconds in which a peer that broke the protocol may still read why: a close at once could overtake it
PART = 2_048  # bytes taken at once: at most some 340 frames, 5 ms
REST = 9  # times as long as a part took, until the next: a flood has a tenth of the loop
MOST_FRAGMENTS = 1_024  # frames of one message: 64 KiB in parts of 64 bytes
EXTENSION = "leitai.connection"
DEFLATE = deflate.Factory()
log = structlog.get_logger("leitai.socket")


class LiveConnection(WebSocketsSansIOProtocol):
    """Found by the application in `scope["extensions"]`."""

    aborted = 0  # of this process, for the metrics

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(Any, self.conn).available_extensions = [DEFLATE]
        self.deflates = False
        self.congested = False
        self.on_writable: Callable[[], None] | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._unread = b""
        self._turn: asyncio.Handle | None = None
        self._took = 0.0
        self._deaf = False
        self._lost = self._over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None:
            with contextlib.suppress(OSError):  # a Unix socket has no such options
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALLED * 1000))

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        self.deflates = bool(self.conn.extensions)
        if hasattr(self, "scope"):
            cast(dict[str, Any], self.scope.get("extensions"))[EXTENSION] = self

    @property
    def ready(self) -> bool:
        # A transport that the peer has broken refuses to be written to before `connection_lost` tells of it.
        return (
            not self.congested
            and not self.close_sent
            and self.conn.state is State.OPEN
            and not self.transport.is_closing()
        )

    def write_frame(self, data: bytes) -> None:
        """A whole frame with its header. Only while `ready`."""
        self.transport.write(data)

    # ------------------------------------------------------------ what the peer sends

    def data_received(self, data: bytes) -> None:
        if not self._deaf:
            self._unread += data
            if self._turn is None:
                self._take_part()

    def _take_part(self) -> None:
        self._turn = None
        if not self._unread or self.transport.is_closing():
            return
        if self.handshake_initiated and not self.handshake_complete:  # it has to wait (RFC 6455, 4.1), so this waits
            self.transport.pause_reading()
            return
        if not self.congested:
            part, self._unread = self._unread[:PART], self._unread[PART:]
            began = perf_counter()
            super().data_received(part)
            self._took = perf_counter() - began
        self._read_on()

    def _read_on(self) -> None:
        """Read more from the network, or first take what is here."""
        if self.transport.is_closing():
            return
        if self._unread or self.congested:
            self.transport.pause_reading()
            self._next_turn()
        elif not self.read_paused:
            self.transport.resume_reading()

    def _next_turn(self) -> None:
        """Once the peer takes its answers, and the application has taken what the last part brought."""
        if self._turn is None and not self.congested and (self.queue.empty() or self.close_sent):
            self._turn = self.loop.call_later(REST * self._took, self._take_part)

    def start_keepalive(self) -> None:
        """The handshake is answered."""
        super().start_keepalive()
        self._read_on()

    async def receive(self) -> Any:
        message = await super().receive()
        if self._unread:
            self._read_on()
        return message

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.fail(1007, "A text frame is not valid UTF-8.")
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def handle_cont(self, event: Any) -> None:
        """A message has a bound in bytes; its empty frames have this one."""
        if len(self.frames) >= MOST_FRAGMENTS:
            self.frames = []
            self.conn.fail(1009, f"A message has too many frames; {MOST_FRAGMENTS} are allowed.")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        if not self.transport.is_closing():
            super().handle_ping()

    def handle_parser_exception(self) -> None:
        sent = self.conn.close_sent
        if sent is None:  # not even the handshake could be read
            self.transport.close()
            return
        log.info("invalid_frame", code=sent.code, reason=sent.reason)
        self._deaf = self.close_sent = True
        self._unread = b""
        self.queue.put_nowait({"type": "websocket.disconnect", "code": sent.code, "reason": sent.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER, self.transport.close)

    # ------------------------------------------------------------ what the peer takes

    def pause_writing(self) -> None:
        super().pause_writing()
        self.congested = True
        if self._stalled is None:
            self._stalled = self.loop.call_later(STALLED, self.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.congested = False
        self._forget_stall()
        self._read_on()
        if self.on_writable is not None:
            self.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_stall()
        self._unread = b""
        if self._turn is not None:
            self._turn.cancel()
        super().connection_lost(exc)
        self._lost = True
        self._let_go()

    async def run_asgi(self) -> None:
        try:
            await super().run_asgi()
        finally:
            self._over = True
            self._let_go()

    def _let_go(self) -> None:
        """Undo what holds itself, so that a socket's memory is free when it ends: a hall's worth of such circles would
        hold the loop for seconds when they are found."""
        if not self._lost or (hasattr(self, "scope") and not self._over):
            return
        if hasattr(self, "scope"):
            cast(dict[str, Any], self.scope).clear()
        engine = cast(Any, self.conn)
        engine.parser = engine.parser_exc = engine.handshake_exc = None

    # ------------------------------------------------------------ the end

    def shutdown(self) -> None:
        """The server is stopping: 1012 spread over seconds, so that not everybody comes back at once."""
        if self.handshake_complete and not self.close_sent and not self.congested:
            window = min(DRAIN, len(self.connections) / DRAINED_PER_SECOND)
            self.loop.call_later(random.uniform(0, window), self._say_goodbye)
        else:
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        if self.disconnected:  # it left meanwhile
            return
        if self.congested or (self.handshake_complete and not self.close_sent and self.conn.state is not State.OPEN):
            self.abort()
        else:
            super().shutdown()

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self.pending_ping_payload = None
        self.abort()

    def abort(self) -> None:
        self._forget_stall()
        if not self.transport.is_closing() or self.congested:
            LiveConnection.aborted += 1
            self.close_sent = True
            self.transport.abort()

    def _forget_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
