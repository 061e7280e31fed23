"""HTTP as bytes: what no client library would send, and what comes back."""

from __future__ import annotations

import contextlib
import json
import socket
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """status 0: none came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def read(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def codes(self) -> list[str | None]:
        """Of its errors; [] where it has none."""
        found = self.read
        errors = found.get("errors", []) if isinstance(found, dict) else []
        return [one.get("extensions", {}).get("code") for one in errors]


def exchanged(port: int, request: bytes, seconds: float = 2.0) -> Answer:
    """A connection of its own, read until the server closes it: say `connection: close`."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as raw:
        received = b""
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it may answer before it has read all
            raw.sendall(request)
        while True:
            try:
                part = raw.recv(65_536)
            except (ConnectionResetError, TimeoutError):
                break
            if not part:
                break
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    if not head:
        return Answer(0, {}, b"")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split()[1]), headers, body)


def request(
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    *,
    length: bool = True,
) -> bytes:
    """headers: beside host, connection and, with a body, content-length."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if length and (body or method == "POST"):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body
