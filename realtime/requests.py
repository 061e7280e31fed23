"""uvicorn's HTTP protocol, with a bound on how long and how large a request may be before it is whole.

Who opens a connection and says nothing, or says a byte at a time, holds one of the process's open files for as long as
it likes: here until a head or a body is late. Between requests uvicorn's own keep-alive counts.
"""

import asyncio
from typing import Any, cast

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from realtime.connection import LINGER

MOST_HEAD = 64 * 1024  # bytes of a request's line and headers: a token has 50, a GET's document 16,000 at most
HEAD_WITHIN = 20.0  # seconds: a head is a few packets, and TCP sends a lost one again four times in 15
BODY_WITHIN = 60.0  # seconds: the largest body, 256 KiB, comes in 52 over 40 kbit/s
LATE = "The request took too long to arrive."
LATE_RESPONSE = (
    "HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    f"content-length: {len(LATE)}\r\nconnection: close\r\n\r\n{LATE}"
).encode()
log = structlog.get_logger("leitai.requests")


class LiveRequests(HttpToolsProtocol):
    """What speaks HTTP before a socket is upgraded; then it is done, and must not hold itself.

    The parser keeps a head until it is whole, however long it grows: it is measured here. A timer runs while part of a
    request is missing, from the connection's opening or the request's first byte on; one that comes whole needs none.
    """

    head_within, body_within, linger = HEAD_WITHIN, BODY_WITHIN, LINGER

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0  # bytes of one that is not whole yet; None: it is
        self._body = False  # whether it is not whole yet
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._body and self._answered():
            self._head = self._head or 0  # also by line ends, of which no request is made
        most = MOST_HEAD - (self._head or 0)
        if self._reads_head() and len(data) > most:
            super().data_received(data[:most])
            if self._reads_head():
                self._refuse_head()
                return
            data = data[most:]
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
        self._wait()

    def _reads_head(self) -> bool:
        return self._head is not None

    @property
    def _newest(self) -> RequestResponseCycle | None:
        return cast(RequestResponseCycle | None, self.cycle)

    def _answered(self) -> bool:
        return self._newest is None or self._newest.response_complete

    def _refuse_head(self) -> None:
        if not self.transport.is_closing():
            log.info("head_too_long")
            self.send_400_response(f"The head of the request is too long; {MOST_HEAD} bytes are allowed.")

    # ------------------------------------------------------------ what the parser finds

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head, self._body = None, True
        self._forget()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._body = False
        self._forget()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._head, self._body = None, False
        self._forget()
        super().handle_websocket_upgrade()
        cast(Any, self).parser = None

    # ------------------------------------------------------------ what does not come

    def _wait(self) -> None:
        if self._late is None and (self._reads_head() or self._body) and not self.transport.is_closing():
            within = self.head_within if self._reads_head() else self.body_within
            self._late = self.loop.call_later(within, self._end)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        self._late = None
        if self.flow.read_paused:  # it is not the peer who is slow
            self._wait()
            return
        if self._may_be_told():
            log.info("request_too_slow", part="head" if self._reads_head() else "body")
            self._tell()
        else:
            self.transport.abort()

    def _tell(self) -> None:
        """And close a little later: what is said meanwhile would make a close overtake the answer."""
        if (cycle := self._newest) is not None:  # whoever waits for the body waits no longer, and says nothing more
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.pause_reading()
        self.transport.write(LATE_RESPONSE)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._late = self.loop.call_later(self.linger, self.transport.close)

    def _may_be_told(self) -> bool:
        """Not who never spoke (browsers open connections ahead, and would show this to somebody), nor in the middle of
        another answer, nor who does not read."""
        if self.pipeline or self.transport.get_write_buffer_size():
            return False
        if self._reads_head():
            return self._answered() and (self._newest is not None or bool(self._head))
        return self._newest is None or not self._newest.response_started
