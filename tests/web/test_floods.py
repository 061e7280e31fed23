"""A stranger's flood costs the server no memory, whatever part of a request it is made of."""

from __future__ import annotations

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plain_http import exchanged
from server import Server, served
from wire_bytes import CHUNKED, HANDSHAKE, HOST, chunk, frame

FLOOD = 40_000_000  # bytes
GROWTH = 10_000_000  # bytes of the server's memory that a flood may cost
PROBE = b"GET /healthz HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(Path(tmp_path_factory.mktemp("bounds"))) as running:
        exchanged(running.port, PROBE)
        yield running


BODY = b'{"query":"{__typename}"}'
GRAPHQL = CHUNKED.replace(b"/echo", b"/graphql").replace(b"host", b"content-type: application/json\r\nhost")
SOCKET = HANDSHAKE.replace(b"/echo", b"/graphql").replace(
    b"sec-websocket-v", b"sec-websocket-protocol: graphql-transport-ws\r\nsec-websocket-v"
)
FLOODS: dict[str, tuple[bytes, bytes]] = {
    "trailers": (GRAPHQL + chunk(BODY) + b"0\r\n", b"A: b\r\n"),
    "one trailer": (GRAPHQL + chunk(BODY) + b"0\r\nA: ", b"b" * 1000),
    "chunk extensions": (GRAPHQL, b"1;" + b"x" * 50 + b"\r\n{\r\n"),
    "one chunk extension": (GRAPHQL + b"18;", b"a" * 1000),
    "pipelined heads": (b"", b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"),
    "pipelined heads of another's": (b"", b"GET / HTTP/1.1\r\n\r\n"),
    "headers": (b"GET /graphql HTTP/1.1\r\n", b"a: b\r\n"),
    "line ends": (b"", b"\r\n" * 500),
    "content": (GRAPHQL.replace(b"transfer-encoding: chunked", b"content-length: 99999999"), b"a" * 1000),
    "upgrades": (b"", b"GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"),
    "frames before the answer": (SOCKET, frame(9, b"x" * 100)),
    "empty fragments": (SOCKET + frame(1, last=False), frame(0, last=False)),
    "pings": (SOCKET, frame(9, b"x" * 100)),
    "one frame": (SOCKET + bytes([0x81, 0xFF]) + (1 << 40).to_bytes(8) + bytes(4), b"a" * 1000),
    "after the close": (SOCKET + frame(8, b"\x03\xe8"), frame(10)),
}


def resident(pid: int) -> int:
    """Bytes, also of what is freed but not given back."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def pushed(port: int, first: bytes, again: bytes, flood: int) -> int:
    """How many bytes went out until the server took no more: it closed, or took nothing for a second."""
    block = again * (100_000 // len(again) + 1)
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=1) as raw, contextlib.suppress(OSError):
        raw.sendall(first)
        ends = time.monotonic() + 20
        while sent < flood and time.monotonic() < ends:
            sent += raw.send(block)
    return sent


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_without_a_token_costs_no_memory(server: Server, kind: str) -> None:
    before = resident(server.pid)
    pushed(server.port, *FLOODS[kind], FLOOD)
    assert resident(server.pid) - before < GROWTH
    assert exchanged(server.port, PROBE).status == 200
