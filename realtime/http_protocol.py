"""uvicorn's HTTP protocol, with a bound on every byte of a request, and on the time until the request is whole.

A peer that says nothing, or a byte at a time, would hold one of the process's open files for as long as it likes: here
until a head or a body is late. Between requests uvicorn's own keep-alive counts. docs/threat-model.md has the table of
phases and bounds.
"""

import asyncio
from typing import Any, cast

import httptools
import structlog

from realtime.answers import Answers
from realtime.request_bounds import (
    BODY_OF_HANDSHAKE,
    BODY_WITHIN,
    FRAMING_PER_BYTE,
    HEAD_WITHIN,
    LATE,
    LONG_FRAMING,
    LONG_HEAD,
    MANY_FIELDS,
    MOST_CONTENT,
    MOST_FIELDS,
    MOST_FRAMING,
    MOST_HEAD,
    PART,
    UNREADABLE,
    HoldingFlow,
    Refused,
)
from realtime.websocket_protocol import LINGER

log = structlog.get_logger("leitai.requests")


class LiveRequests(Answers):
    """What speaks HTTP before a socket is upgraded; then it is done, and must not hold itself.

    The parser keeps a head until it is whole, however long it grows: it is measured here. So is what a body has besides
    its content. Requests behind one that is not answered yet wait unparsed. A timer runs while part of a request is
    missing, from the connection's opening or the request's first byte on; one that comes whole needs none.
    """

    head_within, body_within, linger = HEAD_WITHIN, BODY_WITHIN, LINGER

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unread = b""
        self._refusal: str | None = None
        self._deaf = False  # what comes is not read any more
        self._head: int | None = 0  # bytes of one that is not whole yet; None: it is
        self._body = False  # whether it is not whole yet
        # Bytes of the body: as they came, what they hold, and what a declared length lacks: these are no new request.
        self._wire = self._content = self._due = 0
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = HoldingFlow(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self._unread = b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if not self._deaf:
            self._unread += data
            self._take()

    def _take(self) -> None:
        """Parse what is here, as far as the peer may be heard now; the rest is held, and reading pauses."""
        data, self._unread, taken = self._unread, b"", 0
        view = memoryview(data)
        while taken < len(data) and self._hears():
            if not self._body and self._head is None:
                self._head = 0  # also by line ends, of which no request is made
            taken += self._feed(view[taken : taken + max(PART, self._due)])
        if cast(Any, self).parser is None:  # it is a socket now, and what came behind the handshake is the socket's
            if rest := data[taken:]:
                cast(Any, self.transport).get_protocol().data_received(rest)
            return
        self._hold(data[taken:])
        self._wait()

    def _hears(self) -> bool:
        if self._deaf or self.transport.is_closing() or cast(Any, self).parser is None:
            return False
        return self._body or (self._answered() and not self.pipeline)

    @property
    def _holding(self) -> HoldingFlow:
        return cast(HoldingFlow, self.flow)

    def _hold(self, rest: bytes) -> None:
        flow = self._holding
        if self._deaf:
            return
        if rest:
            self._unread, flow.holds = rest, True
            flow.pause_reading()
        elif flow.holds:
            flow.holds = False
            if not self.pipeline:
                flow.resume_reading()

    def _feed(self, part: memoryview) -> int:
        """How many of these bytes were taken."""
        if self._reads_head() and not (part := part[: MOST_HEAD - cast(int, self._head)]):
            self._refuse("head_too_long", LONG_HEAD)
            return 0
        taken = len(part)
        try:
            cast(Any, self.parser).feed_data(part)
        except httptools.HttpParserUpgrade as upgrade:  # what asks for another protocol than ours is answered in HTTP
            taken = int(upgrade.args[0])
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                return taken
        except httptools.HttpParserError as error:
            refused = error.__context__
            self._refuse("invalid_request", str(refused) if isinstance(refused, Refused) else UNREADABLE)
            return taken
        if self._body:
            self._wire += taken
            if self._wire - self._content > MOST_FRAMING + FRAMING_PER_BYTE * self._content:
                self._refuse("framing_too_long", LONG_FRAMING)
            elif self._content > MOST_CONTENT:
                self._deaf = True
                self.transport.abort()
        elif self._reads_head():
            self._head = (self._head or 0) + taken
        return taken

    def _reads_head(self) -> bool:
        return self._head is not None

    # ------------------------------------------------------------ what the parser finds

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head is None:  # a trailer: no header (RFC 9110, 6.5.1), and nothing here asks for one
            return
        if len(self.headers) >= MOST_FIELDS:
            raise Refused(MANY_FIELDS)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head, self._body = None, True
        self._wire = self._content = 0
        self._due = self._declared()
        self._forget()
        if not self.url.startswith(b"/"):
            self._aim()
        if cast(Any, self.parser).should_upgrade() and self._should_upgrade() and self._has_body():
            raise Refused(BODY_OF_HANDSHAKE)
        super().on_headers_complete()

    def _aim(self) -> None:
        """A target in absolute form names the host, whatever `Host` says (RFC 9112, 3.2.2)."""
        target = httptools.parse_url(self.url)
        if (target.schema or b"").lower() not in (b"http", b"https") or not target.host:
            raise Refused(UNREADABLE)
        host = b"[%s]" % target.host if b":" in target.host else target.host
        netloc = host if (port := cast(int | None, target.port)) is None else b"%s:%d" % (host, port)
        self.headers[:] = [one for one in self.headers if one[0] != b"host"] + [(b"host", netloc)]
        self.url = (target.path or b"/") + (b"?" + target.query if target.query else b"")

    def _declared(self) -> int:
        """The length of the body, 0 where none is said. The parser has refused what is no number, and two of them."""
        return next((int(value) for name, value in self.headers if name == b"content-length"), 0)

    def _has_body(self) -> bool:
        return self._due > 0 or any(name == b"transfer-encoding" for name, _ in self.headers)

    def on_body(self, body: bytes) -> None:
        self._content += len(body)
        self._due = max(0, self._due - len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._body, self._due = False, 0
        self._forget()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal is not None and not self.pipeline and not self.transport.is_closing():
            self._tell("400 Bad Request", self._refusal)
        elif self._unread:
            self.loop.call_soon(self.data_received, b"")

    def handle_websocket_upgrade(self) -> None:
        self._head, self._body = None, False
        self._forget()
        self._forget_stall()
        super().handle_websocket_upgrade()
        cast(Any, self).parser = None

    # ------------------------------------------------------------ what does not come, or comes without end

    def _wait(self) -> None:
        if (
            self._late is None
            and (self._reads_head() or self._body)
            and not (self._deaf or self.transport.is_closing())
        ):
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
            self._tell("408 Request Timeout", LATE)
        else:
            self.transport.abort()

    def _refuse(self, event: str, reason: str) -> None:
        """Nothing more is read. Requests before this one are still answered."""
        if self._deaf or self.transport.is_closing():
            return
        log.info(event)
        self._deaf = self._holding.holds = True
        self._holding.pause_reading()
        self._forget()
        newest = self._newest
        if not self._body and not self._answered():
            self._refusal = reason  # told after the answers
        elif self._body and newest is not None and newest.response_started:
            self.transport.abort()  # its answer is out, or on its way
        else:
            self._tell("400 Bad Request", reason)

    def _tell(self, status: str, reason: str) -> None:
        """And close a little later: what is said meanwhile would make a close overtake the answer."""
        self._deaf = True
        if (cycle := self._newest) is not None:  # who waits for the body waits no longer, and says nothing more
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.pause_reading()
        self.transport.write(
            f"HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(reason)}\r\nconnection: close\r\n\r\n{reason}".encode()
        )
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
