"""Frames as bytes: the WebSocket header, the operation's id, and a payload that all subscribers share."""

import json

OVERHEAD = b"}"


def prefix(operation_id: str) -> bytes:
    """What stands before the payload in this operation's `next` messages."""
    # A lone surrogate in an id is legal JSON and no UTF-8: ASCII escapes carry it back as it came.
    return b'{"id":' + json.dumps(operation_id).encode() + b',"type":"next","payload":'


def encode(payload: object) -> bytes:
    """The payload and the message's closing brace."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"}"


def header(length: int) -> bytes:
    """Of one unmasked, final text frame (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")
