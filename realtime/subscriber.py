"""One subscription of one socket: its slot holds the newest frame it has not taken, so nothing queues behind it."""

from collections.abc import Callable

from realtime import frames
from realtime.frames import Payload
from realtime.live_counts import Counters
from realtime.websocket_protocol import LiveConnection


class Subscriber:
    def __init__(
        self, operation_id: str, connection: LiveConnection, counters: Counters, on_end: Callable[[str | None], None]
    ) -> None:
        self.version = -1
        self.cursor: str | None = None
        self._connection = connection
        self._counters = counters
        self._writer = frames.Writer(operation_id, connection.deflates)
        self._missed: tuple[int, Payload] | None = None
        self._on_end = on_end
        self._closed = False

    def give(self, version: int, payload: Payload) -> None:
        """Write the frame, or keep it, the newest only, until the socket takes more."""
        if self._closed or version <= self.version:
            return
        connection = self._connection
        if not connection.ready:
            if self._missed is not None:
                self._counters.conflated += 1
            self._missed = (version, payload)
            return
        self._missed = None
        self.version = version
        self._write(payload)

    def _write(self, payload: Payload) -> None:
        frame = self._writer.frame(payload)
        self._counters.frames += 1
        self._counters.bytes += len(frame)
        self._connection.write_frame(frame)

    def catch_up(self) -> None:
        """The socket takes more again: what it missed, if anything."""
        if self._missed is not None:
            self.give(*self._missed)

    async def deliver(self, cursor: str, payload: Payload) -> bool:
        """A log's frame: none may be skipped, so this one waits until the socket takes it. False: it is gone."""
        connection = self._connection
        while connection.congested and not connection.disconnected:  # another may have filled it again
            await connection.writable.wait()
        if self._closed or not connection.ready:
            return False
        self.cursor = cursor
        self._write(payload)
        return True

    def end(self, refusal: str | None) -> None:
        """The stream is over: with a reason as `error`, without one as `complete`."""
        if not self._closed:
            self._closed = True
            self._on_end(refusal)

    def close(self) -> None:
        self._closed = True
        self._missed = None
