"""Requests, chunks and frames as bytes, for peers that send what no client library does."""

from __future__ import annotations

HOST = b"host: 127.0.0.1\r\n"
CHUNKED = b"POST /echo HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\n"
HANDSHAKE = (
    b"GET /echo HTTP/1.1\r\n" + HOST + b"connection: Upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def chunk(content: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(content), extension, content)


def frame(opcode: int, content: bytes = b"", *, last: bool = True) -> bytes:
    """Masked with zeros, as a client must mask; at most 125 bytes."""
    return bytes([opcode | (0x80 if last else 0), 0x80 | len(content)]) + bytes(4) + content
