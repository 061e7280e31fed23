"""How many bytes a request may have, phase by phase, and in what time; and how reading pauses."""

from uvicorn.protocols.http.flow_control import FlowControl

MOST_HEAD = 64 * 1024  # bytes of a request's line and headers: a token has 50, a GET's document 16,000 at most
MOST_FIELDS = 128  # headers of a request: browsers and proxies send some 30; the WebSocket library takes 128 too
# Bytes of a body besides its content: sizes of chunks, extensions, trailers. A byte in a chunk of its own needs five.
MOST_FRAMING, FRAMING_PER_BYTE = 64 * 1024, 5
MOST_CONTENT = 16 * 1024 * 1024  # bytes that are read and dropped, so that who sends too much still reads the answer
HEAD_WITHIN = 20.0  # seconds: a head is a few packets, and TCP sends a lost one again four times in 15
BODY_WITHIN = 60.0  # seconds: the largest body, 256 KiB, comes in 52 over 40 kbit/s
PART = 1024  # bytes parsed at once: at most some 50 requests, and no more of them until these are answered
LATE = "The request took too long to arrive."
LONG_HEAD = f"The head of the request is too long; {MOST_HEAD} bytes are allowed."
LONG_FRAMING = (
    f"The body has too many bytes in chunk sizes, chunk extensions and trailers; {MOST_FRAMING} are allowed,"
    f" and {FRAMING_PER_BYTE} for each byte of content."
)
MANY_FIELDS = f"The request has too many headers; {MOST_FIELDS} are allowed."
BODY_OF_HANDSHAKE = "A WebSocket handshake has no body."
UNREADABLE = "Invalid HTTP request received."


class Refused(Exception):
    """A request that is refused while it is parsed; the message is for the peer."""


class HoldingFlow(FlowControl):
    """Reads nothing from the network while bytes that came are not parsed yet."""

    holds = False

    def resume_reading(self) -> None:
        if not self.holds:
            super().resume_reading()
