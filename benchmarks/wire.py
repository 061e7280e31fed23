"""The client's side of WebSocket framing (RFC 6455), as cheap as Python allows."""

import base64
import os

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
CONTINUATION = 0
FIN = 0x80
Frame = tuple[int, bytes]


def upgrade(host: str, path: str, subprotocol: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {subprotocol}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def masked(opcode: int, payload: bytes) -> bytes:
    """Encode one whole frame as a client must: masked."""
    size = len(payload)
    if size < 126:
        head = bytes((FIN | opcode, 0x80 | size))
    elif size < 1 << 16:
        head = bytes((FIN | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((FIN | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    mask = os.urandom(4)
    stretched = (mask * (size // 4 + 1))[:size]
    body = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
    return head + mask + body.to_bytes(size, "big")


class FrameReader:
    """Turn a server's bytes, however they are cut, into whole messages and control frames."""

    def __init__(self) -> None:
        self._rest = b""
        self._parts: list[bytes] = []
        self._opcode = TEXT

    def feed(self, data: bytes) -> list[Frame]:
        if self._is_one_whole_text(data):
            return [(TEXT, data[4:])]
        buffer = self._rest + data if self._rest else data
        frames: list[Frame] = []
        start = 0
        while (found := header(buffer, start)) is not None:
            first, body, end = found
            if end > len(buffer):
                break
            start = end
            whole = self._assemble(first, buffer[body:end])
            if whole is not None:
                frames.append(whole)
        self._rest = buffer[start:]
        return frames

    def _is_one_whole_text(self, data: bytes) -> bool:
        """Say whether nothing is pending and this is what nearly every read is: one board in one frame."""
        return (
            not self._rest
            and not self._parts
            and len(data) > 4
            and data[0] == FIN | TEXT
            and data[1] == 126
            and (data[2] << 8 | data[3]) + 4 == len(data)
        )

    def _assemble(self, first: int, payload: bytes) -> Frame | None:
        opcode = first & 0x0F
        if opcode >= CLOSE:
            return opcode, payload
        if opcode != CONTINUATION:
            self._opcode, self._parts = opcode, []
        self._parts.append(payload)
        if not first & FIN:
            return None
        whole, self._parts = b"".join(self._parts), []
        return self._opcode, whole


def header(buffer: bytes, start: int) -> tuple[int, int, int] | None:
    """First byte, where the payload begins and where it ends; None while the header is not all there."""
    available = len(buffer) - start
    if available < 2:
        return None
    size, body = buffer[start + 1], start + 2
    if size & 0x80:
        raise ValueError("a server's frame is never masked")
    extra = {126: 2, 127: 8}.get(size, 0)
    if available < 2 + extra:
        return None
    if extra:
        size = int.from_bytes(buffer[body : body + extra], "big")
        body += extra
    return buffer[start], body, body + size
