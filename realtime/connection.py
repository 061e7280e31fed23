"""uvicorn's WebSocket protocol, with frames written straight to the transport and slow peers aborted.

A fan-out asks `ready` and calls `write_frame`, which never waits. A peer that takes nothing for `STALLED` seconds is
aborted: a close would wait for a flush that never comes. Never 1011: clients of graphql-ws take it as fatal.
"""

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

STALLED = 20.0  # seconds without taking a byte
SEND_BUFFER = 65_536  # bytes in the kernel per socket
HIGH_WATER = 32_768  # bytes in this process per socket, above which a peer counts as congested
DRAIN = 10.0  # seconds over which a stopping server closes its sockets, at most
DRAINED_PER_SECOND = 200
EXTENSION = "leitai.connection"


class LiveConnection(WebSocketsSansIOProtocol):
    """Found by the application in `scope["extensions"]`."""

    aborted = 0  # of this process, for the metrics

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.congested = False
        self.on_writable: Callable[[], None] | None = None
        self._stalled: asyncio.TimerHandle | None = None

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
        if hasattr(self, "scope"):
            cast(dict[str, Any], self.scope.get("extensions"))[EXTENSION] = self

    @property
    def ready(self) -> bool:
        return not self.congested and not self.close_sent and self.conn.state is State.OPEN

    def write_frame(self, data: bytes) -> None:
        """A whole frame with its header. Only while `ready`."""
        self.transport.write(data)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.congested = True
        if self._stalled is None:
            self._stalled = self.loop.call_later(STALLED, self.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.congested = False
        self._forget_stall()
        if self.on_writable is not None:
            self.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_stall()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server is stopping: 1012 spread over seconds, so that not everybody comes back at once."""
        if self.congested:
            self.abort()
        elif self.handshake_complete and not self.close_sent:
            window = min(DRAIN, len(self.connections) / DRAINED_PER_SECOND)
            self.loop.call_later(random.uniform(0, window), super().shutdown)
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
