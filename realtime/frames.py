"""Frames as bytes: the WebSocket header, the operation's id, and a payload that all subscribers share."""

import json

from realtime import deflate


class Payload(bytes):
    """A payload with the message's closing brace. Deflated once, when the first asks for it that way."""

    _deflated: bytes | None = None

    @property
    def deflated(self) -> bytes:
        if self._deflated is None:
            self._deflated = deflate.deflated(self)
        return self._deflated


def prefix(operation_id: str) -> bytes:
    """What stands before the payload in this operation's `next` messages."""
    # A lone surrogate in an id is legal JSON and no UTF-8: ASCII escapes carry it back as it came.
    return b'{"id":' + json.dumps(operation_id).encode() + b',"type":"next","payload":'


def encode(payload: object) -> Payload:
    """The payload and the message's closing brace."""
    return Payload(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"}")


def header(length: int, *, deflated: bool = False) -> bytes:
    """Of one unmasked, final text frame (RFC 6455, 5.2; deflated: RFC 7692, 6)."""
    first = b"\xc1" if deflated else b"\x81"
    if length < 126:
        return first + bytes((length,))
    if length < 65_536:
        return first + b"\x7e" + length.to_bytes(2, "big")
    return first + b"\x7f" + length.to_bytes(8, "big")


class Writer:
    """Puts one operation's frames together. deflates: its socket takes them deflated."""

    def __init__(self, operation_id: str, deflates: bool) -> None:
        self._prefix = prefix(operation_id)
        self._stored = deflate.stored(self._prefix) if deflates and len(self._prefix) <= deflate.MOST_STORED else None
        self._beginning = (0, False, b"")

    def frame(self, payload: Payload) -> bytes:
        deflated = self._stored is not None and len(payload) >= deflate.WORTH
        prefix, body = (self._stored or b"", payload.deflated) if deflated else (self._prefix, payload)
        length = len(prefix) + len(body)
        if self._beginning[:2] != (length, deflated):
            self._beginning = (length, deflated, header(length, deflated=deflated) + prefix)
        return self._beginning[2] + body
